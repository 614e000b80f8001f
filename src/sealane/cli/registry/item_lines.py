"""How registered items are told in lines of text, from what an operation answers.

Spec: spec/interfaces.md §1; R12, R39, R66.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sealane.base.visible import visible
from sealane.cli.frame.marks import marked
from sealane.web.words import name_of

TICKS = {True: "✓", False: "○", None: "·"}
"""Proven to both nations, not yet, and internal."""
APART = ("copies", "transfers", "onward", "label", "law_changes", "readers", "state")
"""What of a whole item is told in lines of its own."""


def line(item: Mapping[str, Any], lang: str) -> str:
    """One item in one line: its own mark and ours, where it stands, its title."""
    ours = f" = {item['handle_as']}" if item["handle_as"] else ""
    recalled = f"  {name_of(lang, 'state', 'recalled')}" if item["recalled"] else ""
    title = visible(item["title"] or "-")
    return f"{item['id']}  {marked(item['label'])}{ours}  {_state(item, lang)}{recalled}  {title}"


def _state(item: Mapping[str, Any], lang: str) -> str:
    """Where it stands, in words; of several recipients, with each."""
    transfers = item["transfers"]
    if len(transfers) < 2:
        return name_of(lang, "state", item["state"])
    return ", ".join(f"{one['to']} {name_of(lang, 'state', one['state'])}" for one in transfers)


def whole(item: Mapping[str, Any], lang: str) -> list[str]:
    """Everything of one item: its members, its transfers and copies, who reads it there."""
    ja = lang == "ja"

    def stands(one: Mapping[str, Any]) -> str:
        return f"{name_of(lang, 'state', one['state'])} {one['since']}"

    return [
        f"mark: {marked(item['label'])}",
        f"state: {_state(item, lang)}",
        *(f"{key}: {visible(str(value))}" for key, value in item.items() if key not in APART),
        *(f"transfer: {one['to']} {stands(one)}" for one in item["transfers"]),
        *(f"onward: {one['by']} -> {one['to']} {stands(one)}" for one in item["onward"]),
        *(
            f"copy {one['number']}: {one['holder']} {one['place']} {stands(one)}"
            for one in item["copies"]
        ),
        *(
            readers_line(party, one["posts"], one["as_of"])[ja]
            for party, one in item["readers"].items()
        ),
        *(
            f"{'法令の変更' if ja else 'change of law'} {change['effective']} {change['party']}:"
            f" {change['detail']['text']['ja' if ja else 'en']}"
            for change in item["law_changes"]
        ),
    ]


def event(entry: Mapping[str, Any], lang: str) -> str:
    """One line of a history: when, by whom, what, and why."""
    says, named = entry["says"], name_of(lang, "event", entry["kind"])
    who = says.get("post") or says.get("actor") or ""
    why = ", ".join(says.get("clauses") or []) or says.get("reason", "")
    return (
        f"{TICKS[entry['proven_to_both']]} {entry['at']}  {entry['by']:>4}  {named}"
        f" ({entry['kind']})  {visible(str(who))}  {visible(str(why))}"
    )


def readers_line(party: str, posts: list[str], as_of: str | None) -> tuple[str, str]:
    """Who could read it at a partner and when the partner said so, in both languages; or that we do
    not know.
    """
    if as_of is None:
        return (
            f"Who could read it at {party} is not known: it has not answered about this.",
            f"{party} で誰が読めるかは不明です：これについて回答がありません。",
        )
    count, named = len(posts), ", ".join(posts) or "-"
    noun = "post" if count == 1 else "posts"
    return (
        f"{count} {noun} at {party} could read it, as of {as_of}: {named}",
        f"{as_of} 現在 {party} で読める職：{count}（{named}）",
    )
