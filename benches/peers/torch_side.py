"""PyTorch's side of run.py: the ways to form a product, a gradient or a step of training, by name."""

import copy
import json
import os
import resource
import sys
import time

import torch
from torch import nn
from torch.func import functional_call, grad, jvp, linearize, vjp, vmap

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts"))
from torch_speed import Resnet18, SmallCnn, Vgg11  # noqa: E402

CLASSES = 10
PAIRS = 10


class PlainVgg11(nn.Sequential):
    """The convolutions of VGG11 and one linear layer."""

    def __init__(self):
        layers = list(Vgg11())
        end = next(i for i, layer in enumerate(layers) if isinstance(layer, nn.Flatten))
        super().__init__(*layers[: end + 1], nn.Linear(512, CLASSES))


class Mlp(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Flatten(), nn.Linear(3072, 64), nn.ReLU(), nn.Linear(64, CLASSES))


class DenseLayer(nn.Module):
    def __init__(self, inputs, growth):
        super().__init__()
        self.norm = nn.BatchNorm2d(inputs)
        self.conv = nn.Conv2d(inputs, growth, 3, padding=1, bias=False)

    def forward(self, x):
        return torch.cat([x, self.conv(torch.relu(self.norm(x)))], 1)


class Densenet40(nn.Sequential):
    def __init__(self, growth=12):
        channels = 2 * growth
        layers = [nn.Conv2d(3, channels, 3, padding=1, bias=False)]
        for block in range(3):
            for _ in range(12):
                layers.append(DenseLayer(channels, growth))
                channels += growth
            if block < 2:
                layers += [nn.BatchNorm2d(channels), nn.ReLU(), nn.Conv2d(channels, channels, 1, bias=False), nn.AvgPool2d(2)]
        layers += [nn.BatchNorm2d(channels), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, CLASSES)]
        super().__init__(*layers)


NETWORKS = {"vgg11": PlainVgg11, "vgg11-full": Vgg11, "resnet18": Resnet18, "densenet40": Densenet40, "small-cnn": SmallCnn, "mlp": Mlp}


def parameters_of(name):
    return sum(value.numel() for value in NETWORKS[name]().parameters())


def data(examples):
    torch.manual_seed(1)
    return torch.randn(examples, 3, 32, 32), torch.arange(examples) % CLASSES


def training(name, examples):
    net = NETWORKS[name]().train()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.02, momentum=0.9, weight_decay=5e-4)
    x, y = data(examples)

    def step():
        optimizer.zero_grad()
        found = nn.functional.cross_entropy(net(x), y)
        found.backward()
        found.item()
        optimizer.step()

    channels_last = copy.deepcopy(net).to(memory_format=torch.channels_last)
    other = torch.optim.SGD(channels_last.parameters(), lr=0.02, momentum=0.9, weight_decay=5e-4)

    def step_channels_last():
        other.zero_grad()
        found = nn.functional.cross_entropy(channels_last(x.contiguous(memory_format=torch.channels_last)), y)
        found.backward()
        found.item()
        other.step()

    return {"eager": step, "eager, channels last": step_channels_last}


