"""`sealane people register` and `people horizon`: who was cleared when, and what lapses soon. Spec:
spec/interfaces.md §5; R22, R23, R28.
"""

from __future__ import annotations

from typing import Any

import click

from sealane.base.visible import visible
from sealane.cli.frame import acting
from sealane.cli.frame.answer import Answer, alone, speaker
from sealane.cli.frame.asking import ask

WHATS = {
    "clearance": "適格性",
    "briefing": "事前説明",
    "authorisation": "認可",
    "accreditation": "施設の認定",
}


@alone("register")
@click.option("--at", default=None, metavar="T", help="As of then; default: now.")
@click.option("--facility", default=None, metavar="F", help="Only who belonged to it then.")
@acting.at_node("A security officer or an auditor; at an embedded node not needed.")
def register(*, at: str | None, facility: str | None, **options: Any) -> Answer:
    """The people of the directory as of any date, with their clearances and authorisations; what
    counted then is marked. For printing without --json.
    """
    found = ask(options, "people.register", at=at, facility=facility)
    return Answer(found, _register(found, facility))


def _register(found: dict[str, Any], facility: str | None) -> str:
    ja = speaker().lang == "ja"
    title = "人員登録簿" if ja else "Register of people"
    lines = [f"{title}  {found['at']}{'  ' + facility if facility else ''}"]
    for one in found["people"]:
        name, post = (one["name_ja"], one["post_ja"]) if ja else (one["name"], one["post"])
        lines += ["", f"{one['person']}  {name}  {post}  {one['facility'] or '-'}"]
        lines += [
            f"  {_mark(held)} {held['policy']} {held['level']}  {held['granted']} - "
            f"{held['expires'] or '-'}  {held['status']}"
            for held in one["clearances"]
        ]
        lines += [
            f"  {_mark(given)} {given.get('item') or given.get('project')}  {given['from']} - "
            f"{given['until'] or '-'}  {given['by']}"
            for given in one["authorisations"]
        ]
    count = len(found["people"])
    lines += ["", f"{count} 人" if ja else f"{count} people"]
    return visible("\n".join(lines), keep="\n")


def _mark(one: dict[str, Any]) -> str:
    return "✓" if one["counts"] else "✗"


@alone("horizon")
@click.option("--days", default=30, show_default=True, type=click.IntRange(0, 3660))
@acting.at_node("A security officer or an auditor; at an embedded node not needed.")
def horizon(*, days: int, **options: Any) -> Answer:
    """What lapses soon: clearances, briefings, authorisations, accreditations; and which items
    close by it.
    """
    found = ask(options, "people.horizon", days=days)
    ja = speaker().lang == "ja"
    lines = [
        f"{one['expires']}  {one['person'] or one['facility']}"
        f"  {WHATS[one['what']] if ja else one['what']} {one['of']}"
        f"  {len(one['items'])} {'件' if ja else 'items'}"
        for one in found["lapses"]
    ]
    lines.append(f"{'まで' if ja else 'until'} {found['until']}: {len(found['lapses'])}")
    return Answer(found, visible("\n".join(lines), keep="\n"))


VERBS = (register, horizon)
"""What this module adds to its group, in the order of the help."""
