"""The confidentiality label: policy, classification, categories, originator; one form for all
schemes.

Spec: ADatP-4774 (the nouns), spec/interfaces.md §Labels (the JSON form).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from sealane.base import canonical
from sealane.base.errors import Malformed, declare
from sealane.base.values import BAD_COUNTRY, country, parse_instant

CategoryType = Literal["permissive", "restrictive", "informative"]
TYPES: tuple[CategoryType, ...] = ("permissive", "restrictive", "informative")
RELEASABLE_TO = "Releasable To"
MEMBERS = (
    "policy",
    "classification",
    "categories",
    "originator",
    "privacy_mark",
    "created",
    "review",
    "succession",
)
MAX_CATEGORIES, MAX_VALUES, MAX_TEXT = 256, 4096, 256

BAD_LABEL = declare(
    "label.malformed",
    Malformed,
    "The label's member {member} is wrong: {why}.",
    "ラベルのメンバー {member} が正しくありません：{why}。",
    "Write the label in the JSON form of spec/interfaces.md.",
    "spec/interfaces.md の JSON 形式で書いてください。",
)


@dataclass(frozen=True, slots=True, order=True)
class Category:
    """One tag with its values; any one held suffices (permissive), all must be (restrictive), or
    none is asked.

    Example:
        >>> sealane.Category("Releasable To", "permissive", ("AUS", "JPN")).values
        ('AUS', 'JPN')
    """

    tag: str
    type: CategoryType
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Succession:
    """What the label becomes at an instant: a new classification, or nothing but a date to
    re-decide.
    """

    at: str
    label: Label | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A parsed label; categories sorted by tag. Whether its scheme accepts it is the scheme's
    verdict.

    Example:
        >>> shared = sealane.Category("Releasable To", "permissive", ("AUS", "JPN"))
        >>> label = sealane.Label(policy="AUS", classification="SECRET", categories=(shared,))
        >>> label.values("Releasable To"), sealane.banner(label)
        (('AUS', 'JPN'), 'SECRET//REL AUS/JPN')
    """

    policy: str
    classification: str
    categories: tuple[Category, ...] = ()
    originator: str | None = None
    privacy_mark: str | None = None
    created: str | None = None
    review: str | None = None
    succession: Succession | None = field(default=None)

    def category(self, tag: str) -> Category | None:
        """The category of this tag; when a tag has several types, the first by sort order."""
        for category in self.categories:
            if category.tag == tag:
                return category
        return None

    def values(self, tag: str) -> tuple[str, ...]:
        """The values of a tag; empty when absent."""
        found = self.category(tag)
        return found.values if found else ()

    @property
    def caveated(self) -> bool:
        """Whether it asks more of a person than a level and a place on the release list."""
        return any(
            category.type != "informative"
            and (category.type != "permissive" or category.tag != RELEASABLE_TO)
            for category in self.categories
        )

    def as_json(self) -> dict[str, Any]:
        """The JSON form, every member present."""
        return {
            "policy": self.policy,
            "classification": self.classification,
            "categories": [
                {"tag": category.tag, "type": category.type, "values": list(category.values)}
                for category in self.categories
            ],
            "originator": self.originator,
            "privacy_mark": self.privacy_mark,
            "created": self.created,
            "review": self.review,
            "succession": (
                None
                if self.succession is None
                else {
                    "at": self.succession.at,
                    "label": (
                        None if self.succession.label is None else self.succession.label.as_json()
                    ),
                }
            ),
        }

    def digest(self) -> str:
        """SHA-384 hex of the canonical JSON form."""
        return canonical.digest(self.as_json())


def earliest(instants: Iterable[str | None]) -> str | None:
    """The first of the instants given, None when none is: the date of a product made of dated
    parts.

    A group admits who belonged at the label's creation and belongs now, so a later date, or none,
    would admit more.
    Spec: spec/labels.md §Membership over time.
    """
    return min({one for one in instants if one is not None}, key=_moment, default=None)