def products(name, what, count, examples):
    """The ways to form `count` products over all examples, each as a function without arguments."""
    net = NETWORKS[name]().eval()
    x, y = data(examples)
    parameters = {key: value.detach() for key, value in net.named_parameters()}
    buffers = dict(net.named_buffers())
    criterion = nn.CrossEntropyLoss()
    signs = lambda value: torch.randint(0, 2, (count, *value.shape)) * 2.0 - 1.0
    directions = {key: signs(value) for key, value in parameters.items()}
    each = [{key: value[k] for key, value in directions.items()} for k in range(count)]

    def logits(at):
        return functional_call(net, (at, buffers), (x,))

    def loss(at):
        return criterion(logits(at), y)

    gradient = grad(loss)
    leaves = [value.clone().requires_grad_() for value in parameters.values()]

    def leaf_loss():
        return criterion(functional_call(net, (dict(zip(parameters, leaves)), buffers), (x,)), y)

    if what == "gradient":
        return {
            "autograd": lambda: torch.autograd.grad(leaf_loss(), leaves),
            "torch.func": lambda: gradient(parameters),
        }
    if what == "hess":

        def double_backward():
            first = torch.autograd.grad(leaf_loss(), leaves, create_graph=True)
            for k, direction in enumerate(each):
                torch.autograd.grad(first, leaves, grad_outputs=list(direction.values()), retain_graph=k + 1 < count)

        def over_reverse(direction):
            return jvp(gradient, (parameters,), (direction,))[1]

        def linearized():
            _, along = linearize(gradient, parameters)
            for direction in each:
                along(direction)

        ways = {
            "double backward" + (", one graph" if count > 1 else ""): double_backward,
            "forward over reverse": lambda: [over_reverse(direction) for direction in each],
            "forward over reverse, linearize": linearized,
        }
        if count > 1:
            ways["forward over reverse, vmap"] = lambda: vmap(over_reverse)(directions)
        return ways
    if what == "pairs":
        return pairs(net, x, y, gradient, parameters)
    if what == "g":

        def curvature(z, tangent):
            p = torch.softmax(z, 1)
            return (p * tangent - p * (p * tangent).sum(1, keepdim=True)) / examples

        def one(direction):
            z, tangent = jvp(logits, (parameters,), (direction,))
            return vjp(logits, parameters)[1](curvature(z, tangent))

        def one_graph():
            z, pull = vjp(logits, parameters)
            for direction in each:
                pull(curvature(z, jvp(logits, (parameters,), (direction,))[1]))

        ways = {
            "jvp and vjp": lambda: [one(direction) for direction in each],
            "jvp and vjp, one pull-back": one_graph,
        }
        if count > 1:

            def vmapped():
                z, pull = vjp(logits, parameters)
                push = lambda direction: pull(curvature(z, jvp(logits, (parameters,), (direction,))[1]))
                return vmap(push)(directions)

            ways["jvp and vjp, vmap"] = vmapped
        return ways
    raise ValueError(what)


def pairs(net, x, y, gradient, parameters):
    """The ten leading eigenpairs of the Hessian by modulus, of each program that is there."""
    import numpy
    import scipy.sparse.linalg

    shapes = [value.shape for value in parameters.values()]
    sizes = [shape.numel() for shape in shapes]
    dimension = sum(sizes)
    start = numpy.random.default_rng(0).standard_normal(dimension).astype(numpy.float32)

    def eigsh(operator):
        scipy.sparse.linalg.eigsh(operator, PAIRS, which="LM", v0=start, tol=1e-3)

    def own():
        def apply(vector):
            parts = torch.from_numpy(vector.astype(numpy.float32).ravel()).split(sizes)
            direction = {key: part.reshape(shape) for key, part, shape in zip(parameters, parts, shapes)}
            product = jvp(gradient, (parameters,), (direction,))[1]
            return torch.cat([product[key].ravel() for key in parameters]).numpy()

        eigsh(scipy.sparse.linalg.LinearOperator((dimension, dimension), matvec=apply, dtype=numpy.float32))

    ways = {"eigsh": own}
    loss = nn.CrossEntropyLoss()
    try:
        import curvlinops

        def through_curvlinops():
            operator = curvlinops.HessianLinearOperator(
                net, loss, [value for value in net.parameters()], [(x, y)], check_deterministic=False
            )
            eigsh(operator.to_scipy())

        ways["curvlinops and eigsh"] = through_curvlinops
    except ImportError:
        pass
    try:
        import pyhessian

        ways["PyHessian"] = lambda: pyhessian.hessian(net, loss, data=(x, y), cuda=False).eigenvalues(top_n=PAIRS)
    except ImportError:
        pass
    return ways


def ways(name, what, count, examples):
    return training(name, examples) if what == "training" else products(name, what, count, examples)


def memory(work):
    """Bytes that doing it for the first time takes at most, above what the process had."""

    def of_process(name):
        with open("/proc/self/status", encoding="ascii") as status:
            return next(int(line.split()[1]) << 10 for line in status if line.startswith(name + ":"))

    with open("/proc/self/clear_refs", "w", encoding="ascii") as peak:
        peak.write("5")
    before = of_process("VmRSS")
    work()
    return of_process("VmHWM") - before


def timed(work):
    """Seconds and processor seconds a time, of as many times as half a second has; one before is left out."""
    work()
    used = lambda: sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    processor, start, count = used(), time.perf_counter(), 0
    while count == 0 or time.perf_counter() - start < 0.5:
        work()
        count += 1
    wall = (time.perf_counter() - start) / count
    return {"wall": wall, "processor": (used() - processor) / count}


if __name__ == "__main__":
    # The memory of one way, in a process of its own: NETWORK WHAT K EXAMPLES WAY.
    name, what, count, examples, way = sys.argv[1:]
    print(json.dumps({"memory": memory(ways(name, what, int(count), int(examples))[way])}))
