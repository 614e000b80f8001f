"""Life of agreements at a node: which version governs, and the signed notices that suspend, end or
change it.

A notice is proven, recorded in the agreement's ledger and in force here in one step; a party's own
are told to every other party. Whoever holds a notice decides by it: new acts and keys stop, duties
on what was exchanged stay.
Spec: spec/agreement.md §5; spec/exchange.md §7; R8, R10, R11.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sealane.agreements import endorsements, history, notice, noticefile, signing, succession
from sealane.agreements.agreement import Agreement
from sealane.agreements.lifecycle import LIFE, Standing
from sealane.agreements.noticefile import Notice
from sealane.agreements.parse import parse_agreement
from sealane.base import canonical
from sealane.base.errors import Untrusted, declare
from sealane.base.values import SECOND, Instant, format_instant
from sealane.crypto.keys import PublicKey
from sealane.ledger import bodies
from sealane.ledger.receipt import Statement
from sealane.ports import Records, Tx
from sealane.registry.records import HeldAgreement, HeldNotices
from sealane.registry.who_may import Act
from sealane.services.node import NO_AGREEMENT, Node
from sealane.services.register import acts, renewal
from sealane.services.register.acts import OPERATOR, Named
from sealane.services.statements.journal import record, record_row
from sealane.services.statements.talk import tell

HELD = "agreements held"
"""The series that counts every change of what this node holds, so that parsed agreements can be
kept.
"""
TOLD, FUTURE = 64, 60 * SECOND
"""How many of its newest notices a party tells at once, and how far a notice may be ahead of the
clock here.
"""


EARLY = declare(
    "agreement.notice_from_the_future",
    Untrusted,
    "The notice is dated {at}, which has not come yet.",
    "通告の日時 {at} はまだ来ていません。",
    "Compare the clocks, or enrol it later.",
    "時計を確かめるか、後で登録してください。",
)
NOT_THEIRS = declare(
    "agreement.notice_not_theirs",
    Untrusted,
    "{by} passed on a notice of {party}; each party gives its own.",
    "{by} が {party} の通告を送りました。通告は各当事国が自ら行います。",
)
NO_NOTICE = declare(
    "agreement.no_notice",
    Untrusted,
    "The file holds no notice about a version that this node holds.",
    "このノードが保有する版についての通告がありません。",
    "Adopt that version first.",
    "先にその版を採択してください。",
)


Entered = Callable[[Tx, str, Any], bool]
"""Whether a row of a bound table, by the table's name, is as the ledger says it was entered."""


def held(records: Records, tx: Tx, entered: Entered) -> tuple[Agreement, ...]:
    """Every version as it stands: its notices applied, and each earlier one ending where the next
    begins. Of an agreement with a row that was changed by hand none is held: an earlier version, or
    one without its notices, would say more than its parties do.
    """
    versions: dict[str, list[tuple[Agreement, succession.Signed]]] = {}
    altered = _altered(records, tx, entered)
    for row in records.agreements.find(tx, order="digest"):
        if row.id in altered:
            continue
        told = notices(records, tx, str(row.digest))
        agreement = parse_agreement(bytes(row.file))
        if told:
            agreement = notice.current(agreement, told, at=Instant(max(one.time for one in told)))
        versions.setdefault(agreement.id, []).append((agreement, signed(row)))
    return tuple(one for several in versions.values() for one in succession.in_turn(several))


def _altered(records: Records, tx: Tx, entered: Entered) -> set[str]:
    """The agreements of which a version, or the notices about one, are not as they were entered."""
    found = set()
    for row in records.agreements.find(tx, order="digest"):
        told = records.notices.get(tx, agreement=row.digest)
        if not entered(tx, "agreements", row) or (told and not entered(tx, "notices", told)):
            found.add(str(row.id))
    return found


def signed(row: HeldAgreement) -> dict[str, Instant]:
    """When each party signed a held version; its signatures were proven at adoption."""
    return endorsements.times(canonical.encode(row.signatures))


def notices(records: Records, tx: Tx, digest: str) -> tuple[Notice, ...]:
    """The notices about one version, as they were proven and recorded here."""
    return noticefile.as_recorded(_file(records, tx, digest))


