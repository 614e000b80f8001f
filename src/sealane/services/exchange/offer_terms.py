"""What an offer's own words come to here, judged before a byte of its container is taken.

Signature and standing are the door's to judge (`statements.inbox`); here are room, consistency,
assurance and both nations' decisions. Spec: R39, R42; spec/exchange.md §4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sealane.base.errors import Conflict, Malformed, Refused, Unavailable, declare
from sealane.base.exercise import require_same_world
from sealane.base.values import SECOND, parse_instant
from sealane.decisions.activity import is_activity
from sealane.labels.model.label import Label, label_from_json
from sealane.ledger import bodies
from sealane.ledger.receipt import Statement
from sealane.ports import Tx
from sealane.services.cases.hearing import WAITS
from sealane.services.deciding.decision import decide_now, record_national, refusal
from sealane.services.deciding.equivalent import handle_as
from sealane.services.exchange import assurance, reseal
from sealane.services.node import Node
from sealane.services.opening import onward_grant

OTHER_DECISION = declare(
    "offer.decision_differs",
    Refused,
    "This node decides otherwise than the sender: {ours} here, {theirs} there.",
    "本ノードの判断が送り手と異なります（こちら {ours}、先方 {theirs}）。",
    "Compare agreement versions and schemes; the two digests are evidence.",
    "取決めの版と方式を比べてください。二つのダイジェストが証拠です。",
)
TAKEN_BACK = declare(
    "offer.withdrawn",
    Conflict,
    "{party} took this offer back before it arrived.",
    "{party} はこの申出を到着前に取り下げました。",
    "Nothing is to be done; the provider was told that it was not taken.",
    "対応は不要です。受け取らなかったことは提供国に伝えられています。",
)
NO_ROOM = declare(
    "offer.no_room",
    Unavailable,
    "{party} cannot send {size} bytes more: at most {most} may wait for the registry clerk.",
    "{party} から {size} バイトを受け取る余地がありません（処理待ちの上限 {most} バイト）。",
    "Let the registry clerk accept or turn away what was delivered; the offer is tried again.",
    "文書管理官が到着分を受理又は拒否すれば、申出は自動で再送されます。",
)
NOT_IN_FORCE = declare(
    "offer.not_in_force",
    Refused,
    "{agreement} is not in force at {party}, so nothing new is taken under it.",
    "{agreement} は {party} において効力がないため、新たな項目は受け取りません。",
    "Release the item again once it is in force.",
    "効力が回復してから改めて提供してください。",
)
APART = 60 * SECOND
"""How far the instant of a release's decision may be from that of its offer."""
INCONSISTENT = declare(
    "offer.inconsistent",
    Malformed,
    "The offer contradicts itself: {what}.",
    "申出の内容が矛盾しています：{what}。",
    "The sender must make a new offer.",
    "送り手が新しい申出を作る必要があります。",
)


@dataclass(frozen=True, slots=True)
class OfferTerms:
    """What an offer's own words come to here, before its container is looked at."""

    label: Label
    handle_as: str


def size_of(said: Statement) -> int:
    """The size that an offer, or a new container of an item, declares."""
    body = said.body
    assert isinstance(body, bodies.Offer | bodies.Rewrapped)
    return body.size


def require_room(node: Node, tx: Tx, provider: str, size: int) -> None:
    """Within what one partner's items may take up here before the registry clerk has settled them.

    Raises: Unavailable `offer.no_room`: nothing is answered, and the provider tries again.
    """
    most = node.settings.partner_mib_unsettled << 20
    if node.records.waits.unsettled_bytes(tx, provider) + size > most:
        raise NO_ROOM(party=provider, size=size, most=most)


