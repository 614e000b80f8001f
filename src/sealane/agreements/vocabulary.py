"""The closed vocabulary of agreements: actions, effects, checks and duties; a file can only combine
these words.

Nothing here computes: what a check asks is written once in `decisions/clauses.py`, and a test holds
the two lists equal.
Spec: spec/agreement.md §3.
"""

from __future__ import annotations

from typing import Literal, get_args

Effect = Literal["permit", "forbid", "oblige"]
Status = Literal["unverified", "verified"]
Kind = Literal["file", "oral", "visual", "equipment", "technical-data", "paper"]

ACTIONS: frozenset[str] = frozenset(
    {
        "release",
        "open",
        "view",
        "onward",
        "new-purpose",
        "downgrade",
        "copy",
        "export",
        "translate",
        "visit",
    }
)
KINDS: tuple[Kind, ...] = get_args(Kind)
BASES: frozenset[str] = frozenset({"assessed", "exempt-by-law", "temporary"})
BASES_BY_CONSENT: frozenset[str] = frozenset({"exempt-by-law", "temporary"})

CHECKS: frozenset[str] = frozenset(
    {
        "in-force",
        "row",
        "row-accepted",
        "ceiling",
        "label-of-provider",
        "recipient-party",
        "recipient-releasable",
        "purpose",
        "listed-purpose",
        "lower-level",
        "visit-approved",
        "time-limit",
        "not-recalled",
        "assurance",
        "release-officer",
        "second-signer",
        "joint-committee",
        "released",
        "cleared",
        "authorised",
        "briefed",
        "nationality",
        "facility",
        "consent",
        "third-agreement",
        "separation",
    }
)
"""What a `forbid` clause may name after `unless`. Each is a question with a yes or a no about one
request.
"""

DUTIES: frozenset[str] = frozenset(
    {
        "receipt",
        "mark",
        "record-reader",
        "no-onward",
        "purpose-bound",
        "return-or-destroy",
        "notify-incident",
        "number-copies",
        "re-mark",
        "file-note",
        "retain-records",
        "report-use",
        "witness",
    }
)
"""What an `oblige` clause may lay on whoever was permitted."""

CLOCKS: frozenset[str] = frozenset(
    {
        "receipt",
        "consent",
        "incident",
        "retention",
        "visit",
        "visit-urgent",
        "termination",
        "briefing",
        "cosignature",
        "late",
        "readers",
        "recall",
        "return",
        "lease",
        "challenge",
        "rfi-routine",
        "rfi-priority",
        "rfi-urgent",
        "disclosure",
        "courier",
        "courier-check",
        "earlier",
    }
)
"""The clocks that an agreement may state."""
OF_CASES: frozenset[str] = frozenset(
    {
        "consent",
        "incident",
        "visit",
        "visit-urgent",
        "challenge",
        "rfi-routine",
        "rfi-priority",
        "rfi-urgent",
    }
)
"""Those that code obeys where the agreement carries cases: by when something is to be said in one,
and what follows from silence.
"""
OBEYED: frozenset[str] = frozenset(
    {
        "disclosure",
        "courier",
        "courier-check",
        "earlier",
        "receipt",
        "retention",
        "termination",
        "cosignature",
        "late",
        "readers",
        "recall",
        "return",
        "lease",
    }
)
"""Those that code obeys: how long an item may be under way, how long its statements are kept, how
long before an end notice is given, how old an unwitnessed tail may be, how late a statement may
come, how long an answer about who could read serves, how long a recall may be unanswered, how
long a copy may stay that has to be returned or destroyed, and for how long a key share may be lent
where there is no line. Any other must say that people keep it:
`agreement check` refuses it otherwise.
"""
CLOCK_KEEPERS: frozenset[str] = frozenset({"people"})
"""Who may keep a clock that no code obeys."""