def standing(node: Node, tx: Tx, row: HeldAgreement) -> Standing:
    """Where a held version stands now."""
    agreement, later = parse_agreement(bytes(row.file)), None
    for one in node.agreements(tx).versions(agreement.id):
        if one.version > agreement.version and later is None:
            later = one.period.since
    return history.stands(
        agreement,
        signed(row),
        notices(node.records, tx, str(row.digest)),
        at=node.host.now(),
        successor=later,
    )


def law_changes(node: Node, tx: Tx, agreement: str) -> list[dict[str, Any]]:
    """The changes of national law that parties notified under any version; they block nothing.
    Spec: R11.
    """
    rows = node.records.agreements.find(tx, order="since", id=agreement)
    return [
        one.as_json()
        for row in rows
        for one in notices(node.records, tx, str(row.digest))
        if one.kind == "notify-law-change"
    ]


def told_of_all(node: Node, tx: Tx) -> list[dict[str, Any]]:
    """Every held version with where it stands now and the notices about it."""
    return [
        {
            "id": row.id,
            "version": int(row.version),
            "digest": row.digest,
            "state": standing(node, tx, row).state.replace("-", " "),
            "notices": [one.as_json() for one in notices(node.records, tx, row.digest)],
        }
        for row in node.records.agreements.find(tx, order="id")
    ]


def give(
    node: Node,
    agreement: str,
    kind: str,
    *,
    effective: Instant | None = None,
    detail: Mapping[str, Any] | None = None,
    by: Named = OPERATOR,
    unchanged: Callable[[Tx], None] | None = None,
) -> Notice:
    """This party's own notice about the version that governs: signed, recorded, in force here, told
    to the others.

    Args:
        unchanged: asked of what is held before anything is signed; raises where it is other by now.

    Raises: NotFound `person.unknown`; Misconfigured `agreement.not_held`; Refused `person.duty`,
    `person.second_needed`; Malformed, Untrusted `agreement.notice_*`,
    `agreement.signature_*`;
        Conflict `life.no_such_step`, `agreement.not_suspended_by`.
    """
    with node.store.writing() as tx:
        node.require_current(tx)
        acts.known(node, tx, Act.NOTIFY, acts.actor_of(by))
        row, now = node.agreement_row(tx, agreement), node.host.now()
        actor = acts.require(node, tx, Act.NOTIFY, by)
        if unchanged is not None:
            unchanged(tx)
        parsed = parse_agreement(bytes(row.file))
        draft = notice.Draft(
            kind=kind, party=node.party, effective=effective or now, detail=detail or {}
        )
        whole = notice.give(
            parsed,
            signing.Paper.of(parsed, bytes(row.file)),
            draft,
            at=now,
            beside=_file(node.records, tx, row.digest),
            signers=node.keys.signers_of(renewal.agreed_keys(node, tx)),
        )
        found = _take(node, tx, row, whole, {})
        acts.note(node, tx, Act.NOTIFY, actor)
        _tell(node, tx, row)
    return found[-1]


def enrol(
    node: Node,
    data: bytes,
    keys: Mapping[str, Sequence[PublicKey]],
    *,
    by: Named = OPERATOR,
) -> tuple[Notice, ...]:
    """Take up a file of notices about a held version, from any channel; those that were new.

    Args:
        keys: public keys of authorities beyond the enrolled cards; they count only where the
            agreement, or a notice of that party before, names their ids.
    Raises: as `give`; Untrusted `agreement.no_notice`, `agreement.notice_from_the_future`.
    """
    with node.store.reading() as tx:
        actor = acts.require(node, tx, Act.NOTIFY, by)
    about = {str(noticefile.statement_of(one)["sha384"]) for one in noticefile.read(data)}
    with node.store.writing() as tx:
        rows = [
            row for row in node.records.agreements.find(tx, order="digest") if row.digest in about
        ]
        if len(rows) != 1 or len(about) != 1:
            raise NO_NOTICE()
        new = _take(node, tx, rows[0], data, keys)
        if new:
            acts.note(node, tx, Act.NOTIFY, actor)
        if any(one.party == node.party for one in new):
            _tell(node, tx, rows[0])
    return new


