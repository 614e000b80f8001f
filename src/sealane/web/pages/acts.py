"""Acts that take two people and wait for the second: the list, one act with exactly what it asks,
and the forms by which the second answers it and the first takes it back.

Spec: R57, R64; docs/console.md §Two people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sealane.agreements.parse import parse_agreement
from sealane.base.errors import SealaneError
from sealane.office.operation import REASON_MOST, MemberPlace, Operation
from sealane.office.table import OPERATIONS
from sealane.web import acting, done_lines
from sealane.web.pages import settling
from sealane.web.pages.node_facts import note_reading
from sealane.web.shell import Shell
from sealane.web.visit import Page, Reply, Visit
from sealane.web.words import name_of


@dataclass(frozen=True, slots=True)
class AskedFact:
    """One member of what is asked, as the first person filled it in, beside what is there now."""

    name: str
    """In the reader's language."""
    member: str
    value: Any
    now: Any = None
    compared: bool = False
    """Whether what is there now is known, and another."""

    @property
    def new(self) -> list[Any]:
        """Of a list, what is not there now."""
        return [one for one in self.value if one not in self._now]

    @property
    def gone(self) -> list[Any]:
        """Of a list, what is there now and would not be."""
        return [one for one in self._now if one not in self.value]

    @property
    def kept(self) -> list[Any]:
        """Of a list, what stays."""
        return [one for one in self.value if one in self._now]

    @property
    def _now(self) -> list[Any]:
        return self.now if isinstance(self.now, list) else []


def listed(shell: Shell, visit: Visit) -> Reply:
    """What waits for this person, what of their own waits for another, and what came of it."""
    return Page("acts.html", {"told": acting.asked(shell, visit, "acts.list")})


def act(shell: Shell, visit: Visit) -> Reply:
    """One act. Raises: NotFound `act.unknown`."""
    return _shown(shell, visit, visit.params["act"], None)


def _shown(shell: Shell, visit: Visit, name: str, trouble: Mapping[str, Any] | None) -> Page:
    one = acting.asked(shell, visit, "acts.show", act=name)
    operation = OPERATIONS[one["operation"]]
    now = _now(shell, visit, operation, one) if one["state"] == "waiting" else None
    shows = OPERATIONS.get(f"{operation.tag}.show")
    stale = (
        now is not None
        and shows is not None
        and one["version"] not in (None, acting.version(shows.id, now))
    )
    data = {
        "one": one,
        "facts": _facts(shell, visit, operation, one, now or {}),
        "stale": stale,
        "mine": one["person"] == visit.person["id"],
        "trouble": trouble,
        "word": lambda word: _word(visit.lang, word),
    }
    return Page("act.html", data)


def _facts(
    shell: Shell,
    visit: Visit,
    operation: Operation,
    one: Mapping[str, Any],
    now: Mapping[str, Any],
) -> list[AskedFact]:
    """Every member that was stated, in the order of the operation; what would stay as it is stands
    there too, and is not told apart.
    """
    names = _field_names(shell, visit, one)
    found = []
    for member in operation.members:
        if member.name in one["stated"]:
            value, name = one["says"][member.name], member.name
            here = now.get(name)
            compared = name in now and member.place is MemberPlace.BODY and here != value
            label = _word(visit.lang, name)
            if isinstance(value, Mapping) and names:
                value = {names.get(key, key): each for key, each in value.items()}
            found.append(AskedFact(label, name, value, here, compared))
            if operation.id in ("agreements.adopt", "agreements.sign") and name == "file":
                found += _named_by(visit, value)
    return found


def _named_by(visit: Visit, file: str) -> list[AskedFact]:
    """Which agreement a file is, in its own words, and its digest; nothing of one that is none."""
    try:
        one = parse_agreement(file.encode())
    except SealaneError:
        return []
    title = one.title.ja if visit.lang == "ja" else one.title.en
    named = f"{title} ({one.id}, {visit.t('agreement.version', number=one.version)})"
    return [
        AskedFact(_word(visit.lang, "agreement"), "agreement", named),
        AskedFact("SHA-384", "digest", one.digest),
    ]


def _word(lang: str, name: str) -> str:
    """A member's name as people read it."""
    word = name_of(lang, "asked", name)
    return word if word != name else name_of(lang, "fact", name)


def _field_names(shell: Shell, visit: Visit, one: Mapping[str, Any]) -> dict[str, str]:
    """The fields of what is said in a case, by the words of its kind."""
    if one["operation"] != "cases.say":
        return {}
    told = _if_seen(shell, visit, "cases.show", {"case": one["says"]["case"]})
    kind = None if told is None else shell.node.case_kinds.get(told["kind"])
    event = None if kind is None else kind.event_of(one["says"]["event"])
    titles = [] if event is None else event.field
    return {
        field.name: field.title.ja if visit.lang == "ja" else field.title.en for field in titles
    }


def _now(
    shell: Shell, visit: Visit, operation: Operation, one: Mapping[str, Any]
) -> dict[str, Any] | None:
    """What the act would change, as it is now; None where nothing is, or this reader may not see
    it.
    """
    shows = OPERATIONS.get(f"{operation.tag}.show")
    if shows is None or not (operation.edits or one["version"] is not None):
        return None
    path = {
        member.name: one["says"][member.name]
        for member in operation.members
        if member.place is MemberPlace.PATH
    }
    found = _if_seen(shell, visit, shows.id, path)
    if found is not None and operation.tag == "people":
        note_reading(shell.node, visit.actor, 1)
    return found


def _if_seen(
    shell: Shell, visit: Visit, name: str, path: Mapping[str, Any]
) -> dict[str, Any] | None:
    try:
        return acting.asked(shell, visit, name, **path)
    except SealaneError:
        return None


def give_answer(shell: Shell, visit: Visit) -> Reply:
    """Confirm an act as its second person, or decline it."""
    name = visit.form.get("act", "")[:64] or "-"
    confirms = visit.form.get("answer") == "confirm"
    made: list[dict[str, Any]] = []

    def do() -> str:
        if confirms:
            digest = visit.form.get("digest", "")[:200] or "-"
            told = acting.acted(shell, visit, "acts.confirm", act=name, digest=digest)
            made.append(told["answer"])
        else:
            acting.acted(shell, visit, "acts.decline", act=name, reason=_reason(visit))
        said = "confirmed" if confirms else "declined"
        return done_lines.leading(shell.node, visit, f"/acts/{name}", f"two.done_{said}")

    reply = acting.tried(visit, do, lambda told: _shown(shell, visit, name, told))
    # what was signed is kept by nobody: whoever completes it saves it
    signed = made and "signatures" in made[0]
    return settling.signatures_of(made[0]) if signed else reply


def _reason(visit: Visit) -> str:
    """Why; a blank where nobody wrote it, which is refused in words."""
    return visit.form.get("reason", "").strip()[:REASON_MOST] or " "


def take_back(shell: Shell, visit: Visit) -> Reply:
    """Take an act of one's own back."""
    name = visit.form.get("act", "")[:64] or "-"

    def do() -> str:
        acting.acted(shell, visit, "acts.take-back", act=name)
        return done_lines.leading(shell.node, visit, f"/acts/{name}", "two.done_taken_back")

    return acting.tried(visit, do, lambda told: _shown(shell, visit, name, told))


ACTS = {"/acts/answer": give_answer, "/acts/take-back": take_back}
PAGES = {"/acts": listed, "/acts/{act}": act}
