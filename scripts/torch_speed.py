#!/usr/bin/env python3
"""Times PyTorch on the products that `hesscope speed` times: the same layers, sizes and examples.

The gradient, one product with the Hessian by double backward and by forward over reverse (torch.func, jvp of grad), eight of
the latter by vmap, and a step of training by SGD. BatchNorm uses its running statistics but in training. In float32, with
TF32 off and, on CUDA, on. Prints a table and, with --json, writes the numbers.
"""

import argparse
import json
import os
import time

import torch
from torch import nn
from torch.func import functional_call, grad, jvp, vmap

REPEATS, ENOUGH = 5, 1.0


class SmallCnn(nn.Sequential):
    def __init__(self):
        layers, inputs = [], 3
        for outputs in (8, 24):
            layers += [nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
            layers.append(nn.MaxPool2d(2))
            inputs = outputs
        super().__init__(*layers, nn.Flatten(), nn.Linear(24 * 8 * 8, 10))


class Vgg11(nn.Sequential):
    def __init__(self):
        layers, inputs = [], 3
        for outputs, pooled in ((64, 1), (128, 1), (256, 0), (256, 1), (512, 0), (512, 1), (512, 0), (512, 1)):
            layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU()]
            if pooled:
                layers.append(nn.MaxPool2d(2))
            inputs = outputs
        layers.append(nn.Flatten())
        for width in (4096, 4096):
            layers += [nn.Linear(inputs, width, bias=False), nn.BatchNorm1d(width), nn.ReLU()]
            inputs = width
        super().__init__(*layers, nn.Linear(inputs, 10))


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs))
        self.second = nn.Sequential(nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs))
        self.shortcut = nn.Identity()
        if inputs != outputs:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.second(torch.relu(self.first(x)))
        return torch.relu(y + self.shortcut(x))


