"""The recipient's assurance: asked and answered before release, held as a signed statement until it
lapses.

The recipient's security officer gives it once for an area and a level; the node then answers the
provider's question with it, and with the posts that could read such an item today. No name and no
clearance crosses.
Spec: R30; spec/exchange.md §5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sealane.base.errors import NotFound, Refused, SealaneError, Unavailable, declare
from sealane.base.values import Instant, format_instant, parse_instant
from sealane.labels.model.label import Label, label_from_json
from sealane.ledger import bodies, receipt
from sealane.ledger.receipt import Statement
from sealane.ports import Tx
from sealane.registry.records import AssuranceEntry
from sealane.registry.who_may import Act
from sealane.services.deciding import previews
from sealane.services.node import Node
from sealane.services.register import acts, agreement_life
from sealane.services.register.acts import Named
from sealane.services.register.enrolment import NOT_A_PARTY
from sealane.services.register.readers_there import (
    ReadersQuestion,
    ReadersThere,
    readers_there,
    with_answer,
)
from sealane.services.statements import partner_counts
from sealane.services.statements.journal import Said, log_statement, record_row
from sealane.services.statements.partner_limits import DAY, SPENT, Measure, Quota
from sealane.services.statements.talk import OTHER_ANSWER, ask, reject, reply

GUESSES = Measure("new_projects_a_day", 100, DAY)
"""Questions of one partner about projects that it gave us nothing under."""

NO_ASSURANCE = declare(
    "assurance.missing",
    NotFound,
    "{party} has given no assurance for {level} in {area}.",
    "{party} は {area} の {level} について保証を与えていません。",
    "Its security officer records it with `sealane people assure`.",
    "相手国の保全責任者が `sealane people assure` で記録します。",
)

NOT_GIVEN = declare(
    "offer.no_assurance",
    Refused,
    "{party} gave no assurance such as the offer states for {level} in {area}.",
    "{party} は、申出が述べる {area} の {level} についての保証を与えていません。",
    "Ask {party} for its assurance, then release again.",
    "{party} に保証を求めてから、改めて提供してください。",
)


def give(
    node: Node,
    *,
    agreement: str,
    area: str,
    level: str,
    officer: Named,
    until: Instant,
    to: str | None = None,
) -> list[str]:
    """The security officer's standing yes, and to whom: cleared people, official need, equal
    protection.

    Args:
        to: one partner; None: each other party of the agreement.
    Raises: NotFound `person.unknown`; Misconfigured `agreement.not_held`; Refused `person.duty`,
    `agreement.not_our_party`.
    """
    with node.store.writing() as tx:
        actor = acts.actor_of(officer)
        acts.known(node, tx, Act.ASSURE, actor)
        node.agreement_row(tx, agreement)
        acts.require(node, tx, Act.ASSURE, actor)
        others = agreement_life.others(node, node.agreements(tx)[agreement])
        if to is not None and to not in others:
            raise NOT_A_PARTY(party=to, agreement=agreement)
        data = {
            "clearance": True,
            "need": True,
            "protection": True,
            "until": format_instant(until),
            "by_person": actor.person,
            "at": node.now()[1],
        }
        given = others if to is None else [to]
        for partner in given:
            key = {
                "agreement": agreement,
                "by": node.party,
                "to": partner,
                "area": area,
                "level": level,
            }
            node.records.assurances.put(tx, key, data=data, statement=None)
            entry = AssuranceEntry(**key, data=data)
            record_row(node, tx, "assurances", entry, **actor.told())
    return given


def obtain(
    node: Node, partner: str, about: ReadersQuestion
) -> tuple[dict[str, Any] | None, ReadersThere]:
    """The partner's assurance in the form a request takes it, and who could read this there.

    The partner is asked each time, for who could read changes from day to day. One that is held and
    has not lapsed serves while the partner is away, with what it last said about exactly this.
    Raises: Unavailable `partner.no_answer`: none is held and the partner does not answer;
    Untrusted `statement.other_answer`, Malformed `statement.*`: its answer is not kept.
    """
    key = key_of(node, about.agreement, partner, about.area, about.label)
    with node.store.reading() as tx:
        digest = str(node.agreement_row(tx, about.agreement).digest)
    try:
        answer = ask(node, _asked(about), to=partner, agreement=(about.agreement, digest))
    except Unavailable:
        with node.store.reading() as tx:
            data = held(node, tx, key)
            if data is None:
                raise
            return member(data, partner), readers_there(node, tx, partner, about)
    if isinstance(answer.statement.body, bodies.Rejected):
        return None, ReadersThere(as_of=answer.statement.at)
    with node.store.writing() as tx:
        data = keep(node, tx, about, answer)
        return member(data, partner), readers_there(node, tx, partner, about)


def question_asked(agreement: str, asked: bodies.AssuranceRequest) -> ReadersQuestion:
    """What a partner was asked about. Raises: Malformed `label.*`."""
    return ReadersQuestion(
        agreement=agreement,
        area=asked.area,
        label=label_from_json(asked.label),
        project=asked.project,
        purpose=asked.purpose,
    )


def _asked(about: ReadersQuestion) -> bodies.AssuranceRequest:
    return bodies.AssuranceRequest(
        area=about.area,
        level=about.label.classification,
        project=about.project,
        purpose=about.purpose,
        label=about.label.as_json(),
    )


def keep(node: Node, tx: Tx, about: ReadersQuestion, answer: Said) -> dict[str, Any]:
    """Hold a partner's answer for the area and level that it was asked about, never for others, and
    who could read for exactly this question; a later one that is held stays, and so does one that
    is held when the answer is dated after our own now.

    Raises: Untrusted `statement.other_answer`: it speaks of another area or level.
    """
    said = answer.statement
    given = said.saying(bodies.AssuranceAnswer)
    if (given.area, given.level) != (about.area, about.label.classification):
        raise OTHER_ANSWER(party=said.by, what="area or level")
    key = {
        "agreement": said.agreement,
        "by": said.by,
        "to": node.party,
        "area": given.area,
        "level": given.level,
    }
    known = node.records.assurances.get(tx, **key)
    earlier = {} if known is None else dict(known.data)
    readers = with_answer(earlier.get("readers", {}), about, given, said.at)
    data, statement = {**bodies.as_json(given), "at": said.at}, answer.digest
    ahead = parse_instant(said.at) > node.host.now()  # it counts for nothing before its time
    if known is not None and (ahead or str(known.data["at"]) > said.at):
        data, statement = earlier, str(known.statement)
    for told in ("posts", "blocked"):
        data.pop(told, None)
    data["readers"] = readers
    node.records.assurances.put(tx, key, data=data, statement=statement)
    return data


def key_of(node: Node, agreement: str, partner: str, area: str, label: Label) -> dict[str, str]:
    """Under which a partner's assurance to us for an area and a level is held."""
    return {
        "agreement": agreement,
        "by": partner,
        "to": node.party,
        "area": area,
        "level": label.classification,
    }


