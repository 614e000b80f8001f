"""A person in the node's directory: post, nationalities, clearances, briefings, authorisations,
duties.

The facts a decision needs are kept in the very form a decision takes them (`subject`), so nothing
is translated.
Spec: R20-R28, R64; spec/interfaces.md §4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sealane.base.errors import Malformed, declare
from sealane.base.values import identifier
from sealane.registry.records import Duty

SEPARATED = (
    Duty.ORIGINATOR,
    Duty.RELEASE_OFFICER,
    Duty.SECOND_SIGNER,
    Duty.REGISTRY_CLERK,
    Duty.AUDITOR,
)
"""Duties of which one person may hold no two for one item. Spec: R64."""
DUTIES = tuple(Duty)
SUBJECT = (
    "id",
    "nationality",
    "organisation",
    "organisation_country",
    "clearances",
    "briefings",
    "authorisations",
    "roles",
    "duties",
)
OWN = ("name", "name_ja", "post", "post_ja", "facility")

BAD_PERSON = declare(
    "person.malformed",
    Malformed,
    "The person's record is wrong: {why}.",
    "人の記録に誤りがあります：{why}。",
    "See examples/people-aus.json for the form.",
    "examples/people-aus.json の形に合わせてください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person as the directory holds them at an instant."""

    id: str
    name: str
    name_ja: str
    post: str
    post_ja: str
    facility: str | None
    subject: dict[str, Any]

    @property
    def duties(self) -> tuple[str, ...]:
        """The duties that the record gives."""
        return tuple(self.subject["duties"])

    def as_json(self) -> dict[str, Any]:
        return {
            **self.subject,
            "name": self.name,
            "name_ja": self.name_ja,
            "post": self.post,
            "post_ja": self.post_ja,
            "facility": self.facility,
        }


def person_from_json(value: Any) -> Person:
    """A person from the directory's JSON form; the subject part is judged again by every decision.

    Raises: Malformed `person.malformed`, `value.identifier`.
    """
    if not isinstance(value, dict):
        raise BAD_PERSON(why="not an object")
    if unknown := sorted(set(value) - set(SUBJECT) - set(OWN)):
        raise BAD_PERSON(why=f"unknown member {unknown[0][:40]}")
    if missing := [member for member in (*SUBJECT, "name", "post") if member not in value]:
        raise BAD_PERSON(why=f"missing: {', '.join(missing)}")
    for member in ("nationality", "clearances", "briefings", "authorisations", "roles", "duties"):
        if not isinstance(value[member], list):
            raise BAD_PERSON(why=f"{member} is not a list")
    if stray := [duty for duty in value["duties"] if duty not in DUTIES]:
        raise BAD_PERSON(why=f"unknown duty {str(stray[0])[:40]}")
    texts = {
        name: value.get(name) or value.get(name.removesuffix("_ja"), "")
        for name in OWN
        if name != "facility"
    }
    if not all(isinstance(text, str) and 0 < len(text) <= 200 for text in texts.values()):
        raise BAD_PERSON(why="name and post are texts")
    facility = value.get("facility")
    return Person(
        id=identifier(value["id"]),
        **texts,
        facility=None if facility is None else identifier(facility),
        subject={member: value[member] for member in SUBJECT},
    )
