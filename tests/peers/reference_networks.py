"""The networks of the exact references, in PyTorch and float64, with their dense Hessians."""

import json
import pathlib

import torch
from safetensors.torch import load_file
from torch import nn

NAMES = ["mlp", "cnn", "vgg_bn", "resnet_block", "densenet_block"]


class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv1 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)

    def forward(self, x):
        inner = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(inner)) + x)


class Dense(nn.Module):
    def __init__(self, width, growth):
        super().__init__()
        self.bn = nn.BatchNorm2d(width)
        self.conv = nn.Conv2d(width, growth, 3, padding=1, bias=False)

    def forward(self, x):
        return torch.cat([x, self.conv(torch.relu(self.bn(x)))], dim=1)


def network(name):
    """The layers of the references' README, so numbered that parameter names agree."""
    conv = lambda a, b, **options: nn.Conv2d(a, b, 3, padding=1, **options)
    if name == "mlp":
        layers = [nn.Flatten(), nn.Linear(36, 12), nn.Tanh(), nn.Linear(12, 4)]
    elif name == "cnn":
        layers = [conv(2, 4), nn.ReLU(), nn.MaxPool2d(2), conv(4, 6), nn.ReLU(), nn.Flatten(), nn.Linear(54, 5)]
    elif name == "vgg_bn":
        layers = [
            conv(1, 4), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2),
            conv(4, 6), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
            nn.Linear(24, 8, bias=False), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3),
        ]  # fmt: skip
    elif name == "resnet_block":
        layers = [
            conv(3, 5, stride=2, bias=False), nn.BatchNorm2d(5), nn.ReLU(), Residual(5),
            nn.AvgPool2d(4), nn.Flatten(), nn.Linear(5, 4),
        ]  # fmt: skip
    else:
        layers = [
            conv(2, 4, bias=False), Dense(4, 3), Dense(7, 3), nn.BatchNorm2d(10), nn.ReLU(),
            nn.Conv2d(10, 5, 1, bias=False), nn.AvgPool2d(2), Dense(5, 3), nn.AvgPool2d(3),
            nn.Flatten(), nn.Linear(8, 4),
        ]  # fmt: skip
    return nn.Sequential(*layers).double().eval()


class Reference:
    """One reference: the network with its weights, the batch, and the exact spectrum of the Hessian."""

    def __init__(self, folder, name):
        folder = pathlib.Path(folder)
        tensors = load_file(folder / f"{name}_eval.safetensors")
        order = json.loads((folder / f"{name}_eval.json").read_text())["parameter_order"]
        self.name, self.model = name, network(name)
        parameters = list(self.model.named_parameters())
        stored = [tensors[f"param.{key}"] for key in order]
        if len(parameters) != len(stored):
            raise SystemExit(f"{name}: {len(parameters)} parameters, and {len(stored)} in the file")
        with torch.no_grad():
            for (_, parameter), value in zip(parameters, stored):
                parameter.copy_(value)
            for key, buffer in self.model.named_buffers():
                if f"buffer.{key}" in tensors:
                    buffer.copy_(tensors[f"buffer.{key}"])
        self.inputs, self.targets = tensors["x"].double(), tensors["y"].long()
        self.eigenvalues = tensors["hessian.eigenvalues"].numpy()
        difference = (self.model(self.inputs) - tensors["logits"]).abs().max()
        if difference > 1e-12:
            raise SystemExit(f"{name}: the logits differ by {difference:.1e}; the network is not the reference's")

    def loss(self):
        return nn.functional.cross_entropy(self.model(self.inputs), self.targets)

    def hessian(self):
        """The dense p x p Hessian, row by row by double backward, symmetric to rounding."""
        parameters = list(self.model.parameters())
        gradient = torch.autograd.grad(self.loss(), parameters, create_graph=True)
        gradient = torch.cat([part.reshape(-1) for part in gradient])
        rows = []
        for entry in gradient:
            row = torch.autograd.grad(entry, parameters, retain_graph=True, allow_unused=True)
            rows.append(torch.cat([
                torch.zeros_like(p).reshape(-1) if r is None else r.reshape(-1) for r, p in zip(row, parameters)
            ]))  # fmt: skip
        dense = torch.stack(rows)
        dense = (dense + dense.T) / 2
        found = torch.linalg.eigvalsh(dense).numpy()
        scale = abs(self.eigenvalues).max()
        if abs(found - self.eigenvalues).max() > 1e-10 * scale:
            raise SystemExit(f"{self.name}: the Hessian's spectrum is not the reference's")
        return dense
