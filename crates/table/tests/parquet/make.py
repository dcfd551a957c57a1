"""Writes the Parquet files of this folder with pyarrow 25.0.1 and pandas 3.1.1. A second run gives the same bytes.

    python crates/table/tests/parquet/make.py
"""

import decimal
import os

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

HERE = os.path.dirname(os.path.abspath(__file__))

TABLE = pa.table({
    "small": pa.array([1, -2, 3, 4, 5], pa.int8()),
    "wide": pa.array([4294967295, 0, 1, 2, 3], pa.uint32()),
    "count": pa.array([10, None, -30, 40, 50], pa.int64()),
    "huge": pa.array([18446744073709551615, 0, 1, 2, 3], pa.uint64()),
    "single": pa.array([0.1, -0.0, None, float("inf"), 1.5], pa.float32()),
    "double": pa.array([0.1, float("nan"), None, -2.5, 1e300], pa.float64()),
    "flag": pa.array([True, False, None, True, False], pa.bool_()),
    "sure": pa.array([True, False, True, True, False], pa.bool_()),
    "city": pa.array(["Paris", "Zürich", "Paris", "", "Paris"], pa.string()),
    "note": pa.array(["a", None, "b", None, "a"], pa.string()),
})

INTS, FLOATS, TEXTS = ["small", "wide", "count", "huge"], ["single", "double"], ["city", "note"]

VARIANTS = {
    "none": dict(compression="none"),
    "snappy": dict(compression="snappy"),
    "gzip": dict(compression="gzip"),
    "zstd": dict(compression="zstd"),
    "lz4": dict(compression="lz4"),
    "brotli": dict(compression="brotli"),
    "pages2": dict(compression="snappy", data_page_version="2.0"),
    "plain": dict(compression="none", use_dictionary=False),
    "delta": dict(
        compression="zstd",
        use_dictionary=False,
        data_page_version="2.0",
        column_encoding={
            **{name: "DELTA_BINARY_PACKED" for name in INTS},
            **{name: "BYTE_STREAM_SPLIT" for name in FLOATS},
            "flag": "RLE",
            "city": "DELTA_BYTE_ARRAY",
            "note": "DELTA_LENGTH_BYTE_ARRAY",
        },
    ),
}


def write(name, table, **options):
    pq.write_table(table, os.path.join(HERE, name + ".parquet"), row_group_size=3, **options)


def main():
    for name, options in VARIANTS.items():
        write(name, TABLE, **options)
    others = pa.table({
        "day": pa.array([1, 2], pa.date32()),
        "price": pa.array([decimal.Decimal("1.5"), None], pa.decimal128(5, 2)),
        "time": pa.array([1, 2], pa.timestamp("us")),
        "raw": pa.array([b"\xff", b"a"], pa.binary()),
        "pair": pa.array([{"a": 1, "b": "x"}, None], pa.struct([("a", pa.int64()), ("b", pa.string())])),
        "list": pa.array([[1, 2], []], pa.list_(pa.int64())),
        "half": pa.array([1.5, 2.5], pa.float16()),
        "nothing": pa.nulls(2),
        "x": pa.array([1.0, 2.0]),
    })
    write("others", others)
    write("empty", TABLE.slice(0, 0))
    write("texts", TABLE.select(["city"]))
    frame = pd.DataFrame({"x": [1.5, 2.5, 3.5], "kind": pd.Categorical(["b", "a", "b"])}, index=["p", "q", "r"])
    frame.to_parquet(os.path.join(HERE, "pandas.parquet"))


main()