def held(node: Node, tx: Tx, key: Mapping[str, str]) -> dict[str, Any] | None:
    """What a partner has assured and not let lapse; None where it must be asked.

    Args:
        key: `agreement`, `by`, `to`, `area` and `level`.
    """
    row = node.records.assurances.get(tx, **key)
    data = None if row is None else dict(row.data)
    return data if data is not None and parse_instant(data["until"]) > node.host.now() else None


def standing(node: Node, tx: Tx) -> list[dict[str, Any]]:
    """Every assurance that this node gave or was given, the one that ends first before the others;
    those that have ended stand with them. A row that was changed by hand is nobody's.
    """
    rows = [
        row
        for row in node.records.assurances.find(tx, order="agreement")
        if row.statement is not None or node.entered(tx, "assurances", row)
    ]
    now = node.host.now()
    told = [
        {
            "agreement": row.agreement,
            "by": row.by,
            "to": row.to,
            "area": row.area,
            "level": row.level,
            "until": row.data["until"],
            "at": row.data["at"],
            "by_person": row.data.get("by_person"),
            "counts": parse_instant(row.data["until"]) > now,
        }
        for row in rows
    ]
    return sorted(told, key=lambda one: (parse_instant(one["until"]), one["agreement"], one["by"]))


def answer_request(node: Node, tx: Tx, heard: Said) -> Said:
    """This node's `assurance` with the posts that could read today, or `rejected` when its security
    officer has given none.
    """
    log_statement(node, tx, heard)
    asked = heard.statement.saying(bodies.AssuranceRequest)
    try:
        given = _given(node, tx, heard.statement, asked)
        here = _readers(node, tx, heard.statement, asked)
    except SealaneError as error:
        return reject(node, tx, heard, error)
    body = bodies.AssuranceAnswer(
        answers=heard.digest,
        area=asked.area,
        level=asked.level,
        clearance=given["clearance"],
        need=given["need"],
        protection=given["protection"],
        until=given["until"],
        by_person=given["by_person"],
        posts=here.posts,
        blocked=here.blocked,
    )
    return reply(node, tx, heard, body)


