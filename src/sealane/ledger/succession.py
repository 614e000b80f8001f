"""One card after another, as statements alone: who may put a card in another's place.

A card names the digest of the one before it and is signed by that one's statement keys as well as
by its own. So whoever trusts a card can walk on to the newest, one by one, and needs nothing else.
Spec: spec/exchange.md §2.1; R10, R59, R62.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sealane.base import canonical
from sealane.base.errors import Conflict, Malformed, SealaneError, Untrusted, declare
from sealane.base.values import Instant, parse_instant
from sealane.crypto import jws
from sealane.crypto.keys import PublicKey
from sealane.ledger import bodies, receipt

FORKED = declare(
    "card.forked",
    Conflict,
    "Card {number} of {party} is no successor of those that are known here: it names another card"
    " before it, or takes the place of one that has a successor.",
    "{party} のカード {number} は、ここで知られたカードの後継ではありません。"
    "別のカードを前のものとして挙げているか、既に後継のあるカードに取って代わろうとしています。",
    "Somebody else may hold {party}'s keys, or its node came back from an old backup. Ask its"
    " operator; two people may enrol a card that was compared: `sealane node enrol`.",
    "{party} の鍵を他者が持つか、ノードが古い控えから戻された可能性があります。"
    "相手国の運用者に確かめ、照合したカードを二人で登録してください（`sealane node enrol`）。",
)
ENDED = declare(
    "card.signed_too_late",
    Untrusted,
    "Card {number} of {party} is signed by keys of the card before it that had ended.",
    "{party} のカード {number} は、前のカードの期限切れの鍵で署名されています。",
    "Two people enrol it after comparing its fingerprint: `sealane node enrol`.",
    "指紋を照合し、二人で登録してください（`sealane node enrol`）。",
)
BAD_LINK = declare(
    "card.no_link",
    Malformed,
    "A card of a line of cards cannot be read.",
    "一連のカードのうち、読み取れないものがあります。",
    "Compare it with spec/exchange.md §2.1.",
    "spec/exchange.md §2.1 と照らし合わせてください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardLink:
    """Of a card, what its successor has to do with: place, statement keys and their ends."""

    party: str
    node: str
    number: int
    previous: str | None
    digest: str
    statement: tuple[PublicKey, ...]
    ends: Mapping[str, Instant]

    def ended(self, at: Instant) -> bool:
        """Whether one of its statement keys had ended at an instant."""
        return any(at >= self.ends[key.kid] for key in self.statement if key.kid in self.ends)


def read(data: bytes) -> CardLink:
    """A card's link, proven to be signed by the statement keys that it names. Raises: Malformed
    `card.no_link`; Untrusted `jws.*`, `signature.invalid`.
    """
    kids = {key.kid for key in _link(receipt.peek(data)).statement}
    return _link(receipt.hear(jws.narrowed(data, kids), lambda claimed: _link(claimed).statement))


def require_follows(data: bytes, before: CardLink) -> CardLink:
    """A card that both statement keys of the one before it signed while they counted; its link.

    Raises: Conflict `card.forked`; Untrusted `card.signed_too_late`, `jws.*`, `signature.invalid`;
    Malformed `card.no_link`.
    """
    card = read(data)
    # 1. It names the card before it, of the same node, and takes the next place.
    same = (card.party, card.node) == (before.party, before.node)
    if not same or card.previous != before.digest or card.number != before.number + 1:
        raise FORKED(number=card.number, party=card.party)
    # 2. Both keys of either card signed these bytes, and nobody else.
    ring = {key.kid: key for key in (*card.statement, *before.statement)}
    jws.verify(data, keys=ring, required=list(ring), typ=receipt.TYP)
    # 3. They counted when they signed: a key that ended makes no successor.
    if before.ended(parse_instant(receipt.peek(data).at)):
        raise ENDED(number=card.number, party=card.party)
    return card


def walked(files: Sequence[bytes]) -> list[CardLink]:
    """A line of cards, oldest first; each is proven by the one before it, and the first by nobody
    else. Raises: as `require_follows`.
    """
    line = [read(data) for data in files[:1]]
    for data in files[1:]:
        line.append(require_follows(data, line[-1]))
    return line


def signed_with(line: Sequence[CardLink], kids: Collection[str], at: Instant) -> CardLink | None:
    """The card of a line whose statement keys these are, both of them, and had not ended; None
    where there is none.
    """
    for one in reversed(line):
        if {key.kid for key in one.statement} <= set(kids):
            return None if one.ended(at) else one
    return None


def _link(said: receipt.Statement) -> CardLink:
    if not isinstance(said.body, bodies.Enrolment):
        raise BAD_LINK()
    card = said.body.card
    try:
        validity: dict[str, Any] = card.get("validity", {})
        link = CardLink(
            party=str(card["party"]),
            node=str(card["node"]),
            number=int(card.get("number", 1)),
            previous=card.get("previous"),
            digest=canonical.digest(card),
            statement=tuple(PublicKey.from_json(key) for key in card["statement"]),
            ends={kid: parse_instant(one["until"]) for kid, one in validity.items()},
        )
    except (SealaneError, KeyError, TypeError, ValueError, AttributeError):
        raise BAD_LINK() from None
    if (said.by, said.node) != (link.party, link.node):
        raise BAD_LINK()
    return link
