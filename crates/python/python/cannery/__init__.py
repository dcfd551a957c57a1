"""scikit-learn models, opened, checked, predicted with and kept, without scikit-learn.

>>> import cannery
>>> model = cannery.load("examples/iris_svc.joblib")
>>> model.predict([[5.1, 3.5, 1.4, 0.2]])
array([0])
"""

from cannery._cannery import Model, dump, dumps, inspect, keygen, load, loads, scan, seal, sign, verify
from cannery._errors import (
    CanneryError,
    InternalError,
    IoError,
    LimitError,
    MalformedError,
    MissingFileError,
    UnsafeError,
    UnsupportedError,
    UnsupportedMethodError,
    UsageError,
)
from cannery.record import Record, record

__all__ = [
    "CanneryError",
    "InternalError",
    "IoError",
    "LimitError",
    "MalformedError",
    "MissingFileError",
    "Model",
    "Record",
    "UnsafeError",
    "UnsupportedError",
    "UnsupportedMethodError",
    "UsageError",
    "dump",
    "dumps",
    "inspect",
    "keygen",
    "load",
    "loads",
    "record",
    "scan",
    "seal",
    "sign",
    "verify",
]
