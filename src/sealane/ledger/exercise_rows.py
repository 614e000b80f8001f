"""The rows of the catalogue of what is put into an exercise; no real node writes them.

Spec: spec/ledger.md §3; spec/exercise.md §4; R57.
"""

from __future__ import annotations

EXERCISE: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    "exercise": (
        (
            "exercise.injected",
            "R57",
            "something was made to go wrong; type: a leak, a lapsed clearance or a lost line",
            "row record count type people party",
        ),
        (
            "exercise.restored",
            "R57",
            "a line that was lost stands again",
            "row record count type party",
        ),
    ),
}
"""By who writes them, as `kind_rows.OWN`."""
