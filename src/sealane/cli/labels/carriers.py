"""How a file on this machine carries a label: inside, beside, or not; and the writing of each way.

A file has one label. What lies inside and what lies beside are looked at together, and where they
disagree neither is the file's.
"""

from __future__ import annotations

import base64
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from sealane.base.errors import Malformed, Misconfigured, SealaneError
from sealane.base.inputs import UNREADABLE
from sealane.cli import access
from sealane.cli.frame.answer import read_bytes
from sealane.cli.frame.beside import real, sidecar_of, sidecars, uri_of

if TYPE_CHECKING:
    from sealane.labels.binding.information import Bound, Sign
    from sealane.labels.binding.microsoft import Sensitivity
    from sealane.labels.model.label import Label
    from sealane.labels.model.scheme import Schemes

CHUNK, MAX_SIDECAR = 1 << 18, 1 << 20
PDF, OOXML, SIDECAR = "pdf", "ooxml", "sidecar"


@dataclass(frozen=True, slots=True)
class Carried:
    """One label that a file has: where, and what was proven or why not."""

    carrier: str
    where: str
    claimed: tuple[Label, ...]
    bound: Bound | None
    fault: SealaneError | None


@contextmanager
def opened(file: str) -> Iterator[BinaryIO]:
    """A regular file to read at any place. Raises: Malformed `input.unreadable`."""
    try:
        if not stat.S_ISREG(Path(file).stat().st_mode):
            raise UNREADABLE(path=file, why="no regular file")
        source = Path(file).open("rb")  # noqa: SIM115 - closed below, outside the try
    except OSError as error:
        raise UNREADABLE(path=file, why=error.strerror or "unreadable") from None
    with source:
        yield source


def carrier_of(file: str) -> str:
    """How a file carries a label, by its first bytes and, of a zip, by its relationships."""
    from sealane.labels.binding.office_package import is_office

    with opened(file) as source:
        if source.read(5) == b"%PDF-":
            return PDF
        return OOXML if is_office(source) else SIDECAR


def digest_of(file: str) -> str:
    """SHA-384 of a file of any size, base64, in flat memory."""
    state = access.new_hash()
    with opened(file) as source:
        while chunk := source.read(CHUNK):
            state.update(chunk)
    return base64.b64encode(state.digest()).decode("ascii")


def carries_inside(file: str, carrier: str) -> bool:
    """Whether a label lies inside a file, as far as can be read here."""
    from sealane.labels.binding.ooxml import carries_ooxml
    from sealane.labels.binding.pdf import carries_pdf

    if carrier == SIDECAR:
        return False
    with opened(file) as source:
        return (carries_pdf if carrier == PDF else carries_ooxml)(source)


def refuse_second(file: str, target: str, inside: str) -> None:
    """Silence is success: neither the file nor the place for its labelled form has a label beside
    it yet, nor, where `inside` is a carrier, inside.

    Raises: Conflict `binding.exists`.
    """
    from sealane.labels.binding.errors import BINDING_EXISTS

    beside = [path for one in {file, target} for _, path in sidecars(one)]
    if beside:
        raise BINDING_EXISTS(where=str(beside[0]))
    if carries_inside(file, inside):
        raise BINDING_EXISTS(where=file)


def bind_inside(
    file: str,
    target: str,
    carrier: str,
    label: Label,
    *,
    schemes: Schemes,
    sign: Sign | None,
    sensitivity: Sensitivity | None,
) -> None:
    """Write the labelled file, in flat memory."""
    from sealane.labels.binding.ooxml import bind_ooxml
    from sealane.labels.binding.pdf import bind_pdf

    if carrier == OOXML:
        with opened(file) as source, access.whole_output(target, like=file) as sink:
            bind_ooxml(
                source,
                sink,
                label,
                schemes,
                sign=sign,
                sensitivity=sensitivity,
                new_hash=access.new_hash,
            )
        return
    with opened(file) as source, access.plain_output(target, like=file) as sink:
        digest = base64.b64encode(access.copy_and_digest(source, sink)).decode("ascii")
        sink.write(bind_pdf(source, label, schemes, sign=sign, digest=digest))


def bind_beside(file: str, target: str, label: Label, schemes: Schemes, sign: Sign | None) -> None:
    """Write the label beside the file, or beside a copy of it where another place was named.

    The label is there before the copy is: no copy ever lies about without one.
    Raises: Malformed `output.refused`: what is no regular file has nothing beside it.
    """
    from sealane.labels.binding.information import write_binding

    place, beside = real(target), sidecar_of(target)
    if place.exists() and not place.is_file():
        raise access.refused_output(target, "a label cannot lie beside what is no regular file")
    references = {uri_of(place.name): digest_of(file)}
    data = write_binding(label, schemes, references, sign=sign).encode("utf-8")
    with access.whole_output(str(beside), like=file) as sink:
        sink.write(data)
    if place != real(file):
        try:
            copy(file, target)
        except SealaneError:
            beside.unlink(missing_ok=True)
            raise


