"""How the acts within one node are tried in the matrix of who may: about a count that is over,
a post and a room in which nobody is, and an export that was stopped.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from sealane.registry.inventory_records import LineState
from sealane.registry.post_records import PostKind
from sealane.registry.who_may import Act
from sealane.services.feeds import kept
from sealane.services.feeds.kept import FeedAsked
from sealane.services.guard import holding, passing
from sealane.services.inspection import counting
from sealane.services.node import Node
from sealane.services.placing import posts
from sealane.services.register.acts import Actor
from tests.nations import AGREEMENT

CLERK, OFFICER = "t.registry-clerk", "t.security-officer"
COUNT, EXPORT, DOMAIN, FEED = "V-000001", "X-000001", "office", "matrix"
AWAY = "https://127.0.0.1:9/taxii2/"
"""A server of feeds that does not answer."""
FILLED = {"export": EXPORT, "domain": DOMAIN, "without": "USA"}
"""What forms of the guard, and of a node that goes on, are filled in with."""
MARKS = {"AUS": "OFFICIAL", "JPN": "注意"}


def counted(node: Node) -> None:
    """An inventory that is over, a post and a room in which nobody is, and a stopped export."""
    stopped(node)
    kept.create(node, FeedAsked(name=FEED, agreement=AGREEMENT, area="cyber"), by=Actor(OFFICER))
    clerk, officer = Actor(CLERK), Actor(OFFICER)
    count = counting.open_inventory(node, counting.CountAsked(assigned=CLERK), by=clerk)
    for line in count["lines"]:
        here = line["item"], line["copy"], LineState.PRESENT
        counting.tick(node, count["id"], *here, by=clerk)
    counting.close(node, count["id"], by=clerk)
    level = {"AUS": "SECRET", "JPN": "極秘"}[node.party]
    for name, kind in (("desk", PostKind.POST), ("vault", PostKind.ROOM)):
        posts.define(node, posts.Defining(id=name, kind=kind, level=level), by=officer)


def stopped(node: Node) -> None:
    """A file that was held for a domain of lower protection, and does not leave."""
    by = Actor("t.originator")
    asked = holding.HoldAsked(domain=DOMAIN, name="f", media_type="text/plain", actor=by)
    mark = MARKS[node.party]
    held = holding.hold(node, asked, io.BytesIO(f"{mark}\nfine\n{mark}".encode()))
    passing.stop(node, held["id"], by=by, reason="r")


def words(item: str, other: str, past: str, out: str, at: list[str]) -> dict[str, list[str]]:
    """The arguments with which each verb is tried, so that nothing changes whoever tries it.

    Args:
        past: an instant that has passed.
        at: how the node is named.
    """
    copy = item, {"AUS": "1", "JPN": "0"}[other]
    asks = ["--user", "u", "--password-file", str(Path(out).parent / "file"), *at]
    return {
        "duty list": at,
        "inventory open": ["--assign", CLERK, "--due", past, *at],
        "inventory tick": [COUNT, *copy, "present", *at],
        "inventory close": [COUNT, *at],
        "inventory settle": [COUNT, *copy, "--finding", "f", *at],
        "inventory list": at,
        "inventory show": [COUNT, *at],
        "post define": ["desk", "--level", "HUSH", *at],
        "post assign": ["desk", "t.reader", "--exception", " ", *at],
        "post vacate": ["desk", *at],
        "post list": at,
        "post show": ["desk", *at],
        "room define": ["vault", "--level", "HUSH", *at],
        "room enter": ["vault", "--person", "t.reader", *at],
        "room leave": ["vault", *at],
        "room list": at,
        "room show": ["vault", *at],
        "export hold": [str(Path(out).parent / "file"), "--domain", DOMAIN, *at],
        "export pass": [EXPORT, out, *at],
        "export stop": [EXPORT, "--reason", "r", *at],
        "export list": at,
        "export show": [EXPORT, *at],
        "export domains": at,
        "feed create": [FEED, "--agreement", AGREEMENT, "--area", "cyber", *at],
        "feed list": at,
        "feed add": [FEED, str(Path(out).parent / "file"), *at],
        "feed pull": [AWAY, "--into", FEED, *asks],
        "feed push": [FEED, AWAY, "--collection", "c", *asks],
        "act list": at,
        "act show": ["W-none", *at],
        "act confirm": ["W-none", "--digest", "0", *at],
        "act decline": ["W-none", "--reason", "r", *at],
        "act take-back": ["W-none", *at],
        "exercise leak": [item, "--text", "t", *at],
        "exercise lapse": ["t.reader", *at],
        "exercise cut": [other, *at],
        "exercise restore": [other, *at],
        "exercise list": at,
        "assess export": [out, "--for", other, "--agreement", "none", *at],
    }


def stated(act: Act | None, party: str) -> dict[str, Any]:
    """The members with which each operation is tried; nothing for an act of another wing."""
    other = "JPN" if party == "AUS" else "AUS"
    if act in (Act.COUNT, Act.SETTLE, Act.SEE_INVENTORIES):
        copy = 0 if party == "AUS" else 1
        past = "2020-01-01T00:00:00Z"
        return {"inventory": COUNT, "copy": copy, "assign": CLERK, "due": past, "finding": "f"}
    if act in (Act.PLACE, Act.EXCEPT, Act.SEE_PLACES):
        people: dict[str, Any] = {"person": "t.reader", "people": ["t.reader"]}
        return {"post": "desk", "room": "vault", "level": "HUSH", **people}
    if act in (Act.HOLD_EXPORT, Act.PASS_EXPORT, Act.STOP_EXPORT, Act.SEE_EXPORTS):
        return {"export": EXPORT, "domain": DOMAIN, "reason": "r"}
    if act in (Act.MAKE_FEED, Act.FEED, Act.SEE_FEEDS):
        return {"name": FEED, "feed": FEED, "agreement": AGREEMENT, "area": "cyber"}
    if act is Act.INJECT:
        return {"item": "AUS-2026-000001", "text": "t", "person": "t.reader", "party": other}
    return {"for": other, "agreement": "none"} if act is Act.ASSESS else {}
