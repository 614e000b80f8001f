"""Cases: what two nations say to one another beside handing over an item: the list, one case with
everything that can be said in it now, and the form that opens one.

Spec: spec/case.md; docs/console.md §Cases.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import Any

from sealane.cases.kind import CaseField, FieldType, OwnForm, Side
from sealane.registry.records import Duty
from sealane.services.exchange.stated_release import label_of
from sealane.services.node import Node
from sealane.services.register import agreement_life
from sealane.web import acting, done_lines
from sealane.web.shell import Shell
from sealane.web.visit import Page, Reply, Visit, saved

PAGE = 50


def listed(shell: Shell, visit: Visit) -> Reply:
    """The cases that the visitor may know of, the newest first."""
    kinds = shell.node.case_kinds
    kind = visit.query.get("kind", "")
    told = acting.asked(
        shell,
        visit,
        "cases.list",
        kind=kind if kind in kinds else None,
        item=visit.query.get("item", "")[:128] or None,
        open_=not visit.query.get("all"),
        limit=PAGE,
        after=visit.query.get("after", "")[:200] or None,
    )
    return Page(
        "cases.html",
        {
            "told": told,
            "kinds": kinds,
            "kind": kind,
            "item": visit.query.get("item", "")[:128],
            "every": bool(visit.query.get("all")),
            "opens": acting.openable(shell, visit),
        },
    )


def case(shell: Shell, visit: Visit) -> Reply:
    """One case whole, and a form for each thing that the visitor can say in it now."""
    return _shown(shell, visit, None)


def _shown(shell: Shell, visit: Visit, trouble: dict[str, Any] | None) -> Page:
    told = acting.asked(shell, visit, "cases.show", case=visit.params["case"])
    kind = shell.node.case_kinds[told["kind"]]
    possible = [kind.event_of(name) for name in told["own"]["possible"]]
    return Page(
        "case.html",
        {
            "told": told,
            "kind": kind,
            "state": kind.state_of(told["state"]),
            "fields": _names(kind.field),
            "said": [(kind.event_of(one["event"]), one) for one in told["events"]],
            "forms_here": [one for one in possible if one is not None and _may(visit, one.duties)],
            "kept": [(one, told["own"][one.name]) for one in kind.own if one.name in told["own"]],
            "keeps": _keeps(shell, visit, told),
            "printed": _printable(shell, visit, told["kind"]),
            "choices": _choices(shell.node, told["agreement"], visit.lang),
            "side": told["opener"] == shell.node.party,
            "other": told["with"] if told["opener"] == shell.node.party else told["opener"],
            "named": _names,
            "trouble": trouble,
        },
        about=told["agreement"],
    )


def say(shell: Shell, visit: Visit) -> Reply:
    """Say something in a case."""
    told = acting.asked(shell, visit, "cases.show", case=visit.params["case"])
    kind = shell.node.case_kinds[told["kind"]]

    def do() -> str:
        event = kind.event_of(visit.form.get("event", ""))
        acting.acted(
            shell,
            visit,
            "cases.say",
            case=told["id"],
            event=visit.form.get("event", "")[:64] or "-",
            form=_posted_form(shell.node, visit, event.field if event else ()),
            items=_lines(visit, "items") or None,
        )
        return done_lines.leading(shell.node, visit, f"/cases/{told['id']}", "case.done_said")

    return acting.tried(visit, do, lambda trouble: _shown(shell, visit, trouble))


def keep(shell: Shell, visit: Visit) -> Reply:
    """Write what this nation keeps for itself about a case: what the form leaves empty goes."""
    told = acting.asked(shell, visit, "cases.show", case=visit.params["case"])
    kind = shell.node.case_kinds[told["kind"]]

    def do() -> str:
        own = kind.own_of(visit.form.get("name", ""))
        fields = own.field if own else ()
        filled = dict.fromkeys((one.name for one in fields), None)
        filled |= _posted_form(shell.node, visit, fields)
        name = visit.form.get("name", "")[:64] or "-"
        acting.acted(shell, visit, "cases.keep", case=told["id"], name=name, form=filled)
        return done_lines.leading(shell.node, visit, f"/cases/{told['id']}", "case.done_kept")

    return acting.tried(visit, do, lambda trouble: _shown(shell, visit, trouble))


def print_(shell: Shell, visit: Visit) -> Reply:
    """A case on a partner's form, as a file to save. Raises: as the operation."""
    sink, case = io.BytesIO(), visit.params["case"]
    form = visit.form.get("form", "")[:40] or "-"
    lang = visit.form.get("lang_of") if visit.form.get("lang_of") in ("en", "ja") else None
    acting.acted(shell, visit, "cases.print", sink=sink, case=case, form=form, lang=lang)
    return saved(sink.getvalue(), f"{case}-{form}.pdf", "application/pdf")


