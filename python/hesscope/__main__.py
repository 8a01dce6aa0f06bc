"""``python -m hesscope …`` runs the program ``hesscope``."""

from __future__ import annotations

import os
import subprocess
import sys

from ._binary import find
from ._errors import Error


def main() -> int:
    """Hands over to the program; gives its exit code where the system cannot replace a process."""
    try:
        program = str(find())
    except Error as error:
        print(f"hesscope: {error}", file=sys.stderr)
        return 2
    arguments = [program, *sys.argv[1:]]
    if os.name == "posix":
        os.execv(program, arguments)
    return subprocess.run(arguments, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