def judge_terms(node: Node, said: Statement) -> OfferTerms | None:
    """An offer's own words, judged without its container; None for a new container of an item that
    is held, whose terms are the item's. Raises: what the rejection says.
    """
    if isinstance(said.body, bodies.Rewrapped):
        with node.store.reading() as tx:
            reseal.require_held(node, tx, said)
        return None
    body = said.saying(bodies.Offer)
    with node.store.reading() as tx:
        granted = onward_grant.heard(node, tx, said)
    request = _consistent(node, said, said.by if granted is None else granted.by)
    label = label_from_json(body.label)
    require_same_world(node.party, label.policy)
    with node.store.reading() as tx:
        _require_in_force(node, tx, said)
        require_activity_heard(node, tx, said.by, request["item"])
        if (
            node.records.items.get(tx, id=said.item) is not None
        ):  # a number given twice, as after an old backup
            raise INCONSISTENT(what="another item of this number is registered")
        for told in node.records.statements.find(tx, order="kept", item=said.item):
            if told.type == "withdrawn" and told.by == said.by:
                raise TAKEN_BACK(party=said.by)
        node.schemes[label.policy].check(label)
        # What is said in our name is ours to say: the sender's word for it proves nothing.
        assurance.require_given(node, tx, said, request)
        if node.records.containers.get(tx, policy_uuid=body.policy_uuid) is not None:
            raise INCONSISTENT(what="another item of this policy is registered")
        decision = decide_now(node, tx, request)
        local = handle_as(node, tx, said.agreement, label)
    if decision.narrowed:
        raise refusal(decision, unmet=decision.narrowed)
    if decision.national:
        with node.store.writing() as tx:
            record_national(node, tx, decision, str(said.item))
    if not decision.permit or decision.digest != body.decision:
        raise OTHER_DECISION(ours=decision.digest[:16], theirs=body.decision[:16])
    return OfferTerms(label, local.handle_as)


def _require_in_force(node: Node, tx: Tx, said: Statement) -> None:
    """Nothing new is taken under an agreement that is suspended or over, whatever instant the offer
    names: whose word its age is, is not proven. Raises: Refused `offer.not_in_force`.
    """
    now = node.host.now()
    governing = node.agreements(tx).at(said.agreement, now)
    if governing is None or not governing.in_force(now):
        raise NOT_IN_FORCE(agreement=said.agreement, party=node.party)


def require_activity_heard(node: Node, tx: Tx, by: str, item: Mapping[str, Any]) -> None:
    """An offer for an activity between the two nations is judged once the activity is here: its
    case may be on its way still. Raises: Unavailable `case.waits`: the provider tries again.
    """
    project = item.get("project")
    if not isinstance(project, str) or not is_activity(project):
        return
    parties = set(project.split("-")[:2])
    if parties == {by, node.party} and node.records.cases.get(tx, id=project) is None:
        raise WAITS()


def _said_when_decided(at: Any, said: Statement) -> bool:
    try:
        return abs(parse_instant(at) - parse_instant(said.at)) <= APART
    except Malformed:
        return False


def _consistent(node: Node, said: Statement, provider: str) -> dict[str, Any]:
    """The request that an offer rests on, where the offer says one thing throughout. Raises:
    Malformed `offer.inconsistent`.

    Args:
        provider: whose item it is: the speaker's, or of the nation whose grant it shows.
    """
    body = said.saying(bodies.Offer)
    request, item = body.request, body.request.get("item")
    if not isinstance(item, dict):
        raise INCONSISTENT(what="request")
    if (
        item.get("id") != said.item
        or request.get("agreement") != said.agreement
        or item.get("provider") != provider
    ):
        raise INCONSISTENT(what="item, agreement or provider")
    if (
        request.get("recipient") != node.party
        or request.get("label") != body.label
        or request.get("action") != "release"
    ):
        raise INCONSISTENT(what="recipient, label or action")
    if item.get("released_to") != [node.party]:
        raise INCONSISTENT(what="released_to")
    if body.copy != 1:
        raise INCONSISTENT(what="copy")
    # What is decided is decided when it is said: an older instant would be judged by an agreement,
    # a label or an assurance of before.
    if not _said_when_decided(request.get("at"), said):
        raise INCONSISTENT(what="time")
    return request
