"""Packs between the two nodes of a pair, for the tests of what goes by a medium."""

from __future__ import annotations

import hashlib
import io
from typing import Any

from sealane.base import canonical
from sealane.ledger import bodies
from sealane.protocol import pack_form, pack_seal
from sealane.protocol.pack_form import PackNode, PackPart
from sealane.services.node import Node
from sealane.services.packs import exporting, importing
from sealane.services.packs.logs import Partnerships
from sealane.services.register.acts import OPERATOR
from sealane.services.statements.journal import compose
from tests import nations


def made(node: Node, to: str | None = None, ledgers: Partnerships = ()) -> bytes:
    """A pack of what waits for the other nation."""
    sink = io.BytesIO()
    exporting.export(node, to or nations.other(node.party), OPERATOR, sink, ledgers=ledgers)
    return sink.getvalue()


def taken(
    node: Node, pack: bytes, *, dry_run: bool = False, ledgers: Partnerships = ()
) -> dict[str, Any]:
    """What a node answers to a pack."""
    source = io.BytesIO(pack)
    return importing.load(node, source, OPERATOR, dry_run=dry_run, ledgers=ledgers).as_json()


def carried(pair: nations.Pair, party: str) -> dict[str, Any]:
    """One journey from a nation to the other, a day long."""
    node = pair.line.nodes[party]
    pack = made(node)
    pair.clock.pass_(86_400)
    return taken(pair.line.nodes[nations.other(party)], pack)


def to_and_fro(pair: nations.Pair, times: int = 1, first: str = "AUS") -> list[dict[str, Any]]:
    """So many journeys there and back."""
    return [carried(pair, party) for _ in range(times) for party in (first, nations.other(first))]


def cut(pair: nations.Pair) -> nations.Pair:
    """The pair with the line down for ever."""
    pair.line.down = {"AUS", "JPN"}
    return pair


ASKED = frozenset({"assurance.request", "assurance"})
"""What each release says beside, where nobody is at the line's end."""


def types(found: list[dict[str, Any]], *, beside: bool = False) -> list[str]:
    """The types of what became so; what was asked beside it left out."""
    return [one["type"] for one in found if beside or one["type"] not in ASKED]


def crafted(node: Node, to: str, statements: list[tuple[bytes, str, str | None]]) -> bytes:
    """A pack that a node signs and seals over any statements: (bytes, type, answers)."""
    key = node.host.entropy(32)
    with node.store.reading() as tx:
        card = node.partner(tx, to)
    by, at = PackNode(party=node.party, node=node.settings.node), node.now()[1]
    sealed: list[bytes] = []
    entries = []
    for place, (data, kind, answers) in enumerate(statements):
        name = canonical.sha384(data)
        sealed.append(pack_seal.sealed(key, place, name, data))
        part = PackPart(sha384=canonical.sha384(sealed[-1]), size=len(sealed[-1]))
        entries.append(
            pack_form.PackEntry(
                digest=name, type=kind, answers=answers, sealed=part, container=None
            )
        )
    head = pack_form.PackHead(
        pack=1,
        by=by,
        to=PackNode(party=card.party, node=card.node),
        at=at,
        entries=len(entries),
        whole=True,
        key=pack_seal.wrapped_to(card, key, by=by, at=at),
    )
    page = pack_form.page_bytes(head, entries)
    word = compose(
        node,
        bodies.PackMade(page=hashlib.sha384(page).hexdigest()),
        to=to,
        agreement=("", ""),
        item=None,
        at=at,
    )
    return pack_form.opening(page, word.data) + b"".join(sealed)
