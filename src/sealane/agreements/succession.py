"""Versions of one agreement in turn: each governs until the next one begins, whatever its own
period says.

A later version begins with its period, or with the last party's signature when that came later, so
that both parties find the same instant. Until then the earlier one goes on.
Spec: spec/agreement.md §5; R1, R8.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from sealane.agreements.agreement import Agreement, Period
from sealane.agreements.chain import BROKEN
from sealane.agreements.loaded import TWO_VERSIONS
from sealane.base.errors import Conflict, declare
from sealane.base.values import Instant

SUPERSEDED = declare(
    "agreement.version_superseded",
    Conflict,
    "Version {version} of {id} is not the next one: version {held} is held.",
    "{id} の第 {version} 版は次の版ではありません。第 {held} 版を保有しています。",
    "Adopt the version that follows the one held.",
    "保有する版に続く版を採択してください。",
)

Signed = Mapping[str, Instant]
"""When each party signed a version."""


def follows(newer: Agreement, held: Sequence[Agreement]) -> None:
    """Silence when this version is the next after those held, or one of them.

    Raises: Conflict `agreement.version_superseded`; Untrusted `agreement.chain_broken`.
    """
    if not held or newer.digest in {one.digest for one in held}:
        return
    last = max(held, key=lambda one: one.version)
    if newer.version <= last.version:
        raise SUPERSEDED(id=newer.id, version=newer.version, held=last.version)
    if newer.previous != last.digest:
        raise BROKEN(id=newer.id, version=newer.version, before=last.version)


def begins(agreement: Agreement, signed: Signed, *, first: bool) -> Instant:
    """When a version takes its place; the first of all has its own period."""
    return (
        agreement.period.since if first else Instant(max(agreement.period.since, *signed.values()))
    )


def in_turn(versions: Sequence[tuple[Agreement, Signed]]) -> tuple[Agreement, ...]:
    """All versions of one agreement, each ending where the next begins.

    Raises: Malformed `agreement.overlap`: a later version would begin before an earlier one.
    """
    ordered = sorted(versions, key=lambda pair: pair[0].version)
    out: list[Agreement] = []
    for place, (agreement, signed) in enumerate(ordered):
        since = begins(agreement, signed, first=place == 0)
        if out:
            before = out[-1].period
            if since <= before.since:
                raise TWO_VERSIONS(id=agreement.id)
            until = since if before.until is None else Instant(min(before.until, since))
            out[-1] = dataclasses.replace(out[-1], period=Period(since=before.since, until=until))
        out.append(
            dataclasses.replace(agreement, period=Period(since=since, until=agreement.period.until))
        )
    return tuple(out)
