"""The catalogue of ledger entries about packs, as rows of the same form as those of `kind_rows`.

Spec: spec/ledger.md §3; spec/pack.md §4, §5; R57; docs/ledger-entries.md (made from this file).
"""

from __future__ import annotations

PACKS: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    # written by: (name, serves, says, further fields)
    "packs": (
        (
            "pack.exported",
            "R65",
            "what waits for a partner goes into a pack; record: the digest of its first page",
            "party record count",
        ),
        (
            "pack.imported",
            "R65",
            "a partner's pack was proven whole and is taken in; record: as above",
            "party record count",
        ),
    ),
}
"""What a node tells of packs, by who writes it."""
