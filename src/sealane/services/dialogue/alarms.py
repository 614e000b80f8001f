"""Incidents that nobody has to report: a key that was compromised, and bytes that are not what a
provider sealed, of a received item or of one that arrives. Each opens a case with the nation that
it concerns, in this node's own name.

Where no case can be opened with a nation, nothing is said; what happened stands in the log.
Spec: spec/case.md §7; R53, R62.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sealane.base.errors import Malformed, SealaneError, Untrusted
from sealane.ports import Tx
from sealane.services.dialogue import acting
from sealane.services.dialogue.beginning import NO_CASE_THERE, CaseAsked
from sealane.services.node import Node
from sealane.services.register import agreement_life
from sealane.services.register.acts import OPERATOR, Actor
from sealane.services.statements.journal import Said

KIND = "incident"
TEXT = 1000
MOST = 100_000


def key_compromised(node: Node, tx: Tx, text: str) -> dict[str, str]:
    """Tell every partner with whom an agreement in force carries incidents that a key of this
    nation's is compromised; the numbers of the cases, by party.
    """
    told: dict[str, str] = {}
    agreements, now = node.agreements(tx), node.host.now()
    for name in sorted(agreements):
        agreement = agreements.at(name, now)
        if agreement is None or not agreement.in_force(now) or KIND not in agreement.cases:
            continue
        for party in agreement_life.others(node, agreement):
            form = {"what": "key-compromise", "text": text[:TEXT]}
            asked = CaseAsked(kind=KIND, with_=party, agreement=name, form=form)
            if party not in told and (case := _opened(node, tx, asked, OPERATOR)) is not None:
                told[party] = case
    return told


@contextmanager
def content_watched(node: Node, item: str, actor: Actor) -> Iterator[None]:
    """Whatever is opened within: bytes that are not what the provider of a received item sealed are
    an incident of its own, once, and refused all the same.
    """
    try:
        yield
    except (Malformed, Untrusted) as error:  # they held when they came
        if error.code.startswith("container."):
            with node.store.writing() as tx:
                _mismatch(node, tx, item, error, actor)
        raise


def _mismatch(node: Node, tx: Tx, item: str, error: SealaneError, actor: Actor) -> None:
    row = node.records.items.get(tx, id=item)
    if row is None or row.provider == node.party or _is_open(node, tx, item):
        return
    asked = CaseAsked(
        kind=KIND,
        with_=row.provider,
        agreement=row.agreement,
        form=_form(item, error),
        items=(item,),
    )
    _opened(node, tx, asked, actor)


def arrival_mismatched(node: Node, tx: Tx, heard: Said, error: SealaneError) -> None:
    """Open an incident with whoever offered a container that is not what the offer names, in the
    step that refuses it: once for an offer, and while one about the item is open no other.
    """
    offer = heard.statement
    item, with_ = str(offer.item), offer.by
    row = node.records.items.get(tx, id=item)
    known = row is not None and row.provider == with_ and row.agreement == offer.agreement
    if _is_open(node, tx, item) or _is_open_at_arrival(node, tx, with_, item):
        return
    asked = CaseAsked(
        kind=KIND,
        with_=with_,
        agreement=offer.agreement,
        form={"what": "possible", "text": f"{_arrived_as(item)} ({error.code}, {heard.digest})."},
        items=(item,) if known else (),
    )
    _opened(node, tx, asked, OPERATOR)


def _arrived_as(item: str) -> str:
    return f"The container that came as {item} is not what its offer names"


def _is_open_at_arrival(node: Node, tx: Tx, with_: str, item: str) -> bool:
    rows = node.records.cases.find(
        tx,
        order="seen",
        newest=True,
        limit=MOST,
        kind=KIND,
        opener=node.party,
        with_=with_,
        over=0,
    )
    return any(one.form["text"].startswith(f"{_arrived_as(item)} ") for one in rows)


def _form(item: str, error: SealaneError) -> Mapping[str, str]:
    text = f"The bytes of {item} are not what was sealed ({error.code})."
    return {"what": "possible", "text": text}


def _is_open(node: Node, tx: Tx, item: str) -> bool:
    """Whether this nation has an incident open about an item."""
    named = set(node.records.case_items.column(tx, "case", item=item))
    rows = node.records.cases.among(tx, "id", named)
    return any((one.kind, one.opener, one.over) == (KIND, node.party, 0) for one in rows)


def _opened(node: Node, tx: Tx, asked: CaseAsked, actor: Actor) -> str | None:
    try:
        return acting.open_of_itself(node, tx, asked, actor=actor)
    except SealaneError as error:
        if error.code in NO_CASE_THERE:
            return None
        raise
