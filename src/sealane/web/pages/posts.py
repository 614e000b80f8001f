"""Posts and rooms: what each asks, who is there, and what they lack. Spec: spec/post.md;
docs/console.md §Posts and rooms.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import RedirectResponse

from sealane.registry.post_records import PostKind
from sealane.services.node import Node
from sealane.web import acting, shown
from sealane.web.shell import Shell
from sealane.web.visit import Page, Reply, Visit

_LEAVING = {PostKind.POST: "posts.vacate", PostKind.ROOM: "rooms.leave"}


def listed(shell: Shell, visit: Visit) -> Reply:
    """Every post and room."""
    return _shown(shell, visit, None)


def _shown(shell: Shell, visit: Visit, trouble: dict[str, Any] | None) -> Page:
    node = shell.node
    posts = _marked(node, acting.asked(shell, visit, "posts.list")["posts"])
    rooms = _marked(node, acting.asked(shell, visit, "rooms.list")["rooms"])
    with node.store.reading() as tx:
        context = {
            "groups": [("posts", "post", posts), ("rooms", "room", rooms)],
            "levels": shown.levels_given(node.schemes, node.party, node.host.now()),
            "agreements": sorted(node.agreements(tx)),
            "places": sorted(node.records.facilities.column(tx, "id")),
            "people": [row.id for row in node.people(tx, limit=100_000)],
            "trouble": trouble,
            "two": acting.by_two(shell, "posts.assign"),
        }
    return Page("posts.html", context)


def _marked(node: Node, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each with the mark of the level that it asks for."""
    return [
        {**one, "mark": shown.level_mark(node.schemes, node.party, one["level"])} for one in rows
    ]


def _kind(visit: Visit) -> PostKind:
    return PostKind.ROOM if visit.form.get("kind") == "room" else PostKind.POST


def define(shell: Shell, visit: Visit) -> Reply:
    """Define a post or room."""
    acting.require(shell, visit, "posts.define")

    def do() -> str:
        told = acting.acted(
            shell,
            visit,
            f"{_kind(visit)}s.define",
            name=acting.text(visit, "post"),
            level=acting.text(visit, "level"),
            agreement=acting.text(visit, "agreement"),
            project=acting.text(visit, "project"),
            facility=acting.text(visit, "facility"),
        )
        return f"/posts#{told['id']}"

    return acting.tried(visit, do, lambda trouble: _shown(shell, visit, trouble))


def place(shell: Shell, visit: Visit) -> Reply:
    """Place somebody in a post, or let them into a room."""
    acting.require(shell, visit, "posts.assign")
    kind, person = _kind(visit), acting.text(visit, "person")
    named: dict[str, Any] = {"person": person}
    name = "posts.assign"
    if kind is PostKind.ROOM:
        named, name = {"people": None if person is None else [person]}, "rooms.enter"

    named |= {str(kind): visit.form.get("in", "")[:128] or "-"}
    named["exception"] = acting.text(visit, "exception")

    def do() -> str:
        told = acting.acted(shell, visit, name, **named)
        return f"/posts#{told['id']}"

    return acting.tried(visit, do, lambda trouble: _shown(shell, visit, trouble))


def leave(shell: Shell, visit: Visit) -> Reply:
    """Somebody is there no more."""
    acting.require(shell, visit, "posts.vacate")
    kind, person = _kind(visit), acting.text(visit, "person")
    named: dict[str, Any] = {"people": [person]} if kind is PostKind.ROOM and person else {}

    named |= {str(kind): visit.form.get("in", "")[:128] or "-"}

    def do() -> str:
        told = acting.acted(shell, visit, _LEAVING[kind], **named)
        return f"/posts#{told['id']}"

    return acting.tried(visit, do, lambda trouble: _shown(shell, visit, trouble))


ACTS = {"/posts/define": define, "/posts/place": place, "/posts/leave": leave}
"""What is sent, and where."""


def one(_: Shell, visit: Visit) -> Reply:
    """Where home leads to: the post or room within the list."""
    return RedirectResponse(f"/posts#{visit.params['post']}", 303)


PAGES = {"/posts": listed, "/posts/{post}": one}
