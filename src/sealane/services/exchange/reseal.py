"""The re-wrap job: a delivered item's key moves to another suite; payload, label and policy stay;
both ledgers say so.

The originator asks the holder's key service for its share, seals the key anew under the new suite
and a seal that names the old one, and sends the container. Each side takes the new container in the
transaction that records it. For the length of one call the originator's process holds both shares
of its own document's key.
Spec: spec/exchange.md §8; spec/container.md §8; R62.
"""

from __future__ import annotations

import base64
from typing import Any

from sealane.base.errors import Malformed, Refused, SealaneError, declare
from sealane.base.values import SECOND, Instant, format_instant, parse_instant
from sealane.labels.model.label import Label, label_from_json
from sealane.ledger import bodies
from sealane.ledger.receipt import Statement
from sealane.ports import Spool, Tx
from sealane.registry.records import Direction, Given, ItemState
from sealane.registry.who_may import Act
from sealane.sealing import container, origin, terms
from sealane.sealing.keywrap import EC, HYBRID, RSA, KemPrivateKey, KemPublicKey, join, unwrap, wrap
from sealane.services import holding
from sealane.services.deciding.request import shut
from sealane.services.exchange.stray_files import NewNames
from sealane.services.node import WRONG_STATE, Node
from sealane.services.opening import containers, key_parts
from sealane.services.register import acts, effects
from sealane.services.register.acts import Actor, Named
from sealane.services.statements.journal import Said, log_statement, record
from sealane.services.statements.talk import OTHER_ANSWER, acknowledge, ask, reject, reply, tell

SUITES = (HYBRID, "X-Wing")
UNDIVIDED = (RSA, EC)
"""Suites of a key that is not shared between nations."""
REQUEST_SECONDS = 60
DELIVERED = (ItemState.DELIVERED, ItemState.ACCEPTED)

NOT_THIS = declare(
    "rewrap.other_object",
    Malformed,
    "The re-wrap is not about the object that is held here: {what}.",
    "再ラップの対象が、ここで保有するものと一致しません（{what}）。",
    "Compare both registers: `sealane audit reconcile`.",
    "`sealane audit reconcile` で双方の登録簿を比べてください。",
)
NO_SUITE = declare(
    "rewrap.suite",
    Malformed,
    "{suite!r} is not a suite that two nations share a key under.",
    "{suite!r} は両国で鍵を分割できる方式ではありません。",
    "Choose one of: {known}.",
    "次から選んでください：{known}。",
)
DECLINED = declare(
    "rewrap.declined",
    Refused,
    "{party}'s key service gives no share for the re-wrap.",
    "{party} の鍵サービスが再ラップのための分割片を渡しません。",
    "The signed answer stands in the ledger and names the reason.",
    "理由は台帳の署名付き回答にあります。",
)


def rewrap(
    node: Node, item: str, *, suite: str | None, person: Named, to: str | None = None
) -> list[dict[str, Any]]:
    """Seal a delivered item's key under `suite` for every party that has it, or for one, and queue
    the new containers; each old one serves until its holder took the new.

    The register's label is sealed in, so that an item whose label changed opens again. Without
    `suite` the present one stays. One holder's absence or refusal is its own `trouble` and keeps no
    other from being served; only where nobody could be served is it raised.

    Raises: NotFound `person.unknown`, `item.unknown`; Conflict `item.not_yours`, `item.state`;
    Malformed `rewrap.suite`; Refused `person.duty`, `rewrap.declined`,
    `container.suite_not_allowed`;
        Unavailable `partner.no_answer`; Untrusted `statement.other_answer`, `container.*`.
    """
    with node.store.reading() as tx:
        actor, _, _ = acts.require_about(node, tx, Act.REWRAP, person, item)
        held = _delivered(node, tx, item, to)
    made: list[dict[str, Any]] = []
    troubles: list[SealaneError] = []
    for row in held:
        try:
            made.append({**_rewrap_for(node, row, suite, actor), "trouble": None})
        except SealaneError as error:
            troubles.append(error)
            made.append({"to": row.to, "suite": suite, "trouble": error.code})
    if len(troubles) == len(held):
        raise troubles[0]
    return made


