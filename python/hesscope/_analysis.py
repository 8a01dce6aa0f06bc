"""The spectrum of one operator at one epoch over one split."""

from __future__ import annotations

import tempfile
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from . import _binary
from ._errors import Error, optional

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes


class Outliers(NamedTuple):
    """Eigenvalues that stand apart from the bulk; ``None`` where the count is undecided."""

    #: Above the bulk.
    positive: int | None
    #: Below the bulk.
    negative: int | None


class Estimate(NamedTuple):
    """A number with its standard error over the random probes."""

    value: float
    #: ``None`` of a single probe, 0 where the whole spectrum is known.
    error: float | None


class Density(NamedTuple):
    """A spectral density at n points, each eigenvalue broadened to a Gaussian.

    Its integral over all eigenvalues is 1: times p it counts eigenvalues.
    """

    #: ``"linear"``: density of λ. ``"log"``: density of log10 |λ| on one side of zero, per decade.
    axis: str
    #: The eigenvalues λ at the points: [n].
    grid: np.ndarray
    #: The mean over the probes: [n].
    density: np.ndarray
    #: Lower end of the 95% band that holds the exact spectrum, broadened alike: [n]; ``None`` on the negative side of an
    #: operator that has no eigenvalue below zero.
    lower: np.ndarray | None
    #: Upper end of the band: [n].
    upper: np.ndarray | None
    #: Standard error over the probes: [n]; ``None`` of a single probe.
    standard_error: np.ndarray | None
    #: Standard deviation of the Gaussians, in λ or in decades.
    width: float


