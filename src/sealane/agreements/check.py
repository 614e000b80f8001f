"""Lint of one agreement: what can never matter, what contradicts, what is not guarded, what rests
on no source, what nothing keeps.

The clause vocabulary is closed and small, so every clause covers a finite set of cells (action,
level, area, kind). Each remark is exact over those cells and over all facts a request can carry;
nothing is sampled.
Spec: spec/agreement.md §4; R1, R4, R20, R30, R32, R64.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sealane.agreements.agreement import Agreement
from sealane.agreements.cells import Space, attainable
from sealane.agreements.coverage import idle_and_contrary, unguarded
from sealane.agreements.remarks import (
    NO_AUTHORITY,
    NO_PURPOSE,
    NO_ROW,
    NO_SCHEME,
    UNKEPT,
    UNKNOWN_WORD,
    UNSHOWN,
    UNTRANSLATED,
    UNVERIFIED,
    CheckFinding,
)
from sealane.agreements.vocabulary import OBEYED, OF_CASES


def lint(agreement: Agreement, *, in_use: bool = False) -> list[CheckFinding]:
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
        *_clocks(agreement),
        *idle_and_contrary(agreement, space),
        *unguarded(agreement, space),
    ]


def lint_words(
    agreement: Agreement, level_of: Mapping[str, Mapping[str, bool]]
) -> list[CheckFinding]:
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
            found.append(CheckFinding(severity="note", error=error, path=("party", place)))
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
                found.append(CheckFinding(severity="error", error=error, path=("row", place)))
    return found


def not_shown(agreement: Agreement, determining: Iterable[str]) -> list[CheckFinding]:
    """Notes on forbid clauses that no scenario shows refusing.

    Args:
        determining: ids of clauses that were unmet in some scenario that came out as told.
    """
    seen = set(determining)
    return [
        CheckFinding(severity="note", error=UNSHOWN(clause=clause.id), path=("clause", place))
        for place, clause in enumerate(agreement.clauses)
        if clause.effect == "forbid" and clause.id not in seen
    ]


def _languages(agreement: Agreement) -> Iterator[CheckFinding]:
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
            yield CheckFinding(severity="error", error=UNTRANSLATED(where=where), path=path)


def _authorities(agreement: Agreement) -> Iterator[CheckFinding]:
    for place, party in enumerate(agreement.parties):
        if not any(authority.role == "agreement" for authority in party.authorities):
            yield CheckFinding(
                severity="error", error=NO_AUTHORITY(party=party.id), path=("party", place)
            )


def _areas(agreement: Agreement) -> Iterator[CheckFinding]:
    possible = {area for _, area in attainable(agreement)}
    known = {purpose.id for purpose in agreement.purposes}
    for place, area in enumerate(agreement.areas):
        allowed = known if area.purposes is None else known & set(area.purposes)
        if not allowed:
            yield CheckFinding(
                severity="error", error=NO_PURPOSE(area=area.id), path=("area", place)
            )
        if agreement.rows and area.id not in possible:
            yield CheckFinding(severity="error", error=NO_ROW(area=area.id), path=("area", place))


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


def _rows(agreement: Agreement, in_use: bool) -> Iterator[CheckFinding]:
    loose = [row.level for row in agreement.rows if row.status != "verified"]
    if loose:
        levels = ", ".join(str(level) for level in sorted(set(loose)))
        yield CheckFinding(
            severity="warning" if agreement.model and not in_use else "error",
            error=UNVERIFIED(count=len(loose), levels=levels),
            path=("row",),
        )


def _clocks(agreement: Agreement) -> Iterator[CheckFinding]:
    """Clocks that no code obeys and that do not say, for all parties to read, that people do; and
    those that say so although code obeys them.
    """
    obeyed = OBEYED | (OF_CASES if agreement.cases else frozenset())
    for place, clock in enumerate(agreement.clocks):
        if (clock.id in obeyed) == (clock.kept_by == "people"):
            yield CheckFinding(
                severity="error",
                error=UNKEPT(clock=clock.id, kept=", ".join(sorted(obeyed))),
                path=("clock", place),
            )
