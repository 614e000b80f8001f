"""The syntaxes of US banners and portions.

Spec: CAPCO Register and Manual 2016; DoDM 5200.01 volume 2; spec/interfaces.md §1.
"""

from __future__ import annotations

from sealane.base.values import Instant
from sealane.labels.marks.gate import clean
from sealane.labels.marks.syntax import Parsed, Syntax
from sealane.labels.model.label import Label
from sealane.labels.model.scheme import Schemes
from sealane.labels.us.banner_write import write_mark
from sealane.labels.us.read import read_mark
from sealane.labels.us.vocabulary import Form, vocabulary

POLICY = "USA"


def mark_syntax(form: Form) -> Syntax:
    """The syntax of one form."""

    def read(text: str, schemes: Schemes, at: Instant | None, lenient: bool) -> Parsed:
        words = vocabulary(schemes[POLICY], form)
        gate = clean(text, lenient=lenient)
        label, canonical, notes = read_mark(gate, words, at=at, lenient=lenient)
        return Parsed(label, canonical, (*gate.notes, *notes))

    def write(label: Label, schemes: Schemes) -> str:
        return write_mark(label, vocabulary(schemes[POLICY], form))

    return Syntax(name=form, read=read, write=write, policy=POLICY)


BANNER = mark_syntax("us-banner")
