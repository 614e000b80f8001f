"""A case on a nation's own form: headings from the form's file, values from what both nations show.

What this nation keeps for itself about the case is no part of that, and no form can ask for it.
Spec: spec/case.md §9; R37, R50.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from sealane.agreements.agreement import Bilingual
from sealane.base import canonical
from sealane.base.errors import NotFound, declare
from sealane.base.visible import visible
from sealane.cases.course import Course
from sealane.cases.kind import CaseField, FieldType
from sealane.cases.printed import PrintedBox, PrintedForm, PrintedSection
from sealane.cases.sheet import Heading, PrintedSheet, SheetBox, SheetSection
from sealane.registry.who_may import Act
from sealane.services.cases import books
from sealane.services.dialogue import seeing
from sealane.services.node import Node
from sealane.services.register import acts
from sealane.services.register.acts import Named
from sealane.services.statements.journal import record

Paper = Callable[[PrintedSheet], bytes]
"""What makes a file of a sheet."""
NO_FORM = declare(
    "case.no_form",
    NotFound,
    "There is no form {form!r} for cases of kind {kind}.",
    "種類 {kind} の案件に様式 {form!r} はありません。",
    "The forms for it: {known}.",
    "利用できる様式：{known}。",
)
NOT_STATED = "–"
_INSTANT = re.compile(r"(\d{4})-(\d{2})-(\d{2})T(\d{2}:\d{2}):\d{2}(?:\.\d+)?Z")
FOOT = {
    "en": "{case} · {digest} · printed by {person} · {at}",
    "ja": "{case} · {digest} · 印刷者 {person} · {at}",
}


def forms_for(node: Node, kind: str) -> Mapping[str, PrintedForm]:
    """The forms on which cases of a kind are printed, by name."""
    return node.printed_forms.get(kind, {})


def printed(
    node: Node,
    case: str,
    form: str,
    *,
    lang: str | None,
    kind: str | None,
    person: Named,
    paper: Paper,
) -> tuple[bytes, dict[str, Any]]:
    """A case as a file on a form, and what it is; that it was printed, by whom and on which form is
    on record before the file is handed over.

    Args:
        lang: the language that comes first; None: the form's own.
        kind: the kind that the case must be of; None: any.
    Raises: NotFound `person.unknown`, `case.unknown`, `case.no_form`; Refused `person.duty`.
    """
    with node.store.reading() as tx:
        actor = acts.actor_of(person)
        known = acts.known(node, tx, Act.PRINT_CASE, actor)
        row = seeing.kept(node, tx, known, case, kind=kind)
        found = books.course(node, tx, row)
    forms = forms_for(node, found.kind.kind)
    if form not in forms:
        raise NO_FORM(form=form[:40], kind=found.kind.kind, known=", ".join(forms) or "-")
    sheet = sheet_of(node, found, forms[form], lang or forms[form].language, str(actor.person))
    data = paper(sheet)
    with node.store.writing() as tx:
        record(
            node,
            tx,
            "case.printed",
            item=case,
            agreement=found.head.agreement,
            type=form,
            record=canonical.sha384(data),
            **actor.told(),
        )
    return data, {"case": case, "form": form, "lang": sheet.lang, "bytes": len(data)}


def sheet_of(node: Node, case: Course, form: PrintedForm, lang: str, person: str) -> PrintedSheet:
    """What is printed, before it is drawn."""
    page = _Page(node, case, lang)
    foot = FOOT[lang].format(
        case=case.head.id,
        digest=case.digest()[:16],
        person=person,
        at=f"{node.now()[1][:19]}Z",
    )
    return PrintedSheet(
        title=page.heading(form.title),
        notice=page.heading(form.notice),
        mark=form.mark,
        paper=form.paper,
        lang=lang,
        foot=foot,
        sections=tuple(map(page.section, form.section)),
    )


class _Page:
    """One case in one language."""

    def __init__(self, node: Node, case: Course, lang: str) -> None:
        self._node, self._case, self._lang = node, case, lang
        self._form = case.form()
        self._fields = {one.name: one for one in case.kind.field}

    def heading(self, words: Bilingual) -> Heading:
        return Heading(words.ja, words.en) if self._lang == "ja" else Heading(words.en, words.ja)

    def section(self, section: PrintedSection) -> SheetSection:
        table = section.each is not None
        rows = None
        if section.each is not None:
            entries = self._form.get(section.each, ())
            rows = tuple(
                tuple(self._of_entry(box, number, entry) for box in section.box)
                for number, entry in enumerate(entries, 1)
            )
        return SheetSection(
            number=section.number,
            heading=self.heading(section.title),
            boxes=tuple(
                SheetBox(
                    number=box.number,
                    heading=self.heading(box.title),
                    value="" if table or box.from_ is None else self._value(box.from_),
                    wide=box.wide,
                    share=box.share,
                )
                for box in section.box
            ),
            rows=rows,
        )

    def _of_entry(self, box: PrintedBox, number: int, entry: Any) -> str:
        """One cell of a table; a member with its Japanese beside is printed in both."""
        first, _, member = (box.from_ or "").partition(".")
        if first == "row":
            return str(number)
        if first != "each":
            return "" if box.from_ is None else self._value(box.from_)
        if not member:
            return self._text(entry)
        value, ja = self._text(entry.get(member)), entry.get(f"{member}_ja")
        if ja is None:
            return value
        both = (self._text(ja), value) if self._lang == "ja" else (value, self._text(ja))
        return "\n".join(both)

    def _value(self, source: str) -> str:
        first, _, rest = source.partition(".")
        if first == "case":
            return self._text(self._of_case()[rest])
        if first == "count":
            return str(len(self._form.get(rest, ())))
        if first == "form":
            return self._filled(self._fields[rest], self._form.get(rest))
        name, _, member = rest.partition(".")
        said = [one for one in self._case.steps if one.event == name]
        if not said:
            return NOT_STATED
        step = said[-1]
        told = {"by": step.by, "at": step.at, **step.form}
        return self._text(told.get(member))

    def _of_case(self) -> dict[str, Any]:
        head, lang = self._case.head, self._lang
        state = self._case.kind.state_of(self._case.standing(self._node.host.now()).state)
        return {
            "id": head.id,
            "opener": head.opener,
            "with": head.with_,
            "agreement": head.agreement,
            "opened": head.opened,
            "state": state.title.ja if lang == "ja" else state.title.en,
            "statement": head.statement,
            "digest": self._case.digest(),
            "items": self._case.items(),
        }

    def _filled(self, field: CaseField, value: Any) -> str:
        """A field; of a word every choice is printed, the chosen one filled."""
        if field.type is not FieldType.WORD or field.values is None:
            return self._text(value)
        chosen = value if isinstance(value, list) else [value]
        return "   ".join(
            f"{'■' if word in chosen else '□'} {self._called(field, word)}" for word in field.values
        )

    def _called(self, field: CaseField, word: str) -> str:
        called = field.called.get(word)
        if called is None:
            return word
        return called.ja if self._lang == "ja" else called.en

    def _text(self, value: Any) -> str:
        if value is None or value == "":
            return NOT_STATED
        if isinstance(value, list | tuple):
            return "\n".join(map(self._text, value)) or NOT_STATED
        if isinstance(value, str):
            at = _INSTANT.fullmatch(value)
            return visible(value, keep="\n") if at is None else self._day(at)
        return visible(canonical.encode(value).decode(), keep="\n")

    def _day(self, at: re.Match[str]) -> str:
        """A day as the language writes it, with the hour where it is not midnight."""
        year, month, day, hour = at.groups()
        text = f"{year}年{int(month)}月{int(day)}日" if self._lang == "ja" else at[0][:10]
        return text if hour == "00:00" else f"{text} {hour} UTC"