def _rewrap_for(node: Node, row: Given, suite: str | None, actor: Actor) -> dict[str, Any]:
    """One holder's container under the suite: its share asked for, sealed anew, queued."""
    with node.store.reading() as tx:
        partner, agreements = node.partner(tx, row.to), node.agreements(tx)
        governing = agreements.at(row.agreement, node.host.now())
    with node.blobs.read(row.container) as source, node.blobs.adding() as spool:
        view = key_parts.manifest_of(source)
        suite = _chosen(view, suite)
        shares = [] if view.undivided else [_their_share(node, row, partner.party, view, suite)]
        with node.store.writing() as tx:
            record(
                node,
                tx,
                "key.released",
                agreement=row.agreement,
                partners=[partner.party],
                item=row.id,
                policy=row.policy_uuid,
                suite=suite,
                **actor.told(),
            )
        dek = join([key_parts.sealed_share(node, view, row), *shares])
        spool.expect(row.size)
        packed = containers.repack(
            node,
            source,
            spool.file,
            dek=dek,
            partner=partner,
            suite=suite,
            label=label_from_json(row.label),
        )
        if governing is not None:
            terms.check_container(container.read(spool.file), governing, node.host.now())
        fresh = NewNames(node)
        fresh.keep(spool, packed.container)
        node.host.reached("rewrap.sealed")
        _offer_anew(node, row, packed, suite, fresh)
    node.host.reached("rewrap.recorded")
    return {
        "to": row.to,
        "suite": suite,
        "container": packed.container,
        "replaces": row.container,
    }


def _delivered(node: Node, tx: Tx, item: str, to: str | None) -> list[Given]:
    """An item of ours as each party has it that it was delivered to, or as one has it. Raises:
    Conflict `item.state`.
    """
    held = node.holding(tx, item)
    row = held.item
    given = [held.given(one.to) for one in held.transfers if to in (None, one.to)]
    found = [one for one in given if one is not None and one.state in DELIVERED]
    if not found or row.recalled is not None:
        state = given[0].state if len(given) == 1 and given[0] is not None else row.state
        raise WRONG_STATE(item=item, state="recalled" if row.recalled else state)
    return found


def _offer_anew(
    node: Node, row: Given, packed: containers.Packed, suite: str, fresh: NewNames
) -> None:
    """Say to the holder that this container takes the old one's place, and queue both."""
    body = bodies.Rewrapped(
        container=packed.container,
        size=packed.size,
        suite=suite,
        sealed=bodies.SealedRecord(**packed.record),
        replaces=row.container,
    )
    with node.store.writing() as tx:
        fresh.require_there(tx)
        tell(
            node,
            tx,
            body,
            to=row.to,
            agreement=(row.agreement, row.agreement_digest),
            item=row.id,
            container=packed.container,
        )


def _chosen(view: key_parts.KeyAccessView, suite: str | None) -> str:
    """The suite asked for, or the present one. Raises: Malformed `rewrap.suite`: not of this kind
    of key.
    """
    known = UNDIVIDED if view.undivided else SUITES
    found = view.container.manifest.key_access[0].suite if suite is None else suite
    if found not in known:
        raise NO_SUITE(suite=found, known=", ".join(known))
    return found


def _their_share(
    node: Node, row: Given, party: str, view: key_parts.KeyAccessView, suite: str
) -> bytes:
    one_time = KemPrivateKey.generate(HYBRID)
    until = format_instant(Instant(node.host.now() + REQUEST_SECONDS * SECOND))
    request = bodies.RewrapRequest(
        policy_uuid=row.policy_uuid,
        key_access=view.digest_for(party),
        suite=suite,
        client_key=bodies.ClientKey(**one_time.public.as_json()),
        until=until,
    )
    agreement = (row.agreement, row.agreement_digest)
    answer = ask(node, request, to=party, agreement=agreement, item=row.id).statement
    if not isinstance(answer.body, bodies.KeyReleased):
        raise DECLINED(party=party, details={"answer": bodies.as_json(answer.body)})
    question = str(answer.answers)
    try:
        return unwrap(one_time, base64.b64decode(answer.body.share), question.encode())
    except (ValueError, SealaneError):
        raise OTHER_ANSWER(party=party, what="share") from None


def answer_request(node: Node, tx: Tx, heard: Said) -> Said:
    """The holder's key service: its share to the originator's one-time key alone, or `rejected`;
    both are in the log first.
    """
    log_statement(node, tx, heard)
    try:
        row, share = _our_share(node, tx, heard)
    except SealaneError as error:
        return reject(node, tx, heard, error)
    body = bodies.KeyReleased(answers=heard.digest, decision=row.decision, share=share)
    return reply(node, tx, heard, body)


