"""Partners and agreements enter a node: cards compared by people, agreements signed by every party
over exact bytes.

Spec: R1, R8, R10; spec/exchange.md §2; spec/agreement.md §6.
"""

from __future__ import annotations

from collections.abc import Sequence

from sealane.agreements import chain, endorsements, signing, succession
from sealane.agreements.agreement import Agreement
from sealane.agreements.lifecycle import LIFE
from sealane.agreements.loaded import Agreements
from sealane.agreements.parse import parse_agreement
from sealane.base import canonical
from sealane.base.errors import Conflict, Refused, SealaneError, declare
from sealane.base.exercise import require_same_world
from sealane.crypto.keys import Signer
from sealane.ports import Tx
from sealane.protocol import card_chain
from sealane.protocol.card import Card, read_card
from sealane.protocol.card_chain import CardPlace
from sealane.registry.records import HeldAgreement, Partner
from sealane.registry.who_may import Act
from sealane.services.node import Node
from sealane.services.register import acts, agreement_life, partner_cards, renewal
from sealane.services.register.acts import OPERATOR, ByTwo, Named
from sealane.services.register.card_rows import put
from sealane.services.register.own_cards import begin_standing, mended
from sealane.services.statements.journal import bound_fields, record, record_row

OWN_CARD = declare(
    "card.own",
    Conflict,
    "This is {party}'s own card.",
    "これは {party} 自身のカードです。",
    "Enrol the partner's card.",
    "相手のカードを登録してください。",
)
SECOND_NEEDED = declare(
    "peer.second_needed",
    Refused,
    "This card of {party} counts once two people accept it: the operator and the security officer.",
    "{party} のこのカードは、運用者と保全責任者の二人が承認して初めて有効になります。",
    "Compare its fingerprint with the partner, then give --as PERSON and --second PERSON; in"
    " production also --token-file and --second-token-file.",
    "指紋を相手国と照合し、--as PERSON と --second PERSON を指定してください（production では"
    " --token-file と --second-token-file も）。",
)
ENDED = declare(
    "agreement.already_ended",
    Conflict,
    "{agreement} version {version} had ended before every party had signed it.",
    "{agreement} の第 {version} 版は、全当事国の署名が揃う前に終了しています。",
    "Adopt the agreement that succeeded it.",
    "後継の取決めを採択してください。",
)
NOT_A_PARTY = declare(
    "agreement.not_our_party",
    Refused,
    "{party} is not a party to {agreement}.",
    "{party} は {agreement} の当事国ではありません。",
)


def card_statement(node: Node) -> bytes:
    """This node's signed card, to be handed to the partner over any channel.

    Where its addresses changed it is the next one, which is told to the partners by itself too.
    """
    renewal.keep_up(node)
    with node.store.reading() as tx:
        rows = node.records.cards.find(tx, order="number", newest=True, limit=1, party=node.party)
    card = node.own_card()
    if rows and rows[0].digest == card.digest:
        return bytes(rows[0].data)
    return renewal.signed(node, card, node.keys.signers_of(card.statement))


def enrol(node: Node, data: bytes, *, by: Named = OPERATOR) -> Card:
    """Accept a partner's card after people compared its fingerprint; recorded with the keys it
    names and the people. A card that counts already is taken as it is, and nothing is recorded
    anew.

    In the embedded profile a party's first card needs nobody's name; every other card, one that
    came by itself and waits included, changes nothing until the operator and the security officer,
    two people, accept it.

    Raises: Malformed, Untrusted: not a proper card; Conflict `card.own`, `card.taken`; Malformed
    `usage.person`; NotFound `person.unknown`; Refused `exercise.mixed`, `person.unproven`,
    `person.duty`, `peer.second_needed`.
    """
    card = read_card(data)
    if card.party == node.party:
        raise OWN_CARD(party=card.party)
    require_same_world(node.party, card.party)
    with node.store.writing() as tx:
        held = node.records.partners.get(tx, party=card.party)
        counts = held is not None and _counts(node, tx, card)
        # 1. Who accepts it: by two where it would take the place of another, and in production.
        two = ByTwo(always=held is not None and not counts, lacking=SECOND_NEEDED(party=card.party))
        actor = acts.require(node, tx, Act.ENROL, by, two)
        # 2. What counts already is taken as it is; two people may have its party told again.
        if counts:
            if actor.second is not None and not mended(node, tx, card.party):
                partner_cards.say_accepted(node, tx, card)
            return card
        # 3. Nothing of it is another party's.
        partner_cards.require_its_own(node, tx, card)
        counting = _accept(node, tx, data, card, enrolled=held is not None)
        row = Partner(
            party=card.party,
            node=card.node,
            url=read_card(counting).url,
            card=counting,
            since=node.now()[1],
        )
        record(
            node,
            tx,
            "peer.enrolled",
            party=card.party,
            kids=[key.kid for key in card.statement],
            **bound_fields(node, tx, "partners", row),
            **actor.told(),
        )
        node.records.partners.put(
            tx, {"party": row.party}, node=row.node, url=row.url, card=counting, since=row.since
        )
    return card


def waiting_card(node: Node, party: str) -> bytes:
    """The card of a partner that came by itself and waits for two people. Raises: NotFound
    `card.none_waits`.
    """
    with node.store.reading() as tx:
        row = partner_cards.waiting(node, tx, party)
    if row is None:
        raise partner_cards.NONE_WAITS(party=party)
    return bytes(row.data)


