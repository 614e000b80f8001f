"""Which entries of the logs are refusals, and how each is counted: one table, read by whatever
counts them.

Spec: docs/console.md §Auditor; docs/operators.md "Watch"; R36, R57.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sealane.base.errors import CATALOGUE
from sealane.base.values import Instant
from sealane.ledger.entries import Entry
from sealane.ledger.telling import PREFIX
from sealane.services.deciding.decision import REFUSED
from sealane.services.opening.shares import KEY_REFUSED
from sealane.services.register.accounts import DENIED
from sealane.services.statements.refusal_limits import TOO_MANY

OTHER = "other"
"""The code of a refusal whose own is none of ours: a partner's word never makes a new series."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalRow:
    """One kind of entry that is a refusal."""

    code: str | None = None
    """Its code; None: the entry's own `reason`."""
    needs: str | None = None
    """A field without which it is none."""
    several: bool = False
    """Whether one entry tells of as many as its `count` says."""


SHARED: Mapping[str, RefusalRow] = MappingProxyType(
    {
        f"{PREFIX}open.denied": RefusalRow(code=REFUSED.code),
        f"{PREFIX}key.refused": RefusalRow(code=KEY_REFUSED.code),
        f"{PREFIX}transfer.rejected": RefusalRow(),
        f"{PREFIX}rejected": RefusalRow(),
    }
)
"""Refusals that the logs of pairs tell of."""
INTERNAL: Mapping[str, RefusalRow] = MappingProxyType(
    {
        # without a partner it names the nation's own rules, beside a refusal that counts itself
        "decision.refuse": RefusalRow(code=REFUSED.code, needs="peer"),
        "key.refused": RefusalRow(),
        "peer.refused": RefusalRow(),
        "export.refused": RefusalRow(),
        "derive.refused": RefusalRow(),
        "login.denied": RefusalRow(code=DENIED.code),
        "calls.limited": RefusalRow(code=TOO_MANY.code, several=True),
    }
)
"""The same of the log that is never shared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedRefusal:
    """One refusal, as it is counted."""

    kind: str
    code: str
    agreement: str | None
    by: str
    at: Instant
    count: int
    clauses: tuple[str, ...]


def refusal_of(entry: Entry, party: str, *, internal: bool) -> CountedRefusal | None:
    """What an entry counts for; None: it is no refusal.

    Args:
        party: this nation's: whose refusal it is where the entry names nobody.
        internal: whether it stands in the log that is never shared.
    """
    row, told = (INTERNAL if internal else SHARED).get(entry.kind), entry.fields
    if row is None or (row.needs is not None and row.needs not in told):
        return None
    reason = row.code or told.get("reason")
    return CountedRefusal(
        kind=entry.kind,
        code=str(reason) if reason in CATALOGUE else OTHER,
        agreement=told.get("agreement"),
        by=str(told.get("by") or told.get("party") or party),
        at=entry.at,
        count=int(told.get("count") or 1) if row.several else 1,
        clauses=tuple(dict.fromkeys(told.get("clauses") or ())),
    )
