"""The tables of a node's register; rows close, nothing is deleted but what passes (`sessions` on).

JSON columns hold canonical text. The tables know nothing of rules: lives are in `sealane.registry`.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
)

from sealane.adapters.sql import SCHEMA

PARTNERS = Table(
    "partners",
    SCHEMA,
    Column("party", String, primary_key=True),
    Column("node", String, nullable=False),
    Column("url", String, nullable=False),
    Column("card", LargeBinary, nullable=False),
    Column("since", String, nullable=False),
)
CARDS = Table(
    "cards",
    SCHEMA,
    Column("party", String),
    Column("digest", String),
    Column("number", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("since", String, nullable=False),
    Column("accepted", String),
    Column("unpinned", String),
    Column("ended", String),
    Column("refused", String),
    PrimaryKeyConstraint("party", "digest"),
)
"""Every card of this node and of its partners; rows close, nothing is deleted."""
CARD_STANDINGS = Table(
    "card_standings",
    SCHEMA,
    Column("party", String, primary_key=True),
    Column("known", Integer, nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("refused", String),
)
AGREEMENTS = Table(
    "agreements",
    SCHEMA,
    Column("id", String),
    Column("digest", String),
    Column("version", String, nullable=False),
    Column("file", LargeBinary, nullable=False),
    Column("signatures", JSON, nullable=False),
    Column("since", String, nullable=False),
    PrimaryKeyConstraint("id", "digest"),
)
NOTICES = Table(
    "notices",
    SCHEMA,
    Column("agreement", String, primary_key=True),
    Column("file", LargeBinary, nullable=False),
)
PEOPLE = Table(
    "people",
    SCHEMA,
    Column("id", String, primary_key=True),
    Column("data", JSON, nullable=False),
    Column("verifier", String),
    Column("since", String, nullable=False),
)
FACILITIES = Table(
    "facilities",
    SCHEMA,
    Column("id", String, primary_key=True),
    Column("data", JSON, nullable=False),
    Column("since", String, nullable=False),
)
ASSURANCES = Table(
    "assurances",
    SCHEMA,
    Column("agreement", String),
    Column("by", String),
    Column("to", String),
    Column("area", String),
    Column("level", String),
    Column("data", JSON, nullable=False),
    Column("statement", String),
    PrimaryKeyConstraint("agreement", "by", "to", "area", "level"),
)
ITEMS = Table(
    "items",
    SCHEMA,
    Column("id", String, primary_key=True),
    Column("direction", String, nullable=False),
    Column("provider", String, nullable=False),
    Column("agreement", String, nullable=False),
    Column("agreement_digest", String, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("label", JSON, nullable=False),
    Column("handle_as", String),
    Column("title", String, nullable=False),
    Column("media_type", String, nullable=False),
    Column("document", String, index=True),
    Column("state", String, nullable=False),
    Column("created", String, nullable=False, index=True),
    Column("recalled", String),
    Column("reference", String, unique=True),
)
CONTAINERS = Table(
    "containers",
    SCHEMA,
    Column("policy_uuid", String, primary_key=True),
    Column("item", String, nullable=False),
    Column("to", String, nullable=False),
    Column("container", String, nullable=False),
    Column("size", Integer, nullable=False),
    Column("sealed", JSON, nullable=False),
    UniqueConstraint("item", "to"),
)
COPIES = Table(
    "copies",
    SCHEMA,
    Column("item", String),
    Column("number", Integer),
    Column("holder", String, nullable=False),
    Column("place", String, nullable=False),
    Column("state", String, nullable=False),
    Column("since", String, nullable=False),
    Column("authority", String, nullable=False),
    PrimaryKeyConstraint("item", "holder", "number"),
)
TRANSFERS = Table(
    "transfers",
    SCHEMA,
    Column("item", String),
    Column("to", String),
    Column("state", String, nullable=False),
    Column("since", String, nullable=False),
    Column("due", String),
    Column("offer", String),
    Column("receipt", String),
    Column("request", JSON, nullable=False),
    Column("decision", String, nullable=False),
    PrimaryKeyConstraint("item", "to"),
)
ENTRIES = Table(
    "entry_refs",
    SCHEMA,
    Column("origin", String),
    Column("index", Integer),
    Column("kind", String, nullable=False),
    Column("item", String, index=True),
    Column("statement", String, index=True),
    Column("at", String, nullable=False),
    PrimaryKeyConstraint("origin", "index"),
)
STATEMENTS = Table(
    "statements",
    SCHEMA,
    Column("digest", String, primary_key=True),
    Column("type", String, nullable=False),
    Column("by", String, nullable=False),
    Column("to", String, nullable=False),
    Column("agreement", String, nullable=False),
    Column("item", String),
    Column("said", String, nullable=False),
    Column("data", LargeBinary),
    Column("kept", Integer, nullable=False),
    Column("disposed", String),
    Index("statements_item_kept", "item", "kept"),
)
"""The exact bytes that the logs name by digest; `data` is null once disposed of under an
authority.
"""
OUTBOX = Table(
    "outbox",
    SCHEMA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("partner", String, nullable=False),
    Column("type", String, nullable=False),
    Column("item", String),
    Column("statement", String, nullable=False, unique=True),
    Column("container", String),
    Column("created", String, nullable=False),
    Column("due", Integer, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("trouble", String),
    Column("done", String),
    Index("outbox_due", "done", "due"),
)
INBOX = Table(
    "inbox",
    SCHEMA,
    Column("statement", String, primary_key=True),
    Column("by", String, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Column("at", String, nullable=False),
)
REFUSALS = Table(
    "refusals",
    SCHEMA,
    Column("party", String),
    Column("code", String),
    Column("count", Integer, nullable=False),
    Column("today", Integer, nullable=False),
    Column("last", String, nullable=False),
    PrimaryKeyConstraint("party", "code"),
)
SERIALS = Table(
    "serials",
    SCHEMA,
    Column("name", String, primary_key=True),
    Column("last", Integer, nullable=False),
)
CURRENCY = Table(
    "currency",
    SCHEMA,
    Column("id", String, primary_key=True),
    Column("seat", String, nullable=False),
    Column("state", String, nullable=False),
    Column("since", String, nullable=False),
)
"""One row, `node`: where the folder lay when the node last knew itself to be the newest."""
AUTHORITIES = Table(
    "authorities",
    SCHEMA,
    Column("digest", String, primary_key=True),
    Column("data", LargeBinary, nullable=False),
    Column("since", String, nullable=False),
)
"""Authorities to dispose or to prune, each signed in the name of two people."""
CLIENTS = Table(
    "clients",
    SCHEMA,
    Column("id", String, primary_key=True),
    Column("person", String, nullable=False),
    Column("secret_digest", String, nullable=False),
    Column("rule", JSON, nullable=False),
    Column("purpose", String),
    Column("since", String, nullable=False),
    Column("ended", String),
)
"""OpenTDF clients that a node lets in: an id, the person it acts for, a secret's digest, and named
exceptions. Rows close, nothing is deleted: `ended` is when the client was let go.
"""
SERVICES = Table(
    "services",
    SCHEMA,
    Column("party", String),
    Column("agreement", String),
    Column("data", LargeBinary, nullable=False),
    Column("since", String, nullable=False),
    Column("ended", String),
    PrimaryKeyConstraint("party", "agreement"),
)
"""What partners said of their OpenTDF side, as accepted by the operator: exact signed bytes, one
row an agreement. Rows close, nothing is deleted: `ended` is when the operator ended the trust.
"""
EQUIVOCATIONS = Table(
    "equivocations",
    SCHEMA,
    Column("party", String),
    Column("proof", String),
    Column("origin", String, nullable=False),
    Column("since", String, nullable=False),
    Column("settled", String),
    Column("people", JSON),
    Column("reason", String),
    PrimaryKeyConstraint("party", "proof"),
)
"""Contradictions that were proven between heads of a partner's log; rows close, nothing is deleted:
`settled` is when two people let keys go to that partner again.
"""
SESSIONS = Table(
    "sessions",
    SCHEMA,
    Column("digest", String, primary_key=True),
    Column("person", String, nullable=False),
    Column("bound", String, nullable=False),
    Column("seat", String, nullable=False),
    Column("until", BigInteger, nullable=False, index=True),
)
TRIES = Table(
    "tries",
    SCHEMA,
    Column("person", String),
    Column("source", String),
    Column("count", Integer, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("alarmed", BigInteger),
    Column("until", BigInteger, nullable=False, index=True),
    PrimaryKeyConstraint("person", "source"),
)
SHOWN = Table(
    "shown",
    SCHEMA,
    Column("name", String, primary_key=True),
    Column("person", String, nullable=False),
    Column("data", JSON, nullable=False),
    Column("until", BigInteger, nullable=False, index=True),
)
MEASURES = Table(
    "measures",
    SCHEMA,
    Column("party", String),
    Column("measure", String),
    Column("full", BigInteger, nullable=False),
    PrimaryKeyConstraint("party", "measure"),
)
"""What processes of one node tell one another and then forget; of these alone rows are deleted,
once `until` has passed. A lease stays, for its epoch.
"""
TABLES = (
    PARTNERS,
    CARDS,
    CARD_STANDINGS,
    AGREEMENTS,
    NOTICES,
    PEOPLE,
    FACILITIES,
    ASSURANCES,
    ITEMS,
    CONTAINERS,
    COPIES,
    TRANSFERS,
    ENTRIES,
    STATEMENTS,
    OUTBOX,
    INBOX,
    REFUSALS,
    SERIALS,
    CURRENCY,
    AUTHORITIES,
    CLIENTS,
    SERVICES,
    EQUIVOCATIONS,
    SESSIONS,
    TRIES,
    SHOWN,
    MEASURES,
)
