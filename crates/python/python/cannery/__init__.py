"""scikit-learn models, opened, checked, predicted with and kept without scikit-learn."""

from cannery._cannery import Model, load, loads
from cannery._errors import (
    CanneryError,
    InternalError,
    IoError,
    LimitError,
    MalformedError,
    UnsafeError,
    UnsupportedError,
    UsageError,
)

__all__ = [
    "CanneryError",
    "InternalError",
    "IoError",
    "LimitError",
    "MalformedError",
    "Model",
    "UnsafeError",
    "UnsupportedError",
    "UsageError",
    "load",
    "loads",
]
