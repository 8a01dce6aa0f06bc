"""Loads what the library exported strictly into the networks and compares the logits."""

import json
import pathlib
import sys

import torch
from safetensors.torch import load_file

from networks import build, logits, own_names

folder = pathlib.Path(sys.argv[1])
manifest = json.loads((pathlib.Path(__file__).parent / "fixtures" / "logits.json").read_text())
worst = 0.0
for case in manifest["files"]:
    net, shape = case["net"], case["input"]
    model = build(net, shape, case["classes"]).double()
    state = load_file(folder / (case["file"] + ".safetensors"))
    if not net["name"].endswith("-torchvision"):
        wanted = [key for key in model.state_dict() if not key.endswith("num_batches_tracked")]
        names = own_names(net, wanted)
        assert sorted(names.values()) == sorted(state), case["file"]
        state = {key: state[own] for key, own in names.items()}
    model.load_state_dict(state, strict=True)
    found, expected = torch.tensor(logits(model, shape)), torch.tensor(case["logits"])
    error = ((found - expected).abs().max() / expected.abs().max()).item()
    print(f"{case['file']}: {error:.1e}")
    worst = max(worst, error)
assert worst < 1e-12, worst
print(f"{len(manifest['files'])} exports, at worst {worst:.1e} of the largest logit")
