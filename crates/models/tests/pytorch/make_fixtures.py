"""Writes the small files of weights and the logits of all networks; prints the numbers of parameters."""

import json
import os
import pathlib

import torch
from safetensors.torch import save_file

from networks import build, fill, logits, own_names

FOLDER = pathlib.Path(__file__).parent / "fixtures"
MANIFEST = {"files": [], "formulas": []}

MLP = {"name": "mlp", "hidden": [7, 5], "activation": "tanh"}
CNN = {"name": "small-cnn", "channels": [3, 5]}
RESNET = {"name": "resnet18", "width": 2}
BIG_RESNET = {"name": "resnet18-torchvision", "width": 2}
DENSENET = {"name": "densenet40", "depth": 10, "growth": 3}
BOTTLENECK = {"name": "densenet40", "depth": 16, "growth": 2, "bottleneck": True, "reduction": 0.6}
VGG = {"name": "vgg11-torchvision", "width": 2, "hidden": 8}


def save(file, net, shape, classes, dtype=torch.float32, wrap=None, own=False, legacy=False):
    """One file of weights and what the network gives with exactly them."""
    model = fill(build(net, shape, classes)).to(dtype)
    state = dict(model.state_dict())
    if own:
        names = own_names(net, state)
        state = {names[key]: value for key, value in state.items()}
    path = FOLDER / file
    if path.suffix == ".safetensors":
        save_file({key: value.contiguous() for key, value in state.items()}, path)
    else:
        saved = wrap(model, state) if wrap else state
        torch.save(saved, path, _use_new_zipfile_serialization=not legacy)
    MANIFEST["files"].append(
        {"file": file, "net": net, "input": shape, "classes": classes, "logits": logits(model, shape)}
    )


def checkpoint(model, state):
    """What a training script saves around the weights of a network in DataParallel."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
    optimizer.step()
    return {
        "epoch": 3,
        "arch": "resnet18",
        "state_dict": {"module." + key: value.clone() for key, value in state.items()},
        "optimizer": {"param_groups": optimizer.state_dict()["param_groups"], "state": {0: torch.ones(3)}},
    }


class Command:
    """What pickle would run a command for."""

    def __init__(self, argument):
        self.argument = argument

    def __reduce__(self):
        return os.system, (self.argument,)


def hostile(file, key, argument):
    """The weights of small-cnn with a call of the system in place of one of them, or beside them."""
    state = dict(fill(build(CNN, [1, 12, 16], 4)).float().state_dict())
    state[key] = Command(argument)
    torch.save(state, FOLDER / file)


def formula(name, net, shape, classes):
    model = fill(build(net, shape, classes))
    state = model.state_dict()
    tensors = [[k, list(v.shape)] for k, v in state.items() if not k.endswith("num_batches_tracked")]
    case = {"name": name, "net": net, "input": shape, "classes": classes, "tensors": tensors}
    MANIFEST["formulas"].append(case | {"logits": logits(model, shape)})


def main():
    FOLDER.mkdir(exist_ok=True)
    save("mlp.pt", MLP, [2, 3, 4], 3)
    save("mlp_float64.pth", MLP, [2, 3, 4], 3, torch.float64, legacy=True)
    save("mlp_float64.safetensors", MLP, [2, 3, 4], 3, torch.float64)
    save("mlp_float16.pt", MLP, [2, 3, 4], 3, torch.float16)
    save("mlp_bfloat16.pth", MLP, [2, 3, 4], 3, torch.bfloat16, legacy=True)
    save("mlp_bfloat16.safetensors", MLP, [2, 3, 4], 3, torch.bfloat16)
    save("mlp_whole.pt", MLP, [2, 3, 4], 3, wrap=lambda model, _: model)
    save("small_cnn.pt", CNN, [1, 12, 16], 4)
    save("small_cnn.pth", CNN, [1, 12, 16], 4, legacy=True)
    save("small_cnn_net.pt", CNN, [1, 12, 16], 4, wrap=lambda _, state: {"net": state, "acc": 91.5})
    save("resnet18.pth", RESNET, [2, 13, 10], 3, legacy=True)
    save("resnet18_own.safetensors", RESNET, [2, 13, 10], 3, own=True)
    save("resnet18_torchvision.pt", BIG_RESNET, [3, 45, 38], 3)
    save("resnet18_torchvision_checkpoint.pt", BIG_RESNET, [3, 45, 38], 3, wrap=checkpoint)
    save("densenet40.pt", DENSENET, [2, 11, 8], 3, torch.float64)
    save("densenet40_own.safetensors", DENSENET, [2, 11, 8], 3, own=True)
    save("densenet40_bottleneck.pth", BOTTLENECK, [1, 9, 14], 3, legacy=True)
    save("densenet40_bottleneck_own.pt", BOTTLENECK, [1, 9, 14], 3, own=True)
    save("vgg11_torchvision.safetensors", VGG, [3, 70, 97], 3)
    save("vgg11_torchvision.pth", VGG, [1, 32, 32], 3, legacy=True)
    features = lambda _, state: {k.replace("features.", "features.module."): v for k, v in state.items()}
    save("vgg11_torchvision_parallel.pt", VGG, [1, 32, 32], 3, wrap=features)

    hostile("command_as_weight.pt", "head.bias", "echo ran > command_ran")
    hostile("command_beside.pt", "note", "echo ran > command_ran")
    hostile("command_of_tensor.pt", "note", torch.ones(2))

    formula("vgg11", {"name": "vgg11"}, [1, 32, 32], 10)
    formula("vgg11, 64x96", {"name": "vgg11"}, [3, 64, 96], 10)
    formula("vgg11, plain", {"name": "vgg11", "classifier": "plain"}, [3, 32, 32], 10)
    formula("resnet18", {"name": "resnet18"}, [3, 32, 32], 100)
    formula("resnet18, big", {"name": "resnet18"}, [3, 224, 224], 1000)
    formula("densenet40", {"name": "densenet40"}, [3, 32, 32], 10)
    formula("resnet18-torchvision", {"name": "resnet18-torchvision"}, [3, 50, 71], 10)
    formula("vgg11-torchvision", {"name": "vgg11-torchvision"}, [3, 224, 224], 1000)
    lists = []
    for name, cases in MANIFEST.items():
        lines = (json.dumps(case, separators=(",", ":")) for case in cases)
        lists.append(f'"{name}": [\n' + ",\n".join(lines) + "\n]")
    (FOLDER / "logits.json").write_text("{" + ",\n".join(lists) + "}\n")

    shapes = [([1, 32, 32], 10), ([3, 32, 32], 10), ([3, 32, 32], 100), ([3, 224, 224], 1000)]
    for name in ["mlp", "small-cnn", "vgg11", "resnet18", "densenet40", "vgg11-torchvision", "resnet18-torchvision"]:
        for shape, classes in shapes:
            with torch.device("meta"):
                parameters = build({"name": name}, shape, classes).parameters()
            print(f'    ("{name}", {shape}, {classes}, {sum(p.numel() for p in parameters):_}),')


main()
