"""Whose act is it: the one door at which a person's act is held against the table of who may.

The order of what refuses is fixed: who acts and how that is proven, whether the item is there, on
which side of it this nation stands, the duty, and in production the second. A refusal leaves
nothing: no row, no entry, no statement.
Spec: spec/interfaces.md §6; docs/who-may.md; R64.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sealane.base.errors import Malformed, Refused, SealaneError, declare
from sealane.ports import Tx
from sealane.registry.person_proof import PersonProof
from sealane.registry.records import Direction, Duty, Item
from sealane.registry.who_may import WHO_MAY, Act, ActSide, is_of, may
from sealane.services.node import NO_ITEM, NOT_YOURS, WRONG_DUTY, Node
from sealane.services.sight import sight_by_names
from sealane.services.statements.journal import record

WHO = declare(
    "usage.person",
    Malformed,
    "This node has {count} people; say who acts.",
    "このノードの登録者は {count} 人です。誰が行うか指定してください。",
    "Give --as PERSON.",
    "--as PERSON を指定してください。",
)
UNPROVEN = declare(
    "person.unproven",
    Refused,
    "{person} is a name only; at this node a person proves to be the one who acts.",
    "{person} は名前だけです。このノードでは本人であることの証明が必要です。",
    "Give the person's own token with --token-file, or act at the console.",
    "--token-file で本人のトークンを指定するか、コンソールで行ってください。",
)
SECOND_NEEDED = declare(
    "person.second_needed",
    Refused,
    "This act needs a second person, proven by a credential of their own: {duties}.",
    "この行為には、本人であることを証明した第二の人が必要です（{duties}）。",
    "Give --second PERSON and --second-token-file F, or let it wait for a second: --wait.",
    "--second PERSON と --second-token-file F を指定するか、"
    "--wait で第二の人の承認を待ってください。",
)


AWAITED = declare(
    "person.second_awaited",
    Refused,
    "This act waits for a second person: {duties}.",
    "この行為は第二の人を待っています（{duties}）。",
    "See what waits: `sealane act list`.",
    "`sealane act list` で待機中の行為を確認できます。",
)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, how that was proven, and who stands beside."""

    person: str | None
    """None: whoever holds the keystore's passphrase."""
    proof: PersonProof = PersonProof.UNPROVEN
    second: Actor | None = None
    waits: bool = False
    """Whether, where the act takes two, it is to wait for a second who is not here."""

    def told(self) -> dict[str, Any]:
        """What a ledger entry of the act tells of those who did it; for the internal log alone."""
        beside = self.second
        return {
            "actor": self.person,
            "proof": str(self.proof),
            "second": beside.person if beside else None,
            "second_proof": str(beside.proof) if beside else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ByTwo:
    """What an act asks of the two beyond its row: whether at every node, and what says so."""

    always: bool = True
    """Else by the row: in production."""
    lacking: SealaneError | None = None
    """What is raised where they are not two; None: `person.second_needed`."""
    duties: frozenset[Duty] | None = None
    """The second needs one of these that the row names too; None: any of the row's."""


NO_CREDENTIAL = frozenset({PersonProof.UNPROVEN, PersonProof.KEYSTORE})
"""What proves nobody by a credential of their own."""
Named = str | Actor
"""A person who acts; a bare name is one that nobody proved."""
OPERATOR = Actor(None, PersonProof.KEYSTORE)
"""Whoever holds the keystore's passphrase."""


def actor_of(who: Named) -> Actor:
    """The actor that is meant."""
    return Actor(who) if isinstance(who, str) else who


def known(node: Node, tx: Tx, act: Act, actor: Actor) -> dict[str, Any] | None:
    """The record of who acts; None where the keystore's passphrase is enough. The first that is
    asked, before what the act is about; duties are asked by `require`.

    Raises: Malformed `usage.person`; NotFound `person.unknown`; Refused `person.unproven`.
    """
    production = node.settings.profile == "production"
    if actor.person is None:
        row = WHO_MAY[act]
        enough = row.keeper or (row.keystore and not production)
        if enough and actor.proof is PersonProof.KEYSTORE:
            return None
        raise WHO(count="several")
    person = node.person(tx, actor.person)
    if production and actor.proof in NO_CREDENTIAL:
        raise UNPROVEN(person=actor.person)
    return person


def require(node: Node, tx: Tx, act: Act, who: Named, two: ByTwo | None = None) -> Actor:
    """Who does an act that is about no item, or about one that is still to be made.

    Raises: Malformed `usage.person`; NotFound `person.unknown`; Refused `person.unproven`,
    `person.duty`, and `person.second_needed` or what `two` says; `person.second_awaited`: it is to
    wait for the second.
    """
    actor = require_duty(node, tx, act, who)
    _second(node, tx, act, actor, two)
    return actor


def require_duty(node: Node, tx: Tx, act: Act, who: Named) -> Actor:
    """The same before anybody stands beside: for the page of a form. Raises: as `require`, but
    nothing of a second.
    """
    actor = actor_of(who)
    person = known(node, tx, act, actor)
    if person is not None:
        _with_duty(act, person, None)
    return actor


def require_about(
    node: Node,
    tx: Tx,
    act: Act,
    who: Named,
    item: str,
    *,
    two: ByTwo | None = None,
    in_hand: bool = False,
) -> tuple[Actor, dict[str, Any] | None, Item]:
    """Who does an act about a registered item, that person's record, and the item's row.

    Args:
        in_hand: whether who acts has the container itself, and so knows that the item is there.
    Raises: as `require`; NotFound `item.unknown`; Conflict `item.not_yours`.
    """
    actor = actor_of(who)
    person = known(node, tx, act, actor)
    row = node.item(tx, item)
    if person is not None and not in_hand:
        require_seen(node, person, row)
    ours, received = row.provider == node.party, row.direction == Direction.IN
    if not is_of(WHO_MAY[act].side, ours=ours, received=received):
        raise NOT_YOURS(item=item, party=_whose(act, row))
    if person is not None:
        _with_duty(act, person, row.facts["originator"] if ours else None)
    _second(node, tx, act, actor, two)
    return actor, person, row


def require_seen(node: Node, person: Mapping[str, Any], row: Item) -> None:
    """What a person does not see is not there. Raises: NotFound `item.unknown`."""
    if not sight_by_names(person, node.host.now()).sees(row):
        raise NO_ITEM(item=row.id)


def may_try(act: Act, person: Mapping[str, Any], item: Mapping[str, Any], *, party: str) -> bool:
    """Whether a person may do an act about an item that the register shows, whatever its state."""
    ours = item["provider"] == party
    received = item["direction"] == Direction.IN
    originator = item["originator"] if ours else None
    return is_of(WHO_MAY[act].side, ours=ours, received=received) and may(
        act, str(person["id"]), person["duties"], originator=originator
    )


def note(
    node: Node,
    tx: Tx,
    act: Act,
    actor: Actor,
    *,
    item: str | None = None,
    agreement: str | None = None,
    **told: Any,
) -> None:
    """Enter who did it, in the internal log alone, where the act's own entry is a statement's and
    names nobody.
    """
    told |= {"act": str(act), **actor.told()}
    record(node, tx, "person.acted", item=item, agreement=agreement, **told)


def _with_duty(act: Act, person: Mapping[str, Any], originator: str | None) -> None:
    if not may(act, str(person["id"]), person["duties"], originator=originator):
        raise WRONG_DUTY(person=person["id"], duty=_words(WHO_MAY[act].duties or ()))


def _second(node: Node, tx: Tx, act: Act, actor: Actor, two: ByTwo | None = None) -> None:
    """Another person than who acts, with a duty of the row; asked of everybody who is named."""
    row, beside = WHO_MAY[act], actor.second
    production = node.settings.profile == "production"
    if row.second is None or (
        beside is None and not production and not (two is not None and two.always)
    ):
        return
    duties = row.second if two is None or two.duties is None else row.second & two.duties
    if beside is None and actor.waits:
        raise _awaited(node, tx, act, actor, duties)
    lacking = None if two is None else two.lacking
    lacking = lacking or SECOND_NEEDED(duties=_words(duties))
    if beside is None or beside.person is None or beside.person == actor.person:
        raise lacking
    if row.jointly and actor.person is None:
        raise lacking
    person = node.person(tx, beside.person)
    if production and beside.proof in NO_CREDENTIAL:
        raise lacking
    if not set(person["duties"]) & duties:
        raise WRONG_DUTY(person=person["id"], duty=_words(duties))
    if row.jointly:
        _between_them(node, tx, row.second, (str(actor.person), str(beside.person)))


def _awaited(node: Node, tx: Tx, act: Act, actor: Actor, duties: frozenset[Duty]) -> SealaneError:
    """That the act waits, with its row and the duties of which the second needs one."""
    if WHO_MAY[act].jointly and actor.person is not None:
        duties = duties - set(node.person(tx, actor.person)["duties"]) or duties
    told = [str(duty) for duty in Duty if duty in duties]
    return AWAITED(duties=" / ".join(told), details={"act": str(act), "duties": told})


def _between_them(node: Node, tx: Tx, duties: frozenset[Duty], people: tuple[str, str]) -> None:
    """Each of the two has one of these duties: together they have all. Raises: Refused
    `person.duty`.
    """
    held = {str(duty) for person in people for duty in node.person(tx, person)["duties"]}
    if missing := duties - held:
        raise WRONG_DUTY(person=people[1], duty=_words(missing))


def _whose(act: Act, row: Item) -> str:
    """The nations whose act it is, for an item on the other side of which this one stands."""
    if WHO_MAY[act].side is ActSide.PROVIDER:
        return row.provider
    return ", ".join(row.facts["released_to"]) or row.provider


def _words(duties: Any) -> str:
    return " / ".join(duty for duty in Duty if duty in duties)
