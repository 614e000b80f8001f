"""The mark of a file: inside it, beside it, or as the first and the last line of its text; all that
are there say one thing, or none counts.

Spec: spec/export.md §2; spec/labels.md §Carriers.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass

from sealane.base.errors import SealaneError
from sealane.contents.found import FileContents, Layer
from sealane.labels.binding.information import verify_references
from sealane.labels.binding.neighbour import neighbour
from sealane.labels.binding.reading import read_binding
from sealane.labels.model.label import Label, label_from_json
from sealane.services.deciding.written_marks import read_mark
from sealane.services.guard.refusing import NO_MARK, UNCLEAR
from sealane.services.node import Node

SIDECAR, TEXT = "sidecar", "text"


@dataclass(frozen=True, slots=True)
class FoundMark:
    """The one mark of a file, and where it was found first."""

    label: Label
    carrier: str


def mark_of(
    node: Node, contents: FileContents, sidecar: str | None, name: str, document: str
) -> FoundMark:
    """The mark of a file.

    Args:
        sidecar: the label that lies beside it, as its file says; it binds a file of this `name`.
        document: SHA-384 of the file, hex.
    Raises: Refused `export.no_mark`, `export.mark_unclear`.
    """
    found = list(_found(node, contents, sidecar, name, document))
    if not found:
        raise NO_MARK()
    first = found[0]
    if any(_said(one.label) != _said(first.label) for one in found):
        labels = [{"carrier": one.carrier, "label": one.label.as_json()} for one in found]
        raise UNCLEAR(why="its marks disagree", why_ja="標示が食い違う", details={"labels": labels})
    return first


def _said(label: Label) -> object:
    return label.policy, label.classification, label.categories


def _found(
    node: Node, contents: FileContents, sidecar: str | None, name: str, document: str
) -> Iterator[FoundMark]:
    for one in contents.marks:
        if one.label is None:
            raise _unclear(one.carrier, one.fault or "")
        yield FoundMark(label_from_json(one.label), one.carrier)
    if sidecar is not None:
        yield FoundMark(_beside(node, sidecar, name, document), SIDECAR)
    for label in _banners(node, contents):
        yield FoundMark(label, TEXT)


def _beside(node: Node, sidecar: str, name: str, document: str) -> Label:
    digest = base64.b64encode(bytes.fromhex(document)).decode("ascii")
    try:
        bound = read_binding(sidecar, node.schemes)
        verify_references(bound, {neighbour(name.encode("utf-8", "surrogateescape")): digest})
    except SealaneError as error:
        raise _unclear(SIDECAR, error.code) from None
    return bound.label


def _unclear(carrier: str, code: str) -> SealaneError:
    return UNCLEAR(
        why=f"the label of its {carrier} does not hold",
        why_ja=f"{carrier} のラベルが成り立たない",
        details={"carrier": carrier, "cause": code},
    )


def _banners(node: Node, contents: FileContents) -> Iterator[Label]:
    """The marks that frame a text, or each page of a PDF."""
    if contents.form not in ("text", "pdf"):
        return
    for part in contents.of(Layer.TEXT):
        if contents.form == "text" and part.place != "text":
            continue
        lines = [line.strip() for line in part.text.splitlines() if line.strip()]
        ends = [read_mark(node, line) for line in (lines[:1] + lines[-1:])]
        marks = [one for one in ends if one is not None]
        if not marks:
            continue
        if len(marks) < len(ends) and contents.form == "text":
            raise UNCLEAR(
                why=f"{part.place}: a mark stands at one end alone",
                why_ja=f"{part.place}：標示が片方の端にだけある",
            )
        if _said(marks[0]) != _said(marks[-1]):
            raise UNCLEAR(
                why=f"{part.place}: its two ends differ",
                why_ja=f"{part.place}：両端の標示が異なる",
            )
        yield marks[0]