def _our_share(node: Node, tx: Tx, heard: Said) -> tuple[Given, str]:
    """The item's row, and our share in base64, sealed to the one-time key of the request.

    Raises: Malformed `rewrap.other_object`, `key.*`; Unavailable `ledger.not_cosigned`; Untrusted
    `container.*`, `key.unwrap_failed`.
    """
    asked = heard.statement.saying(bodies.RewrapRequest)
    # 1. The item came from the asker, is held, not recalled, and its agreement is in force.
    row = held(node, tx, heard.statement)
    # 2. It is the object that was sealed to us: our key is turned in no other lock.
    ours = row.sealed["key_access"].get(node.party)
    if asked.policy_uuid != row.policy_uuid or asked.key_access != ours:
        raise NOT_THIS(what="policy or key access object")
    # 3. For a suite under which two nations share a key, and now: an old request moves nothing.
    if asked.suite not in SUITES or parse_instant(asked.until) <= node.host.now():
        raise NOT_THIS(what="suite or time")
    # 4. To a hybrid one-time key: a classical one would undo what the sealing bought.
    client = KemPublicKey.from_json(bodies.as_json(asked.client_key))
    if client.suite != HYBRID:
        raise NOT_THIS(what="client key")
    # 5. The asker's witness keeps up, so that what leaves here cannot be denied later, and its own
    #    log was never shown in two versions.
    node.require_proven(tx, heard.statement.agreement, heard.statement.by)
    node.require_honest(tx, heard.statement.by)
    with node.blobs.read(str(row.container)) as source:
        share = key_parts.sealed_share(node, key_parts.manifest_of(source), row)
    return row, base64.b64encode(wrap(client, share, heard.digest.encode())).decode()


def check(node: Node, said: Statement, spool: Spool) -> None:
    """The arriving container is what its statement says, supersedes the held one and keeps its
    terms. Raises: Malformed, Untrusted, Refused.
    """
    made = said.saying(bodies.Rewrapped)
    with node.store.reading() as tx:
        row = require_held(node, tx, said)
        partner, agreements = node.partner(tx, said.by), node.agreements(tx)
    spool.file.seek(0)
    facts = containers.verify_arrival(
        node,
        spool.file,
        partner=partner,
        label=label_from_json(row.label),
        agreement=(row.agreement, row.agreement_digest),
        policy_uuid=row.policy_uuid,
        agreements=agreements,
    )
    if facts != bodies.as_json(made.sealed) or facts["supersedes"] != row.sealed["seal"]:
        raise NOT_THIS(what="its seal")
    if any(facts[same] != row.sealed[same] for same in ("aggregate", "plaintext_bytes", "profile")):
        raise NOT_THIS(what="payload")
    if facts["policy"] != row.sealed["policy"] and _label_as_sealed(node, row) == label_from_json(
        row.label
    ):
        raise NOT_THIS(what="policy")


def _label_as_sealed(node: Node, row: Given) -> Label:
    with node.blobs.read(str(row.container)) as source:
        return origin.read(key_parts.manifest_of(source).container.manifest).label


def replace(node: Node, tx: Tx, heard: Said) -> Said:
    """The holder takes the new container in the step that records it; the caller erases the old one
    once that is durable.

    Raises: Malformed `rewrap.other_object`.
    """
    log_statement(node, tx, heard)
    row = require_held(node, tx, heard.statement)
    _take(node, tx, row, heard)
    return acknowledge(node, tx, heard)


def note_answer(node: Node, tx: Tx, ours: Said, answer: Statement) -> str | None:
    """The originator follows the holder: the new container after `acknowledged`, the old one after
    a rejection. Idempotent.

    Gives the container that is nobody's any more, to be erased once `tx` is durable.
    """
    made = ours.statement.saying(bodies.Rewrapped)
    row = node.given(tx, str(ours.statement.item), ours.statement.to)
    if answer.type != "acknowledged":
        return None if row.container == made.container else made.container
    if row.container != made.replaces:
        return None
    _take(node, tx, row, ours)
    return str(row.container)


def _take(node: Node, tx: Tx, row: Given, order: Said) -> None:
    effects.apply(node, tx, order)
    said = order.statement
    record(
        node,
        tx,
        "item.recorded",
        item=row.id,
        agreement=row.agreement,
        partners=[said.to if said.by == node.party else said.by],
        statement=None,
    )


def require_held(node: Node, tx: Tx, said: Statement) -> Given:
    """The row of the item whose very container a statement replaces. Raises: Malformed
    `rewrap.other_object`.
    """
    row = held(node, tx, said)
    if said.saying(bodies.Rewrapped).replaces != row.container:
        raise NOT_THIS(what="the container that it replaces")
    return row


def held(node: Node, tx: Tx, said: Statement) -> Given:
    """The row of the item that a statement of its provider is about. Raises: Malformed
    `rewrap.other_object`.
    """
    row = holding.given(node.records, tx, str(said.item), node.party)
    if (
        row is None
        or row.direction != Direction.IN
        or row.provider != said.by
        or row.agreement_digest != said.agreement_digest
    ):
        raise NOT_THIS(what="item")
    now = node.host.now()
    governing = node.agreements(tx).at(said.agreement, now)
    if shut(row) or governing is None or not governing.in_force(now):
        raise NOT_THIS(what="recalled or taken back, or under an agreement not in force")
    return row
