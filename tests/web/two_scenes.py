"""Acts that take two people, waiting and over, for `make pictures`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sealane.cli.demo.cast import AGREEMENT
from sealane.office import stated
from sealane.office.operation import NodeOffice, OfficeQuestion
from sealane.office.table import OPERATIONS
from sealane.office.waiting_acts import WAITS, answered
from sealane.registry.person_proof import PersonProof
from sealane.services.register.acts import Actor
from tests.lane.within import SECURITY, one_more
from tests.nations import Pair
from tests.two_people_world import production

Scene = tuple[str, str, str, str, tuple[Any, ...]]
BESIDE = "jpn.auditor"


def two(pair: Pair) -> dict[str, str]:
    """One that waits, with much in it; one that a second security officer asked; one declined, one
    done.
    """
    node = production(pair.jpn)
    office = NodeOffice(node=node, deliver=lambda _: ())
    one_more(pair.jpn, SECURITY, "jpn.security.night", post="Night security officer")

    def call(who: str, name: str, /, *, waits: bool = True, **says: Any) -> Any:
        asked = OfficeQuestion(
            says=stated.read(OPERATIONS[name], says), stated=frozenset(says), waits=waits
        )
        by = Actor(who, PersonProof.SESSION_PASSKEY)
        return answered(office, OPERATIONS[name], by, asked)

    with node.store.reading() as tx:
        held = node.person(tx, "jpn.suzuki")
    granted = {
        "issuer": "JPN",
        "policy": "JPN",
        "level": "特定秘密",
        "basis": "assessed",
        "granted": "2026-10-01T00:00:00Z",
        "expires": "2031-10-01T00:00:00Z",
        "sponsor": "jpn.defence",
        "status": "active",
    }
    change: dict[str, Any] = {
        "person": "jpn.suzuki",
        "post": "Planning desk, north-eastern approaches, liaison to the combined exercise staff",
        "post_ja": "計画担当（北東方面・共同演習連絡官）",
        "clearances": [*held["clearances"], granted],
        "duties": ["reader", "originator"],
    }
    waits = call(SECURITY, "people.change", **change)[WAITS]
    call("jpn.security.night", "people.debrief", person="jpn.tanaka", agreement=AGREEMENT)
    document: dict[str, Any] = {
        "person": "jpn.sato",
        "level": "特定秘密",
        "reference": "防衛省 2026-114",
    }
    no = call(SECURITY, "people.extend", until="2032-03-31T00:00:00Z", **document)[WAITS]
    why = "The document is of last year. 文書は昨年のものです。"
    call(BESIDE, "acts.decline", waits=False, act=no["id"], reason=why)
    done = call(SECURITY, "people.name", person="jpn.ito", name="ito@idp.example")[WAITS]
    call(BESIDE, "acts.confirm", waits=False, act=done["id"], digest=done["digest"])
    return {"act_waits": waits["id"], "act_declined": no["id"], "act_done": done["id"]}


def scenes(names: Mapping[str, str]) -> Iterator[Scene]:
    """(party, person, name of the picture, path, buttons to press)."""
    yield "JPN", BESIDE, "acts", "/acts", ()
    yield "JPN", SECURITY, "acts-own", "/acts", ()
    yield "JPN", BESIDE, "act-to-confirm", f"/acts/{names['act_waits']}", ()
    yield "JPN", SECURITY, "act-own", f"/acts/{names['act_waits']}", ()
    yield "JPN", SECURITY, "act-declined", f"/acts/{names['act_declined']}", ()
    yield "JPN", SECURITY, "act-done", f"/acts/{names['act_done']}", ()


def production_scenes() -> Iterator[Scene]:
    """The forms of a node where two people act."""
    yield "JPN", SECURITY, "two-person-new", "/people/new", ()
    yield "JPN", SECURITY, "two-partners", "/partners", ()
    yield "JPN", SECURITY, "two-posts", "/posts", ()
    yield "JPN", SECURITY, "two-agreement", f"/agreements/{AGREEMENT}", ()


def at_production(pair: Pair) -> None:
    """Japan's node serves as one of production from now on."""
    node = production(pair.jpn)
    pair.sites["JPN"] = replace(pair.sites["JPN"], node=node)
