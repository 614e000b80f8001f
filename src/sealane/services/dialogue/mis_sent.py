"""An item that went to the wrong recipient: whether everybody who has it was and is authorised for
it, decided anew, and a notice to every nation between which and this one it lies.

Each nation tells those that it gave the item to, or has it from, and no others: who else has it is
theirs to know.
Spec: spec/case.md §7; R13, R20, R53.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sealane.base.errors import SealaneError, Unavailable
from sealane.cases.course import Course
from sealane.decisions.decide import Decision
from sealane.ports import Tx
from sealane.registry.records import CopyState, Given, Item
from sealane.services import holding
from sealane.services.cases.books import Following
from sealane.services.custody import disclosures
from sealane.services.deciding.decision import decide_now
from sealane.services.deciding.request import item_facts, own_request
from sealane.services.dialogue import disclosing
from sealane.services.node import Node

WHAT, HELD = "mis-sent", "held"
"""The word for it in the form, and the field that names what the nation told has."""
NEVER = frozenset({CopyState.REJECTED, CopyState.WITHDRAWN})
"""Copies that nobody ever took."""
NOTICE = (
    "These items are reported as sent to the wrong recipient. Find out who holds them."
    " / これらの項目は誤送付と通報されました。保有者を確認してください。"
)
MOST = 100_000


def authorised(node: Node, tx: Tx, items: Iterable[str]) -> list[dict[str, Any]]:
    """Each nation that was given one of these items, and each of our own people who had or read a
    received one: since when, whether they were authorised then and are now, and the clauses that
    are not met.

    A nation is asked about as for the release to it, a person as for an opening, by the register as
    it is now.
    """
    rows = [node.item(tx, item) for item in items]
    nations = (one for row in rows for one in _nations(node, tx, row))
    people = (one for row in rows if row.provider != node.party for one in _people(node, tx, row))
    return [*nations, *people]


@dataclass(frozen=True, slots=True)
class _Verdict:
    permit: bool
    unmet: tuple[tuple[str, str], ...]
    """Clause and code of each."""


def _decided(node: Node, tx: Tx, request: Mapping[str, Any]) -> _Verdict:
    """What the core says of a request; one that cannot be asked any more is a no. Raises:
    Unavailable `node.in_doubt`, `node.behind`.
    """
    try:
        decision: Decision = decide_now(node, tx, request)
    except Unavailable:
        raise
    except SealaneError as error:
        return _Verdict(False, (("", error.code),))
    return _Verdict(decision.permit, tuple((one.clause, one.code) for one in decision.unmet))


def _told(
    about: tuple[str, str, str | None], since: str, then: _Verdict, now: _Verdict
) -> dict[str, Any]:
    item, party, person = about
    unmet = dict.fromkeys((*then.unmet, *now.unmet))
    return {
        "item": item,
        "party": party,
        "person": person,
        "since": since,
        "then": then.permit,
        "now": now.permit,
        "unmet": [{"clause": clause, "code": code} for clause, code in unmet],
    }


def _nations(node: Node, tx: Tx, row: Item) -> Iterator[dict[str, Any]]:
    """Each nation that was given it, from its provider or onward."""
    for given in _given(node, tx, row):
        now = {
            **given.request,
            "label": given.label,
            "item": {**given.request["item"], "recalled": item_facts(given)["recalled"]},
            "at": node.now()[1],
        }
        then, since = _decided(node, tx, given.request), str(given.request["at"])
        yield _told((row.id, given.to, None), since, then, _decided(node, tx, now))


def _given(node: Node, tx: Tx, row: Item) -> Iterator[Given]:
    """The item as each nation has it that took a copy."""
    for leg in holding.by_legs(node.records, tx, row):
        for transfer in leg.transfers:
            given = leg.given(transfer.to)
            took = any(one.state not in NEVER for one in leg.copies_of(transfer.to))
            if given is not None and given.offer is not None and took:
                yield given


def _people(node: Node, tx: Tx, row: Item) -> Iterator[dict[str, Any]]:
    """Each of our own people who had, read or heard it: for every purpose that they read it for,
    else the first that it was given for.
    """
    acts: dict[str, list[tuple[str, str, str]]] = {}
    usual = str((row.facts["purposes"] or [""])[0])
    for copy in node.records.copies.find(tx, order="number", limit=MOST, item=row.id):
        if copy.person is not None and copy.holder == node.party and copy.state not in NEVER:
            acts.setdefault(copy.person, []).append((copy.since, "open", usual))
    for read in disclosures.of_item(node, tx, row.id)["readers"]:
        if read["person"] is not None:
            act = (read["at"], read["action"] or "open", read["purpose"] or usual)
            acts.setdefault(read["person"], []).append(act)
    for person, at in disclosing.heard_when(node, tx, row.id).items():
        acts.setdefault(person, []).append((at, "open", usual))
    for person in sorted(acts):
        yield _person(node, tx, row, person, sorted(acts[person]))


def _person(
    node: Node, tx: Tx, row: Item, person: str, acts: Sequence[tuple[str, str, str]]
) -> dict[str, Any]:
    verdicts: list[tuple[_Verdict, _Verdict]] = []
    for at, action, purpose in dict.fromkeys(acts):
        try:
            asked = own_request(node, tx, row, person=person, purpose=purpose, action=action)
        except SealaneError as error:  # nobody of that name any more
            verdicts.append((_Verdict(False, (("", error.code),)),) * 2)
            continue
        then = {**asked, "at": at, "item": {**asked["item"], "recalled": False}}
        verdicts.append((_decided(node, tx, then), _decided(node, tx, asked)))
    before, after = (_together(side) for side in zip(*verdicts, strict=True))
    return _told((row.id, node.party, person), acts[0][0], before, after)


def _together(verdicts: Iterable[_Verdict]) -> _Verdict:
    whole = tuple(verdicts)
    unmet = tuple(reason for one in whole for reason in one.unmet)
    return _Verdict(all(one.permit for one in whole), unmet)


def shared_with(node: Node, tx: Tx, item: str) -> dict[str, str]:
    """The nations between which and this one an item lies, with the agreement of each two: whoever
    gave it, and those that we gave it to and that took it.
    """
    row = node.records.items.get(tx, id=item)
    if row is None:
        return {}
    found = {} if row.provider == node.party else {row.provider: row.agreement}
    return found | {
        given.to: given.agreement
        for given in _given(node, tx, row)
        if given.provider == node.party and given.to != node.party
    }


def named(found: Course) -> list[str]:
    """The items that an incident is about: the provider's, and those that the nation told has."""
    return list(dict.fromkeys((*found.items(), *found.head.form.get(HELD, ()))))


