"""The folder of a run."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, NamedTuple, TypeVar

from . import _files
from ._analysis import Analysis
from ._errors import Error, optional
from ._files import Eigenpairs

if TYPE_CHECKING:
    import numpy as np

#: The order in which operators are listed; others follow by name.
_ORDER = ("hess", "g", "h", "a1", "a2", "b1", "b2")
T = TypeVar("T")
Place = tuple[str, str, int, str]


class Overlap(NamedTuple):
    """How two subspaces of parameter space lie to each other at an epoch."""

    epoch: int
    split: str
    #: Names of the two spaces, such as ``"hess"`` and ``"gradient"``.
    first: str
    second: str
    #: Mean squared cosine of the principal angles, from 0 to 1.
    overlap: float
    #: The most that ``overlap`` can be off because eigenvectors are approximate.
    error: float
    #: The mean overlap were one of the two drawn at random.
    chance: float
    #: Principal angles in radians, ascending: [k].
    angles: np.ndarray


class Finding(NamedTuple):
    """A finding of the papers, judged on the run."""

    epoch: int
    split: str
    #: A short name, the same in every version.
    id: str
    claim: str
    #: ``"confirmed"``, ``"not_confirmed"`` or ``"undecided"``.
    verdict: str
    #: Why, in a sentence.
    reason: str
    #: The finding as in the file, with its rule, conditions and numbers.
    json: dict[str, Any]


def open(path: str | os.PathLike[str]) -> Run:
    """The run in a folder.

    Raises:
        Error: the folder holds no run, or its ``run.toml`` is damaged.
    """
    return Run(Path(path))


class Run:
    """A run. Files are read when they are first asked for, and once; ``hesscope.open`` again sees what was added since."""

    def __init__(self, path: Path) -> None:
        file = path / "run.toml"
        if not file.is_file():
            raise Error(f"{path} holds no run, since there is no {file}: give the folder that `hesscope run` printed")
        #: The folder.
        self.path = path
        #: All of ``run.toml``: settings, versions, device, hashes.
        self.info = _files.read_toml(file)
        #: All settings, by their names in TOML: ``settings["train"]["learning-rate"]``.
        self.settings: dict[str, Any] = self.info["settings"]

    def __repr__(self) -> str:
        return f"<Run {self.path}>"

    def records(self, kind: str) -> list[dict[str, Any]]:
        """All records of a kind, as in their files: ``analysis``, ``eigenvalues``, ``overlaps``, ``findings``, ``means``."""
        return [record for _, record in self._records(kind)]

    def _records(self, kind: str) -> list[tuple[Path, dict[str, Any]]]:
        return [(path, _files.read_record(path, self.info["training-sha256"])) for path in self._names(kind, ".json")]

    def _names(self, folder: str, ending: str) -> list[Path]:
        # Names that begin with a dot are of files half-written.
        found = sorted((self.path / folder).glob(f"*{ending}"))
        return [path for path in found if not path.name.startswith(".")]

    def metrics(self, as_dicts: bool = False) -> Any:
        """Losses and accuracies along training, a row for each epoch: a pandas table, or a list of dicts.

        Columns: ``epoch`` (0 is the untrained network), ``learning_rate``, ``running_loss``, and ``train_loss``,
        ``train_accuracy``, ``test_loss``, ``test_accuracy`` of the epochs that were evaluated. Losses are in nats,
        accuracies from 0 to 1.
        """
        file = self.path / "metrics.jsonl"
        rows = []
        for line in _files.read_lines(file) if file.is_file() else []:
            row = {name: line.get(name) for name in ("epoch", "learning_rate", "running_loss")}
            for split in ("train", "test"):
                row.update({f"{split}_{name}": value for name, value in (line.get(split) or {}).items()})
            rows.append(row)
        return rows if as_dicts else optional("pandas", "a table").DataFrame(rows)

    @cached_property
    def analyses(self) -> list[Analysis]:
        """All analyses, by epoch, split and operator."""

        def order(analysis: Analysis) -> tuple[Any, ...]:
            known = analysis.operator in _ORDER
            place = _ORDER.index(analysis.operator) if known else len(_ORDER)
            return analysis.epoch, analysis.split != "train", place, analysis.operator, analysis.key

        found = [Analysis(self.path, path, record) for path, record in self._records("analysis")]
        return sorted(found, key=order)

    def analysis(
        self, operator: str = "hess", epoch: int | None = None, split: str = "train", key: str | None = None
    ) -> Analysis:
        """The analysis of an operator over a split, at the last epoch analysed unless one is given.

        ``key`` are digits that its key begins with, needed only where several differ in other settings.

        Raises:
            Error: there is no such analysis, or several.
        """
        wanted = (operator, epoch, split, key)
        return self._only(("analysis", "spectrum"), self.analyses, _place_of_analysis, wanted)

    def _only(
        self,
        names: tuple[str, str],
        every: list[T],
        place: Callable[[T], Place],
        wanted: tuple[str, int | None, str, str | None],
    ) -> T:
        (what, command), (operator, epoch, split, key) = names, wanted
        if not every:
            raise Error(f"{self.path} holds no {what}: make one with `hesscope {command} {self.path}`")
        # The names of files have 12 digits of a key.
        digits = (key or "")[:12]
        found = [one for one in every if place(one)[:2] == (operator, split) and place(one)[3].startswith(digits)]
        if epoch is None and found:
            epoch = max(place(one)[2] for one in found)
        found = [one for one in found if place(one)[2] == epoch]
        if len(found) == 1:
            return found[0]
        if found:
            keys = " or ".join(f'"{place(one)[3][:12]}"' for one in found)
            raise Error(f"{self.path} holds {len(found)} files of {operator} over {split} at epoch {epoch}: give key={keys}")
        at = "" if epoch is None else f" at epoch {epoch}"
        there = ", ".join(sorted({"{} over {} at epoch {}".format(*place(one)) for one in every}))
        raise Error(f"{self.path} holds no {what} of {operator} over {split}{at}: choose another, there are {there}")

    def table(self, top: int = 5, as_dicts: bool = False) -> Any:
        """All analyses, a row each: a pandas table, or a list of dicts.

        Columns: ``operator``, ``epoch``, ``split``, ``parameters``, ``examples``, ``loss``, ``accuracy``,
        ``outliers_above`` and ``outliers_below`` (missing where undecided), ``trace``, ``trace_error``, and
        ``eigenvalue_1`` to ``eigenvalue_top``, largest modulus first.
        """
        rows = [_row(analysis, top) for analysis in self.analyses]
        if as_dicts:
            return rows
        table = optional("pandas", "a table").DataFrame(rows)
        counts = {name: "Int64" for name in ("outliers_above", "outliers_below") if name in table}
        return table.astype(counts)

    def eigenpairs(
        self, operator: str = "hess", epoch: int | None = None, split: str = "train", key: str | None = None
    ) -> Eigenpairs:
        """The leading eigenpairs of an operator that the run keeps, chosen as by :meth:`analysis`.

        Raises:
            Error: there are no such eigenvectors, or several.
        """
        wanted = (operator, epoch, split, key)
        _, path = self._only(("eigenvectors", "overlaps"), self._pairs, lambda one: one[0], wanted)
        return _files.read_pairs(path)

    @cached_property
    def _pairs(self) -> list[tuple[Place, Path]]:
        found = []
        for path in self._names("eigenvectors", ".safetensors"):
            settings = _files.read_pairs_settings(path, self.info["training-sha256"])
            subject = settings["subject"]
            key = path.stem.rsplit("-", 1)[-1]
            found.append(((settings["operator"], subject["split"], subject["epoch"], key), path))
        return found

    def eigenvectors(
        self, operator: str = "hess", epoch: int | None = None, split: str = "train", key: str | None = None
    ) -> np.ndarray:
        """The leading eigenvectors of an operator, a row each: [k, p]; chosen as by :meth:`analysis`."""
        return self.eigenpairs(operator, epoch, split, key).vectors

    @cached_property
    def overlaps(self) -> list[Overlap]:
        """Principal angles between outlier spaces, class means and the gradient, at each epoch measured."""
        numpy = optional("numpy", "an array")
        return [
            Overlap(
                epoch["epoch"],
                record["settings"]["subjects"][0]["split"],
                pair["first"],
                pair["second"],
                pair["overlap"],
                pair["error"],
                pair["chance"],
                numpy.array(pair["angles"]["angles"], float),
            )
            for record in self.records("overlaps")
            for epoch in record["epochs"]
            for pair in epoch["pairs"]
        ]

    @cached_property
    def findings(self) -> list[Finding]:
        """The findings of the papers that were judged on this run."""
        return [
            Finding(
                record["settings"]["subject"]["epoch"],
                record["settings"]["subject"]["split"],
                finding["id"],
                finding["claim"],
                finding["verdict"],
                finding["reason"],
                finding,
            )
            for record in self.records("findings")
            for finding in record["findings"]
        ]


def _place_of_analysis(analysis: Analysis) -> Place:
    return analysis.operator, analysis.split, analysis.epoch, analysis.key


def _row(analysis: Analysis, top: int) -> dict[str, Any]:
    trace, outliers = analysis.trace, analysis.outliers
    values: list[float] = analysis.json["spectrum"]["top"]["values"]
    row = {
        "operator": analysis.operator,
        "epoch": analysis.epoch,
        "split": analysis.split,
        "parameters": analysis.dimension,
        "examples": analysis.examples,
        "loss": analysis.loss,
        "accuracy": analysis.accuracy,
        "outliers_above": outliers.positive,
        "outliers_below": outliers.negative,
        "trace": trace.value,
        "trace_error": trace.error,
    }
    row.update({f"eigenvalue_{i + 1}": value for i, value in enumerate(values[:top])})
    return row
