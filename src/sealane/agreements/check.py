"""Lint of one agreement: what can never matter, what contradicts, what is not guarded, what rests
on no source.

The clause vocabulary is closed and small, so every clause covers a finite set of cells (action,
level, area, kind). Each finding here is exact over those cells and over all facts a request can
carry; nothing is sampled.
Spec: spec/agreement.md §4; R1, R4, R20, R30, R32, R64.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sealane.agreements.agreement import Agreement, Clause
from sealane.agreements.vocabulary import KINDS
from sealane.base.errors import Malformed, SealaneError, declare

Severity = Literal["error", "warning", "note"]
Cell = tuple[str, int, str, str]
NO_LEVEL = 0

DEAD = declare(
    "check.dead_clause",
    Malformed,
    "Clause {clause} can never change a verdict: {why}.",
    "条項 {clause} は決して結論を変えません：{why_ja}。",
    "Remove it, or widen what it applies to.",
    "削除するか、適用範囲を広げてください。",
)
CONTRADICTION = declare(
    "check.contradiction",
    Malformed,
    "Clause {clause} permits what clause {other} always forbids.",
    "条項 {clause} が認めることを、条項 {other} が常に禁じています。",
    "Narrow one of the two, or give the forbid an `unless`.",
    "どちらかを狭めるか、禁止に `unless` を付けてください。",
)
UNGUARDED = declare(
    "check.unguarded",
    Malformed,
    "Clause {clause} permits {action} in {area} without any clause that asks {check!r}.",
    "条項 {clause} は {area} の {action} を、{check!r} を問う条項なしに認めています。",
    'Add a forbid with `unless = "{check}"` for that action.',
    'その行為に `unless = "{check}"` の禁止を加えてください。',
)
UNVERIFIED = declare(
    "check.unverified_row",
    Malformed,
    "{count} equivalence rows are in use without a primary source (levels {levels}).",
    "同等性の {count} 行が一次資料のないまま使われています（水準 {levels}）。",
    "Cite the treaty text and mark them verified, or declare the file a model and say so in its"
    " notice.",
    "条文を引いて verified とするか、ひな型であることを notice で明示してください。",
)
NO_PURPOSE = declare(
    "check.area_without_purpose",
    Malformed,
    "Area {area} allows no purpose, so nothing can be released in it.",
    "分野 {area} には目的がなく、何も開示できません。",
    "Name the purposes of the area.",
    "その分野の目的を定めてください。",
)
NO_ROW = declare(
    "check.area_without_row",
    Malformed,
    "No equivalence row is within the ceiling of area {area}.",
    "分野 {area} の上限内に同等性の行がありません。",
    "Raise its ceiling or add a row.",
    "上限を上げるか、行を加えてください。",
)
CAN_ERR = declare(
    "check.can_err",
    Malformed,
    "Clause {clause} can err: {why}.",
    "条項 {clause} は評価に失敗しえます：{why_ja}。",
    "An erring clause refuses every act it covers; define what it refers to.",
    "評価に失敗する条項は対象の行為をすべて拒みます。参照先を定めてください。",
)
NO_AUTHORITY = declare(
    "check.no_authority",
    Malformed,
    "{party} names no competent authority that could sign this agreement.",
    "{party} に、この協定に署名できる権限ある当局がありません。",
    "Name an authority with the role `agreement` and its dates.",
    "役割 `agreement` の当局を日付とともに定めてください。",
)
UNTRANSLATED = declare(
    "check.untranslated",
    Malformed,
    "The Japanese text of {where} has no Japanese in it.",
    "{where} の日本語文に日本語がありません。",
    "Write both languages.",
    "両言語で書いてください。",
)
UNKNOWN_WORD = declare(
    "check.unknown_classification",
    Malformed,
    "Row of level {level} names {word!r}, which scheme {policy} does not have{obsolete}.",
    "水準 {level} の行にある {word!r} は、体系 {policy} の現行の区分ではありません。",
    "Use a classification of the party's scheme that is in force.",
    "当事者の体系で現に有効な区分を使ってください。",
)
NO_SCHEME = declare(
    "check.scheme_not_loaded",
    Malformed,
    "The scheme {policy} of {party} is not loaded here, so its words cannot be checked and its"
    " labels are refused.",
    "{party} の体系 {policy} が読み込まれていないため、語を確かめられず、そのラベルは拒否されます。",  # noqa: E501
    "Add the scheme under policy/schemes.",
    "policy/schemes に体系を加えてください。",
)
UNSHOWN = declare(
    "check.not_shown",
    Malformed,
    "No scenario shows clause {clause} refusing.",
    "条項 {clause} が拒む場面を示すシナリオがありません。",
    "Add a scenario that only this clause refuses.",
    "この条項だけが拒むシナリオを加えてください。",
)

_BASE = ("in-force", "row", "row-accepted", "ceiling", "separation")
_READ = (
    *_BASE,
    "released",
    "not-recalled",
    "time-limit",
    "purpose",
    "cleared",
    "authorised",
    "briefed",
    "nationality",
    "facility",
)
GUARDS: Mapping[str, tuple[str, ...]] = {
    "release": (
        *_BASE,
        "label-of-provider",
        "recipient-party",
        "recipient-releasable",
        "purpose",
        "time-limit",
        "not-recalled",
        "assurance",
        "release-officer",
    ),
    "open": _READ,
    "view": _READ,
    "copy": _READ,
    "translate": _READ,
    "visit": (*_BASE, "cleared", "purpose"),
    "onward": (*_READ, "consent", "third-agreement"),
    "new-purpose": (*_READ, "consent"),
    "downgrade": (*_READ, "consent"),
}
"""The questions that treaties always ask of an act; an agreement may ask more, and none of these
can be left out.
"""
LIGHT = frozenset({"cleared", "briefed", "facility"})
"""What a sensitive-unclassified tier (level 1) may leave out. Spec: R67."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found: an `error` fails the check, a `warning` stops the use that it names, a
    `note` is for the reader.

    `path` is where in the file.
    """

    severity: Severity
    error: SealaneError
    path: tuple[str | int, ...]

    def as_json(self, line: int | None = None) -> dict[str, Any]:
        out = {"severity": self.severity, **self.error.as_json()}
        return out if line is None else {**out, "position": line}


def lint(agreement: Agreement, *, in_use: bool = False) -> list[Finding]:
    """Everything found in one agreement by itself, in the order of the file.

    Args:
        in_use: judge it as one to be signed and used: a model's unverified rows are errors too.
            Spec: R4.
    """
    space = Space(agreement)
    return [
        *_languages(agreement),
        *_authorities(agreement),
        *_areas(agreement),
        *_rows(agreement, in_use),
        *_clauses(agreement, space),
        *_guards(agreement, space),
    ]


def lint_words(agreement: Agreement, level_of: Mapping[str, Mapping[str, bool]]) -> list[Finding]:
    """Classifications that the parties' schemes do not have, or have retired.

    Args:
        level_of: by scheme, its classifications and whether each is retired; a scheme that is not
            loaded is noted.
    """
    found = []
    policies = {party.id: party.policy for party in agreement.parties}
    for place, party in enumerate(agreement.parties):
        if party.policy not in level_of:
            error = NO_SCHEME(party=party.id, policy=party.policy)
            found.append(Finding(severity="note", error=error, path=("party", place)))
    for place, row in enumerate(agreement.rows):
        words = {
            (policies[party], word)
            for side in (row.gives, row.holds)
            for party, several in side.items()
            for word in several
            if policies[party] in level_of
        }
        for policy, word in sorted(words):
            retired = level_of[policy].get(word)
            if retired is None or retired:
                error = UNKNOWN_WORD(
                    level=row.level,
                    word=word,
                    policy=policy,
                    obsolete=" any more" if retired else "",
                )
                found.append(Finding(severity="error", error=error, path=("row", place)))
    return found


def not_shown(agreement: Agreement, determining: Iterable[str]) -> list[Finding]:
    """Notes on forbid clauses that no scenario shows refusing.

    Args:
        determining: ids of clauses that were unmet in some scenario that came out as told.
    """
    seen = set(determining)
    return [
        Finding(severity="note", error=UNSHOWN(clause=clause.id), path=("clause", place))
        for place, clause in enumerate(agreement.clauses)
        if clause.effect == "forbid" and clause.id not in seen
    ]


class Space:
    """All cells of one agreement as the bits of an integer, so that covering is arithmetic however
    large the file is.
    """

    def __init__(self, agreement: Agreement) -> None:
        self.actions = list(agreement.actions)
        self.levels = sorted({row.level for row in agreement.rows}) or [NO_LEVEL]
        self.areas = [area.id for area in agreement.areas]
        possible = attainable(agreement)
        self.possible = self._product(
            self.actions,
            [
                (level, area)
                for level in self.levels
                for area in self.areas
                if (level, area) in possible
            ],
            list(KINDS),
        )
        self.light = self._product(
            self.actions,
            [(level, area) for level in self.levels for area in self.areas if level <= 1],
            list(KINDS),
        )

    def of(self, clause: Clause) -> int:
        """The cells that a clause speaks about."""
        when = clause.when
        places = [
            (level, area)
            for level in self.levels
            if when.levels is None or level in when.levels
            for area in self.areas
            if when.areas is None or area in when.areas
        ]
        return self._product(clause.actions, places, KINDS if when.kinds is None else when.kinds)

    def doing(self, action: str) -> int:
        """All cells of one action."""
        return self._product(
            [action], [(level, area) for level in self.levels for area in self.areas], list(KINDS)
        )

    def cells(self, mask: int) -> Iterator[Cell]:
        """The cells of a mask, lowest first."""
        while mask:
            place = (mask & -mask).bit_length() - 1
            mask &= mask - 1
            place, kind = divmod(place, len(KINDS))
            place, area = divmod(place, len(self.areas))
            action, level = divmod(place, len(self.levels))
            yield self.actions[action], self.levels[level], self.areas[area], KINDS[kind]

    def _product(
        self, actions: Iterable[str], places: Iterable[tuple[int, str]], kinds: Iterable[str]
    ) -> int:
        by_kind = sum(1 << KINDS.index(kind) for kind in kinds)
        area_at = {area: place for place, area in enumerate(self.areas)}
        level_at = {level: place for place, level in enumerate(self.levels)}
        block = 0
        for level, area in places:
            block |= by_kind << (level_at[level] * len(self.areas) + area_at[area]) * len(KINDS)
        width = len(self.levels) * len(self.areas) * len(KINDS)
        out = 0
        for action in set(actions) & set(self.actions):
            out |= block << self.actions.index(action) * width
        return out


def attainable(agreement: Agreement) -> set[tuple[int, str]]:
    """The (level, area) pairs that have a row within the area's ceiling; all others are refused by
    every file.

    An agreement without a table binds whatever another agreement permits, so all its areas count.
    """
    if not agreement.rows:
        return {(NO_LEVEL, area.id) for area in agreement.areas}
    return {
        (row.level, area.id)
        for row in agreement.rows
        for area in agreement.areas
        if row.level <= area.ceiling and (row.areas is None or area.id in row.areas)
    }


def _languages(agreement: Agreement) -> Iterator[Finding]:
    places: list[tuple[str, tuple[str | int, ...], str]] = [
        ("title", ("title",), agreement.title.ja),
        ("notice", ("notice",), agreement.notice.ja),
    ]
    for place, article in enumerate(agreement.articles):
        places.append((f"article {article.number}", ("article", place), article.text.ja))
    for place, clause in enumerate(agreement.clauses):
        places.append((f"clause {clause.id}", ("clause", place), clause.text.ja))
    for where, path, text in places:
        if not any("\u3040" <= character <= "\u9fff" for character in text):
            yield Finding(severity="error", error=UNTRANSLATED(where=where), path=path)


def _authorities(agreement: Agreement) -> Iterator[Finding]:
    for place, party in enumerate(agreement.parties):
        if not any(authority.role == "agreement" for authority in party.authorities):
            yield Finding(
                severity="error", error=NO_AUTHORITY(party=party.id), path=("party", place)
            )


def _areas(agreement: Agreement) -> Iterator[Finding]:
    possible = {area for _, area in attainable(agreement)}
    known = {purpose.id for purpose in agreement.purposes}
    for place, area in enumerate(agreement.areas):
        allowed = known if area.purposes is None else known & set(area.purposes)
        if not allowed:
            yield Finding(severity="error", error=NO_PURPOSE(area=area.id), path=("area", place))
        if agreement.rows and area.id not in possible:
            yield Finding(severity="error", error=NO_ROW(area=area.id), path=("area", place))


def unverified(agreement: Agreement) -> list[dict[str, Any]]:
    """Each row without a primary source: its level, its words, what its file says of it, and that
    it refuses.
    """
    return [
        {
            "level": row.level,
            "status": row.status,
            "source": {"en": row.source.en, "ja": row.source.ja},
            "path": ("row", place),
            "words": {
                party: sorted({*row.gives.get(party, ()), *row.holds.get(party, ())})
                for party in {**row.gives, **row.holds}
            },
        }
        for place, row in enumerate(agreement.rows)
        if row.status != "verified"
    ]


def _rows(agreement: Agreement, in_use: bool) -> Iterator[Finding]:
    loose = [row.level for row in agreement.rows if row.status != "verified"]
    if loose:
        levels = ", ".join(str(level) for level in sorted(set(loose)))
        yield Finding(
            severity="warning" if agreement.model and not in_use else "error",
            error=UNVERIFIED(count=len(loose), levels=levels),
            path=("row",),
        )


def _clauses(agreement: Agreement, space: Space) -> Iterator[Finding]:
    cover = {clause.id: space.of(clause) & space.possible for clause in agreement.clauses}
    permitted = 0
    for clause in agreement.clauses:
        permitted |= cover[clause.id] if clause.effect == "permit" else 0
    always = [one for one in agreement.clauses if one.effect == "forbid" and one.unless is None]
    said: dict[Any, list[Clause]] = {}
    for place, clause in enumerate(agreement.clauses):
        path, mine = ("clause", place), cover[clause.id]
        alike = said.setdefault((clause.effect, clause.unless, clause.duty, clause.clock), [])
        twin = next((other.id for other in alike if not mine & ~cover[other.id]), None)
        alike.append(clause)
        if not mine:
            yield _dead(
                clause,
                path,
                "no row and ceiling allow what it applies to",
                "適用対象を認める行も上限もありません",
            )
        elif clause.effect == "permit":
            for forbid in always:
                if not mine & ~cover[forbid.id]:
                    yield Finding(
                        severity="error",
                        error=CONTRADICTION(clause=clause.id, other=forbid.id),
                        path=path,
                    )
        elif permitted and not mine & permitted and not _refuses_by_name(clause):
            yield _dead(
                clause,
                path,
                "nothing it applies to is permitted anyway",
                "適用対象がそもそも認められていません",
            )
        elif twin:
            yield _dead(
                clause, path, f"clause {twin} already says it", f"条項 {twin} が既に定めています"
            )


def _refuses_by_name(clause: Clause) -> bool:
    """An unconditional forbid of an act that nothing permits says on its face what silence would
    say too.
    """
    return clause.effect == "forbid" and clause.unless is None


def _guards(agreement: Agreement, space: Space) -> Iterator[Finding]:
    asked = dict.fromkeys(_all_checks(), 0)
    for clause in agreement.clauses:
        if clause.effect == "forbid":
            for check in [clause.unless] if clause.unless else list(asked):
                asked[check] = asked.get(check, 0) | space.of(clause)
    for place, clause in enumerate(agreement.clauses):
        if clause.effect != "permit":
            continue
        mine = space.of(clause) & space.possible
        for action in clause.actions:
            for check in GUARDS.get(action, ()):
                spared = asked[check] | (space.light if check in LIGHT else 0)
                bare = next(space.cells(mine & space.doing(action) & ~spared), None)
                if bare is not None:
                    error = UNGUARDED(clause=clause.id, action=action, area=bare[2], check=check)
                    yield Finding(severity="error", error=error, path=("clause", place))


def _all_checks() -> list[str]:
    return sorted({check for checks in GUARDS.values() for check in checks})


def _dead(clause: Clause, path: tuple[str | int, ...], why: str, why_ja: str) -> Finding:
    return Finding(
        severity="error", error=DEAD(clause=clause.id, why=why, why_ja=why_ja), path=path
    )
