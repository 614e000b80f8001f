"""How cases are told in lines of text, in the words of their kind; what is typed stays beside as it
is typed.

Spec: spec/case.md §2; R66.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from sealane.base.visible import visible
from sealane.web.words import say

if TYPE_CHECKING:
    from sealane.cases.kind import CaseKind


def line(one: Mapping[str, Any], lang: str) -> str:
    """One case in one line: its kind, whose word it waits for by when, and where it stands."""
    kind = _kind(one)
    if one.get("refused"):
        state = say(lang, "case.not_taken")
    else:
        held = kind and kind.state_of(one["state"])
        state = _in(held, lang, one["state"])
    due = f"  {say(lang, 'case.due')} {one['due']}" if one["due"] else ""
    title = _in(kind, lang, one["kind"])
    return f"{one['id']}  {title}  {one['opener']} > {one['with']}  {state}{due}"


def whole(told: Mapping[str, Any], lang: str) -> list[str]:
    """A case with everything that was said in it, and what can be said next."""
    kind = _kind(told)
    lines = [line(told, lang), *_fields(kind.field if kind else (), told["form"], lang)]
    for one in told["events"]:
        event = kind and kind.event_of(one["event"])
        lines.append(f"  {one['at']}  {one['by']}  {_in(event, lang, one['event'])}")
        lines += [f"  {each}" for each in _fields(event.field if event else (), one["form"], lang)]
    for name, held in told["own"].items():
        if isinstance(held, dict) and held:
            own = kind and kind.own_of(name)
            lines.append(f"  {_in(own, lang, name)}: {_said_of(held)}")
    if told["own"]["possible"]:
        lines.append(
            "  > " + ", ".join(_typed(kind, each, lang) for each in told["own"]["possible"])
        )
    return lines


def _kind(one: Mapping[str, Any]) -> CaseKind | None:
    """What the kind's file says; None of a kind that only the node knows."""
    from sealane import shipped

    return shipped.case_kinds().get(one["kind"])


def _in(titled: Any, lang: str, code: str) -> str:
    """The title of something of a kind in one language; its code where nothing is known."""
    return code if titled is None else str(getattr(titled.title, lang))


def _typed(kind: CaseKind | None, event: str, lang: str) -> str:
    """What can be said: as it is typed, and in words."""
    held = kind and kind.event_of(event)
    return event if held is None else f"{event} ({_in(held, lang, event)})"


def _fields(fields: Iterable[Any], form: Mapping[str, Any], lang: str) -> list[str]:
    titles = {field.name: _in(field, lang, field.name) for field in fields}
    return [f"  {titles.get(name, name)}: {_said_of(value)}" for name, value in form.items()]


def _said_of(value: Any) -> str:
    if isinstance(value, str):
        return visible(value, keep="\n")
    return visible(json.dumps(value, ensure_ascii=False), keep="\n")
