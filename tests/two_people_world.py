"""Every act that takes two people, each done for real at a node of production: by which operation
or service, about what, and by whom.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sealane import shipped
from sealane.base.values import DAY, Instant, format_instant
from sealane.labels.model.label import label_from_json
from sealane.office import stated
from sealane.office.operation import NodeOffice, OfficeQuestion
from sealane.office.table import OPERATIONS
from sealane.office.waiting_acts import answered
from sealane.registry.person_proof import PersonProof
from sealane.registry.records import Duty, Equivocation, Newness
from sealane.registry.who_may import WHO_MAY, Act
from sealane.services.custody import copying
from sealane.services.exchange import arrival, relabel
from sealane.services.node import NODE, Node
from sealane.services.register import acts, directory, leaving
from sealane.services.register.acts import Actor
from sealane.services.statements.journal import record_row
from sealane.wiring.office import ledgers_of
from tests import nations
from tests.nations import AGREEMENT, LABEL, Pair
from tests.who_may_world import record_of

NOBODY, READER, LEAVER = "t.nobody", "t.reader", "t.leaver"
Says = Callable[[Pair, Node], Mapping[str, Any]]
Do = Callable[[Pair, Node, Actor], Any]


@dataclass(frozen=True)
class Way:
    """One way to do one act of two."""

    act: Act
    party: str = "JPN"
    operation: str = ""
    says: Says = lambda _, __: {}
    version: str | None = None
    do: Do | None = None
    """Where no operation does it."""
    lacking: str = "person.second_needed"
    """What is said where nobody stands beside."""

    @property
    def name(self) -> str:
        return self.operation or str(self.act)

    @property
    def first(self) -> Actor:
        """Somebody who may be the first: with one duty, so that the other has the other's."""
        row = WHO_MAY[self.act]
        assert row.duties is not None
        return proven(f"t.{min(row.duties)}")

    @property
    def seconds(self) -> list[Actor]:
        """Everybody who may then be the second, one for each duty."""
        row, mine = WHO_MAY[self.act], f"t.{min(WHO_MAY[self.act].duties or ())}"
        assert row.second is not None
        return [proven(f"t.{duty}") for duty in sorted(row.second) if f"t.{duty}" != mine]

    @property
    def others(self) -> list[Actor]:
        """Everybody who may not be."""
        row = WHO_MAY[self.act]
        assert row.second is not None
        return [proven(NOBODY), *(proven(f"t.{one}") for one in Duty if one not in row.second)]


def proven(person: str, proof: PersonProof = PersonProof.TOKEN) -> Actor:
    return Actor(person, proof)


def world(pair: Pair) -> Pair:
    """People with one duty each at both nodes, and somebody with none."""
    for node in (pair.aus, pair.jpn):
        for duty in Duty:
            directory.enter(node, record_of(node, f"t.{duty}", {duty}))
        for nobody in (NOBODY, LEAVER):
            directory.enter(node, record_of(node, nobody, set()))
    return pair


def production(node: Node) -> Node:
    """The same node where everybody proves themselves."""
    settings = replace(node.settings, profile="production", accept_unverified=False)
    return replace(node, settings=settings)


def question(way: Way, says: Mapping[str, Any], *, waits: bool = False) -> OfficeQuestion:
    operation = OPERATIONS[way.operation]
    return OfficeQuestion(
        says=stated.read(operation, says),
        stated=frozenset(says),
        match=way.version,
        waits=waits,
    )


def office_at(pair: Pair, node: Node) -> NodeOffice:
    """What its operations reach: the node with its ledgers, and its partner's over the line."""
    ledgers = ledgers_of(pair.sites[node.party])
    ledgers = replace(ledgers, peer=pair.ledgers(node.party).peer)
    return NodeOffice(node=node, deliver=lambda _: (), ledgers=ledgers)


def doing(way: Way, pair: Pair, node: Node) -> Callable[[Actor], Any]:
    """What does it, once everything that it is about is there."""
    if way.do is not None:
        do = way.do
        return lambda by: do(pair, node, by)
    asked = question(way, way.says(pair, node))
    office = office_at(pair, node)
    return lambda by: answered(office, OPERATIONS[way.operation], by, asked)


def _later(pair: Pair, days: int = 30) -> str:
    return format_instant(Instant(pair.clock.now() + days * DAY))


def _person(_: Pair, node: Node) -> dict[str, Any]:
    return record_of(node, "t.new", {Duty.READER})


def _facility(pair: Pair, node: Node) -> dict[str, Any]:
    level = {"policy": node.party, "level": "極秘"}
    return {"id": "jpn.annex", "country": "JPN", "accredited": level, "until": _later(pair)}


def _gone(pair: Pair, _: Node) -> dict[str, Any]:
    leaving.leave(pair.jpn, LEAVER)
    return {"person": LEAVER}


def _name(_: Pair, __: Node) -> dict[str, Any]:
    return {"person": READER, "name": "reader@idp.example"}


def _card(pair: Pair, _: Node) -> dict[str, Any]:
    from tests.lane import years

    years.renew(pair, "AUS", "statement")
    pair.settle(2)
    return {"party": "AUS", "fingerprint": pair.aus.own_card().fingerprint()}


def _grant(pair: Pair, _: Node) -> dict[str, Any]:
    from tests.lane import dialogue

    dialogue.officers(pair)
    form = {"act": "new-purpose", "purpose": "training", "reason": "a course"}
    item = nations.share(pair)
    dialogue.settled(pair, 2)
    case = dialogue.opened(pair.jpn, "consent", form, item)["id"]
    dialogue.settled(pair)
    return {"case": case, "event": "grant", "form": {"until": _later(pair, 10)}}


