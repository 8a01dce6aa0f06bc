#!/usr/bin/env python3
"""Models exported from PyTorch: leading eigenvalues of Hess beside SciPy's eigsh over reverse mode twice, and products beside curvlinops.

    cargo build --release && cargo bench --bench peers --no-run && python benches/models/run.py [--models NAMES] [--json FILE]

Each model has random weights and random examples, is exported with its parameters as they are, and measured by both sides over
the same examples: the five largest eigenvalues by modulus in float64, and the time of a product with one vector in float32,
two rounds in turns. It needs `torch`, `torchvision`, `onnx`, `onnxscript`, `curvlinops` and `scipy`; without them, it says so and ends.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
sys.path.insert(0, os.path.join(HERE, "..", "peers"))

try:
    import numpy
    import onnxscript  # noqa: F401
    import torch
    import torchvision
    from curvlinops import HessianLinearOperator
    from scipy.sparse.linalg import LinearOperator, eigsh
    from torch import nn
except ImportError as error:
    sys.exit(f"left out: {error}")

import run as peers  # benches/peers/run.py

TOP = 5


class Block(nn.Module):
    """A pre-norm transformer block; causal or not."""

    def __init__(self, width, heads, causal):
        super().__init__()
        self.heads, self.causal = heads, causal
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.act = nn.GELU(approximate="tanh" if causal else "none")

    def forward(self, x):
        n, t, width = x.shape
        q, k, v = self.qkv(self.norm1(x)).reshape(n, t, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        scores = q @ k.transpose(-2, -1) / (width // self.heads) ** 0.5
        if self.causal:
            scores = scores.masked_fill(torch.ones(t, t, dtype=torch.bool).triu(1), float("-inf"))
        mixed = (scores.softmax(-1) @ v).transpose(1, 2).reshape(n, t, width)
        x = x + self.out(mixed)
        return x + self.down(self.act(self.up(self.norm2(x))))


class Vit(nn.Module):
    def __init__(self, depth=12, width=48, heads=4, classes=10):
        super().__init__()
        self.patch = nn.Conv2d(3, width, 8, 8)
        self.token = nn.Parameter(0.02 * torch.randn(1, 1, width))
        self.place = nn.Parameter(0.02 * torch.randn(1, 17, width))
        self.blocks = nn.ModuleList(Block(width, heads, False) for _ in range(depth))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, classes)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.place
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x)[:, 0])


class Gpt(nn.Module):
    def __init__(self, depth=4, width=64, heads=4, vocabulary=64, length=32):
        super().__init__()
        self.token, self.place = nn.Embedding(vocabulary, width), nn.Embedding(length, width)
        self.blocks = nn.ModuleList(Block(width, heads, True) for _ in range(depth))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, vocabulary, bias=False)

    def forward(self, x):
        x = self.token(x) + self.place(torch.arange(x.shape[1]))
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


class Mixer(nn.Module):
    def __init__(self, depth=4, width=64, tokens=16, classes=10):
        super().__init__()
        self.patch = nn.Conv2d(3, width, 8, 8)
        mlp = lambda size: nn.Sequential(nn.Linear(size, 2 * size), nn.GELU(), nn.Linear(2 * size, size))
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(2 * depth))
        self.mixes = nn.ModuleList(mlp(size) for _ in range(depth) for size in (tokens, width))
        self.head = nn.Linear(width, classes)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        for place, (norm, mix) in enumerate(zip(self.norms, self.mixes)):
            y = norm(x)
            x = x + (mix(y) if place % 2 else mix(y.transpose(1, 2)).transpose(1, 2))
        return self.head(x.mean(1))


def resnet18():
    return torchvision.models.resnet18(num_classes=10)


def mobilenet():
    model = torchvision.models.mobilenet_v3_small(num_classes=10, width_mult=0.5, dropout=0.0)
    return model


def convnext():
    settings = torchvision.models.convnext.CNBlockConfig
    blocks = [settings(24, 48, 1), settings(48, 96, 1), settings(96, None, 2)]
    return torchvision.models.convnext.ConvNeXt(blocks, num_classes=10)


# The model, the number of examples and the extents of one; tokens are integers below the vocabulary.
MODELS = {
    "resnet18": (resnet18, 16, (3, 32, 32)),
    "vit-12": (Vit, 32, (3, 32, 32)),
    "gpt-2": (Gpt, 16, (32,)),
    "mobilenet-v3": (mobilenet, 16, (3, 64, 64)),
    "convnext": (convnext, 16, (3, 32, 32)),
    "mlp-mixer": (Mixer, 32, (3, 32, 32)),
}


def examples(name, model, count, extents):
    generator = torch.Generator().manual_seed(1)
    if len(extents) == 1:
        x = torch.randint(0, 64, (count, *extents), generator=generator)
    else:
        x = torch.randn(count, *extents, generator=generator)
    with torch.no_grad():
        rows = model(x).shape[:-1]
        classes = model(x).shape[-1]
    return x, torch.randint(0, classes, rows, generator=generator)


def settle(model, x):
    """Gives batch normalization the statistics of the examples, and leaves it in evaluation mode."""
    if x.is_floating_point():
        model.train()
        with torch.no_grad():
            for _ in range(30):
                model(x)
    return model.eval()


class Rows(nn.Module):
    """All rows of logits below each other."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        logits = self.model(x)
        return logits.reshape(-1, logits.shape[-1])


def operator(model, x, y):
    rows = Rows(model)
    parameters = list(rows.parameters())
    return HessianLinearOperator(rows, nn.CrossEntropyLoss(), parameters, [(x, y.reshape(-1))], check_deterministic=False)


