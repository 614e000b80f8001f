"""Operations by which two people settle what the node itself rests on: an agreement that it signs
or holds, a partner that keys go to again, an authority to dispose, a node that goes on.

What is asked with is small and no secret, so that each waits for the second person whole.
Spec: spec/openapi.yaml; docs/who-may.md; docs/console.md §Two people; R57, R58, R59, R64.
"""

from __future__ import annotations

import re
from typing import Any

from sealane.agreements import endorsements, signing
from sealane.agreements.parse import MAX_BYTES, parse_agreement
from sealane.base import canonical
from sealane.base.errors import Malformed, declare
from sealane.office.operation import (
    REASON_MOST,
    MemberKind,
    MemberPlace,
    NodeOffice,
    OfficeQuestion,
    Operation,
    StatedMember,
)
from sealane.registry.who_may import Act
from sealane.services.recovery import authority, currency
from sealane.services.register import acts, enrolment, equivocations
from sealane.services.register.acts import Actor

BAD_THING = declare(
    "disposal.thing",
    Malformed,
    "Name an item, or a log and the index below which it is no longer served.",
    "項目か、ログと提供をやめる番号のいずれか一方を指定してください。",
    "Give `item`, or `origin` and `below`.",
    "`item`、又は `origin` と `below` を指定してください。",
)
BAD_PAPER = declare(
    "disposal.paper",
    Malformed,
    "The paper that an authority rests on is named by its SHA-384, 96 hex digits.",
    "権限の根拠文書は SHA-384（十六進 96 桁）で示します。",
    "Take the SHA-384 of the signed paper.",
    "署名済みの文書の SHA-384 を計算してください。",
)
_DIGEST = re.compile(r"[0-9a-f]{96}", re.ASCII)
FILE = StatedMember(
    name="file",
    needed=True,
    most=MAX_BYTES,
    says="The agreement file, every byte of it as UTF-8 text.",
)


def _require(office: NodeOffice, act: Act, actor: Actor) -> None:
    """The duty before anything that was sent is looked at. Raises: as `acts.require_duty`."""
    with office.node.store.reading() as tx:
        acts.require_duty(office.node, tx, act, actor)


def _adopt(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    signatures = canonical.encode(asked["signatures"])
    held = enrolment.adopt(office.node, asked["file"].encode(), signatures, by=actor)
    return {"agreement": held.id, "version": held.version, "digest": held.digest}


def _sign(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    _require(office, Act.SIGN, actor)
    node, data = office.node, asked["file"].encode()
    parsed = parse_agreement(data)
    paper = signing.Paper.of(parsed, data)
    signers = enrolment.signing_keys(node, parsed.id, by=actor)
    made = signing.endorse(
        paper,
        party=node.party,
        authority=asked["authority"],
        at=node.host.now(),
        signers=signers,
    )
    before = asked["signatures"]
    held = None if before is None else canonical.encode(before)
    whole = endorsements.add(held, made, paper, (one.public for one in signers))
    return {
        "agreement": parsed.id,
        "version": parsed.version,
        "digest": parsed.digest,
        "keys": [one.public.kid for one in signers],
        "signatures": canonical.parse(whole, limit=endorsements.MAX_BYTES),
    }


def _readmit(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    _require(office, Act.READMIT, actor)
    party = asked["party"]
    settled = equivocations.readmit(office.node, party, by=actor, reason=asked["reason"])
    return {"party": party, "equivocations": settled}


def _authorise(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    _require(office, Act.AUTHORISE, actor)
    item, origin, below = asked["item"], asked["origin"], asked["below"]
    if (item is None) == (origin is None) or (origin is None) != (below is None):
        raise BAD_THING()
    if not _DIGEST.fullmatch(asked["paper"]):
        raise BAD_PAPER()
    thing = authority.Thing(item=item, origin=origin, below=below)
    digest = authority.authorise(office.node, thing, paper=asked["paper"], by=actor)
    return {"authority": digest, **thing.as_json()}


def _resume(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    _require(office, Act.RESUME, actor)
    logs, without = office.logs, asked["without"]
    assert logs.internal is not None
    ledgers = currency.Ledgers(
        internal=logs.internal(), partnerships=logs.partnerships(), peer=logs.peer
    )
    found = currency.resume(office.node, ledgers, without=without, by=actor)
    return {**found.as_json(), "without": without}


OPERATIONS = (
    Operation(
        id="agreements.adopt",
        act=Act.ADOPT,
        method="POST",
        path="/api/v1/agreements",
        says="Hold an agreement that every party has signed over exactly these bytes.",
        says_ja="全当事国がこのファイルそのものに署名した取決めを採択する。",
        answer="Adopted",
        second=True,
        members=(
            FILE,
            StatedMember(
                name="signatures",
                kind=MemberKind.THING,
                needed=True,
                says="The signatures beside it, as `agreement sign` writes them.",
            ),
        ),
        do=_adopt,
        example={"file": "id = 1", "signatures": {}},
    ),
    Operation(
        id="agreements.sign",
        act=Act.SIGN,
        method="POST",
        path="/api/v1/agreement-signatures",
        says="Sign the exact bytes of an agreement for this nation, with the node's keys.",
        says_ja="ノードの鍵で、自国として取決めのファイルそのものに署名する。",
        answer="AgreementSigned",
        second=True,
        members=(
            FILE,
            StatedMember(
                name="signatures",
                kind=MemberKind.THING,
                says="Those that others gave already; ours is put beside them.",
            ),
            StatedMember(
                name="authority",
                says="Which competent authority signs; default: the first in office.",
            ),
        ),
        do=_sign,
        example={"file": "id = 1"},
    ),
    Operation(
        id="partners.readmit",
        act=Act.READMIT,
        method="POST",
        path="/api/v1/partners/{party}/readmission",
        answer="Readmitted",
        second=True,
        members=(
            StatedMember(
                name="party", place=MemberPlace.PATH, needed=True, most=64, says="The partner."
            ),
            StatedMember(
                name="reason",
                needed=True,
                most=REASON_MOST,
                says="What was agreed with the partner; kept at home.",
            ),
        ),
        do=_readmit,
        example={"reason": "explained by both"},
    ),
    Operation(
        id="ledger.authorise",
        act=Act.AUTHORISE,
        method="POST",
        path="/api/v1/ledger/authorities",
        answer="Authorised",
        second=True,
        members=(
            StatedMember(name="paper", needed=True, says="SHA-384 of the paper it rests on."),
            StatedMember(name="item", says="Dispose of the statements about this item."),
            StatedMember(name="origin", says="Prune this log, with `below`."),
            StatedMember(
                name="below",
                kind=MemberKind.NUMBER,
                most=1 << 53,
                says="Entries under this index.",
            ),
        ),
        do=_authorise,
        example={"paper": "0" * 96, "item": "AUS-2026-000001"},
    ),
    Operation(
        id="node.resume",
        act=Act.RESUME,
        method="POST",
        path="/api/v1/node/resumption",
        answer="Resumed",
        second=True,
        members=(
            StatedMember(
                name="without",
                kind=MemberKind.TEXTS,
                needed=True,
                says="The partners that stay away; every other one is asked.",
            ),
        ),
        do=_resume,
        example={"without": ["USA"]},
    ),
)