def _keeps(shell: Shell, visit: Visit, told: Mapping[str, Any]) -> list[OwnForm]:
    """What the visitor can keep about a case now: the case is not over, and its side keeps it."""
    kind, node = shell.node.case_kinds[told["kind"]], shell.node
    if told["own"].get("refused") or kind.over(told["state"]):
        return []
    mine = Side.OPENER if told["opener"] == node.party else Side.WITH
    return [one for one in kind.own if one.who is mine and _may(visit, one.duties)]


def _printable(shell: Shell, visit: Visit, kind: str) -> list[tuple[str, str]]:
    """The forms on which a case is printed, by what they are called."""
    forms = shell.node.printed_forms.get(kind, {})
    return [(name, f"{name.upper()}: {_in(one.title, visit.lang)}") for name, one in forms.items()]


def new(shell: Shell, visit: Visit) -> Reply:
    """The form that opens a case of a kind."""
    return _new(shell, visit, None)


def _new(shell: Shell, visit: Visit, trouble: dict[str, Any] | None) -> Page:
    acting.require(shell, visit, "cases.open")
    node = shell.node
    name = visit.form.get("kind") or visit.query.get("kind", "")
    kinds = node.case_kinds
    kind = kinds.get(name)
    with node.store.reading() as tx:
        held = node.agreements(tx)
        lines = [
            (agreement.id, agreement.title, other)
            for agreement in held.values()
            if kind is not None and kind.carried_by(agreement)
            for other in agreement_life.others(node, agreement)
            if node.records.partners.get(tx, party=other) is not None
        ]
        named = node.records.items.get(tx, id=visit.query.get("item", "")[:128])
    if named is not None:
        # a case about an item rests on what the item rests on
        lines = [one for one in lines if one[0] == named.agreement]
    line = visit.form.get("line") or visit.query.get("line", "")
    chosen = next((one for one in lines if f"{one[0]}:{one[2]}" == line), None)
    if chosen is None and len(lines) == 1:
        chosen = lines[0]
    return Page(
        "case_new.html",
        {
            "kinds": [kinds[one] for one in acting.openable(shell, visit)],
            "kind": kind,
            "lines": lines,
            "chosen": chosen,
            "choices": {} if chosen is None else _choices(node, chosen[0], visit.lang),
            "items": visit.query.get("item", "")[:128],
            "trouble": trouble,
        },
    )


def open_case(shell: Shell, visit: Visit) -> Reply:
    """Open a case."""

    def do() -> str:
        agreement, _, partner = visit.form.get("line", "").partition(":")
        kind = shell.node.case_kinds.get(visit.form.get("kind", ""))
        told = acting.acted(
            shell,
            visit,
            "cases.open",
            kind=visit.form.get("kind", "")[:64] or "-",
            with_=partner[:64] or "-",
            agreement=agreement[:128] or "-",
            form=_posted_form(shell.node, visit, kind.field if kind else ()),
            items=_lines(visit, "items") or None,
        )
        return done_lines.leading(shell.node, visit, f"/cases/{told['id']}", "case.done_opened")

    return acting.tried(visit, do, lambda trouble: _new(shell, visit, trouble))


def _may(visit: Visit, duties: Iterable[Duty]) -> bool:
    return bool(set(visit.person["duties"]) & set(duties))


def _names(fields: Iterable[CaseField]) -> dict[str, CaseField]:
    return {one.name: one for one in fields}


def _lines(visit: Visit, name: str) -> list[str]:
    """What stands in a field, a value a line."""
    text = visit.form.get(name, "")
    return [one.strip() for one in text.splitlines() if one.strip()]


def _posted_form(node: Node, visit: Visit, fields: Iterable[CaseField]) -> dict[str, Any]:
    """The fields that were filled in, each as its form takes it. Raises: Malformed `web.no_day`,
    `label.*`.
    """
    found: dict[str, Any] = {}
    for field in fields:
        lines = _lines(visit, f"f-{field.name}")
        if not lines:
            continue
        text = visit.form[f"f-{field.name}"].strip()
        found[field.name] = lines if field.list else _value(node, field, text)
    return found


def _value(node: Node, field: CaseField, text: str) -> Any:
    if field.type is FieldType.INSTANT and len(text) == len("2027-01-31"):
        return acting.day_of(text)
    if field.type is FieldType.INSTANT and len(text) == len("2027-01-31T09:30"):
        return f"{text}:00Z"  # as a page takes it; all its times are UTC
    if field.type is FieldType.LABEL:
        return label_of(node, text).as_json()
    return text


def _choices(node: Node, agreement: str, lang: str) -> Mapping[str, list[tuple[str, str]]]:
    """The words that an agreement gives for a field: the word, and how people call it."""
    with node.store.reading() as tx:
        held = node.agreements(tx).get(agreement)
    if held is None:
        return {}
    return {
        FieldType.LEVEL: [(one, one) for row in held.rows for one in sorted(row.words())],
        FieldType.PURPOSE: [(one.id, _in(one.name, lang)) for one in held.purposes],
        FieldType.REFUSAL: [(one.id, _in(one.text, lang)) for one in held.refusals],
    }


def _in(words: Any, lang: str) -> str:
    return str(words.ja if lang == "ja" else words.en)