class Hardsigmoid(nn.Module):
    """That of PyTorch, of which it has no second derivative, by operations of which it has."""

    def forward(self, x):
        return (x / 6 + 0.5).clamp(0, 1)


def twice_differentiable(module):
    """Replaces what PyTorch cannot differentiate twice."""
    for name, child in module.named_children():
        if isinstance(child, nn.Hardsigmoid):
            setattr(module, name, Hardsigmoid())
        elif isinstance(child, nn.Hardswish):
            setattr(module, name, Hardswish())
        twice_differentiable(child)
    return module


class Hardswish(nn.Module):
    """That of PyTorch by operations of which it has second derivatives."""

    def forward(self, x):
        return x * (x / 6 + 0.5).clamp(0, 1)


def reverse_twice(model, x, y):
    """Products by reverse mode twice, which agree with central differences where curvlinops' do not."""
    rows, parameters = Rows(model), list(model.parameters())
    counts = [p.numel() for p in parameters]

    def multiply(v):
        loss = nn.functional.cross_entropy(rows(x), y.reshape(-1))
        gradients = torch.autograd.grad(loss, parameters, create_graph=True)
        along = sum((g.reshape(-1) * part).sum() for g, part in zip(gradients, torch.split(v, counts)))
        return torch.cat([h.reshape(-1) for h in torch.autograd.grad(along, parameters)])

    return multiply


def eigenvalues(model, x, y):
    """The five largest by modulus in float64, and how far a product of curvlinops is from one by reverse mode twice."""
    double = x.double() if x.is_floating_point() else x
    multiply, theirs = reverse_twice(model.double(), double, y), operator(model, double, y)
    p = theirs.shape[0]
    on_arrays = lambda v: multiply(torch.from_numpy(numpy.ascontiguousarray(v.reshape(-1)))).numpy()
    values = eigsh(LinearOperator((p, p), matvec=on_arrays, dtype=numpy.float64), k=TOP, which="LM", tol=1e-8, return_eigenvectors=False)
    v = torch.randn(p, dtype=torch.float64)
    exact = multiply(v)
    off = ((theirs @ v - exact).norm() / exact.norm()).item()
    model.float()
    return sorted(values, key=abs, reverse=True), off


def ours(program, folder, model):
    """The five largest by modulus, in float64."""
    run = os.path.join(folder, "run")
    data = ["--dataset", "arrays", "--data-dir", folder, "--without-test"]
    subprocess.run([program, "train", "--model", model, *data, "--precision", "f64", "--out", run], check=True, capture_output=True)
    told = subprocess.run(
        [program, "eigenvalues", run, "--top", str(TOP), "--tolerance", "1e-6", "--operators", "hess", "--precision", "f64"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    path = next(line for line in told.splitlines() if line.endswith(".json"))
    with open(path) as file:
        return json.load(file)["values"]


def seconds(work):
    work()
    start, count = time.perf_counter(), 0
    while count == 0 or time.perf_counter() - start < 0.5:
        work()
        count += 1
    return (time.perf_counter() - start) / count


def measure(name, program, process):
    make, count, extents = MODELS[name]
    torch.manual_seed(0)
    model = make()
    x, y = examples(name, model.eval(), count, extents)
    settle(model, x)
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "model.onnx")
        batch = {0: torch.export.Dim("batch")}
        torch.onnx.export(model, (x,), file, dynamo=True, optimize=False, dynamic_shapes=(batch,), external_data=False, verbose=False)
        arrays = {"inputs": x.numpy(), "labels": y.numpy()}
        numpy.savez(os.path.join(folder, "train.npz"), **arrays)
        twice_differentiable(model)
        found = ours(program, folder, file)
        expected, curvlinops_off = eigenvalues(model, x, y)
        hessian, twice = operator(model, x, y), reverse_twice(model, x, y)
        v = torch.randn(hessian.shape[1])
        mine, theirs, reverse, question = [], [], [], f"{file} hess 1 {count}"
        for _ in range(2):
            mine.append(peers.ours(process, question)["wall"])
            theirs.append(seconds(lambda: hessian @ v))
            reverse.append(seconds(lambda: twice(v)))
    off = max(abs(a - b) for a, b in zip(found, expected)) / abs(expected[0])
    row = {
        "model": name,
        "parameters": sum(p.numel() for p in model.parameters()),
        "examples": count,
        "eigenvalues": found,
        "expected": [float(value) for value in expected],
        "off": float(off),
        "curvlinops_off": curvlinops_off,
        "milliseconds": [1e3 * statistics.median(side) for side in (mine, theirs, reverse)],
    }
    ms = row["milliseconds"]
    print(f"| {name} | {row['parameters']:,} | {off:.1e} | {curvlinops_off:.1e} | {ms[0]:.3g} | {ms[1]:.3g} | {ms[2]:.3g} | {ms[0] / min(ms[1:]):.2f} |", flush=True)
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=lambda text: text.split(","), default=list(MODELS))
    parser.add_argument("--program", default=os.path.join(ROOT, "target", "release", "hesscope"), help="the built command")
    parser.add_argument("--json", help="a file for all figures")
    options = parser.parse_args()
    process = peers.server()
    print(
        "| model | parameters | eigenvalues off by | product of curvlinops off by | hesscope, ms | curvlinops, ms | reverse twice, ms | ratio |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        flush=True,
    )
    rows = [measure(name, options.program, process) for name in options.models]
    if options.json:
        with open(options.json, "w") as file:
            json.dump(rows, file, indent=2)
    if any(row["off"] > 1e-4 for row in rows):
        sys.exit("some eigenvalues are farther apart than 1e-4")


if __name__ == "__main__":
    main()
