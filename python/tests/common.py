"""A tiny run, made once by the program, and what its files say."""

from __future__ import annotations

import atexit
import functools
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hesscope import _binary

CONFIG = Path(__file__).resolve().parents[2] / "crates/cli/tests/command/small.toml"

SWEEP = """
[grid]
dataset = "synth-digits"
net = { name = "mlp", hidden = [3] }
examples-per-class = [2, 3]
epochs = [1]
operators = ["hess", "g"]

[base]
test-examples-per-class = 2

[base.train]
batch-size = 16

[base.analysis]
probes = 2
lanczos-steps = 6
range-steps = 8
top = 2
"""


def hesscope(*arguments: str) -> str:
    """Runs the program; gives what it prints."""
    ended = subprocess.run([str(_binary.find()), *arguments], capture_output=True, encoding="utf-8", check=False)
    if ended.returncode != 0:
        raise AssertionError(f"hesscope {' '.join(arguments)}: {ended.stderr}")
    return ended.stdout


def package(*arguments: str) -> subprocess.CompletedProcess[str]:
    """``python -m hesscope …`` with the package under test."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "hesscope", *arguments]
    return subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, check=False)


@functools.cache
def folder() -> Path:
    """A folder that is removed at the end."""
    made = tempfile.TemporaryDirectory(prefix="hesscope-test-")
    atexit.register(made.cleanup)
    return Path(made.name)


@functools.cache
def run_folder() -> Path:
    """A run with analyses at two epochs, overlaps and eigenvectors, and two analyses of G in other settings."""
    out = folder() / "run"
    hesscope("run", "--config", str(CONFIG), "--out", str(out))
    hesscope("overlaps", str(out), "--operators", "hess,g", "--epochs", "6")
    hesscope("spectrum", str(out), "--operator", "g", "--epoch", "2", "--probes", "1")
    return out


@functools.cache
def sweep_folder() -> Path:
    """A sweep of two runs."""
    spec, out = folder() / "spec.toml", folder() / "sweep"
    spec.write_text(SWEEP)
    hesscope("sweep", str(spec), "--out", str(out))
    return out


def records(kind: str, stem: str = "") -> list[dict[str, Any]]:
    """The records of the run, read by nothing but ``json``."""
    files = sorted((run_folder() / kind).glob(f"{stem}*.json"))
    return [json.loads(file.read_text()) for file in files]