def refuse_foreign(beside: list[tuple[str, Path]]) -> None:
    """Silence is success: whatever has the name of a label beside a file is one, whole or damaged.

    Raises: Refused `binding.foreign_sidecar`.
    """
    from sealane.labels.binding.errors import BINDING_FOREIGN
    from sealane.labels.binding.office_package import BINDING, SNIFFED, root_element

    for _, path in beside:
        with opened(str(path)) as source:
            if root_element(source.read(SNIFFED)) != BINDING:
                raise BINDING_FOREIGN(name=path.name)


def unbind_inside(file: str, target: str, carrier: str, schemes: Schemes) -> None:
    """Write the file without the label inside it."""
    from sealane.labels.binding.ooxml import unbind_ooxml
    from sealane.labels.binding.pdf import unbind_pdf

    with opened(file) as source:
        if carrier == OOXML:
            with access.whole_output(target, like=file) as sink:
                unbind_ooxml(source, sink, new_hash=access.new_hash)
            return
        left = unbind_pdf(source, schemes)
        with access.whole_output(target, like=file) as sink:
            _copied(source, sink, end=left.keep)
            sink.write(left.then)


def copy(file: str, target: str) -> None:
    """Write the file's bytes elsewhere, under its own mode."""
    with opened(file) as source, access.whole_output(target, like=file) as sink:
        _copied(source, sink)


def _copied(source: BinaryIO, sink: BinaryIO, *, end: int | None = None) -> None:
    source.seek(0)
    left = end if end is not None else os.fstat(source.fileno()).st_size
    while left and (chunk := source.read(min(CHUNK, left))):
        left -= len(chunk)
        sink.write(chunk)


def carried(file: str, schemes: Schemes) -> list[Carried]:
    """Every label that a file has, each proven or with what is wrong with it."""
    inside = carrier_of(file)
    out = [] if inside == SIDECAR else _inside(file, inside, schemes)
    return [*out, *(_beside(file, name, path, schemes) for name, path in sidecars(file))]


def _inside(file: str, carrier: str, schemes: Schemes) -> list[Carried]:
    from sealane.labels.binding.errors import BINDING_MISSING
    from sealane.labels.binding.ooxml import carries_ooxml, claimed_ooxml, verify_ooxml
    from sealane.labels.binding.pdf import carries_pdf, claimed_pdf, verify_pdf

    with opened(file) as source:
        try:
            if carrier == OOXML:
                bound = verify_ooxml(source, schemes, new_hash=access.new_hash)
            else:
                bound = verify_pdf(source, schemes)
            return [Carried(carrier, file, (bound.label,), bound, None)]
        except SealaneError as fault:
            if fault.code == BINDING_MISSING.code:
                return []
            if isinstance(fault, Misconfigured):
                raise
            if not (carries_ooxml if carrier == OOXML else carries_pdf)(source):
                return []
            claimed = (claimed_ooxml if carrier == OOXML else claimed_pdf)(source, schemes)
            return [Carried(carrier, file, tuple(claimed), None, _damage(fault))]


def _beside(file: str, name: str, path: Path, schemes: Schemes) -> Carried:
    from sealane.labels.binding.information import verify_references
    from sealane.labels.binding.reading import read_binding

    claimed: tuple[Label, ...] = ()
    try:
        bound = read_binding(read_bytes(str(path), limit=MAX_SIDECAR), schemes)
        claimed = (bound.label,)
        verify_references(bound, {uri_of(name): digest_of(file)})
    except SealaneError as fault:
        return Carried(SIDECAR, str(path), claimed, None, _damage(fault))
    return Carried(SIDECAR, str(path), claimed, bound, None)


def _damage(fault: SealaneError) -> SealaneError:
    """A label that is there and cannot be read is a damaged one, whatever the reader met."""
    from sealane.labels.binding.errors import BINDING_TAMPERED

    if not isinstance(fault, Malformed) or fault.code.startswith("input."):
        return fault
    cause = {"code": fault.code, "message": fault.message, "position": fault.position}
    return BINDING_TAMPERED(what="The label", what_ja="ラベル", details={"cause": cause})


def one_of(found: list[Carried]) -> Carried:
    """The label of a file: what all its carriers say, each of them proven.

    Raises: NotFound `binding.missing`; Untrusted `binding.conflict`; what is wrong with a carrier.
    """
    from sealane.labels.binding.errors import BINDING_CONFLICT, BINDING_MISSING

    if not found:
        raise BINDING_MISSING()
    # 1. Labels that differ are told together, before any is believed.
    stated = [(one, label) for one in found for label in one.claimed]
    if any(label != stated[0][1] for _, label in stated):
        labels = [
            {
                "carrier": one.carrier,
                "where": one.where,
                "verified": one.bound is not None,
                "label": label.as_json(),
            }
            for one, label in stated
        ]
        raise BINDING_CONFLICT(details={"labels": labels})
    # 2. What is there and does not hold is never passed over for what does.
    for one in found:
        if one.fault is not None:
            raise one.fault
    return found[0]