def following(node: Node, tx: Tx, begun: Course) -> list[Following]:
    """What every other nation is told that has an item from us or gave it to us: its own case, once
    while one about the item is open.
    """
    if begun.head.form["what"] != WHAT:
        return []
    other = begun.head.other(node.party)
    told: dict[tuple[str, str], list[str]] = {}
    known: dict[str, set[str]] = {}
    for item in named(begun):
        for party, agreement in shared_with(node, tx, item).items():
            if party not in known:
                known[party] = _known(node, tx, party)
            if party != other and item not in known[party]:
                told.setdefault((party, agreement), []).append(item)
    return [_notice(node, tx, *two, items) for two, items in sorted(told.items())]


def _notice(node: Node, tx: Tx, party: str, agreement: str, items: list[str]) -> Following:
    own = [one for one in items if node.item(tx, one).provider == party]
    held = [one for one in items if one not in own]
    form = {"what": WHAT, "text": NOTICE} | ({HELD: held} if held else {})
    return Following(with_=party, agreement=agreement, form=form, items=tuple(own))


def _known(node: Node, tx: Tx, party: str) -> set[str]:
    """The items about which such an incident is open with a nation, whichever of the two told."""
    found: set[str] = set()
    for opener, with_ in ((node.party, party), (party, node.party)):
        rows = node.records.cases.find(
            tx,
            order="seen",
            newest=True,
            limit=MOST,
            kind="incident",
            opener=opener,
            with_=with_,
            over=0,
        )
        for one in rows:
            if one.form["what"] == WHAT and one.refused is None:
                found |= {*one.items, *one.form.get(HELD, ())}
    return found