def told(node: Node, tx: Tx, said: Statement) -> None:
    """Take up what a partner tells about its own notices.

    Raises: Untrusted `agreement.notice_*`, `agreement.signature_*`; Malformed `agreement.notice_*`;
    Conflict `life.*`.
    """
    row = node.records.agreements.get(tx, id=said.agreement, digest=said.agreement_digest)
    if row is None:
        raise NO_AGREEMENT(agreement=said.agreement)
    data = canonical.encode(said.saying(bodies.AgreementState).notices)
    for one in noticefile.read(data):
        party = str(noticefile.statement_of(one)["party"])
        if party != said.by:
            raise NOT_THEIRS(by=said.by, party=party)
    _take(node, tx, row, data, {})


def file_of(node: Node, tx: Tx, agreement: str) -> bytes:
    """The notices about the governing version as a file, to be handed on. Raises: Misconfigured
    `agreement.not_held`.
    """
    return _file(
        node.records, tx, str(node.agreement_row(tx, agreement).digest)
    ) or noticefile.file_of(())


def _file(records: Records, tx: Tx, digest: str) -> bytes | None:
    row = records.notices.get(tx, agreement=digest)
    return None if row is None else bytes(row.file)


def _take(
    node: Node, tx: Tx, row: HeldAgreement, data: bytes, keys: Mapping[str, Sequence[PublicKey]]
) -> tuple[Notice, ...]:
    """Prove the whole life with the new notices in it, then record each and hold it: our own in the
    log of each pair, another party's in that party's alone.
    """
    file, agreement = bytes(row.file), parse_agreement(bytes(row.file))
    paper = signing.Paper.of(agreement, file)
    whole, new = noticefile.joined(_file(node.records, tx, row.digest), data)
    proven = notice.accept(
        whole, agreement, paper, _ring(node, tx, row, paper, whole=whole, more=keys)
    )
    for one in proven:
        if one.time > node.host.now() + FUTURE:
            raise EARLY(at=format_instant(one.time))
    history.stands(
        agreement,
        signed(row),
        proven,
        at=Instant(max((one.effective for one in proven), default=0)),
    )
    if not new:
        return ()
    for data_, one in zip(new, proven[-len(new) :], strict=True):
        fields: dict[str, Any] = {"until": one.detail["until"]} if one.kind == "give-notice" else {}
        record(
            node,
            tx,
            LIFE.entry_of(one.kind),
            agreement=agreement.id,
            partners=others(node, agreement) if one.party == node.party else [one.party],
            agreement_digest=agreement.digest,
            peer=one.party,
            version=str(agreement.version),
            record=canonical.sha384(data_),
            **fields,
        )
    record_row(node, tx, "notices", HeldNotices(agreement=agreement.digest, file=whole))
    node.records.notices.put(tx, {"agreement": agreement.digest}, file=whole)
    node.records.serial(tx, HELD)
    return proven[-len(new) :]


def others(node: Node, agreement: Agreement) -> list[str]:
    """The other parties to an agreement version."""
    return [party.id for party in agreement.parties if party.id != node.party]


def _ring(
    node: Node,
    tx: Tx,
    row: HeldAgreement,
    paper: signing.Paper,
    *,
    whole: bytes,
    more: Mapping[str, Sequence[PublicKey]],
) -> dict[str, tuple[PublicKey, ...]]:
    """Each party's keys: its card's, those the agreement names, and of the rest those that a notice
    of it names.
    """
    named = endorsements.named_keys(canonical.encode(row.signatures), paper)
    pinned: dict[str, set[str]] = {}
    for one in noticefile.as_recorded(whole):
        if one.kind == "change-authority":
            pinned.setdefault(one.party, set()).update(one.detail.get("keys", ()))
    out: dict[str, tuple[PublicKey, ...]] = {}
    for party in paper.parties:
        card = node.own_card() if party == node.party else node.partner(tx, party)
        known = (key for key in more.get(party, ()) if key.kid in pinned.get(party, ()))
        out[party] = tuple(
            {
                key.kid: key for key in (*card.every("statement"), *named.get(party, ()), *known)
            }.values()
        )
    return out


def _tell(node: Node, tx: Tx, row: HeldAgreement) -> None:
    own = noticefile.given_by(_file(node.records, tx, row.digest), node.party)[-TOLD:]
    body = bodies.AgreementState(notices=canonical.parse(noticefile.file_of(own)))
    parties = {party.id for party in parse_agreement(bytes(row.file)).parties}
    for partner in node.partners(tx):
        if partner.party in parties:
            agreement = (row.id, row.digest)
            tell(node, tx, body, to=partner.party, agreement=agreement, item=None)