class Resnet18(nn.Sequential):
    def __init__(self):
        layers = [nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
        inputs = 64
        for outputs, first in ((64, 1), (128, 2), (256, 2), (512, 2)):
            for stride in (first, 1):
                layers.append(Block(inputs, outputs, stride))
                inputs = outputs
        super().__init__(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


NETWORKS = {"small-cnn": SmallCnn, "vgg11": Vgg11, "resnet18": Resnet18}


def synchronised(device):
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def timed(device, work, limit):
    """Seconds of the first time and of those after it, of which each ends when the device is done."""
    seconds = []
    start = time.perf_counter()
    while len(seconds) <= REPEATS:
        before = time.perf_counter()
        work()
        synchronised(device)
        seconds.append(time.perf_counter() - before)
        over = time.perf_counter() - start
        if over > limit or (len(seconds) > 1 and over - seconds[0] > ENOUGH):
            break
    return seconds[0], sorted(seconds[1:] or seconds)


def works(net, examples, device, chunk):
    """What is timed, by name, with its number of vectors; each goes over all examples, `chunk` at once."""
    pixels = torch.randn(examples, 3, 32, 32, device=device)
    labels = torch.arange(examples, device=device) % 10
    parameters = {name: value.detach() for name, value in net.named_parameters()}
    buffers = dict(net.named_buffers())
    criterion = nn.CrossEntropyLoss(reduction="sum")

    def loss(parameters, x, y):
        return criterion(functional_call(net, (parameters, buffers), (x,)), y) / examples

    def batches():
        return zip(pixels.split(chunk), labels.split(chunk))

    def directions(count):
        signs = lambda value: torch.randint(0, 2, (count, *value.shape), device=device) * 2.0 - 1.0
        return {name: signs(value) for name, value in parameters.items()}

    def added(total, part):
        return part if total is None else {name: total[name] + part[name] for name in part}

    def gradient():
        total = None
        for x, y in batches():
            total = added(total, grad(loss)(parameters, x, y))

    one = {name: value[0] for name, value in directions(1).items()}
    eight = directions(8)

    def double_backward():
        total = None
        for x, y in batches():
            values = {name: value.clone().requires_grad_() for name, value in parameters.items()}
            first = torch.autograd.grad(loss(values, x, y), list(values.values()), create_graph=True)
            product = torch.autograd.grad(first, list(values.values()), grad_outputs=list(one.values()))
            total = added(total, dict(zip(values, product)))

    def product(direction, x, y):
        return jvp(lambda at: grad(loss)(at, x, y), (parameters,), (direction,))[1]

    def forward_over_reverse():
        total = None
        for x, y in batches():
            total = added(total, product(one, x, y))

    def vmapped():
        total = None
        for x, y in batches():
            total = added(total, vmap(lambda direction: product(direction, x, y))(eight))

    return {
        "gradient": (gradient, 1),
        "hess, double backward": (double_backward, 1),
        "hess, forward over reverse": (forward_over_reverse, 1),
        "hess, forward over reverse, vmap": (vmapped, 8),
    }


def step(net, device, batch):
    """A step of training on one mini-batch."""
    optimizer = torch.optim.SGD(net.parameters(), lr=0.02, momentum=0.9, weight_decay=5e-4)
    pixels = torch.randn(batch, 3, 32, 32)
    labels = torch.arange(batch) % 10

    def work():
        optimizer.zero_grad()
        found = nn.functional.cross_entropy(net(pixels.to(device)), labels.to(device))
        found.backward()
        found.item()
        optimizer.step()

    return work


def fastest(device, works, limit):
    """The first time, and the times of the fastest of several ways to do one thing; ways that fail do not count."""
    found, failed = {}, None
    for chunk, work in works.items():
        try:
            found[chunk] = timed(device, work, limit)
        except Exception as error:  # The other ways are still tried.
            failed = error
            if device.type == "cuda":
                torch.cuda.empty_cache()
    if not found:
        raise failed
    chunk = min(found, key=lambda chunk: found[chunk][1][len(found[chunk][1]) // 2])
    return chunk, *found[chunk]


def measure(name, tf32, options, device):
    torch.backends.cuda.matmul.allow_tf32 = tf32
    torch.backends.cudnn.allow_tf32 = tf32
    torch.manual_seed(0)
    net = NETWORKS[name]().to(device).eval()
    chunks = [int(chunk) for chunk in options.chunk.split(",")]
    by_chunk = {chunk: works(net, options.examples, device, chunk) for chunk in chunks}
    cases = [
        (what, {chunk: works[what][0] for chunk, works in by_chunk.items()}, vectors, options.examples)
        for what, (_, vectors) in by_chunk[chunks[0]].items()
    ]
    batch = options.batch_size
    training = step(NETWORKS[name]().to(device).train(), device, batch)
    cases.append(("training", {batch: training}, 1, batch))
    for what, work, vectors, examples in cases:
        row = {"network": name, "what": what, "directions": vectors, "examples": examples, "tf32": tf32}
        try:
            row["chunk"], first, repeats = fastest(device, work, options.time_limit)
            each = 1e3 / (examples * vectors)
            row["first"] = first
            row["milliseconds"] = {
                "median": each * repeats[len(repeats) // 2],
                "least": each * repeats[0],
                "largest": each * repeats[-1],
            }
        except Exception as error:  # The other cases are still tried.
            row["failed"] = str(error).strip().splitlines()[0]
            if device.type == "cuda":
                torch.cuda.empty_cache()
        yield row


def line(row):
    precision = "tf32" if row["tf32"] else "f32"
    head = f"{row['network']:10} {row['what']:34} {row['directions']:>2} {precision:>5}"
    if "failed" in row:
        return f"{head}  failed: {row['failed']}"
    spread = row["milliseconds"]
    return f"{head} {row['chunk']:>7} {row['first']:9.2f} {spread['median']:9.4f} {spread['least']:9.4f} {spread['largest']:9.4f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--net", default=",".join(NETWORKS))
    parser.add_argument("--examples", type=int, default=512)
    parser.add_argument(
        "--chunk", default="128,512", help="examples that go through the network at once; of several the fastest counts"
    )
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--time-limit", type=float, default=10.0, help="seconds behind which a case is not repeated")
    parser.add_argument("--json", help="file for the numbers, written anew after each of them")
    options = parser.parse_args()
    device = torch.device(options.device)
    words = torch.cuda.get_device_name(device) if device.type == "cuda" else f"{torch.get_num_threads()} threads"
    print(f"PyTorch {torch.__version__}, {device}, {words}: {options.examples} examples of 3x32x32", flush=True)
    print(f"{'network':10} {'what':34} {'K':>2} {'':>5} {'at once':>7} {'first, s':>9} {'ms':>9} {'least':>9} {'largest':>9}", flush=True)
    rows = []
    for tf32 in (False, True) if device.type == "cuda" else (False,):
        for name in options.net.split(","):
            for row in measure(name, tf32, options, device):
                print(line(row), flush=True)
                rows.append(row)
                if options.json:
                    record = {"torch": torch.__version__, "device": words, "rows": rows}
                    with open(options.json + ".part", "w", encoding="utf-8") as file:
                        json.dump(record, file, indent=2)
                    os.replace(options.json + ".part", options.json)


if __name__ == "__main__":
    main()
