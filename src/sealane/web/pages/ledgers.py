"""Pages over the ledgers: entries to be searched, one entry with its proof, signed heads with their
cosignatures, and the verification of every log.

Spec: R57, R58, R59, R61; docs/console.md §Auditor.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sealane.ledger.kinds import KINDS
from sealane.services.ledgers.proofs import NOT_YET
from sealane.web import acting
from sealane.web.shell import Shell
from sealane.web.shown import purpose_names
from sealane.web.visit import Page, Reply, Visit, saved
from sealane.web.words import name_of

FILTERS = ("origin", "kind", "word")
SAID = ("object", "actor", "by", "to", "act", "outcome", "reason", "purpose", "state", "party")
"""Fields of an entry that its line tells, in this order."""
PAGE = 50


def entries(shell: Shell, visit: Visit) -> Reply:
    """The newest entries, as they were asked for. Raises: Refused `person.duty`."""
    asked: dict[str, Any] = {name: _given(visit, name) for name in FILTERS}
    days = {name: _day(visit, name) for name in ("since", "until")}
    told = acting.asked(
        shell,
        visit,
        "ledger.entries",
        limit=PAGE,
        after=_given(visit, "after"),
        **{name: value for name, value in (asked | days).items() if value is not None},
    )
    shown = {name: visit.query.get(name, "")[:200] for name in (*FILTERS, "since", "until")}
    data = {
        "rows": [{**one, "line": _line(one["fields"])} for one in told["entries"]],
        "logs": list(told["proven_to_both_up_to"]) if asked["origin"] is None else _logs(shell),
        "after": told["after"],
        "looked_at": told["looked_at"],
        "asked": shown,
        "kinds": sorted(KINDS),
        "called": _caller(shell, visit),
    }
    return Page("entries.html", data)


def _caller(shell: Shell, visit: Visit) -> Callable[[str, str], str]:
    """What a field's value is called; a value that has no words stays as it is."""
    with shell.node.store.reading() as tx:
        held = shell.node.agreements(tx)
        purposes = purpose_names(held.values(), visit.lang)
        titles = {name: held[name].title for name in held}

    def called(name: str, value: str) -> str:
        if name == "purpose":
            return purposes.get(value, value)
        if name == "agreement" and value in titles:
            return titles[value].ja if visit.lang == "ja" else titles[value].en
        if name == "reason":
            return name_of(visit.lang, "recall_reason", value)
        if name == "act":
            return name_of(visit.lang, "action", value)
        return name_of(visit.lang, "state", value) if name in ("state", "outcome") else value

    return called


def entry(shell: Shell, visit: Visit) -> Reply:
    """One entry, whole. Raises: Refused `person.duty`; NotFound `ledger.entry_unknown`."""
    return Page("entry.html", {"one": _entry(shell, visit), "called": _caller(shell, visit)})


def proof(shell: Shell, visit: Visit) -> Reply:
    """Its tlog-proof as a file. Raises: as `entry`; NotFound `ledger.not_yet_proven`."""
    one = _entry(shell, visit)
    if one["proof"] is None:
        raise NOT_YET(origin=one["origin"])
    return saved(one["proof"], f"{one['index']}.tlog-proof", "text/plain")


def _entry(shell: Shell, visit: Visit) -> dict[str, Any]:
    says = {
        "origin": _given(visit, "origin"),
        "index": acting.number_of(visit.query.get("index")),
    }
    return acting.asked(shell, visit, "ledger.entry", **says)


def heads(shell: Shell, visit: Visit) -> Reply:
    """The signed heads of one log, or the logs to choose from. Raises: Refused `person.duty`."""
    logs = acting.asked(shell, visit, "ledger.status")["logs"]
    origin, told = _given(visit, "origin"), None
    if origin is not None:
        below = acting.number_of(visit.query.get("below"))
        told = acting.asked(shell, visit, "ledger.heads", origin=origin, below=below, limit=PAGE)
    return Page("heads.html", {"logs": logs, "told": told})


def verification(shell: Shell, visit: Visit) -> Reply:
    """The results of the monthly verifications, and the button for one now. Raises: Refused
    `person.duty`.
    """
    return _verified(shell, visit, None)


def verify(shell: Shell, visit: Visit) -> Reply:
    """Every log walked now, and what was found. Raises: Refused `person.duty`."""
    return _verified(shell, visit, acting.acted(shell, visit, "ledger.walk"))


def _verified(shell: Shell, visit: Visit, walked: dict[str, Any] | None) -> Reply:
    monthly = acting.asked(shell, visit, "ledger.monthly", limit=24)
    return Page("verification.html", {"monthly": monthly, "walked": walked})


def _given(visit: Visit, name: str) -> str | None:
    return visit.query.get(name, "").strip()[:1000] or None


def _day(visit: Visit, name: str) -> str | None:
    given = visit.query.get(name, "").strip()[:40]
    return acting.day_of(given) if given else None


def _line(fields: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name, str(fields[name])) for name in SAID if fields.get(name) not in (None, "")]


def _logs(shell: Shell) -> list[str]:
    with shell.node.store.reading() as tx:
        return [one.log.origin for one in shell.office.logs.stored(tx)]
