"""What goes wrong, in one sentence that names the file and the remedy."""

from __future__ import annotations

import importlib
from typing import Any


class Error(Exception):
    """A file that cannot be read, a choice that fits nothing, or a package that is absent."""


def optional(name: str, purpose: str) -> Any:
    """The module ``name``, imported when it is first used.

    Raises:
        Error: it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        package = name.split(".")[0]
        raise Error(f"{purpose} needs {package}, which is not installed: pip install {package}") from error
