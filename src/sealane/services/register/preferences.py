"""How a person likes the console: language and time zone; nothing that anything is judged by.

Spec: R63; docs/console.md §My account.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from zoneinfo import available_timezones

from sealane.base.errors import Malformed, declare
from sealane.ports import Tx
from sealane.services.node import Node

LANGUAGES = ("en", "ja")
UTC = "UTC"

BAD_CHOICE = declare(
    "preferences.unknown",
    Malformed,
    "There is no such language or time zone here.",
    "その言語又は時間帯はありません。",
    "Choose from the list.",
    "一覧から選んでください。",
)


@dataclass(frozen=True, slots=True)
class Likes:
    """What a person chose; empty: nothing."""

    lang: str = ""
    zone: str = UTC


NONE = Likes()


@cache
def zones() -> tuple[str, ...]:
    """The time zones that this machine knows, places first."""
    known = (one for one in available_timezones() if "/" in one and not one.startswith("Etc/"))
    return (UTC, *sorted(known))


def preferred(node: Node, person: str) -> Likes:
    """What a person chose, as far as it is known here."""
    with node.store.reading() as tx:
        row = node.records.preferences.get(tx, person=person)
    if row is None:
        return NONE
    lang, zone = row.data.get("lang", ""), row.data.get("zone", UTC)
    return Likes(lang if lang in LANGUAGES else "", zone if zone in zones() else UTC)


def forget_address(node: Node, tx: Tx, person: str) -> None:
    """End a person's reminders by e-mail, in a step under way; the address is not kept."""
    gone = {"address": None, "wanted": None, "nonce": "", "ended": int(node.host.now())}
    node.records.reminders.change(tx, {"person": person, "ended": None}, **gone)


def prefer(node: Node, person: str, lang: str, zone: str) -> None:
    """Keep what a person chose. Raises: Malformed `preferences.unknown`."""
    if lang not in LANGUAGES or zone not in zones():
        raise BAD_CHOICE()
    with node.store.writing() as tx:
        node.records.preferences.put(tx, {"person": person}, data={"lang": lang, "zone": zone})
