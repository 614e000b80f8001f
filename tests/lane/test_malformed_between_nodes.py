"""What is malformed at `decide` is malformed between nodes: each member of a request that a partner
signs, taken away, added or emptied, and each label that no scheme would write.

The requests are made from good ones, member by member; the verdict is held against `decide`'s.
"""

from __future__ import annotations

import copy
import io
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from sealane.base.errors import Malformed
from sealane.decisions.markings import LabelCheck
from sealane.decisions.request import request_from_json
from sealane.ledger import bodies, receipt
from sealane.services.exchange import arrival
from tests import mistyped, nations
from tests.cli.contract_malformed import places
from tests.lane.test_hostile import queued_offer, registered
from tests.nations import share

GONE = object()
LABELS = {
    "a caveat called informative": ("Caveat", "informative", ["AUSTEO"]),
    "a caveat called permissive": ("Caveat", "permissive", ["AGAO"]),
    "readers called restrictive": ("Releasable To", "restrictive", ["AUS", "JPN"]),
    "a tag that the scheme does not have": ("Note", "restrictive", ["x"]),
    "a caveat of no scheme": ("Caveat", "restrictive", ["BANANA"]),
}


def put(request: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The request with another member at a path, or without it."""
    made = copy.deepcopy(request)
    *way, last = [int(part) if part.isdigit() else part for part in path.split("__")]
    place: Any = made
    for part in way:
        place = place[part]
    if value is GONE:
        del place[last]
    else:
        place[last] = value
    return made


def spoilt(request: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every way to spoil a request that is tried."""
    for path, member in places(request):
        if not path.rpartition("__")[2].isdigit():
            yield f"no {path}", put(request, path, GONE)
        if isinstance(member, dict):
            yield f"one more in {path}", put(request, f"{path}__x", 1)
        if isinstance(member, str):
            yield f"{path} empty", put(request, path, "")
        yield f"{path} of another type", put(request, path, {"x": []})
    yield "a duty that is none", put(request, "subject__duties", ["king"])
    for name, (tag, kind, values) in LABELS.items():
        more = [*request["label"]["categories"], {"tag": tag, "type": kind, "values": values}]
        yield name, put(request, "label__categories", more)


def malformed(node: Any, request: dict[str, Any]) -> bool:
    """Whether `decide` answers it by an error and by no decision."""
    with node.store.reading() as tx:
        try:
            request_from_json(request, labels=LabelCheck(node.schemes, node.agreements(tx)))
        except Malformed:
            return True
    return False


def test_an_offer_on_a_malformed_request_is_rejected_for_what_it_is(pair: Any) -> None:
    _, data, container = queued_offer(pair)
    said, seen = receipt.peek(data), 0
    good = bodies.as_json(said.body)
    for name, request in spoilt(good["request"]):
        if not malformed(pair.jpn, request):
            continue
        body = {**good, "request": request}
        if isinstance(request.get("label"), dict):
            body["label"] = request["label"]
        signed = mistyped.said(
            pair.aus,
            "offer",
            body,
            to="JPN",
            item=said.item,
            agreement={"id": said.agreement, "digest": said.agreement_digest},
        )
        seen += 1
        with suppress(Malformed):
            answer = receipt.peek(arrival.receive(pair.jpn, signed, io.BytesIO(container)))
            assert answer.type == "transfer.rejected", name
            assert getattr(answer.body, "code", None) != "offer.decision_differs", name
    assert seen > 60
    assert registered(pair) == []


def test_no_share_leaves_for_a_reader_stated_in_a_malformed_request(pair: Any) -> None:
    item, asked = share(pair), []
    honest = pair.line.say

    def kept(party: str, statement: bytes) -> bytes:
        if receipt.peek(statement).type == "open.request":
            asked.append(statement)
        return bytes(honest(party, statement))

    pair.line.say = kept
    assert nations.read(pair, item) == b"harbour"
    said, seen = receipt.peek(asked[0]), 0
    good = bodies.as_json(said.body)
    for name, request in spoilt(good["request"]):
        if not malformed(pair.aus, request):
            continue
        signed = mistyped.said(
            pair.jpn,
            "open.request",
            {**good, "request": request},
            to="AUS",
            item=item,
            agreement={"id": said.agreement, "digest": said.agreement_digest},
        )
        seen += 1
        with suppress(Malformed):
            answer = receipt.peek(honest("AUS", signed))
            assert answer.type == "key.refused", name
            codes = {reason.code for reason in answer.body.reasons}
            assert "decision.digest_differs" not in codes, (name, codes)
    assert seen > 60
