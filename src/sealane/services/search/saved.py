"""Questions that a person keeps, each under a name of the person's own; nobody else sees them.

What is kept is the question, never an answer: it is answered anew, as far as the person sees then.
Spec: spec/interfaces.md §5; docs/search.md §Saved searches.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sealane.base.errors import Malformed, NotFound, declare
from sealane.ports import Tx
from sealane.registry.searched import SavedSearch
from sealane.services.node import Node
from sealane.services.search.find import SearchAsked

LONGEST, MOST = 80, 100

BAD_NAME = declare(
    "search.name",
    Malformed,
    "The name of a saved search has 1 to {longest} characters, and a person keeps {most} at most.",
    "保存する検索の名前は 1～{longest} 字で、一人 {most} 件までです。",
    "Choose another name, or remove one that is no longer needed.",
    "別の名前にするか、不要な検索を削除してください。",
)
NO_SAVED = declare(
    "search.not_saved",
    NotFound,
    "{person} keeps no search {name!r}.",
    "{person} の保存した検索 {name!r} はありません。",
    "List them with `sealane item searches`.",
    "`sealane item searches` で一覧を見てください。",
)


def save(node: Node, reader: Mapping[str, Any], name: str, asked: SearchAsked) -> dict[str, Any]:
    """Keep a question, in place of an earlier one of this name.

    Raises: Malformed `search.name`, `search.text`, `value.instant`.
    """
    asked.sought()
    person = str(reader["id"])
    with node.store.writing() as tx:
        kept = {one.name for one in _kept(node, tx, person)}
        if not name.strip() or len(name) > LONGEST or len(kept | {name}) > MOST:
            raise BAD_NAME(longest=LONGEST, most=MOST)
        node.records.searches.put(
            tx,
            {"person": person, "name": name},
            asked=asked.as_json(),
            since=node.now()[1],
            ended=None,
        )
    return {"name": name, "asked": asked.as_json()}


def saved(node: Node, reader: Mapping[str, Any]) -> dict[str, Any]:
    """What a person keeps, by name."""
    with node.store.reading() as tx:
        rows = _kept(node, tx, str(reader["id"]))
    kept = [{"name": row.name, "asked": row.asked, "since": row.since} for row in rows]
    return {"searches": kept}


def remove(node: Node, reader: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Keep a question no longer. Raises: NotFound `search.not_saved`."""
    key = {"person": str(reader["id"]), "name": name, "ended": None}
    with node.store.writing() as tx:
        if not node.records.searches.change(tx, key, ended=node.now()[1]):
            raise NO_SAVED(person=reader["id"], name=name[:LONGEST])
    return {"removed": name}


def _kept(node: Node, tx: Tx, person: str) -> list[SavedSearch]:
    return node.records.searches.find(tx, order="name", limit=MOST, person=person, ended=None)
