"""TLP 2.0 marks: `TLP:AMBER+STRICT`. `TLP:WHITE` of version 1.0 is read as CLEAR, with a note.

Spec: FIRST TLP 2.0; R14.
"""

from __future__ import annotations

from sealane.base.values import Instant
from sealane.labels.marks.gate import clean
from sealane.labels.marks.syntax import Parsed, Remark, Syntax
from sealane.labels.model.errors import NOT_EXPRESSIBLE, SPACING, TRAILING, TRUNCATED, unknown
from sealane.labels.model.label import Label
from sealane.labels.model.scheme import Level, Scheme, Schemes

POLICY = "TLP"
OLD_NAME = Remark(
    "label.old_name",
    "TLP:WHITE is the name of TLP 1.0; it equals CLEAR.",
    "TLP:WHITE は TLP 1.0 の名称で、CLEAR と同じです。",
)
SPACED = Remark(
    "label.spacing",
    "Spacing, case or a hyphen was put right.",
    "空白・大小文字・ハイフンを直しました。",
)


def _levels(scheme: Scheme) -> dict[str, Level]:
    return {mark: level for level in scheme.levels for mark in level.marks["tlp"]}


def _read(text: str, schemes: Schemes, _at: Instant | None, lenient: bool) -> Parsed:
    gated = clean(text, lenient=lenient)
    scheme = schemes[POLICY]
    marks = scheme.derived("tlp", _levels)
    notes = list(gated.notes)
    body = gated.text
    level = marks.get(body)
    if level is None and lenient:
        body = _tidied(body)
        level = marks.get(body)
        notes.append(SPACED)
    if level is None:
        raise _refusal(gated.text, marks)
    if body != level.marks["tlp"][0]:
        notes.append(OLD_NAME)
    label = Label(policy=POLICY, classification=level.name)
    return Parsed(label, level.marks["tlp"][0], tuple(notes))


def _tidied(body: str) -> str:
    """Slips of case and spacing, and the hyphen or space variants of AMBER+STRICT."""
    tight = "".join(body.split()).upper()
    return (
        "TLP:AMBER+STRICT"
        if tight in ("TLP:AMBER-STRICT", "TLP:AMBERSTRICT", "TLP:AMBER_STRICT")
        else tight
    )


def _refusal(body: str, marks: dict[str, Level]) -> Exception:
    if body != body.strip() or body.upper().replace(" ", "") in marks:
        return SPACING(position=0)
    if any(mark.startswith(body) for mark in marks):
        return TRUNCATED(position=len(body), expected="colour")
    longest = max((mark for mark in marks if body.startswith(mark)), key=len, default="")
    if longest and body[len(longest)] in " /,;[(":
        return TRAILING(position=len(longest))
    return unknown(body, 4 if body.startswith("TLP:") else 0)


def _write(label: Label, schemes: Schemes) -> str:
    if (
        label.categories
        or label.privacy_mark
        or label.review
        or label.succession
        or label.originator
    ):
        raise NOT_EXPRESSIBLE(member="anything beside its classification")
    level = schemes[POLICY].level(label.classification)
    assert level is not None
    return level.marks["tlp"][0]


TLP = Syntax(name="tlp", read=_read, write=_write, policy=POLICY)