def _counts(node: Node, tx: Tx, card: Card) -> bool:
    """Whether a card of an enrolled party is one of its line whose statement keys were accepted."""
    line = partner_cards.newest_of(node, tx, card.party).line
    if card not in line:
        return False
    row = node.records.cards.get(tx, party=card.party, digest=card.digest)
    return row is None or row.accepted is not None


def _accept(node: Node, tx: Tx, data: bytes, card: Card, *, enrolled: bool) -> bytes:
    """A waiting card or the next one counts with those before it; any other begins a new line. The
    newest card that counts then.
    """
    place = _place(node, tx, data) if enrolled else None
    if place is CardPlace.NEXT:
        partner_cards.take(node, tx, data, card, partner_cards.newest_of(node, tx, card.party))
    if place is not None:
        if partner_cards.waiting(node, tx, card.party) is not None:
            return partner_cards.accept(node, tx, card.party)
        return data
    if enrolled:
        partner_cards.begin_anew(node, tx, data, card)
        partner_cards.say_accepted(node, tx, card)
        return data
    put(node, tx, data, card, accepted=True)
    begin_standing(node, tx, card.party)
    return data


def _place(node: Node, tx: Tx, data: bytes) -> CardPlace | None:
    """Where a card stands in its party's line; None where it has no place there."""
    card = read_card(data)
    try:
        place, _ = card_chain.place(data, partner_cards.newest_of(node, tx, card.party))
    except SealaneError:
        return None
    return place


def signing_keys(node: Node, agreement: str, *, by: Named = OPERATOR) -> Sequence[Signer]:
    """This node's statement keys, for a signature upon an agreement or a notice about one; who asks
    for them is recorded first.

    Raises: Malformed `usage.person`; NotFound `person.unknown`; Refused `person.unproven`,
    `person.duty`, `person.second_needed`; Unavailable `node.in_doubt`, `node.behind`.
    """
    with node.store.writing() as tx:
        actor = acts.require(node, tx, Act.SIGN, by)
        node.require_current(tx)
        acts.note(node, tx, Act.SIGN, actor, agreement=agreement)
        return node.keys.signers_of(renewal.agreed_keys(node, tx))


def adopt(node: Node, file: bytes, signatures: bytes, *, by: Named = OPERATOR) -> Agreement:
    """Hold an agreement version once every party's signature over these bytes is proven by enrolled
    keys.

    A later version names the bytes of the one held; the one held governs until it begins, and none
    before it comes back.
    Raises: NotFound `person.unknown`; Refused `person.duty`, `person.second_needed`,
    `exercise.mixed`, `agreement.not_our_party`; Untrusted `agreement.signature_*`,
    `agreement.chain_broken`; Malformed `agreement.*`; Conflict `agreement.version_superseded`,
    `agreement.already_ended`.
    """
    with node.store.reading() as tx:
        actor = acts.require(node, tx, Act.ADOPT, by)
    agreement = parse_agreement(file)
    for one in agreement.parties:
        require_same_world(node.party, one.id)
    if agreement.party(node.party) is None:
        raise NOT_A_PARTY(party=node.party, agreement=agreement.id)
    paper = signing.Paper.of(agreement, file)
    with node.store.writing() as tx:
        keys = {node.party: node.own_card().every("statement")}
        for party in paper.parties:
            if party != node.party:
                keys[party] = node.partner(tx, party).every("statement")
        endorsements.require(endorsements.examine(signatures, paper, keys))
        before = node.agreements(tx).versions(agreement.id)
        succession.follows(agreement, before)
        if agreement.digest in {one.digest for one in before}:
            return agreement
        row = HeldAgreement(
            id=agreement.id,
            digest=agreement.digest,
            version=str(agreement.version),
            file=file,
            signatures=canonical.parse(signatures, limit=endorsements.MAX_BYTES),
            since=node.now()[1],
        )
        _hold(node, tx, row)
        try:
            agreement_life.standing(node, tx, row)
        except Conflict as error:
            raise ENDED(agreement=agreement.id, version=agreement.version) from error
        _record(node, tx, agreement, before[-1] if before else None)
        acts.note(node, tx, Act.ADOPT, actor)
    return agreement


def _hold(node: Node, tx: Tx, row: HeldAgreement) -> None:
    node.records.agreements.put(
        tx,
        {"id": row.id, "digest": row.digest},
        version=row.version,
        file=row.file,
        signatures=row.signatures,
        since=row.since,
    )
    record_row(node, tx, "agreements", row)
    chain.verify(Agreements(agreement_life.held(node.records, tx, node.entered)))
    node.records.serial(tx, agreement_life.HELD)


def _record(node: Node, tx: Tx, agreement: Agreement, older: Agreement | None) -> None:
    others = agreement_life.others(node, agreement)
    if older is not None:
        record(
            node,
            tx,
            LIFE.entry_of("amend"),
            agreement=older.id,
            partners=others,
            agreement_digest=older.digest,
            version=str(older.version),
        )
    record(
        node,
        tx,
        LIFE.entry_of("enter-into-force"),
        agreement=agreement.id,
        partners=others,
        agreement_digest=agreement.digest,
        version=str(agreement.version),
    )
