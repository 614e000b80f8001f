"""`docs/ledger-entries.md`, made from the kinds and fields that the code knows.

Spec: spec/ledger.md §3.
"""

from __future__ import annotations

from sealane.ledger.fields import COMMON, FIELDS
from sealane.ledger.kinds import KINDS


def catalogue() -> str:
    """`docs/ledger-entries.md`, from this module."""
    lines = [
        "# What stands in a ledger",
        "",
        (
            "Made from `sealane.ledger.kinds` by `make docs`. An entry is canonical JSON: `v` (1),"
            " `kind`, `at`, `salt` (16 random"
        ),
        (
            "bytes in hex), and fields of the kind; any other member is refused, when written and"
            " when read. It never holds content"
        ),
        (
            "or free text. A signed statement is an entry of kind `statement.<type>`: `statement`"
            " is the SHA-384 of its exact bytes,"
        ),
        (
            "whose nonce of 128 random bits stands in no log (see `spec/ledger.md`); `said` is its"
            " own instant, `at` the writer's."
        ),
        "",
        f"Every kind may also hold: {', '.join(f'`{name}`' for name in COMMON)}.",
        "",
        "| kind | says | further fields | written by | serves |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| `{kind.name}` | {kind.says} | {', '.join(f'`{name}`' for name in kind.fields) or '–'} |"
        f" {kind.writer} | {kind.serves} |"
        for kind in KINDS.values()
    ]
    lines += [
        "",
        "| field | type |",
        "|---|---|",
        *(f"| `{name}` | {says} |" for name, (says, _) in FIELDS.items()),
    ]
    return "\n".join(lines) + "\n"
