"""Items that are made here: registered without a file, derived from others, cut as tear-lines.

Spec: R18, R34, R41; docs/console.md §Made here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from sealane.agreements.agreement import Agreement
from sealane.base.errors import Malformed, SealaneError, declare
from sealane.office.statuses import status_of
from sealane.registry.who_may import Act
from sealane.services.exchange import cutting, own_items
from sealane.services.node import Node
from sealane.web import acting, done_lines, shown
from sealane.web.pages.item_acts import done
from sealane.web.pages.refusals import Refusals
from sealane.web.pages.release_choice import levels_of
from sealane.web.pages.viewing import Views
from sealane.web.shell import Shell
from sealane.web.visit import Page, Reply, Visit

NO_FILE = declare(
    "web.no_file",
    Malformed,
    "No file was sent.",
    "ファイルが送信されていません。",
    "Choose a file, then send the form again.",
    "ファイルを選択して、もう一度送信してください。",
)
PAGES_DIGITS = 7
LEFT = frozenset({cutting.RESIDUE.code, cutting.UNREAD.code})
"""Codes by which a cut is refused with what was found."""


def page(shell: Shell, visit: Visit) -> Reply:
    """The form for what has no file."""
    acting.require(shell, visit, "items.register")
    return _shown(shell, visit, None)


def _shown(shell: Shell, visit: Visit, trouble: dict[str, Any] | None) -> Page:
    node = shell.node
    with node.store.reading() as tx:
        held = list(node.agreements(tx).values())
    return Page(
        "new_item.html",
        {
            "kinds": own_items.WITHOUT_FILE,
            "areas": shown.area_names(held, visit.lang),
            "purposes": shown.purpose_names(held, visit.lang),
            "example": _example(node, held),
            "trouble": trouble,
        },
    )


def _example(node: Node, held: Sequence[Agreement]) -> str:
    """How a mark of this nation is written: of the lowest level that an agreement knows."""
    levels = [level for one in held for level in levels_of(node, one)]
    return shown.level_mark(node.schemes, node.party, levels[0]).text if levels else ""


def register(shell: Shell, visit: Visit) -> Reply:
    """Register what has no file."""
    acting.require(shell, visit, "items.register")

    def do() -> str:
        made = acting.acted(
            shell,
            visit,
            "items.register",
            kind=visit.form.get("form", ""),
            title=acting.text(visit, "title") or "",
            label=acting.text(visit, "label") or "",
            area=acting.text(visit, "area") or "",
            purposes=list(visit.several.get("purposes", ())),
            project=acting.text(visit, "project"),
            pages=acting.number_of(visit.form.get("pages"), PAGES_DIGITS),
        )
        return done_lines.leading(
            shell.node, visit, f"/items/{quote(made['item'])}", "act.done_made"
        )

    return acting.tried(visit, do, lambda told: _shown(shell, visit, told))


def derive(shell: Shell, visit: Visit, refusals: Refusals, shown_here: Views) -> Reply:
    """Register a translation, an extract or a summary."""
    says = {"kind": visit.form.get("form", "")}
    return _sent_with_file(shell, visit, (refusals, shown_here, "derive"), Act.DERIVE, says)


def cut(shell: Shell, visit: Visit, refusals: Refusals, shown_here: Views) -> Reply:
    """Cut a tear-line; what is left of the source is shown beside it."""
    named = acting.text(visit, "released")
    says = {"released": [named] if named else [], "reason": acting.text(visit, "reason")}
    return _sent_with_file(shell, visit, (refusals, shown_here, "cut"), Act.CUT, says)


def _sent_with_file(
    shell: Shell,
    visit: Visit,
    about: tuple[Refusals, Views, str],
    act: Act,
    says: dict[str, Any],
) -> Reply:
    item, name = visit.params["item"], about[2]

    def do() -> str:
        if visit.file is None or not visit.file.filename:
            raise NO_FILE()
        more = (acting.text(visit, "from") or "").replace(",", " ").split()
        made = acting.acted(
            shell,
            visit,
            f"items.{name}",
            file=visit.file,
            item=item,
            from_=more,
            grades=(acting.text(visit, "grades") or "").replace(",", " ").split(),
            label=acting.text(visit, "label"),
            title=acting.text(visit, "title"),
            pages=acting.number_of(visit.form.get("pages"), PAGES_DIGITS),
            **says,
        )
        return done_lines.leading(
            shell.node, visit, f"/items/{quote(made['item'])}", "act.done_made"
        )

    if act is not Act.CUT:
        return done(shell, visit, act, do, about)
    left = list[SealaneError]()

    def looked() -> str:
        try:
            return do()
        except SealaneError as error:
            if error.code in LEFT:
                left.append(error)
            raise

    reply = done(shell, visit, act, looked, about)
    return _side_by_side(visit, item, left[0]) if left else reply


def _side_by_side(visit: Visit, item: str, error: SealaneError) -> Page:
    """What is left in a file that was to be cut, beside the source."""
    details = error.details or {}
    return Page(
        "cut.html",
        {
            "name": item,
            "findings": details.get("findings", []),
            "unread": details.get("unread", []),
            "sources": details.get("sources", []),
            "trouble": acting.told_of(visit, error),
        },
        status_of(error, page=True),
    )
