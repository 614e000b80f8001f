"""An item that AUS gave to JPN, and what JPN passes on to USA with its consent, for the tests of
what comes of it.
"""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest

from sealane.base.errors import SealaneError
from sealane.base.values import SECOND, Instant, format_instant
from sealane.cli.demo.cast import AGREEMENT, PROJECT
from sealane.labels.model.label import label_from_json
from sealane.services.audit import inventory
from sealane.services.custody import disclosures
from sealane.services.dialogue import acting
from sealane.services.dialogue.beginning import CaseAsked
from sealane.services.exchange import arrival, onward
from sealane.services.node import Node
from sealane.services.register import custody, directory
from sealane.services.register.acts import Actor
from tests import nations, nations_three
from tests.lane.made import makers
from tests.nations_three import TRILATERAL, Three

DAY = 86_400
OFFICER = Actor("jpn.release", second=Actor("jpn.second"))
BY_TWO = Actor("aus.release", second=Actor("aus.second"))
LABEL = label_from_json(nations_three.LABEL)


def staffed(three: Three) -> None:
    """JPN's release officer, who may read what is passed on, and a second signer."""
    makers(three.jpn)
    with three.jpn.store.reading() as tx:
        sato = three.jpn.person(tx, "jpn.sato")
        officer = three.jpn.person(tx, "jpn.release")
    read = {name: sato[name] for name in ("clearances", "briefings", "facility", "nationality")}
    future = read["briefings"][0]["until"]
    named = {
        "project": PROJECT,
        "by": "jpn.security",
        "from": read["briefings"][0]["on"],
        "until": future,
    }
    directory.enter(three.jpn, {**officer, **read, "authorisations": [named]})


def given(three: Three, **changes: Any) -> str:
    """An item of AUS's at JPN, accepted, under the agreement of these two alone."""
    item = nations.share(three, label=LABEL, **changes)  # type: ignore[arg-type]
    arrival.accept(three.jpn, item, "jpn.clerk")
    three.settle(1)
    return item


def asked(three: Three, item: str, **form: Any) -> str:
    """JPN's question whether an item may go onward to USA."""
    wanted = {"act": "onward", "to": "USA", "reason": "a joint assessment", **form}
    question = CaseAsked(
        kind="consent", with_="AUS", agreement=AGREEMENT, form=wanted, items=[item]
    )
    case = acting.open_case(three.jpn, question, person="jpn.release")
    three.settle(1)
    return case


def at(three: Three, seconds: int) -> str:
    return format_instant(Instant(three.clock.now() + seconds * SECOND))


def granted(three: Three, item: str, *, days: int = 30, **form: Any) -> str:
    """The case in which AUS said yes."""
    case = asked(three, item, **form)
    acting.say(three.aus, case, "grant", form={"until": at(three, days * DAY)}, person=BY_TWO)
    three.settle(1)
    return case


def passed(three: Three, item: str, **changes: Any) -> onward.PassedOn:
    terms = {"to": "USA", "agreement": TRILATERAL, **changes}
    person = terms.pop("person", OFFICER)
    return onward.pass_on(three.jpn, onward.PassingOn(item=item, **terms), person=person)


def delivered(three: Three, **changes: Any) -> str:
    """An item that USA has from JPN, with everything said."""
    item = given(three, **changes)
    granted(three, item)
    passed(three, item)
    three.settle(2)
    proven(three)
    return item


def proven(three: Three) -> None:
    """Rounds of every log, so that keys leave."""
    for name in (AGREEMENT, TRILATERAL):
        three.rounds(2, agreement=name)


def refused(work: Any) -> SealaneError:
    with pytest.raises(SealaneError) as caught:
        work()
    return caught.value


def copies(node: Node, item: str) -> dict[str, str]:
    """How the copies of an item stand, by a node's custody."""
    with node.store.reading() as tx:
        found = custody.of_item(node, tx, item)["copies"]
    return {f"{one['nation']} {one['number']}": one["state"] for one in found}


def state(node: Node, item: str, to: str) -> str:
    return str(nations.given(node, item, to).state)


def readers(node: Node, item: str) -> list[tuple[str, str | None]]:
    with node.store.reading() as tx:
        found = disclosures.of_item(node, tx, item)["readers"]
    return [(one["nation"], one["person"]) for one in found]


def nowhere(data: bytes, words: str) -> bool:
    """Whether words stand nowhere in statements, nor in what they carry in base64."""
    found, waiting = set[bytes](), [data]
    while waiting:
        part = waiting.pop()
        if part in found:
            continue
        found.add(part)
        for text in re.findall(rb"[A-Za-z0-9+/_-]{60,}={0,2}", part):
            plain = text.replace(b"-", b"+").replace(b"_", b"/").rstrip(b"=")
            waiting.append(base64.b64decode(plain + b"=" * (-len(plain) % 4)))
    return not any(words.encode() in part for part in found)


def claimed(three: Three, party: str, asker: str, agreement: str) -> inventory.Claimed:
    """A node's register as it would sign it for another."""
    node = three.line.nodes[party]
    with node.store.reading() as tx:
        lines, after = inventory.page_of(node, tx, asker, agreement)
    assert after is None
    return inventory.Claimed(lines, "0" * 96)
