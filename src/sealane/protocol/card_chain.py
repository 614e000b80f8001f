"""Where a card stands to those of its party that are known here: known, the next, or none of them.
Spec: spec/exchange.md §2.1; R10, R62.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum
from functools import lru_cache

from sealane.base.errors import Misconfigured, Unavailable, declare
from sealane.base.values import Instant, format_instant, parse_instant
from sealane.crypto import jws
from sealane.crypto.keys import PublicKey, Signer
from sealane.ledger import receipt, succession
from sealane.ledger.succession import FORKED, CardLink
from sealane.protocol.card import Card, read_card

GAP = declare(
    "card.gap",
    Unavailable,
    "Card {number} of {party} came before the cards between it and number {held}.",
    "{party} のカード {number} が、番号 {held} との間のカードより先に届きました。",
    "Nothing is wrong; it is taken when the others came.",
    "異常ではありません。他のカードが届き次第、受け入れます。",
)
KEY_ENDED = declare(
    "key.ended",
    Misconfigured,
    "This node's {role} key {kid} ended at {until}; nothing is signed or sealed with it.",
    "このノードの {role} 鍵 {kid} は {until} に期限が切れました。この鍵では署名も封緘もしません。",
    "Renew it: `sealane node renew DIR --role {role}`. Statement keys count at a partner once two"
    " people there accept them; where they had ended before, hand the new card over.",
    "`sealane node renew DIR --role {role}` で更新してください。"
    "文書署名鍵は相手国で二人が承認して有効になります。"
    "既に期限が切れていた場合は、新しいカードを手渡してください。",
)
PARTNER_KEY_ENDED = declare(
    "partner.key_ended",
    Misconfigured,
    "The {role} key {kid} of {party} ended at {until}.",
    "{party} の {role} 鍵 {kid} は {until} に期限が切れました。",
    "Ask {party} to renew it; its new card comes by itself.",
    "{party} に更新を求めてください。新しいカードは自動で届きます。",
)


class CardPlace(Enum):
    """Where a card stands to those that are known."""

    KNOWN = "known"
    NEXT = "next"


def sign(statement: receipt.Statement, own: Sequence[Signer], older: Sequence[Signer]) -> bytes:
    """The statement of a card, signed by its own statement keys and by those of the card before it,
    each key once.
    """
    data = receipt.sign(statement, own)
    kids = {key.public.kid for key in own}
    more = [key for key in older if key.public.kid not in kids]
    return jws.sign(statement.payload(), [*own, *more], typ=receipt.TYP) if more else data


def place(data: bytes, newest: Card) -> tuple[CardPlace, Card]:
    """Where a card stands to the newest that is known of its party and those before it; the card.

    Raises: Conflict `card.forked`; Unavailable `card.gap`; Untrusted `card.signed_too_late`,
    `jws.*`, `signature.invalid`; Malformed `card.malformed`.
    """
    card = read_card(data)
    # 1. One that is known says nothing new, whenever it comes again.
    if any(card.digest == one.digest for one in newest.line):
        return CardPlace.KNOWN, card
    # 2. Cards between are walked one by one: none is passed over.
    if card.number > newest.number + 1:
        raise GAP(number=card.number, party=card.party, held=newest.number)
    # 3. It follows the newest and no other, so that a card has one successor.
    if card.number != newest.number + 1 or card.previous != newest.digest:
        raise FORKED(number=card.number, party=card.party)
    # 4. Of the same node, by keys that counted when they signed.
    succession.require_follows(data, _link(newest))
    return CardPlace.NEXT, card


def _link(card: Card) -> CardLink:
    return CardLink(
        party=card.party,
        node=card.node,
        number=card.number,
        previous=card.previous,
        digest=card.digest,
        statement=card.statement,
        ends={one.kid: parse_instant(one.until) for one in card.validity},
    )


def with_before(line: Sequence[Card]) -> Card:
    """The first of these cards, knowing the others as the earlier ones of its line."""
    newest, *older = line
    return replace(newest, before=tuple(older))


@lru_cache(maxsize=256)
def known_card(line: tuple[tuple[bytes, bool], ...]) -> Card:
    """A partner's card as it counts, from its cards, newest first, each with whether its statement
    keys were accepted.
    """
    cards = [read_card(data) for data, _ in line]
    accepted = next((at for at, (_, counts) in enumerate(line) if counts), len(line) - 1)
    newest = replace(cards[0], statement=cards[accepted].statement)
    older = [one for at, one in enumerate(cards[1:], start=1) if at >= accepted]
    waiting = [replace(one, statement=newest.statement) for one in cards[1:accepted]]
    return with_before([newest, *waiting, *older])


def require_in_force(card: Card, role: str, keys: Sequence[PublicKey], now: Instant) -> None:
    """None of these keys of one's own card has ended. Raises: Misconfigured `key.ended`."""
    for key in keys:
        end = card.until(key.kid)
        if end is not None and now >= end:
            raise KEY_ENDED(role=role, kid=key.kid, until=format_instant(end))


def spoken_with(card: Card, newest: Card, now: Instant) -> tuple[PublicKey, ...]:
    """The statement keys of one's own for a partner: those that two people there accepted; where
    they have ended and newer ones still wait there, the newer: what they sign waits with them, and
    nothing else is held up.

    Args:
        card: one's own as that partner knows it. Raises: Misconfigured `key.ended`.
    """
    keys = card.statement
    if any(newest.ended(key.kid, now) for key in keys):
        keys = newest.statement
    require_in_force(newest, "statement", keys, now)
    return keys
