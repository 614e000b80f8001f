"""What the visitors' nation assures of each visitor: a clearance at a level of its own scheme and
what that reaches of the host's, until when, and nothing of the vetting behind it.

The assurance stands in the signed statement, so that both nations show the same one; what a level
reaches is worked out here too, from the agreement's own table, and never believed.
Spec: spec/case.md §7; R50.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from sealane.agreements.agreement import Agreement, EquivalenceRow
from sealane.base.described import described
from sealane.base.errors import Refused, SealaneError, declare
from sealane.base.values import country, identifier, parse_instant
from sealane.cases.course import Course
from sealane.cases.form import Why, wrong
from sealane.decisions.compiled import terms_of

FIELD = "assurances"
LACKING = declare(
    "visit.assurance",
    Refused,
    "No clearance is assured that covers {level} until {until} for: {people}.",
    "{until} まで {level} に足りる適格性の保証がありません：{people}。",
    "The visitors' security officer: name others, or have the clearances renewed first.",
    "訪問国の保全責任者へ：別の人を指名するか、先に適格性を更新してください。",
)
NO_ROW: Why = (
    "it is no level at which the host gives anything under this agreement",
    "受入国がこの取決めの下で提供できる区分ではありません",
)
ONE_EACH: Why = (
    "each visitor is assured once, and nobody else",
    "訪問者ごとに一つで、その他の人のものはありません",
)
NOT_SO: Why = (
    "it says what the agreement does not say of this clearance",
    "この適格性について取決めにないことを述べています",
)
TWICE: Why = ("each visitor stands once", "同じ訪問者は一度だけ記します")
_Text = Annotated[str, Meta(min_length=1, max_length=200)]
_Words = Annotated[tuple[_Text, ...], Meta(min_length=1, max_length=32)]


class VisitorAssurance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is assured of one visitor."""

    person: _Text
    name: _Text
    name_ja: _Text | None
    position: _Text
    position_ja: _Text | None
    organisation: _Text
    nationality: _Words
    policy: _Text
    level: _Text
    """As the visitors' own scheme calls it."""
    mapped: _Words
    """Every level of the host's that it covers under the agreement, the highest first."""
    until: _Text
    """When the clearance stops counting."""
    briefed_until: _Text | None
    """When the visitor's briefing on the agreement ends; None: there is none."""


described(VisitorAssurance)
Assured = Mapping[str, VisitorAssurance]
"""What is assured, by visitor."""


def row_named(visit: Course, word: str) -> EquivalenceRow:
    """The agreement's row for a level at which the host gives something, named as the host calls it
    or as the visitors do. Raises: Malformed `case.form`.
    """
    head = visit.head
    for party in (head.with_, head.opener):
        for row in visit.agreement.rows:
            if word in row.gives.get(party, ()) and row.gives.get(head.with_):
                return row
    raise wrong("level", NO_ROW)


def word_of(row: EquivalenceRow, host: str) -> str:
    """What the host calls the level of a row."""
    return row.gives[host][0]


def read(visit: Course) -> Assured:
    """What is assured in a visit's form, each visitor once and nobody else, and no more than the
    agreement says of each clearance. Raises: Malformed `case.form`.
    """
    form, head = visit.form(), visit.head
    found: dict[str, VisitorAssurance] = {}
    for told in form.get(FIELD, ()):
        one = _read(told)
        _require_so(visit.agreement, one, opener=head.opener, host=head.with_)
        if one.person in found:
            raise wrong(FIELD, ONE_EACH)
        found[one.person] = one
    if set(found) != set(form["visitors"]):
        raise wrong(FIELD, ONE_EACH)
    return found


def require_covered(visit: Course, level: str) -> None:
    """Every visitor is assured for a level to the end of the visit. Raises: Refused
    `visit.assurance`; Malformed `case.form`.
    """
    assured, until = read(visit), visit.form()["until"]
    word = word_of(row_named(visit, level), visit.head.with_)
    uncovered = [
        one.person
        for one in assured.values()
        if word not in one.mapped or parse_instant(one.until) < parse_instant(until)
    ]
    if uncovered:
        raise lacking(uncovered, level, until)


def lacking(people: list[str], level: str, until: str) -> SealaneError:
    """The refusal of visitors for whom nothing is assured that reaches so far."""
    return LACKING(
        people=", ".join(people)[:300], level=level, until=until, details={"people": people}
    )


def _read(told: Any) -> VisitorAssurance:
    try:
        one = msgspec.convert(told, VisitorAssurance)
        identifier(one.person)
        for nation in one.nationality:
            country(nation)
        for end in (one.until, one.briefed_until):
            if end is not None:
                parse_instant(end)
    except (msgspec.ValidationError, SealaneError) as error:
        raise wrong(FIELD, (str(error)[:200], str(error)[:200])) from None
    return one


def _require_so(agreement: Agreement, one: VisitorAssurance, *, opener: str, host: str) -> None:
    """The level is one of the opener's, and reaches at least what is said of it."""
    terms = terms_of(agreement)
    reach = terms.reaches.get((opener, one.level))
    rows = {word_of(row, host): row.level for row in agreement.rows if row.gives.get(host)}
    covers = 0 if reach is None else reach.covers
    if one.policy != terms.policy_of.get(opener) or any(
        rows.get(word, covers + 1) > covers for word in one.mapped
    ):
        raise wrong(FIELD, NOT_SO)
