"""What a held agreement is shown with: each version's standing, signers and notices, and what is
suspended now, by whom, why and since when.

Spec: spec/agreement.md §5; docs/console.md §Agreements; R8, R10, R11.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sealane.agreements.agreement import Agreement
from sealane.agreements.noticefile import Notice
from sealane.base.values import Instant, format_instant
from sealane.ports import Tx
from sealane.registry.records import HeldAgreement
from sealane.services.node import Node
from sealane.services.register import agreement_life


def shown(node: Node, tx: Tx, agreement: str) -> dict[str, Any]:
    """One agreement with every version of it that is held, the newest first. Raises: Misconfigured
    `agreement.not_held`; Untrusted `directory.altered`.
    """
    governing = node.agreement_row(tx, agreement)
    rows = node.records.agreements.find(tx, order="since", id=agreement)
    versions = [_version(node, tx, row, governing) for row in rows]
    versions.sort(key=lambda one: one["version"], reverse=True)
    return {"id": agreement, "governs": int(governing.version), "versions": versions}


def _version(node: Node, tx: Tx, row: HeldAgreement, governing: HeldAgreement) -> dict[str, Any]:
    standing = agreement_life.standing(node, tx, row)
    told = agreement_life.notices(node.records, tx, str(row.digest))
    signed = sorted(agreement_life.signed(row).items(), key=lambda pair: (pair[1], pair[0]))
    return {
        "version": int(row.version),
        "digest": str(row.digest),
        "governs": row.digest == governing.digest,
        "state": standing.state.replace("-", " "),
        "since": None if standing.since is None else format_instant(standing.since),
        "clocks": list(standing.clocks()),
        "signers": [{"party": party, "at": format_instant(at)} for party, at in signed],
        "notices": [one.as_json() for one in reversed(told)],
    }


def suspensions(node: Node, tx: Tx) -> list[dict[str, Any]]:
    """Every agreement that is suspended now, with each party that suspends it; a suspension that
    the agreement's own file states has no party.
    """
    now, held = node.host.now(), node.agreements(tx)
    every = (held.at(name, now) for name in held)
    return [
        _suspended(node, tx, one, now)
        for one in every
        if one is not None and any(gap.contains(now) for gap in one.suspensions)
    ]


def _suspended(node: Node, tx: Tx, agreement: Agreement, now: Instant) -> dict[str, Any]:
    told = agreement_life.notices(node.records, tx, agreement.digest)
    since = min(gap.since for gap in agreement.suspensions if gap.contains(now))
    return {
        "agreement": agreement.id,
        "title": {"en": agreement.title.en, "ja": agreement.title.ja},
        "since": format_instant(since),
        "by": [
            {
                "party": one.party,
                "since": format_instant(one.effective),
                "reason": str(one.detail.get("reason", "")),
            }
            for one in _suspending(told, now)
        ],
    }


def _suspending(told: Iterable[Notice], now: Instant) -> list[Notice]:
    """The notices that suspend now: of each party the first that it has not resumed from."""
    open_ones: dict[str, Notice] = {}
    for one in sorted(told, key=lambda each: (each.effective, each.time)):
        if one.effective > now:
            break
        if one.kind == "suspend":
            open_ones.setdefault(one.party, one)
        elif one.kind == "resume":
            open_ones.pop(one.party, None)
    return list(open_ones.values())
