"""The program ``hesscope``, which the package carries."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from ._errors import Error

#: The environment variable that names another program.
VARIABLE = "HESSCOPE_BINARY"


def find() -> Path:
    """The program: the one that ``HESSCOPE_BINARY`` names, else the one installed with the package, else that on the path.

    Raises:
        Error: there is none.
    """
    named = os.environ.get(VARIABLE)
    if named:
        if not Path(named).is_file():
            raise Error(f"{VARIABLE} names {named}, which is no file: set it to the program hesscope, or unset it")
        return Path(named)
    name = "hesscope" + (sysconfig.get_config_var("EXE") or "")
    for folder in _script_folders():
        if (folder / name).is_file():
            return folder / name
    on_path = shutil.which("hesscope")
    if on_path:
        return Path(on_path)
    raise Error(f"the program hesscope is not found: install the package again, or set {VARIABLE} to its path")


def _script_folders() -> list[Path]:
    """Where an installer puts programs: of this environment, of the user, and beside a folder of ``pip --target``."""
    user = "nt_user" if os.name == "nt" else "posix_user"
    if sys.platform == "darwin" and sysconfig.get_config_var("PYTHONFRAMEWORK"):
        user = "osx_framework_user"
    package = Path(__file__).resolve().parent.parent
    return [
        Path(sysconfig.get_path("scripts")),
        Path(sysconfig.get_path("scripts", scheme=user)),
        package / "bin",
    ]


def run(arguments: list[str]) -> str:
    """Runs the program to its end; gives what it prints.

    Raises:
        Error: it fails, with its own sentence.
    """
    ended = subprocess.run([str(find()), *arguments], capture_output=True, encoding="utf-8", errors="replace", check=False)
    if ended.returncode != 0:
        said = [line for line in ended.stderr.splitlines() if line.startswith("hesscope: ")]
        sentence = said[-1][len("hesscope: ") :] if said else ended.stderr.strip()
        raise Error(sentence or f"hesscope {arguments[0]} ended with exit code {ended.returncode}")
    return ended.stdout
