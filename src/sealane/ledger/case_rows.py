"""The catalogue of ledger entries about cases that no statement tells of, as rows of the same form
as those of `kind_rows`.

Spec: spec/ledger.md §3; spec/case.md §8; R37, R50, R57; docs/ledger-entries.md (made from this
file).
"""

from __future__ import annotations

CASES: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    # written by: (name, serves, says, further fields)
    "dialogue": (
        (
            "case.kept",
            "R37",
            "what this nation keeps for itself about a case was written; type: under which name",
            "row record count type",
        ),
        (
            "case.printed",
            "R50",
            "a case was printed on a form; type: which form; record: the digest of the file",
            "record type",
        ),
    ),
}
"""By who writes them, as `kind_rows.OWN`."""
