"""Runs hesscope's estimators on dense matrices, by the example `peers` of the crate hesscope-spectral."""

import json
import pathlib
import subprocess
import tempfile

from safetensors.torch import load_file, save_file

ROOT = pathlib.Path(__file__).resolve().parents[2]


def run(task, matrix=None):
    """The answer of the example to one task; see its head for what it takes and gives."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        if matrix is not None:
            save_file({"matrix": matrix.contiguous()}, folder / "matrix.safetensors")
        (folder / "task.json").write_text(json.dumps(task))
        command = "cargo run --release --quiet -p hesscope-spectral --example peers --".split()
        subprocess.run([*command, str(folder)], cwd=ROOT, check=True)
        return json.loads((folder / "answer.json").read_text())


def probes(law, seed, dim, count):
    """The first probes of a seed, as hesscope draws them."""
    return run({"probes": {"kind": law, "seed": seed, "dim": dim, "count": count}})["probes"]