def _readers(
    node: Node, tx: Tx, said: Statement, asked: bodies.AssuranceRequest
) -> previews.ReadersHere:
    """Who could read it here; beyond the measure of guesses nobody is told of, as of a project that
    nobody here knows.
    """
    here = previews.posts(
        node,
        tx,
        agreement=said.agreement,
        provider=said.by,
        label=label_from_json(asked.label),
        area=asked.area,
        project=asked.project,
        purpose=asked.purpose,
    )
    return here if _may_know(node, tx, said, asked.project) else previews.ReadersHere((), ())


def _may_know(node: Node, tx: Tx, said: Statement, project: str | None) -> bool:
    """Whether a partner is answered about a project: one that it gave us something under, or any
    other within its measure, so that nobody finds out by trying names which projects there are.
    """
    if project is None or previews.is_shared(node, tx, said.agreement, said.by, project):
        return True
    key = {"party": said.by, "measure": GUESSES.name}
    row = node.records.measures.get(tx, **key)
    quota = Quota(GUESSES, 0 if row is None else row.full)
    if quota.wait(1, node.host.now()):
        if partner_counts.note(node, tx, said.by, SPENT.code) == 1:
            partner_counts.limited(node, tx, said.by, SPENT.code)
        return False
    node.records.measures.put(tx, key, full=quota.full)
    return True


def _given(
    node: Node, tx: Tx, said: Statement, asked: bodies.AssuranceRequest
) -> Mapping[str, Any]:
    """The security officer's standing word to who asks. Raises: NotFound `assurance.missing`."""
    row = node.records.assurances.get(
        tx,
        agreement=said.agreement,
        by=node.party,
        to=said.by,
        area=asked.area,
        level=asked.level,
    )
    given_by_people = row is not None and node.entered(tx, "assurances", row)
    if row is None or not given_by_people or parse_instant(row.data["until"]) <= node.host.now():
        raise NO_ASSURANCE(party=node.party, area=asked.area, level=asked.level)
    given: Mapping[str, Any] = row.data
    return given


def require_given(node: Node, tx: Tx, said: Statement, request: Mapping[str, Any]) -> None:
    """The assurance that an offer states in our name is one that we said to this provider, for this
    area and level, and it had not lapsed.

    Raises: Refused `offer.no_assurance`. Spec: spec/exchange.md §5.
    """
    stated = request.get("assurance")
    if stated is None:
        return
    about = (request["item"].get("area"), request["label"].get("classification"))
    given = node.records.statements.find(
        tx, order="kept", newest=True, type="assurance", item=None, by=node.party, to=said.by
    )
    for kept in given:
        if kept.agreement != said.agreement or kept.data is None:
            continue
        body = receipt.peek(bytes(kept.data)).saying(bodies.AssuranceAnswer)
        ours = member({**bodies.as_json(body), "at": kept.said}, node.party)
        if (body.area, body.level) == about and ours == stated:
            if parse_instant(body.until) <= parse_instant(said.at):
                break
            return
    raise NOT_GIVEN(party=node.party, area=about[0], level=about[1])


def member(data: Mapping[str, Any], partner: str) -> dict[str, Any]:
    """An assurance in the form a request takes it. Spec: spec/interfaces.md §4."""
    return {
        "clearance": data["clearance"],
        "need": data["need"],
        "protection": data["protection"],
        "by": partner,
        "at": data["at"],
    }
