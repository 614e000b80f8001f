"""Key shares that a provider lent this nation: what a lease that came must be, which stand, and the
share in one.

A lease serves openings while the provider does not answer, and no other act. It ends by itself; and
with whatever keeps this nation's own decision from permitting: a recall, a suspension, another
label. It ends where the clock was set back, too.
Spec: spec/exchange.md §6.1; R20, R31, R57.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from sealane.base import canonical
from sealane.base.errors import Malformed, Refused, SealaneError, declare
from sealane.base.values import SECOND, Instant, format_instant, parse_instant
from sealane.ledger import bodies, receipt
from sealane.ports import Tx
from sealane.registry.records import Given
from sealane.services import holding
from sealane.services.deciding.request import served_key_access, shut
from sealane.services.node import WRONG_STATE, Node
from sealane.services.statements.journal import Said, held_statement, log_statement
from sealane.services.statements.talk import acknowledge, reject

LEASED = "key.leased"
ACTIONS = ("open", "view")
"""What a lease serves; everything else is asked of the provider each time."""
MOST = 1000

NOT_AGREED = declare(
    "lease.not_agreed",
    Refused,
    "{agreement} lets no key be lent: it states no clock `lease`.",
    "{agreement} は鍵の貸与を認めていません（期限 `lease` の定めがありません）。",
    "Open the item on the line, or agree on a clock `lease`.",
    "回線により開くか、期限 `lease` を取り決めてください。",
)
TOO_LONG = declare(
    "lease.too_long",
    Refused,
    "A key of {item} can be lent until {most}, not until {until}.",
    "{item} の鍵の貸与は {most} までです（指定：{until}）。",
    "Name an earlier end that lies in the future.",
    "それ以前の将来の時刻を指定してください。",
)
OVER = declare(
    "lease.over",
    Refused,
    "The lease of {item} ended at {until}.",
    "{item} の鍵の貸与は {until} に終わりました。",
    "Ask {party} for another one, or open the item on the line.",
    "{party} に新たな貸与を求めるか、回線により開いてください。",
)
OTHER_LEASE = declare(
    "lease.other_object",
    Malformed,
    "The lease is for another item, container or nation than what is held here ({what}).",
    "貸与の対象が、ここで保有するものと一致しません（{what}）。",
    "Compare both registers: `sealane audit reconcile`.",
    "`sealane audit reconcile` で双方の登録簿を比べてください。",
)


def obey(node: Node, tx: Tx, heard: Said) -> Said:
    """The holder's side: a lease counts from here on where it is for this nation, this container
    and a time that the agreement allows; `acknowledged` or `rejected`.
    """
    log_statement(node, tx, heard)
    said = heard.statement
    try:
        row = holding.given(node.records, tx, str(said.item), node.party)
        if row is None or shut(row):
            raise WRONG_STATE(item=said.item, state="recalled" if row is None else row.state)
        body = said.saying(bodies.KeyLeased)
        require_within(node, tx, row, parse_instant(said.at), parse_instant(body.until))
        if node.host.now() >= parse_instant(body.until):
            raise OVER(item=row.id, until=body.until, party=said.by)
        share_of(node, row, body)
    except SealaneError as error:
        return reject(node, tx, heard, error)
    return acknowledge(node, tx, heard)


def seconds(node: Node, tx: Tx, agreement: str) -> int:
    """For how long an agreement lets a key be lent, and a tail of a ledger wait for its witness
    meanwhile. Raises: Refused `lease.not_agreed`.
    """
    governing = node.agreements(tx).at(agreement, node.host.now())
    clock = None if governing is None else governing.clock("lease")
    if clock is None:
        raise NOT_AGREED(agreement=agreement)
    return int(clock.ends(Instant(0)) // SECOND)


def share_of(node: Node, row: Given, body: bodies.KeyLeased) -> bytes:
    """The provider's share in a lease, of the very container that is held here. Raises: Malformed
    `lease.other_object`.
    """
    same = {
        "policy_uuid": body.policy_uuid == row.policy_uuid,
        "key_access": body.key_access == served_key_access(row, row.provider),
    }
    if wrong := [what for what, fits in same.items() if not fits]:
        raise OTHER_LEASE(what=", ".join(wrong))
    try:
        bound = info(row.id, node.party, body)
        return node.keys.unwrap(body.suite, base64.b64decode(body.share), bound, kid=body.kid)
    except (ValueError, SealaneError):
        raise OTHER_LEASE(what="share") from None


def of_item(node: Node, tx: Tx, row: Given) -> list[dict[str, Any]]:
    """Every lease of an item between its provider and one holder, newest first, with what it comes
    to now: `lent`, `over`.
    """
    open_ = not shut(row)
    return [
        {
            **told_of(one),
            "to": row.to,
            "state": "lent" if open_ and _holds(node, row, one) else "over",
        }
        for one in kept(node, tx, row)
    ]


def kept(node: Node, tx: Tx, row: Given) -> list[Said]:
    """The leases of an item that its provider gave a holder, newest first, without those that the
    holder rejected; proven by our log.
    """
    given = node.records.statements.find(
        tx, order="kept", newest=True, limit=MOST, item=row.id, type=LEASED, to=row.to
    )
    no = node.records.statements.find(
        tx, order="kept", newest=True, limit=MOST, item=row.id, type="rejected", by=row.to
    )
    rejected = {receipt.peek(bytes(one.data)).answers for one in no if one.data is not None}
    found = [
        held_statement(node, tx, one.digest)
        for one in given
        if one.by == row.provider and one.digest not in rejected
    ]
    return [one for one in found if one is not None]


def _holds(node: Node, row: Given, one: Said) -> bool:
    body = one.statement.saying(bodies.KeyLeased)
    return node.host.now() < parse_instant(body.until) and body.key_access == served_key_access(
        row, row.provider
    )


def told_of(one: Said) -> dict[str, Any]:
    """What a lease says, without its share."""
    body = one.statement.saying(bodies.KeyLeased)
    return {
        "until": body.until,
        "purposes": list(body.purposes),
        "readers": list(body.readers),
        "at": one.statement.at,
        "statement": one.digest,
    }


def require_within(node: Node, tx: Tx, row: Given, since: Instant, until: Instant) -> None:
    """Raises: Refused `lease.not_agreed`, `lease.too_long`."""
    most = min(
        Instant(since + seconds(node, tx, row.agreement) * SECOND),
        parse_instant(row.facts["until"]),
    )
    if not since < until <= most:
        raise TOO_LONG(item=row.id, most=format_instant(most), until=format_instant(until))


def info(item: str, to: str, body: bodies.KeyLeased) -> bytes:
    """What a lent share is bound to: everything that the lease says but the share."""
    stated = bodies.as_json(body)
    return canonical.encode({"lease": 1, "item": item, "to": to, **stated, "share": ""})


def standing(node: Node, tx: Tx, row: Given, request: Mapping[str, Any]) -> Said | None:
    """The newest lease that serves a request which this nation permitted: for its act, purpose and
    reader, now; None where there is none. Where the clock was set back since anything was kept
    here, none serves.
    """
    newest = node.records.statements.find(tx, order="kept", newest=True, limit=1)
    if request["action"] not in ACTIONS or shut(row) or newest[0].kept > node.host.now():
        return None
    for one in kept(node, tx, row):
        body = one.statement.saying(bodies.KeyLeased)
        reads = not body.readers or request["subject"]["id"] in body.readers
        if reads and request["purpose"] in body.purposes and _holds(node, row, one):
            return one
    return None