class Analysis:
    """One file of ``analysis/``. Attributes hold what the file says; ``json`` has all of it."""

    def __init__(self, run: Path, path: Path, json: dict[str, Any]) -> None:
        settings, subject = json["settings"], json["settings"]["subject"]
        self._run = run
        #: The file.
        self.path = path
        #: The whole record, as its schema describes it (``hesscope schema analysis``).
        self.json = json
        #: The operator: ``"hess"``, ``"g"``, ``"h"``, ``"a1"``, or a sum such as ``"a1+a2"``.
        self.operator: str = settings["operator"]
        #: The epoch of the checkpoint; 0 is the network before training.
        self.epoch: int = subject["epoch"]
        #: The split that the loss is the mean over: ``"train"`` or ``"test"``.
        self.split: str = subject["split"]
        #: SHA-256 of the settings; its first 12 digits end the file's name.
        self.key: str = json["origin"]["key"]
        #: Number of parameters, p.
        self.dimension: int = json["spectrum"]["dimension"]
        #: Number of examples, N.
        self.examples: int = json["examples"]
        #: Number of classes, C.
        self.classes: int = json["classes"]
        #: Mean loss over the split, in nats.
        self.loss: float = json["loss"]
        #: Share of examples answered correctly, from 0 to 1.
        self.accuracy: float = json["accuracy"]
        #: Products with one vector that were formed.
        self.products: int = json["spectrum"]["products"]

    def __repr__(self) -> str:
        return f"<Analysis of {self.operator} over {self.split} at epoch {self.epoch}, p = {self.dimension}>"

    @cached_property
    def eigenvalues(self) -> np.ndarray:
        """Leading eigenvalues, largest modulus first: [k], float64."""
        return self._top("values", float)

    @cached_property
    def residuals(self) -> np.ndarray:
        """The norms |A q - θ q|: [k], float64. Each eigenvalue lies within its residual of an exact one."""
        return self._top("residuals", float)

    @cached_property
    def converged(self) -> np.ndarray:
        """Whether each leading eigenpair met the tolerance: [k], bool."""
        return self._top("converged", bool)

    def _top(self, name: str, kind: type) -> np.ndarray:
        numpy = optional("numpy", "an array")
        array: np.ndarray = numpy.array(self.json["spectrum"]["top"][name], kind)
        return array

    @property
    def range(self) -> tuple[float, float]:
        """Lower and upper end of an interval that holds the spectrum."""
        found = self.json["spectrum"]["range"]
        return found["lower"], found["upper"]

    @property
    def outliers(self) -> Outliers:
        """How many eigenvalues stand apart at each end; ``json["spectrum"]["outliers"]`` has the evidence."""
        ends = self.json["spectrum"]["outliers"]
        return Outliers(*(ends[side].get("decided", {}).get("count") for side in ("positive", "negative")))

    @property
    def laws(self) -> list[dict[str, Any]]:
        """The laws fitted to the bulk on each side of zero, as in the file."""
        return list(self.json["spectrum"].get("laws", []))

    @property
    def mean_eigenvalue(self) -> Estimate:
        """Trace over p, by the probes of the density."""
        density = self.json["spectrum"]["density"]
        order, probes = density["dim"], density["quadratures"]
        known = sum(atom["value"] for atom in density["atoms"]) / order
        rest = (order - len(density["atoms"])) / order
        means = [rest * sum(w * x for w, x in zip(q["weights"], q["nodes"])) for q in probes]
        if not means:
            return Estimate(known, 0.0)
        count = len(means)
        mean = sum(means) / count
        if density["exact"]:
            return Estimate(known + mean, 0.0)
        if count == 1:
            return Estimate(known + mean, None)
        variance = sum((x - mean) ** 2 for x in means) / (count - 1)
        return Estimate(known + mean, (variance / count) ** 0.5)

    @property
    def trace(self) -> Estimate:
        """The trace, by the probes of the density."""
        mean, error = self.mean_eigenvalue
        return Estimate(self.dimension * mean, None if error is None else self.dimension * error)

    @cached_property
    def arrays(self) -> dict[str, np.ndarray]:
        """The arrays that ``hesscope export --what analysis`` writes, by name; single numbers are of shape ().

        The program computes them from the file: densities with their bands on linear and logarithmic axes, quadratures,
        eigenvalues. docs/python.md lists the names.
        """
        numpy = optional("numpy", "an array")
        with tempfile.TemporaryDirectory(prefix="hesscope-") as folder:
            out = str(Path(folder) / "analysis.npz")
            _binary.run(["export", str(self._run), "--what", "analysis", "--key", self.key, "--out", out])
            with numpy.load(out, allow_pickle=False) as archive:
                return {name: archive[name] for name in archive.files if not name.endswith(".json")}

    def density(self, axis: str = "linear", side: str = "positive") -> Density:
        """The density with its 95% band, at n points.

        ``axis="linear"``: of λ, over the range of the spectrum, n = 1024. ``axis="log"``: of log10 |λ|, on the side
        ``"positive"`` or ``"negative"`` of zero, from six decades below the largest modulus, 40 points per decade.

        Raises:
            Error: another axis or side, and a linear density of an operator whose range is a single point.
        """
        if axis == "linear":
            if "linear_points" not in self.arrays:
                raise Error(f"the spectrum of {self.path} is a single point, which has no density: see its eigenvalues")
            return self._curve(axis, "linear", self.arrays["linear_points"])
        if axis != "log":
            raise Error(f'there is no axis {axis!r}: choose "linear" or "log"')
        if side not in ("positive", "negative"):
            raise Error(f'there is no side {side!r}: choose "positive" or "negative"')
        modulus = 10.0 ** self.arrays["log_points"]
        return self._curve(axis, f"log_{side}", modulus if side == "positive" else -modulus)

    def _curve(self, axis: str, name: str, grid: np.ndarray) -> Density:
        arrays = self.arrays
        return Density(
            axis=axis,
            grid=grid,
            density=arrays[f"{name}_mean"],
            lower=arrays.get(f"{name}_lower"),
            upper=arrays.get(f"{name}_upper"),
            standard_error=arrays.get(f"{name}_standard_error"),
            width=float(arrays[f"{axis}_width"]),
        )

    def plot(self, ax: Axes | None = None, **line: Any) -> Axes:
        """Draws the density with its 95% band on logarithmic axes, as the report does; gives the axes.

        The eigenvalue axis is logarithmic on both sides of zero and in units of λ. Stretches where the band is wider than a
        factor of 10 are hatched and have no line. Ticks at the top are leading eigenvalues, diamonds are outliers.
        ``ax`` are axes to draw on, new ones by default; on those with another density ``ax.legend()`` names both.
        ``line`` goes to Matplotlib's ``plot``, such as ``color``.
        """
        from ._plot import draw

        return draw(self, ax, line)
