"""What `label access` asks about a person, strictly parsed. Spec: spec/interfaces.md §1;
ADatP-4774.1 (clearance).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sealane.base.errors import Malformed, declare
from sealane.base.values import Instant, country, parse_instant

MAX_ITEMS, MAX_TEXT = 4096, 256
MEMBERS = {
    "policy",
    "classifications",
    "categories",
    "citizenships",
    "organisation",
    "organisation_country",
    "consents",
}
REQUIRED = MEMBERS - {"consents"}

BAD_CLEARANCE = declare(
    "clearance.malformed",
    Malformed,
    "The clearance's member {member} is wrong: {why}.",
    "適格性のメンバー {member} が正しくありません：{why}。",
    "Write the clearance in the JSON form of spec/interfaces.md.",
    "spec/interfaces.md の JSON 形式で書いてください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginatorConsent:
    """A recorded answer of an originator; counts from `at` until `until`, which is not
    within it.
    """

    by: str
    yes: bool
    at: Instant
    until: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearance:
    """What a person holds; classifications are a list without order, citizenships and organisation
    are apart.

    Example:
        >>> holder = sealane.Clearance(
        ...     policy="JPN", classifications=frozenset({"極秘"}), categories={},
        ...     citizenships=frozenset({"JPN"}), organisation=None, organisation_country="JPN")
        >>> label = sealane.parse_mark("極秘", "jp").label
        >>> sealane.may_access(label, holder, at="2026-11-22T00:00:00Z").permit
        True
    """

    policy: str
    classifications: frozenset[str]
    categories: dict[str, frozenset[str]]
    citizenships: frozenset[str]
    organisation: str | None
    organisation_country: str | None
    consents: tuple[OriginatorConsent, ...] = ()


def clearance_from_json(value: Any) -> Clearance:
    """A clearance from its JSON form; every member known, none missing.

    Raises: Malformed `clearance.malformed`, `value.country`, `value.instant`.

    Example:
        >>> sealane.clearance_from_json({"policy": "AUS", "classifications": ["SECRET"]})
        Traceback (most recent call last):
        sealane.base.errors.Malformed: clearance.malformed: The clearance's member categories is ...
    """
    if not isinstance(value, dict):
        raise BAD_CLEARANCE(member="clearance", why="not an object")
    if unknown := sorted(set(value) - MEMBERS):
        raise BAD_CLEARANCE(member=str(unknown[0])[:40], why="unknown")
    if missing := sorted(REQUIRED - set(value)):
        raise BAD_CLEARANCE(member=missing[0], why="missing")
    organisation, where = value["organisation"], value["organisation_country"]
    return Clearance(
        policy=_text(value["policy"], "policy"),
        classifications=_texts(value["classifications"], "classifications"),
        categories=_categories(value["categories"]),
        citizenships=frozenset(
            country(one) for one in _texts(value["citizenships"], "citizenships")
        ),
        organisation=None if organisation is None else _text(organisation, "organisation"),
        organisation_country=None if where is None else country(where),
        consents=_consents(value.get("consents", [])),
    )


def _text(value: Any, member: str) -> str:
    if not isinstance(value, str) or not value or len(value) > MAX_TEXT:
        raise BAD_CLEARANCE(member=member, why=f"not a text of 1 to {MAX_TEXT} characters")
    return value


def _list(value: Any, member: str) -> list[Any]:
    if not isinstance(value, list) or len(value) > MAX_ITEMS:
        raise BAD_CLEARANCE(member=member, why=f"not a list of at most {MAX_ITEMS}")
    return value


def _texts(value: Any, member: str) -> frozenset[str]:
    return frozenset(_text(one, member) for one in _list(value, member))


def _categories(value: Any) -> dict[str, frozenset[str]]:
    out: dict[str, frozenset[str]] = {}
    for item in _list(value, "categories"):
        if not isinstance(item, dict) or not {"tag", "values"} <= set(item) <= {
            "tag",
            "type",
            "values",
        }:
            raise BAD_CLEARANCE(member="categories", why="a category has tag and values")
        tag = _text(item["tag"], "categories")
        if tag in out:
            raise BAD_CLEARANCE(member="categories", why="a tag occurs twice")
        out[tag] = _texts(item["values"], "categories")
    return out


def _consents(value: Any) -> tuple[OriginatorConsent, ...]:
    out = []
    for item in _list(value, "consents"):
        if not isinstance(item, dict) or set(item) != {"by", "answer", "at", "until"}:
            raise BAD_CLEARANCE(
                member="consents", why="a consent has exactly by, answer, at and until"
            )
        if item["answer"] not in ("yes", "no"):
            raise BAD_CLEARANCE(member="consents", why="answer is yes or no")
        out.append(
            OriginatorConsent(
                by=country(item["by"]),
                yes=item["answer"] == "yes",
                at=parse_instant(item["at"]),
                until=parse_instant(item["until"]),
            )
        )
    return tuple(out)
