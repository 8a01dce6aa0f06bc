"""The files of a run. Each carries the SHA-256 of its content, which is verified as it is read."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ._errors import Error, optional

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    import numpy as np

#: The version of the records that this package reads.
SCHEMA = 4
#: What stands before and behind the sum: in JSON, in JSON on a single line, in TOML.
_JSON = (b'{\n  "sha256": "', b'",')
_LINE = (b'{"sha256":"', b'",')
_TOML = (b'sha256 = "', b'"\n')
#: The one entry of a file of eigenvectors beside its tensors.
_PAIRS = "hesscope.eigenvectors"


class Eigenpairs(NamedTuple):
    """Leading eigenpairs of an operator of order p."""

    #: Eigenvalues, largest modulus first: [k], float64.
    values: np.ndarray
    #: The norms |A q - θ q|, in units of the eigenvalues: [k], float64.
    residuals: np.ndarray
    #: Whether each met the tolerance: [k], bool.
    converged: np.ndarray
    #: Unit eigenvectors, a row each, in the order of the network's parameters: [k, p], in the precision of the products.
    vectors: np.ndarray


def read_bytes(path: Path) -> bytes:
    """The bytes of a file."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise Error(f"cannot read {path}: {error.strerror}") from error


def _damaged(path: Path, reason: str) -> Error:
    return Error(f"{path} is damaged ({reason}): delete it and repeat the command that wrote it")


def _body(path: Path, form: tuple[bytes, bytes], content: bytes) -> bytes:
    """What follows the sum, which is compared with it."""
    before, behind = form
    start = len(before) + 64 + len(behind)
    if not content.startswith(before) or content[start - len(behind) : start] != behind:
        raise _damaged(path, "it has no checksum")
    body = content[start:]
    if hashlib.sha256(body).hexdigest().encode() != content[len(before) : len(before) + 64]:
        raise _damaged(path, "its content does not agree with its checksum")
    return body


def _object(path: Path, form: tuple[bytes, bytes], content: bytes) -> dict[str, Any]:
    body = _body(path, form, content)
    try:
        found: dict[str, Any] = json.loads(b"{" + body)
    except ValueError as error:
        raise _damaged(path, f"it is no JSON: {error}") from error
    return found


def read_record(path: Path, run_sha256: str) -> dict[str, Any]:
    """A record of a run, of the schema that this package reads and of this very run."""
    record = _object(path, _JSON, read_bytes(path))
    if "origin" not in record or "settings" not in record:
        raise Error(f"{path} is no record of a run: move it elsewhere")
    schema = record["origin"]["schema"]
    if schema != SCHEMA:
        raise Error(
            f"{path} has schema {schema}, and this version of the package reads {SCHEMA}: "
            "install the version of hesscope that wrote it, or delete it and repeat the command"
        )
    settings = record["settings"]
    for subject in settings.get("subjects") or [settings["subject"]]:
        _check_run(path, subject, run_sha256)
    return record


def _check_run(path: Path, subject: dict[str, Any], run_sha256: str) -> None:
    if subject["run_sha256"] != run_sha256:
        raise Error(f"{path} is of another run than that of run.toml: put the right file back, or delete this one")


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a file that has one on each line."""
    return [_object(path, _LINE, line) for line in read_bytes(path).splitlines()]


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML document."""
    body = _body(path, _TOML, read_bytes(path))
    try:
        return tomllib.loads(body.decode())
    except ValueError as error:
        raise _damaged(path, f"it is no TOML: {error}") from error


def _header(path: Path, read: Any) -> tuple[dict[str, Any], str, dict[str, Any]]:
    """The header of a file of eigenvectors, its sum, and what it says of the pairs."""
    try:
        header = json.loads(read(int.from_bytes(read(8), "little")))
        total, text = header["__metadata__"][_PAIRS].split(" ", 1)
        return header, total, json.loads(text)
    except (ValueError, KeyError, OverflowError, MemoryError) as error:
        raise _damaged(path, "it has no header of eigenvectors") from error


def read_pairs_settings(path: Path, run_sha256: str) -> dict[str, Any]:
    """What the eigenvectors of a file are of; the vectors are not read."""
    try:
        with path.open("rb") as file:
            _, _, about = _header(path, file.read)
    except OSError as error:
        raise Error(f"cannot read {path}: {error.strerror}") from error
    _check_run(path, about["settings"]["subject"], run_sha256)
    settings: dict[str, Any] = about["settings"]
    return settings


def read_pairs(path: Path) -> Eigenpairs:
    """The eigenpairs of a file in the format safetensors."""
    numpy = optional("numpy", "reading eigenvectors")
    content = memoryview(read_bytes(path))
    place = 0

    def read(count: int) -> bytes:
        nonlocal place
        place += count
        return bytes(content[place - count : place])

    header, total, about = _header(path, read)
    text = header["__metadata__"][_PAIRS].split(" ", 1)[1].encode()
    parts = [content[place:][slice(*header[name]["data_offsets"])] for name in ("values", "residuals", "vectors")]
    digest = hashlib.sha256()
    for part in (text, *parts):
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    if digest.hexdigest() != total:
        raise _damaged(path, "its content does not agree with its checksum")
    arrays = []
    for name, part in zip(("values", "residuals", "vectors"), parts):
        kind = {"F32": "<f4", "F64": "<f8"}[header[name]["dtype"]]
        arrays.append(numpy.frombuffer(part, kind).reshape(header[name]["shape"]))
    values, residuals, vectors = arrays
    return Eigenpairs(values, residuals, numpy.array(about["converged"], bool), vectors)
