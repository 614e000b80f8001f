"""A partner's signed `open.request`, held against our own record: one set of numbered checks for
every door it may come through.

Of what the partner says, the reader's facts alone are taken, for they are the reader's nation's to
state. Item, label, agreement and consents are ours.
Spec: R20, R22, R31, R32; spec/key-access.md §5.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from sealane.base.errors import Malformed, Refused, Untrusted, declare
from sealane.base.values import SECOND, Instant, parse_instant
from sealane.decisions.request import request_from_json
from sealane.ledger import bodies
from sealane.ledger.receipt import Statement
from sealane.ports import Tx
from sealane.registry.records import Given
from sealane.services.deciding.onward_leave import require_standing
from sealane.services.deciding.request import registered_item, served_key_access
from sealane.services.node import Node

WINDOW_SECONDS = 60
"""How far a partner's clock may be from ours."""
LIFE_SECONDS = 120
"""The longest that a partner's request may still live when it is read."""


class Door(Enum):
    """Through which door a partner's `open.request` came."""

    BETWEEN_NODES = "between-nodes"
    OPENTDF_CLIENT = "opentdf-client"


ONWARD = "onward"
KEY_ACTIONS: Mapping[Door, frozenset[str]] = {
    # The reader's own node joins the shares, and shows or hands over what each act allows.
    # For `onward` it seals the item anew, for the third party that its own decision names.
    Door.BETWEEN_NODES: frozenset({"open", "new-purpose", "view", "copy", ONWARD}),
    # A program gets the share itself and can keep the plaintext: that is an opening, never a view.
    Door.OPENTDF_CLIENT: frozenset({"open", "new-purpose"}),
}
"""The acts for which a share may leave, by door; for any other act none does."""

OTHER_OBJECT = declare(
    "key.other_object",
    Malformed,
    "The request is not about the object that was sealed here.",
    "要求は、ここで封緘した対象のものではありません。",
    "Open the container exactly as it was received.",
    "受け取ったままのコンテナを開いてください。",
)
OTHER_ACTION = declare(
    "key.other_action",
    Refused,
    "No key leaves here for this act; keys leave for: {actions}.",
    "この行為のために鍵は渡されません。鍵が渡される行為：{actions}。",
    "Ask to open the item.",
    "開封を求めてください。",
)
STALE = declare(
    "key.request_expired",
    Malformed,
    "The request's time has passed or is too long, or its instant is not now.",
    "要求の期限が過ぎたか長すぎ、又は時刻が現在ではありません。",
    "Compare the two clocks and ask again.",
    "双方の時計を確かめ、もう一度求めてください。",
)
NOT_VOUCHED = declare(
    "key.reader_unvouched",
    Untrusted,
    "{party} has not vouched for this reader, item and client key: {why}.",
    "{party} はこの閲覧者、項目、クライアント鍵について保証していません：{why}。",
    "Send the reader's statement with the request, as spec/key-access.md §5.1 shows.",
    "spec/key-access.md §5.1 のとおり、閲覧者の文書を要求に添えてください。",
)


def partner_request(
    node: Node, tx: Tx, row: Given | None, said: Statement, *, door: Door
) -> dict[str, Any]:
    """What is decided on a partner's `open.request`: the reader as the partner states it, and our
    own record of everything else: of the item as we gave it to that partner.

    `said` has passed `inbox.accept_envelope`. What binds the request to a client's key is checked
    by each door.
    Args:
        row: the item that the statement names as it was given to a party; None when there is none.
    Raises: Malformed `key.other_object`, `key.request_expired`, `request.*`; Refused
    `key.other_action`, `onward.no_grant`; Untrusted `key.reader_unvouched`.
    Spec: spec/key-access.md §5.3.
    """
    asked = said.saying(bodies.OpenRequest)
    request = asked.request
    # 1. The item is ours to release, or was passed on by us or with our consent, and was given to
    #    the asker: its key is given by own record, and another recipient's container opens nothing.
    if row is None or node.party not in (row.provider, row.origin) or row.to != said.by:
        raise OTHER_OBJECT()
    # 2. It is the object that we sealed, under the label and agreement version that we recorded:
    #    a request made before a re-wrap or a new label opens nothing after it.
    _require_recorded_object(row, said, asked, served_key_access(row, node.party))
    # 3. The act is one for which keys leave by this door: no word of the asker's widens the table.
    action = request.get("action")
    if not isinstance(action, str) or action not in KEY_ACTIONS[door]:
        raise OTHER_ACTION(actions=", ".join(sorted(KEY_ACTIONS[door])))
    # 4. It was decided and said now: facts about a reader count for the moment they are stated.
    now = node.host.now()
    if not (_is_now(request.get("at"), now) and _is_now(said.at, now)):
        raise STALE()
    # 5. It ends, and soon: a statement that is kept back or stolen must be worth nothing later.
    if not _ends_soon(asked.until, now):
        raise STALE()
    # 6. The reader is the asker's own: a nation states facts of its own people and of no others.
    subject = request.get("subject")
    if not isinstance(subject, dict) or subject.get("organisation_country") != said.by:
        raise NOT_VOUCHED(party=said.by, why="party")
    if (request.get("recipient") == said.by) is (action == ONWARD):
        raise NOT_VOUCHED(party=said.by, why="recipient")
    # 7. It is a request throughout, as `decide` reads one: what is malformed is no question, in the
    #    members that are replaced next as well.
    request_from_json(request)
    # 8. Item, label, agreement and consents are ours: what the asker wrote of them decides nothing.
    own = registered_item(node, tx, row)
    # 9. What a holder passed on opens while the consent of the nation whose item it is stands.
    if row.onward:
        require_standing(node, tx, row, str(request.get("purpose")))
    return {
        **request,
        "item": own.item,
        "label": own.label,
        "agreement": own.agreement,
        "consents": own.consents,
    }


def _require_recorded_object(
    row: Given, said: Statement, asked: bodies.OpenRequest, served: str
) -> None:
    stated = (
        said.item,
        said.agreement,
        said.agreement_digest,
        asked.policy_uuid,
        asked.key_access,
        asked.request.get("agreement"),
        asked.request.get("label"),
    )
    recorded = (
        row.id,
        row.agreement,
        row.agreement_digest,
        row.policy_uuid,
        served,
        row.agreement,
        row.label,
    )
    if stated != recorded:
        raise OTHER_OBJECT()


def _is_now(text: Any, now: Instant) -> bool:
    instant = _instant(text)
    return instant is not None and abs(instant - now) <= WINDOW_SECONDS * SECOND


def _ends_soon(text: Any, now: Instant) -> bool:
    instant = _instant(text)
    return instant is not None and now < instant <= now + LIFE_SECONDS * SECOND


def _instant(text: Any) -> Instant | None:
    """The instant that a partner wrote, or None where it wrote something else."""
    if not isinstance(text, str):
        return None
    try:
        return parse_instant(text)
    except Malformed:
        return None
