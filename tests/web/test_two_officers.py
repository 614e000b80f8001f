"""Two officers at one row, at the same moment and one after the other: one act is done, the other
person is told what happened meanwhile, and nothing is done twice or lost.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from sealane.services.register import accounts, directory
from tests import nations
from tests.nations import Pair
from tests.web.visiting import PASSPHRASE, Console

AGAIN = 4
"""So many times each pair meets, since who is first is nobody's to say."""


@pytest.fixture
def desks(pair: Pair) -> dict[str, Console]:
    """Both consoles; every officer has a colleague with the same duties."""
    for node in (pair.aus, pair.jpn):
        with node.store.reading() as tx:
            names = [row.id for row in node.records.people.find(tx, order="id")]
        for name in names:
            with node.store.reading() as tx:
                record = node.person(tx, name)
            beside = f"{name}.beside"
            directory.enter(node, {**record, "id": beside})
            for one in (name, beside):
                accounts.set_passphrase(node, one, PASSPHRASE)
    return {party: Console(pair, party) for party in ("AUS", "JPN")}


def waiting(pair: Pair, number: int) -> str:
    return nations.share(pair, reference=f"w{number}", second=None)


def delivered(pair: Pair, number: int) -> str:
    return nations.share(pair, reference=f"d{number}")


Meeting = tuple[str, str, Callable[[Pair, int], str], tuple[str, str], tuple[str, str]]
MEETINGS: dict[str, Meeting] = {
    "both accept": ("JPN", "jpn.clerk", delivered, ("accept", ""), ("accept", "")),
    "one accepts, one turns away": ("JPN", "jpn.clerk", delivered, ("accept", ""), ("reject", "r")),
    "both turn away": ("JPN", "jpn.clerk", delivered, ("reject", "a"), ("reject", "b")),
    "both sign": ("AUS", "aus.second", waiting, ("countersign", ""), ("countersign", "")),
    "both take back": ("AUS", "aus.release", waiting, ("withdraw", "a"), ("withdraw", "b")),
    "both call back": ("AUS", "aus.release", delivered, ("recall", "a"), ("recall", "b")),
}
FORMS = {"countersign": "/sign", "recall": "/recall"}
"""Forms that stand on a page of their own, below the item's."""
DONE = {
    "accept": "statement.transfer.accepted",
    "reject": "statement.transfer.rejected",
    "countersign": "release.countersigned",
    "withdraw": "release.withdrawn",
    "recall": "recall.ordered",
}


ALWAYS = ("both sign", "both accept", "one accepts, one turns away")
"""Meetings of every run; the others are of a deep one."""


@pytest.mark.parametrize(
    "meeting",
    [pytest.param(one, marks=() if one in ALWAYS else (pytest.mark.deep,)) for one in MEETINGS],
)
def test_of_two_at_one_item_one_acts_and_the_other_is_told(
    pair: Pair, desks: dict[str, Console], meeting: str
) -> None:
    party, officer, made, *acts = MEETINGS[meeting]
    console = desks[party]
    visitors = [console.visitor(officer), console.visitor(f"{officer}.beside")]
    for number in range(AGAIN):
        item = made(pair, number)
        pages = [
            visitor.get(f"/items/{item}{FORMS.get(verb, '')}")
            for visitor, (verb, _) in zip(visitors, acts, strict=True)
        ]
        start = Barrier(2)

        def act(at: int, item: str = item, pages: Any = pages, start: Barrier = start) -> Any:
            verb, reason = acts[at]
            start.wait()
            return visitors[at].send(
                pages[at], f"/items/{item}/{verb}", reason=reason, confirmed="yes"
            )

        with ThreadPoolExecutor(2) as both:
            answers = list(both.map(act, (0, 1)))
        done = [one for one in answers if one.status_code == 200]
        told = [one for one in answers if one.status_code != 200]
        # a second order to call back says nothing that the first did not
        most = 2 if acts[0][0] == "recall" else 1
        assert 1 <= len(done) <= most, [one.text for one in answers]
        for one in told:
            assert one.status_code == 409, one.text
            assert re.search(r"<code>[a-z_]+\.[a-z_]+</code>", one.text)
        seen = [visitor.get(f"/items/{item}").text for visitor in visitors]
        for verb in {acts[0][0], acts[1][0]}:
            assert not any(f'action="/items/{item}/{verb}"' in text for text in seen)
        history = kinds(console, item)
        assert sum(history.count(DONE[verb]) for verb in {acts[0][0], acts[1][0]}) == 1, history


def kinds(console: Console, item: str) -> list[str]:
    """What was recorded of an item at a node, in order."""
    node = console.node
    with node.store.reading() as tx:
        return [row.kind for row in node.records.entry_refs.find(tx, order="index", item=item)]
