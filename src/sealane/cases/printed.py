"""A form on which a case is printed, as data: a nation's own sections, numbers and headings in both
languages, and where each box takes its value from.

Spec: spec/case.md §9; R50.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from sealane.agreements.agreement import Bilingual
from sealane.base.described import described
from sealane.base.errors import Malformed, declare
from sealane.cases.kind import CaseField, CaseKind, FieldType

FORMAT = "sealane-printed-form-1"
BAD_PRINTED = declare(
    "case.printed_malformed",
    Malformed,
    "The printed form in {name} is wrong: {why}.",
    "{name} の印刷様式に誤りがあります：{why}。",
    "Compare it with spec/case.md §9.",
    "spec/case.md §9 と照らし合わせてください。",
)
OF_CASE = ("id", "opener", "with", "agreement", "opened", "state", "statement", "digest", "items")
"""What `case.` gives: what both nations show of a case."""
OF_EVENT = ("by", "at")
"""What `event.NAME.` gives beside the event's own fields."""
_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")


class _PrintedPart(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A part of the file that is read strictly."""


class PrintedBox(
    _PrintedPart, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"from_": "from"}
):
    """One box, or one column of a section that has a row for each entry of a list."""

    title: Bilingual
    from_: str | None = None
    """Where the value is from; None: it is left for a pen."""
    number: str = ""
    wide: bool = False
    """Over the whole width."""
    share: int = 1
    """Of the width of its columns."""


class PrintedSection(_PrintedPart, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One numbered section."""

    number: str
    title: Bilingual
    box: tuple[PrintedBox, ...]
    each: str | None = None
    """A list of the form: its boxes are columns, with a row for each entry."""


class PrintedForm(_PrintedPart, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole form, as its file says it."""

    format: str
    form: str
    kind: str
    language: Literal["en", "ja"]
    """In which its headings come first where nobody says otherwise."""
    paper: Literal["a4", "letter"]
    mark: str
    """What stands at the head and foot of each page: how such a paper is handled."""
    title: Bilingual
    notice: Bilingual
    """What the form is, and what it is not."""
    section: tuple[PrintedSection, ...]


described(PrintedForm)
PrintedForms = Mapping[str, Mapping[str, PrintedForm]]
"""By kind, and by the form's name."""


def printed_from_toml(data: bytes, name: str, kinds: Mapping[str, CaseKind]) -> PrintedForm:
    """A printed form from its file's bytes, every value it asks for one that the kind has. Raises:
    Malformed `case.printed_malformed`.
    """
    try:
        form = msgspec.convert(tomllib.loads(data.decode("utf-8")), PrintedForm)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BAD_PRINTED(name=name, why=str(error)[:300]) from None
    for why in _printed_faults(form, kinds.get(form.kind)):
        raise BAD_PRINTED(name=name, why=why)
    return form


def _printed_faults(form: PrintedForm, kind: CaseKind | None) -> Iterator[str]:
    if form.format != FORMAT:
        yield f"format is not {FORMAT}"
    if not _NAME.fullmatch(form.form):
        yield f"{form.form!r} is no name"
    if kind is None:
        yield f"there is no kind {form.kind!r}"
        return
    fields = {one.name: one for one in kind.field}
    for section in form.section:
        if section.each is not None and not (section.each in fields and fields[section.each].list):
            yield f"section {section.number}: {section.each} is no list of the form"
        for box in section.box:
            source = box.from_
            if source is not None and not _is_source(source, section, kind, fields):
                yield f"section {section.number}: there is no value {source!r}"
            if box.share < 1:
                yield f"section {section.number}: a share of {box.share}"


def _is_source(
    source: str, section: PrintedSection, kind: CaseKind, fields: Mapping[str, CaseField]
) -> bool:
    """Whether a value is one that a case of this kind has."""
    first, _, rest = source.partition(".")
    if first == "case":
        return rest in OF_CASE
    if first == "form":
        return rest in fields and fields[rest].type is not FieldType.OBJECT
    if first == "count":
        return rest in fields and fields[rest].list
    if first == "event":
        name, _, member = rest.partition(".")
        event = kind.event_of(name)
        return event is not None and member in (*OF_EVENT, *(one.name for one in event.field))
    if section.each is None:
        return False
    of_objects = fields[section.each].type is FieldType.OBJECT
    return source == "row" or (first == "each" and bool(rest) is of_objects)