def _moment(instant: str) -> tuple[str, str]:
    """RFC 3339 UTC texts in the order of their instants, and one instant's texts in one order."""
    return instant[:19], instant[19:-1]


def label_from_json(value: Any, *, whole: bool = False, depth: int = 0) -> Label:
    """A label from its JSON form, strictly; the order of categories and values has no meaning and
    is made canonical.

    `policy` and `classification` are required; other members may be absent and mean null or none.
    Args:
        whole: every member must stand, as in a request and in what nodes sign.
    Raises: Malformed `label.malformed`, `value.instant`, `value.country`.

    Example:
        >>> label = sealane.label_from_json({"policy": "AUS", "classification": "SECRET"})
        >>> label.as_json()["categories"]
        []
    """
    if not isinstance(value, dict):
        raise BAD_LABEL(member="label", why="not an object")
    if unknown := sorted(set(value) - set(MEMBERS)):
        raise BAD_LABEL(member=unknown[0][:40], why="unknown")
    if whole and (missing := [member for member in MEMBERS if member not in value]):
        raise BAD_LABEL(member=missing[0], why="missing")
    succession = value.get("succession")
    return Label(
        policy=_text(value, "policy"),
        classification=_text(value, "classification"),
        categories=_categories(value.get("categories", [])),
        originator=None if value.get("originator") is None else _originator(value["originator"]),
        privacy_mark=None if value.get("privacy_mark") is None else _text(value, "privacy_mark"),
        created=_instant(value, "created"),
        review=_instant(value, "review"),
        succession=None if succession is None else _succession(succession, whole, depth),
    )


def _text(value: dict[str, Any], member: str) -> str:
    text = value.get(member)
    if not isinstance(text, str) or not text or len(text) > MAX_TEXT:
        raise BAD_LABEL(member=member, why=f"not a text of 1 to {MAX_TEXT} characters")
    return text


def _originator(text: Any) -> str:
    try:
        return country(text)
    except Malformed:
        raise BAD_COUNTRY(position="originator", text=str(text)[:40]) from None


def _instant(value: dict[str, Any], member: str) -> str | None:
    text = value.get(member)
    if text is not None:
        parse_instant(text)
    return text


def _categories(value: Any) -> tuple[Category, ...]:
    if not isinstance(value, list) or len(value) > MAX_CATEGORIES:
        raise BAD_LABEL(member="categories", why=f"not a list of at most {MAX_CATEGORIES}")
    out = []
    for item in value:
        if not isinstance(item, dict) or set(item) != {"tag", "type", "values"}:
            raise BAD_LABEL(member="categories", why="a category has exactly tag, type and values")
        if item["type"] not in TYPES:
            raise BAD_LABEL(
                member="categories", why="type is permissive, restrictive or informative"
            )
        values = item["values"]
        if not isinstance(values, list) or len(values) > MAX_VALUES:
            raise BAD_LABEL(member="categories", why=f"values is a list of at most {MAX_VALUES}")
        if not all(isinstance(one, str) and 0 < len(one) <= MAX_TEXT for one in values):
            raise BAD_LABEL(member="categories", why="a value is not a text")
        if len(set(values)) != len(values):
            raise BAD_LABEL(member="categories", why="a value occurs twice")
        out.append(Category(_text(item, "tag"), item["type"], tuple(sorted(values))))
    if len({(category.tag, category.type) for category in out}) != len(out):
        raise BAD_LABEL(member="categories", why="a tag occurs twice")
    return tuple(sorted(out))


def _succession(value: Any, whole: bool, depth: int) -> Succession:
    if not isinstance(value, dict) or set(value) != {"at", "label"} or depth >= 4:
        raise BAD_LABEL(member="succession", why="exactly at and label, at most four deep")
    parse_instant(value["at"])
    later = value["label"]
    label = None if later is None else label_from_json(later, whole=whole, depth=depth + 1)
    return Succession(value["at"], label)
