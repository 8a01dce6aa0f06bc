"""A density with its band on logarithmic axes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._errors import optional

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes

    from ._analysis import Analysis, Density

#: The upper end of a band over its lower end, from which a density is not resolved, as in the report.
WIDEST = 10.0
#: Fraction of a single eigenvalue's peak below which nothing is left to resolve.
NEGLIGIBLE = 0.2
#: What is resolved over less than so many standard deviations of the Gaussians is no feature of its own.
ISLAND = 3.0
#: Lower end of the axis of heights, in eigenvalues per decade.
LOWEST = 0.2
#: Names of operators in figures; others are in capitals.
NAMES = {"hess": "Hess"}


def draw(analysis: Analysis, ax: Axes | None, line: dict[str, Any]) -> Axes:
    """Draws the density of an analysis."""
    numpy = optional("numpy", "a plot")
    if ax is None:
        _, ax = optional("matplotlib.pyplot", "a plot").subplots(figsize=(8, 3.2), layout="constrained")
    alone = not ax.lines
    sides = [analysis.density("log", side) for side in ("negative", "positive")]
    floor = _axes(numpy, ax, analysis, float(sides[1].grid[0]))
    name = NAMES.get(analysis.operator, analysis.operator.upper())
    style = {"label": f"{name}, epoch {analysis.epoch}, {analysis.split}", "linewidth": 1.5, **line}
    highest = 1.0
    for side in sides:
        top = side.density if side.upper is None else side.upper
        if analysis.dimension * top.max() > LOWEST:
            highest = max(highest, _side(numpy, ax, analysis, side, floor, style))
            # Both sides are one curve: of one colour, and once in a legend.
            style.update(label="_", color=ax.lines[-1].get_color())
    ax.set_ylim(LOWEST, max(ax.get_ylim()[1], 30 * highest))
    ax.axvspan(-floor, floor, color="0.93", linewidth=0, zorder=0)
    _marks(ax, analysis)
    place = ax.get_subplotspec()
    if place is None or place.is_last_row() or len(ax.get_shared_x_axes().get_siblings(ax)) == 1:
        ax.set_xlabel("eigenvalue λ")
    ax.set_ylabel("eigenvalues per decade")
    # Several densities on the same axes are told apart by a legend.
    ax.set_title(_title(analysis, name) if alone else "", loc="left")
    return ax


def _axes(numpy: Any, ax: Axes, analysis: Analysis, floor: float) -> float:
    """Makes the axes logarithmic and wide enough for the spectrum and all that they show; gives the modulus at which near
    zero begins."""
    lower, upper = analysis.range
    ends = [min(2 * lower, -2 * floor), max(2 * upper, 2 * floor)]
    if ax.get_xscale() == "symlog":
        floor = max(floor, getattr(ax.xaxis.get_transform(), "linthresh", floor))
        shown = ax.get_xlim()
        ends = [min(ends[0], shown[0]), max(ends[1], shown[1])]
    ax.set_xscale("symlog", linthresh=floor, linscale=0.3)
    ax.set_xlim(*ends)
    least = int(numpy.ceil(numpy.log10(floor) - 1e-9)) + 1
    most = int(numpy.floor(numpy.log10(max(-ends[0], ends[1]))))
    powers = [10.0**k for k in range(least, most + 1)]
    ax.set_xticks([x for x in [-power for power in powers] + [0.0] + powers if ends[0] <= x <= ends[1]])
    ax.set_yscale("log")
    return floor


def _side(numpy: Any, ax: Axes, analysis: Analysis, side: Density, floor: float, style: dict[str, Any]) -> float:
    """Draws one side of zero; gives its highest value."""
    shown = numpy.abs(side.grid) >= floor * (1 - 1e-9)
    grid, mean = side.grid[shown], analysis.dimension * side.density[shown]
    if side.lower is None or side.upper is None or analysis.json["spectrum"]["density"]["exact"]:
        ax.plot(grid, mean, **style)
        return float(mean.max())
    lower = analysis.dimension * numpy.clip(side.lower[shown], 0, None)
    upper = analysis.dimension * side.upper[shown]
    step = abs(float(numpy.log10(side.grid[1] / side.grid[0])))
    single = 1 / (side.width * (2 * numpy.pi) ** 0.5)
    open_ = (upper > NEGLIGIBLE * single) & (upper > WIDEST * lower)
    _join(numpy, open_, ISLAND * side.width / step)
    (drawn,) = ax.plot(grid, numpy.where(open_, numpy.nan, mean), **style)
    band: dict[str, Any] = {"color": drawn.get_color(), "linewidth": 0, "alpha": 0.3}
    ax.fill_between(grid, numpy.maximum(lower, LOWEST / 10), upper, where=~open_, **band)
    # Hatching reaches to the resolved points beside it.
    reach = open_.copy()
    reach[1:] |= open_[:-1]
    reach[:-1] |= open_[1:]
    hatched: dict[str, Any] = {"facecolor": "none", "edgecolor": "0.7", "linewidth": 0.5, "hatch": "///"}
    ax.fill_between(grid, LOWEST / 10, upper, where=reach, **hatched)
    return float(max(mean.max(), upper.max()))


def _join(numpy: Any, open_: np.ndarray, least: float) -> None:
    """Joins stretches of points that are not resolved and have fewer than ``least`` points between them."""
    points = numpy.flatnonzero(open_)
    for last, following in zip(points[:-1], points[1:]):
        if following - last - 1 < least:
            open_[last:following] = True


def _marks(ax: Axes, analysis: Analysis) -> None:
    """Marks the leading eigenvalues, and the thresholds of outliers."""
    outcomes = analysis.json["spectrum"]["outliers"]
    counts = [outcomes[side].get("decided") or {} for side in ("positive", "negative")]
    thresholds: list[float] = [count["threshold"] for count in counts if count.get("threshold") is not None]
    values: np.ndarray = analysis.eigenvalues
    beyond = [any(value * at > 0 and abs(value) > abs(at) for at in thresholds) for value in values]
    for marker, colour, wanted in (("|", "0.2", False), ("d", "tab:orange", True)):
        chosen = [value for value, outlier in zip(values, beyond) if outlier == wanted]
        place = ax.get_xaxis_transform()
        ax.plot(chosen, [0.94] * len(chosen), marker, color=colour, transform=place, label="_")
    for threshold in thresholds:
        ax.axvline(threshold, color="0.2", linestyle=":", linewidth=1)


def _title(analysis: Analysis, name: str) -> str:
    above, below = ("undecided" if count is None else str(count) for count in analysis.outliers)
    return f"{name}: outliers {above} above, {below} below the bulk"
