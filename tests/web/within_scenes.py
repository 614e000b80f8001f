"""Inventories, duties, posts and rooms in several states, for `make pictures`."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any

from sealane.cli.demo.cast import AGREEMENT, PROJECT
from sealane.registry.inventory_records import LineState
from sealane.registry.post_records import PostKind
from sealane.services.guard import holding, passing
from sealane.services.inspection import counting
from sealane.services.inspection.counting import CountAsked
from sealane.services.node import Node
from sealane.services.placing import posts
from sealane.services.placing.posts import Defining
from sealane.services.register.acts import Actor
from tests.lane.within import CLERK, SECURITY
from tests.nations import Pair

Scene = tuple[str, str, str, str, tuple[Any, ...]]


def within(pair: Pair) -> dict[str, str]:
    """A count that is over with a missing copy, one under way, a post with an exception, rooms."""
    by, node = Actor(CLERK), pair.jpn
    asked = CountAsked(assigned=CLERK, level="極秘")
    over = counting.open_inventory(node, asked, by=by)
    for line in over["lines"][1:]:
        here = line["item"], line["copy"], LineState.PRESENT
        counting.tick(node, over["id"], *here, by=by)
    counting.close(node, over["id"], by=by)
    begun = counting.open_inventory(node, CountAsked(assigned=CLERK), by=by)
    for line, found in zip(begun["lines"], (LineState.PRESENT, LineState.ABSENT), strict=False):
        counting.tick(node, begun["id"], line["item"], line["copy"], found, by=by)
    officer = Actor(SECURITY)
    whole = {"agreement": AGREEMENT, "project": PROJECT, "facility": "jpn.registry"}
    for name, kind in (("maritime-desk", PostKind.POST), ("briefing-room-3", PostKind.ROOM)):
        wanted = Defining(id=name, kind=kind, level="極秘", **whole)
        posts.define(node, wanted, by=officer)
    words = "Needed for the exercise until 20 December. 演習のため 12 月 20 日まで必要。"
    people = ("maritime-desk", ["jpn.tanaka"])
    posts.place(node, *people, kind=PostKind.POST, by=officer, exception=words)
    posts.place(node, "briefing-room-3", ["jpn.sato"], kind=PostKind.ROOM, by=officer)
    posts.define(
        node,
        Defining(id="briefing-room-3", kind=PostKind.ROOM, level="機密", agreement=AGREEMENT),
        by=officer,
    )
    return {"count_over": over["id"], "count_begun": begun["id"], **exports(pair.aus)}


def exports(node: Node) -> dict[str, str]:
    """A held export with findings in both languages, and one that passed."""
    by, second = Actor("aus.release"), Actor("aus.second")
    names = ("Harbour survey 2026, for the port authority.txt", "港湾調査の概要.txt")
    texts = ("Its order of battle, 特定秘密 and a SECRET annex.", "The harbour is open.")
    held = [
        holding.hold(
            node,
            holding.HoldAsked(domain="office", name=name, media_type="text/plain", actor=by),
            io.BytesIO(f"OFFICIAL\n{text}\nOFFICIAL\n".encode()),
        )["id"]
        for name, text in zip(names, texts, strict=True)
    ]
    passing.pass_(node, held[1], io.BytesIO(), by=second)
    return {"export_held": held[0], "export_passed": held[1]}


def scenes(names: Mapping[str, str]) -> Iterator[Scene]:
    """(party, person, name of the picture, path, buttons to press)."""
    yield "JPN", CLERK, "inventories", "/inventories", ()
    yield "JPN", CLERK, "inventory-under-way", f"/inventories/{names['count_begun']}", ()
    yield "JPN", SECURITY, "inventory-over", f"/inventories/{names['count_over']}", ()
    yield "JPN", CLERK, "duties", "/duties", ()
    yield "JPN", SECURITY, "posts", "/posts", ()
    yield "AUS", "aus.release", "exports", "/exports", ()
    yield "AUS", "aus.second", "export-held", f"/exports/{names['export_held']}", ()
    yield "AUS", "aus.second", "export-passed", f"/exports/{names['export_passed']}", ()
    yield "JPN", SECURITY, "exercise-refused", "/exercise", ()
