"""What a person does to an item at the console: each form is one operation, and a table says which.

A form that was sent by another page than is there now does nothing and says what happened
meanwhile; what the agreement refuses leads to its card.
Spec: R30, R39, R42, R44, R47, R48; docs/console.md §The item, §Forms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sealane.base.errors import Malformed, declare
from sealane.registry.who_may import Act
from sealane.services.deciding.decision import DecisionRefused
from sealane.services.deciding.reach import sight_of
from sealane.services.register import acts, views
from sealane.web import acting, done_lines
from sealane.web.pages import item_onward, meanwhile
from sealane.web.pages.item import shown_item
from sealane.web.pages.refusals import Refusals
from sealane.web.pages.viewing import Views
from sealane.web.shell import Shell
from sealane.web.visit import Page, Reply, Visit

STALE = declare(
    "web.stale",
    Malformed,
    "The item is another than the page showed; nothing was done.",
    "表示後に項目が変わったため、何も行っていません。",
    "Read what happened meanwhile, and decide on what it is now.",
    "その間の経緯を読み、現在の内容に基づいて決めてください。",
)


@dataclass(frozen=True, slots=True)
class ItemForm:
    """One form of an item's page."""

    act: Act
    operation: str
    done: str
    """Which words tell of it afterwards."""
    says: Callable[[Visit], dict[str, Any]]


def _reason(visit: Visit) -> dict[str, Any]:
    return {"reason": acting.reason(visit)}


def _nothing(_: Visit) -> dict[str, Any]:
    return {}


def _copy(visit: Visit) -> dict[str, Any]:
    """The number of the copy that a form is about."""
    number = acting.number_of(visit.form.get("copy"), 9)
    return {"copy": -1 if number is None else number}


def _from(visit: Visit) -> str | None:
    """From whom it is taken back; None: from everybody."""
    chosen = acting.text(visit, "from")
    return None if chosen == "all" else chosen


def _placed(visit: Visit) -> dict[str, Any]:
    return {"place": acting.text(visit, "place") or "", "holder": acting.text(visit, "holder")}


FORMS: Mapping[str, ItemForm] = MappingProxyType(
    {
        "accept": ItemForm(Act.ACCEPT, "items.accept", "accepted", _nothing),
        "reject": ItemForm(Act.REJECT, "items.reject", "rejected", _reason),
        "countersign": ItemForm(Act.COUNTERSIGN, "items.countersign", "signed", _nothing),
        "withdraw": ItemForm(
            Act.WITHDRAW,
            "items.withdraw",
            "withdrawn",
            lambda visit: {**_reason(visit), "to": _from(visit)},
        ),
        "onward": ItemForm(Act.ONWARD, "items.onward", "passed_on", item_onward.stated),
        "copy": ItemForm(Act.COPY, "items.copy", "copied", _placed),
        "move": ItemForm(
            Act.MOVE, "items.move", "moved", lambda visit: {**_copy(visit), **_placed(visit)}
        ),
        "remark": ItemForm(Act.REMARK, "items.remark", "remarked", _copy),
        "return": ItemForm(Act.RETURN, "items.return", "returned", _copy),
        "destroy": ItemForm(
            Act.DESTROY,
            "items.destroy",
            "destroyed",
            lambda visit: {**_copy(visit), "means": acting.text(visit, "means")},
        ),
    }
)
"""The forms of an item's page, by the end of the address that each is sent to."""


def acted(shell: Shell, visit: Visit, name: str, refusals: Refusals, shown_here: Views) -> Reply:
    """Do what a form asks, once nothing of the table of who may refuses it and the item still is
    what its page showed.
    """
    form, item = FORMS[name], visit.params["item"]

    def do() -> str:
        acting.acted(shell, visit, form.operation, item=item, **form.says(visit))
        return done_lines.leading(shell.node, visit, f"/items/{item}", f"act.done_{form.done}")

    return done(shell, visit, form.act, do, (refusals, shown_here, name))


def done(
    shell: Shell,
    visit: Visit,
    act: Act,
    do: Callable[[], str],
    about: tuple[Refusals, Views, str],
) -> Reply:
    """Where an act about an item leads: the page that it names, the card of a refusal, or the item
    with what was wrong and what happened meanwhile.
    """
    refusals, shown_here, name = about
    node, item = shell.node, visit.params["item"]
    with node.store.reading() as tx:
        # 1. whose act it is, before anything of the form is read
        acts.require_about(node, tx, act, visit.actor, item)
        held = views.item(node, tx, item, sight_of(node, tx, visit.person))
    # 2. the item that the page showed
    if meanwhile.is_stale(visit.form.get("seen", ""), meanwhile.seen(held, 0)):
        return shown_item(shell, visit, shown_here, acting.told_of(visit, STALE()))

    def show(told: dict[str, Any]) -> Page:
        return shown_item(shell, visit, shown_here, told)

    # 3. the act itself
    try:
        return acting.tried(visit, do, show, above=DecisionRefused)
    except DecisionRefused as error:
        return refusals.keep(visit, error, item=item, action=name)
