"""Release 0.1.0: every table of the first release, written out; frozen, whatever the tables say
today.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sealane.adapters.age import FIRST
from sealane.adapters.revisions import before

revision = FIRST
down_revision = before(revision)

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""64 bits at every engine: instants are in nanoseconds."""


TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
"""Compared and ordered by bytes at every engine."""


def upgrade() -> None:
    """An empty database gets the schema of release 0.1.0."""
    _logs()
    _partners()
    _people()
    _items()
    _movements()
    _statements()
    _outbox()
    _node()
    _opentdf()
    _witness()


def text(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=null)


def number(name: str) -> sa.Column[int]:
    return sa.Column(name, NUMBER, nullable=False)


def octets(name: str, *, null: bool = False) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=null)


def document(name: str, *, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(), nullable=null)


def numbered(*names: str) -> list[sa.Column[int]]:
    """The columns of a key made of numbers that nobody gives out but the code."""
    return [sa.Column(name, NUMBER, primary_key=True, autoincrement=False) for name in names]


def _logs() -> None:
    op.create_table(
        "log",
        sa.Column("id", NUMBER, primary_key=True),
        text("origin"),
        text("role"),
        number("size"),
        octets("edge"),
        octets("shadow"),
        number("floor"),
        sa.UniqueConstraint("origin", "role"),
    )
    op.create_table(
        "log_proven", *numbered("log"), number("size"), octets("edge"), octets("shadow")
    )
    op.create_table(
        "log_entry",
        *numbered("log", "idx"),
        octets("leaf"),
        octets("data"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "log_tile", *numbered("log", "level", "idx"), octets("data"), sqlite_with_rowid=False
    )
    op.create_table(
        "log_head",
        *numbered("log", "size"),
        number("at"),
        octets("note"),
        octets("shadow", null=True),
        sqlite_with_rowid=False,
    )


def _partners() -> None:
    op.create_table(
        "partners",
        text("party"),
        text("node"),
        text("url"),
        octets("card"),
        text("since"),
        sa.PrimaryKeyConstraint("party"),
    )
    op.create_table(
        "agreements",
        text("id"),
        text("digest"),
        text("version"),
        octets("file"),
        document("signatures"),
        text("since"),
        sa.PrimaryKeyConstraint("id", "digest"),
    )
    op.create_table(
        "notices", text("agreement"), octets("file"), sa.PrimaryKeyConstraint("agreement")
    )


def _people() -> None:
    op.create_table(
        "people",
        text("id"),
        document("data"),
        text("verifier", null=True),
        text("since"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "facilities",
        text("id"),
        document("data"),
        text("since"),
        sa.PrimaryKeyConstraint("id"),
    )
    key = ("agreement", "by", "to", "area", "level")
    op.create_table(
        "assurances",
        *(text(name) for name in key),
        document("data"),
        text("statement", null=True),
        sa.PrimaryKeyConstraint(*key),
    )


def _items() -> None:
    op.create_table(
        "items",
        text("id"),
        text("direction"),
        text("provider"),
        text("agreement"),
        text("agreement_digest"),
        document("facts"),
        document("label"),
        text("handle_as", null=True),
        text("title"),
        text("media_type"),
        text("document", null=True),
        text("state"),
        text("created"),
        text("recalled", null=True),
        text("reference", null=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("reference"),
    )
    op.create_index("ix_items_document", "items", ["document"])
    op.create_index("ix_items_created", "items", ["created"])
    op.create_table(
        "containers",
        text("policy_uuid"),
        text("item"),
        text("to"),
        text("container"),
        number("size"),
        document("sealed"),
        sa.PrimaryKeyConstraint("policy_uuid"),
        sa.UniqueConstraint("item", "to"),
    )


def _movements() -> None:
    op.create_table(
        "copies",
        text("item"),
        number("number"),
        text("holder"),
        text("place"),
        text("state"),
        text("since"),
        text("authority"),
        sa.PrimaryKeyConstraint("item", "holder", "number"),
    )
    op.create_table(
        "transfers",
        text("item"),
        text("to"),
        text("state"),
        text("since"),
        text("due", null=True),
        text("offer", null=True),
        text("receipt", null=True),
        document("request"),
        text("decision"),
        sa.PrimaryKeyConstraint("item", "to"),
    )


def _statements() -> None:
    op.create_table(
        "entry_refs",
        text("origin"),
        number("index"),
        text("kind"),
        text("item", null=True),
        text("statement", null=True),
        text("at"),
        sa.PrimaryKeyConstraint("origin", "index"),
    )
    op.create_index("ix_entry_refs_item", "entry_refs", ["item"])
    op.create_index("ix_entry_refs_statement", "entry_refs", ["statement"])
    op.create_table(
        "statements",
        text("digest"),
        text("type"),
        text("by"),
        text("to"),
        text("agreement"),
        text("item", null=True),
        text("said"),
        octets("data", null=True),
        number("kept"),
        text("disposed", null=True),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("statements_item_kept", "statements", ["item", "kept"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        text("partner"),
        text("type"),
        text("item", null=True),
        text("statement"),
        text("container", null=True),
        text("created"),
        number("due"),
        number("attempts"),
        text("trouble", null=True),
        text("done", null=True),
        sa.UniqueConstraint("statement"),
    )
    op.create_index("outbox_due", "outbox", ["done", "due"])
    op.create_table(
        "inbox",
        text("statement"),
        text("by"),
        octets("answer"),
        text("at"),
        sa.PrimaryKeyConstraint("statement"),
    )
    op.create_table(
        "refusals",
        text("party"),
        text("code"),
        number("count"),
        number("today"),
        text("last"),
        sa.PrimaryKeyConstraint("party", "code"),
    )


def _node() -> None:
    op.create_table("serials", text("name"), number("last"), sa.PrimaryKeyConstraint("name"))
    op.create_table(
        "currency",
        text("id"),
        text("seat"),
        text("state"),
        text("since"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "authorities",
        text("digest"),
        octets("data"),
        text("since"),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "equivocations",
        text("party"),
        text("proof"),
        text("origin"),
        text("since"),
        text("settled", null=True),
        document("people", null=True),
        text("reason", null=True),
        sa.PrimaryKeyConstraint("party", "proof"),
    )


def _opentdf() -> None:
    op.create_table(
        "clients",
        text("id"),
        text("person"),
        text("secret_digest"),
        document("rule"),
        text("purpose", null=True),
        text("since"),
        text("ended", null=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "services",
        text("party"),
        text("agreement"),
        octets("data"),
        text("since"),
        text("ended", null=True),
        sa.PrimaryKeyConstraint("party", "agreement"),
    )
    op.create_table(
        "replays",
        octets("key"),
        number("until"),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )
    op.create_index("replays_until", "replays", ["until"])


def _witness() -> None:
    op.create_table(
        "witnessed",
        text("origin"),
        number("size"),
        octets("note"),
        number("at"),
        sa.PrimaryKeyConstraint("origin"),
    )
    op.create_table(
        "witness_conflict",
        sa.Column("id", NUMBER, primary_key=True),
        text("origin"),
        octets("note"),
        octets("against", null=True),
        octets("fraud", null=True),
        number("at"),
    )
    op.create_index("witness_conflict_origin", "witness_conflict", ["origin"])
    op.create_table(
        "log_mark",
        text("origin"),
        text("name"),
        number("size"),
        number("at"),
        sa.PrimaryKeyConstraint("origin", "name"),
    )
