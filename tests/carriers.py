"""Binding, verifying and unbinding over bytes in hand, for tests of what carries a label."""

from __future__ import annotations

import io
from pathlib import Path

from sealane.labels.binding.information import Bound, Sign
from sealane.labels.binding.office_package import is_office
from sealane.labels.binding.ooxml import bind_ooxml, unbind_ooxml, verify_ooxml
from sealane.labels.binding.pdf import bind_pdf, unbind_pdf, verify_pdf
from sealane.labels.model.label import Category, Label
from tests.unit.labels.shipped import shipped

VECTORS = Path(__file__).parent / "vectors" / "carriers"
LABEL = Label(
    policy="AUS",
    classification="SECRET",
    originator="AUS",
    created="2026-11-22T00:00:00Z",
    review="2031-01-01T00:00:00Z",
    categories=(Category("Releasable To", "permissive", ("AUS", "JPN")),),
)
LOWER = Label(
    policy="AUS",
    classification="OFFICIAL",
    originator="AUS",
    created="2026-11-22T00:00:00Z",
    review="2031-01-01T00:00:00Z",
)


def labelled(data: bytes, label: Label = LABEL, *, sign: Sign | None = None) -> bytes:
    """The file with the label inside: PDF by its first bytes, else a package."""
    if data.startswith(b"%PDF-"):
        return data + bind_pdf(io.BytesIO(data), label, shipped(), sign=sign)
    sink = io.BytesIO()
    bind_ooxml(io.BytesIO(data), sink, label, shipped(), sign=sign)
    return sink.getvalue()


def verified(data: bytes) -> Bound:
    """What the label inside proves."""
    source = io.BytesIO(data)
    return (verify_pdf if data.startswith(b"%PDF-") else verify_ooxml)(source, shipped())


def stripped(data: bytes) -> bytes:
    """The file without its label."""
    source, sink = io.BytesIO(data), io.BytesIO()
    if data.startswith(b"%PDF-"):
        left = unbind_pdf(source, shipped())
        return data[: left.keep] + left.then
    unbind_ooxml(source, sink)
    return sink.getvalue()


def carries(data: bytes) -> bool:
    """Whether a package's label would lie inside."""
    return is_office(io.BytesIO(data))


def vector(name: str) -> bytes:
    """A file of tests/vectors/carriers."""
    return (VECTORS / name).read_bytes()
