"""How the schema of a node's database came to be: one Alembic revision a file, in the order of
`ORDER`.

The tables in `sealane.adapters` say what the newest schema is; a test holds the two together, for
every engine. CONTRIBUTING.md, "Add a table or a column", has the recipe.
"""

from __future__ import annotations

from sealane.adapters.age import FIRST

ORDER = (
    FIRST,
    "0.2.0_sessions",
    "0.2.0_processes",
    "0.2.0_cards",
    "0.2.0_calls",
    "0.2.0_machines",
    "0.2.0_desk",
    "0.2.0_custody",
    "0.2.0_derived",
    "0.2.0_searches",
    "0.2.0_past",
    "0.2.0_sign_in",
    "0.2.0_scale",
    "0.2.0_forms",
    "0.2.0_waiting",
    "0.2.0_tallies",
    "0.2.0_reminders",
    "0.2.0_cases",
    "0.2.0_packs",
    "0.2.0_within",
    "0.2.0_onward",
    "0.2.0_visits",
    "0.2.0_two_people",
    "0.2.0_exports",
    "0.2.0_exercise",
    "0.2.0_feeds",
)
"""Every revision by its name, oldest first: the release that brings it, then what it brings, such
as `0.2.0_sessions`. What was released is never changed.
"""


def before(name: str) -> str | None:
    """The revision that comes before this one, as its file says in `down_revision`; None: the
    first.
    """
    place = ORDER.index(name)
    return ORDER[place - 1] if place else None
