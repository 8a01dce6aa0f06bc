"""The table of a sweep."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ._errors import Error, optional

if TYPE_CHECKING:
    import pandas as pd

#: Columns of whole numbers that may be missing.
_COUNTS = ("examples_per_class", "outliers_above", "outliers_below")


def sweep(path: str | os.PathLike[str]) -> pd.DataFrame:
    """The table of a sweep as a pandas table: a row for each analysis of each run.

    ``path`` is the folder of the sweep, or a table in it, ``sweep.csv`` or ``sweep.parquet``; the CSV is read of a folder.
    ``hesscope schema sweep-row`` describes the columns. The numbers have every digit of the file.

    Raises:
        Error: there is no table, or it cannot be read.
    """
    file = Path(path)
    if file.is_dir():
        file = file / "sweep.csv"
    if not file.is_file():
        raise Error(f"there is no table {file}: run `hesscope sweep SPEC.toml --out {file.parent}` to its end")
    pandas = optional("pandas", "a table")
    try:
        if file.suffix == ".parquet":
            table = pandas.read_parquet(file)
        else:
            # The engine that reads every digit in all versions.
            table = pandas.read_csv(file, engine="python")
        return table.astype({name: "Int64" for name in _COUNTS})
    except (ValueError, KeyError, OSError) as error:
        raise Error(f"{file} is no table of a sweep ({error}): repeat the command that wrote it") from error
    except ImportError as error:
        raise Error(f"{file} needs pyarrow, which is not installed: pip install pyarrow, or give sweep.csv") from error
