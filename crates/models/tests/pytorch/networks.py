"""The networks in PyTorch, and weights and images by formula."""

import numpy as np
import torch
import torchvision
from torch import nn
from torchvision.models.resnet import BasicBlock

VGG_PLAN = [1, "M", 2, "M", 4, 4, "M", 8, 8, "M", 8, 8, "M"]


class Mlp(nn.Module):
    def __init__(self, inputs, hidden, classes, activation):
        super().__init__()
        widths = [inputs, *hidden]
        self.hidden = nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths, hidden))
        self.head = nn.Linear(widths[-1], classes)
        self.activation = activation

    def forward(self, x):
        x = x.flatten(1)
        for layer in self.hidden:
            x = getattr(torch, self.activation)(layer(x))
        return self.head(x)


class SmallCnn(nn.Module):
    def __init__(self, channels, widths, pixels, classes):
        super().__init__()
        sides = [channels, *widths]
        self.blocks = nn.ModuleList(
            nn.ModuleDict({"conv": nn.Conv2d(a, b, 3, padding=1, bias=False), "norm": nn.BatchNorm2d(b)})
            for a, b in zip(sides, widths)
        )
        self.head = nn.Linear(widths[-1] * (pixels[0] // 4) * (pixels[1] // 4), classes)

    def forward(self, x):
        for block in self.blocks:
            x = nn.functional.max_pool2d(block["norm"](block["conv"](x)).relu(), 2)
        return self.head(x.flatten(1))


def vgg_features(channels, width):
    layers = []
    for step in VGG_PLAN:
        if step == "M":
            layers.append(nn.MaxPool2d(2))
            continue
        layers += [nn.Conv2d(channels, step * width, 3, padding=1), nn.BatchNorm2d(step * width), nn.ReLU()]
        channels = step * width
    return nn.Sequential(*layers)


class Vgg11(nn.Module):
    """The papers' network: BatchNorm in the classifier too, no dropout."""

    def __init__(self, channels, pixels, classes, plain):
        super().__init__()
        self.features = vgg_features(channels, 64)
        size = 512 * (pixels[0] // 32) * (pixels[1] // 32)
        if plain:
            self.classifier = nn.Linear(size, classes)
        else:
            self.classifier = nn.Sequential(
                nn.Linear(size, 4096, bias=False),
                nn.BatchNorm1d(4096),
                nn.ReLU(),
                nn.Linear(4096, 4096, bias=False),
                nn.BatchNorm1d(4096),
                nn.ReLU(),
                nn.Linear(4096, classes),
            )

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


def vgg11_torchvision(channels, classes, width, hidden):
    """torchvision's own class; narrow or for other channels with its layers exchanged for narrower ones."""
    if (channels, width, hidden) == (3, 64, 4096):
        return torchvision.models.vgg11_bn(num_classes=classes)
    net = torchvision.models.VGG(vgg_features(channels, width), num_classes=classes, init_weights=False)
    net.classifier[0] = nn.Linear(8 * width * 49, hidden)
    net.classifier[3] = nn.Linear(hidden, hidden)
    net.classifier[6] = nn.Linear(hidden, classes)
    return net


class NarrowResNet(nn.Module):
    """torchvision's ResNet18 of another width and stem, from torchvision's residual blocks."""

    def __init__(self, channels, classes, width, big):
        super().__init__()
        kernel, stride = (7, 2) if big else (3, 1)
        self.conv1 = nn.Conv2d(channels, width, kernel, stride, kernel // 2, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.maxpool = nn.MaxPool2d(3, 2, 1) if big else nn.Identity()
        inputs = width
        for stage in range(4):
            outputs, stride = width * 2**stage, 1 if stage == 0 else 2
            down = None
            if stride != 1:
                down = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))
            blocks = [BasicBlock(inputs, outputs, stride, down), BasicBlock(outputs, outputs)]
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
            inputs = outputs
        self.fc = nn.Linear(inputs, classes)

    def forward(self, x):
        x = self.maxpool(self.bn1(self.conv1(x)).relu())
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean((2, 3)))


def resnet18(channels, classes, width, big):
    if (channels, width, big) == (3, 64, True):
        return torchvision.models.resnet18(num_classes=classes)
    return NarrowResNet(channels, classes, width, big)


class DenseLayer(nn.Module):
    def __init__(self, inputs, growth, bottleneck):
        super().__init__()
        self.bottleneck = bottleneck
        self.bn1 = nn.BatchNorm2d(inputs)
        if bottleneck:
            self.conv1 = nn.Conv2d(inputs, 4 * growth, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(4 * growth)
            self.conv2 = nn.Conv2d(4 * growth, growth, 3, padding=1, bias=False)
        else:
            self.conv1 = nn.Conv2d(inputs, growth, 3, padding=1, bias=False)

    def forward(self, x):
        y = self.conv1(self.bn1(x).relu())
        if self.bottleneck:
            y = self.conv2(self.bn2(y).relu())
        return torch.cat([x, y], 1)


class DenseBlock(nn.Module):
    def __init__(self, inputs, count, growth, bottleneck):
        super().__init__()
        self.layer = nn.Sequential(*(DenseLayer(inputs + k * growth, growth, bottleneck) for k in range(count)))

    def forward(self, x):
        return self.layer(x)


class Transition(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 1, bias=False)

    def forward(self, x):
        return nn.functional.avg_pool2d(self.conv1(self.bn1(x).relu()), 2)


class DenseNet(nn.Module):
    def __init__(self, channels, classes, depth, growth, bottleneck, reduction):
        super().__init__()
        count = (depth - 4) // 3 // (2 if bottleneck else 1)
        width = 2 * growth
        self.conv1 = nn.Conv2d(channels, width, 3, padding=1, bias=False)
        for block in (1, 2, 3):
            setattr(self, f"block{block}", DenseBlock(width, count, growth, bottleneck))
            width += count * growth
            if block < 3:
                kept = int(width * reduction)
                setattr(self, f"trans{block}", Transition(width, kept))
                width = kept
        self.bn1 = nn.BatchNorm2d(width)
        self.fc = nn.Linear(width, classes)

    def forward(self, x):
        x = self.trans1(self.block1(self.conv1(x)))
        x = self.block3(self.trans2(self.block2(x)))
        return self.fc(self.bn1(x).relu().mean((2, 3)))


def build(net, shape, classes):
    """The network of a configuration as the program's files have it."""
    channels, pixels = shape[0], shape[1:]
    name = net["name"]
    if name == "mlp":
        inputs = channels * pixels[0] * pixels[1]
        return Mlp(inputs, net.get("hidden", [64]), classes, net.get("activation", "relu"))
    if name == "small-cnn":
        return SmallCnn(channels, net.get("channels", [8, 24]), pixels, classes)
    if name == "vgg11":
        return Vgg11(channels, pixels, classes, net.get("classifier") == "plain")
    if name == "vgg11-torchvision":
        return vgg11_torchvision(channels, classes, net.get("width", 64), net.get("hidden", 4096))
    if name == "resnet18-torchvision":
        return resnet18(channels, classes, net.get("width", 64), True)
    if name == "resnet18":
        big = {"small": False, "big": True, "auto": max(pixels) > 64}[net.get("stem", "auto")]
        return resnet18(channels, classes, net.get("width", 64), big)
    if name == "densenet40":
        options = net.get("depth", 40), net.get("growth", 12), net.get("bottleneck", False)
        return DenseNet(channels, classes, *options, net.get("reduction", 1.0))
    raise ValueError(name)


# --- The program's own names ---------------------------------------------------------------------------------------


def own_name(name, key):
    """The program's own name of the tensor that the networks above call `key`."""
    head, *rest = key.split(".")
    if name in ("mlp", "small-cnn"):
        return key
    if name.startswith("vgg11"):
        if head == "features":
            places = [k for k, step in enumerate(flat_vgg_plan()) if step == "conv"]
            at = int(rest[0])
            block = max(k for k, place in enumerate(places) if place <= at)
            return ".".join(["blocks", str(block), "norm" if at > places[block] else "conv", rest[1]])
        if len(rest) == 1 or rest[0] == "6":
            return f"head.{rest[-1]}"
        layer, part = divmod(int(rest[0]), 3)
        inner = {0: "linear.", 1: "norm."}[part] if name == "vgg11" else ""
        return f"hidden.{layer}.{inner}{rest[1]}"
    kinds = {"conv": "conv", "bn": "norm"}
    if name.startswith("resnet18"):
        if head == "fc":
            return f"head.{rest[0]}"
        if head in ("conv1", "bn1"):
            return f"stem.{kinds[head[:-1]]}.{rest[0]}"
        block = 2 * (int(head[-1]) - 1) + int(rest[0])
        if rest[1] == "downsample":
            return f"blocks.{block}.shortcut.{['conv', 'norm'][int(rest[2])]}.{rest[3]}"
        unit = {"1": "first", "2": "second"}[rest[1][-1]]
        return f"blocks.{block}.{unit}.{kinds[rest[1][:-1]]}.{rest[2]}"
    if head == "fc":
        return f"head.{rest[0]}"
    if head == "conv1":
        return f"stem.{rest[0]}"
    if head == "bn1":
        return f"norm.{rest[0]}"
    stage = int(head[-1]) - 1
    if head.startswith("trans"):
        return f"stages.{stage}.transition.{kinds[rest[0][:-1]]}.{rest[1]}"
    return f"stages.{stage}.layers.{rest[1]}.{rest[2]}.{rest[3]}"


def own_names(net, keys):
    """The program's own names of all of a network's tensors."""
    named = {key: own_name(net["name"], key) for key in keys}
    if net["name"] == "densenet40":
        units = {"1": "growth", "2": "growth"}
        if net.get("bottleneck"):
            units["1"] = "bottleneck"
        kinds = {"conv": "conv", "bn": "norm"}
        for key, own in named.items():
            if ".layers." in own:
                *front, layer, leaf = own.split(".")
                named[key] = ".".join([*front, units[layer[-1]], kinds[layer[:-1]], leaf])
    return named


def flat_vgg_plan():
    flat = []
    for step in VGG_PLAN:
        flat += ["pool"] if step == "M" else ["conv", "norm", "relu"]
    return flat


# --- Numbers by formula --------------------------------------------------------------------------------------------


def uniform(key, shape):
    """Numbers in [-1, 1): splitmix64 of the place, counted on from the FNV-1a hash of the key."""
    seed = 0xCBF29CE484222325
    for byte in key.encode():
        seed = (seed ^ byte) * 0x100000001B3 % 2**64
    with np.errstate(over="ignore"):
        z = np.arange(int(np.prod(shape)), dtype=np.uint64) + np.uint64(seed)
        z = (z + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    unit = (z >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return torch.from_numpy((2.0 * unit - 1.0).reshape(shape))


def weights(key, shape):
    """A tensor of a network by formula, of a size that keeps the signal."""
    x = uniform(key, shape)
    leaf = key.split(".")[-1]
    if leaf == "running_var" or (leaf == "weight" and len(shape) == 1):
        return 1.0 + 0.4 * x
    if leaf == "weight":
        return x * np.sqrt(6.0 / np.prod(shape[1:]))
    return 0.3 * x


def fill(net):
    """Every parameter and running statistic by formula, in float64, in eval mode."""
    net = net.double().eval()
    state = net.state_dict()
    for key, tensor in state.items():
        counter = key.endswith("num_batches_tracked")
        tensor.copy_(torch.tensor(7) if counter else weights(key, tuple(tensor.shape)))
    return net


def logits(net, shape):
    with torch.no_grad():
        return net.double().eval()(uniform("input", (2, *shape))).tolist()
