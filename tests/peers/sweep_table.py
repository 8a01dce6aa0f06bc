"""Checks that the two tables of a sweep open in pandas and polars, with proper types and equal values.

    python sweep_table.py FOLDER_OF_A_SWEEP
"""

import sys
from pathlib import Path

import pandas
import polars
import pyarrow

TEXT = ["run", "dataset", "network", "operator", "split", "law_above", "law_below", "analysis"]
INTEGERS = ["examples_per_class", "epochs", "seed", "parameters", "classes", "examples", "epoch", "outliers_above",
            "outliers_below", "products"]
REALS = ["learning_rate", "loss", "accuracy", "smallest", "largest", "edge_above", "edge_above_error", "edge_below",
         "edge_below_error", "mean_eigenvalue", "mean_eigenvalue_error"]


def check_polars(folder):
    """Parquet says the types; CSV is read with them, and then both are the same table."""
    table = polars.read_parquet(folder / "sweep.parquet")
    schema = {name: polars.String for name in TEXT}
    schema |= {name: polars.Int64 for name in INTEGERS}
    schema |= {name: polars.Float64 for name in REALS}
    assert dict(table.schema) == {name: schema[name] for name in table.columns}, table.schema
    assert set(table.columns) == set(schema), table.columns
    text = polars.read_csv(folder / "sweep.csv", schema={name: schema[name] for name in table.columns})
    assert table.equals(text), "the tables differ"
    # Left to guess, it must not take numbers for text.
    guessed = polars.read_csv(folder / "sweep.csv", infer_schema_length=None)
    for name in INTEGERS + REALS:
        assert guessed[name].dtype.is_numeric() or guessed[name].null_count() == len(guessed), name
    return table


def check_pandas(folder):
    """The same, with pandas' own readers; absent integers need its nullable type in CSV."""
    table = pandas.read_parquet(folder / "sweep.parquet", dtype_backend="numpy_nullable")
    types = {name: "string" for name in TEXT}
    types |= {name: "Int64" for name in INTEGERS}
    types |= {name: "Float64" for name in REALS}
    for name in table.columns:
        assert str(table[name].dtype) == types[name] or (name in TEXT and pandas.api.types.is_string_dtype(table[name])), \
            (name, table[name].dtype)
    text = pandas.read_csv(folder / "sweep.csv", dtype=types, keep_default_na=True)
    pandas.testing.assert_frame_equal(table.astype(types), text, check_exact=True)
    # Without any option as well.
    plain = pandas.read_csv(folder / "sweep.csv")
    assert list(plain.columns) == list(table.columns) and len(plain) == len(table)
    return table


def main():
    folder = Path(sys.argv[1])
    table = check_polars(folder)
    assert len(check_pandas(folder)) == len(table)
    print(f"polars {polars.__version__}, pandas {pandas.__version__}, pyarrow {pyarrow.__version__}: "
          f"{table.height} rows, {table.width} columns, equal in CSV and Parquet")
    largest = table.filter(polars.col("operator") == "hess").group_by("run", "split").agg(polars.col("largest").max())
    print(largest.sort("run", "split").head(8))


if __name__ == "__main__":
    main()