def _post(kind: str) -> Says:
    def says(pair: Pair, _: Node) -> dict[str, Any]:
        from sealane.registry.post_records import PostKind
        from sealane.services.placing import posts

        wanted = posts.Defining(id="desk", kind=PostKind(kind), level="極秘")
        posts.define(pair.jpn, wanted, by=Actor("t.security-officer"))
        people = {"person": READER} if kind == "post" else {"people": [READER]}
        return {kind: "desk", **people, "exception": "for a week"}

    return says


def _lower(pair: Pair, _: Node) -> dict[str, Any]:
    item = nations.share(pair)
    pair.settle(1)
    return {"item": item, "label": {**LABEL, "classification": "PROTECTED"}, "reason": "review"}


def _destroy(pair: Pair, _: Node) -> dict[str, Any]:
    item = nations.share(pair)
    arrival.accept(pair.jpn, item, "jpn.clerk")
    copying.copy(pair.jpn, item, "jpn.clerk", place="jpn.registry")
    top = label_from_json({**LABEL, "classification": "TOP SECRET"})
    relabel.relabel(pair.aus, item, top, reason="r", person="aus.release")
    pair.settle()
    return {"item": item, "copy": 2, "means": "burnt"}


def _readmit(pair: Pair, node: Node) -> dict[str, Any]:
    with pair.jpn.store.writing() as tx:
        at = pair.jpn.now()[1]
        found = Equivocation(party="AUS", origin="o", proof="a" * 96, since=at)
        node.records.equivocations.add(tx, found)
        record_row(node, tx, "equivocations", found)
    return {"party": "AUS", "reason": "explained"}


def _paper(_: Pair, __: Node) -> dict[str, Any]:
    path = shipped.agreement_file("jpn-aus-minerals-2022")
    assert path is not None
    return {"file": path.read_bytes().decode()}


def _signed(pair: Pair, node: Node) -> dict[str, Any]:
    """A further agreement of both nations, signed by both."""
    says, sign = _paper(pair, node), OPERATIONS["agreements.sign"]
    for one in (pair.aus, pair.jpn):
        asked = OfficeQuestion(says=stated.read(sign, says))
        office = NodeOffice(node=one, deliver=lambda _: ())
        says["signatures"] = sign.do(office, acts.OPERATOR, asked)["signatures"]
    return says


def _in_doubt(pair: Pair, _: Node) -> dict[str, Any]:
    """A node whose folder was moved, and whose partner does not answer."""
    with pair.jpn.store.writing() as tx:
        at = pair.jpn.now()[1]
        pair.jpn.records.currency.put(tx, {"id": NODE}, seat="", state=Newness.MOVED, since=at)
    pair.line.down.add("AUS")
    return {"without": ["AUS"]}


def _authorise(pair: Pair, _: Node) -> dict[str, Any]:
    return {"item": nations.share(pair), "paper": "a" * 96}


def _policy(_: Pair, node: Node, by: Actor) -> None:
    """Its verb opens the folder anew, and asks this door."""
    with node.store.reading() as tx:
        acts.require(node, tx, Act.SET_POLICY, by)


def _op(act: Act, name: str, says: Says, party: str = "JPN", **more: Any) -> Way:
    return Way(act, party, name, says, **more)


WAYS = [
    _op(Act.ENTER, "people.enter", _person),
    _op(Act.ENTER, "people.change", lambda _, __: {"person": READER, "post": "Desk"}),
    _op(Act.ENTER, "facilities.enter", _facility),
    _op(
        Act.ENTER,
        "facilities.change",
        lambda pair, _: {"facility": "jpn.registry", "until": _later(pair)},
    ),
    _op(
        Act.VET,
        "people.extend",
        lambda pair, _: {
            "person": "jpn.sato",
            "level": "特定秘密",
            "until": _later(pair, 2000),
            "reference": "paper 1",
        },
    ),
    _op(Act.VET, "people.debrief", lambda _, __: {"person": "jpn.sato", "agreement": AGREEMENT}),
    _op(Act.VET, "people.warn", lambda _, __: {"days": 3660}),
    _op(Act.NAME, "people.name", _name),
    _op(Act.READMIT_PERSON, "people.return", _gone),
    _op(Act.ENROL, "partners.accept", _card),
    _op(
        Act.NOTIFY,
        "agreements.notify",
        lambda _, __: {"agreement": AGREEMENT, "kind": "suspend", "detail": {"reason": "r"}},
    ),
    _op(Act.SPEAK_BY_TWO, "cases.say", _grant, "AUS"),
    _op(Act.EXCEPT, "posts.assign", _post("post")),
    _op(Act.EXCEPT, "rooms.enter", _post("room")),
    _op(Act.LOWER, "items.relabel", _lower, "AUS"),
    _op(Act.CERTIFY, "items.destroy", _destroy, lacking="item.witness_needed"),
    _op(Act.SIGN, "agreements.sign", _paper),
    _op(Act.ADOPT, "agreements.adopt", _signed),
    Way(Act.SET_POLICY, do=_policy),
    _op(Act.RESUME, "node.resume", _in_doubt, lacking="node.two_needed"),
    _op(Act.AUTHORISE, "ledger.authorise", _authorise, lacking="disposal.two_needed"),
    _op(Act.READMIT, "partners.readmit", _readmit, lacking="equivocation.second_needed"),
]
"""Every act of two, by each operation that does it."""
