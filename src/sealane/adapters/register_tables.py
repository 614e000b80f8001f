"""The tables of a node's register; rows close, nothing is deleted but what passes (`sessions` on).

JSON columns hold canonical text. The tables know nothing of rules: lives are in `sealane.registry`.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    text,
)

from sealane.adapters.case_tables import CASE_EVENTS, CASE_ITEMS, CASE_OWN, CASES
from sealane.adapters.custody_table import CUSTODY
from sealane.adapters.derived_tables import DERIVATIONS, REMARKS, SOURCES
from sealane.adapters.exercise_table import INJECTS
from sealane.adapters.export_tables import EXPORTS
from sealane.adapters.kept_tables import ACCESS_REQUESTS, FORMS, PAST_PEOPLE, SEARCHES
from sealane.adapters.onward_table import ONWARDS
from sealane.adapters.pack_tables import PACK_ANSWERS
from sealane.adapters.process_tables import (
    CALLS,
    LEASES,
    MEASURES,
    SEALED_KEYS,
    SHOWN,
    SIGNED_FILES,
    TRIES,
)
from sealane.adapters.sql import LONG, SCHEMA, TEXT
from sealane.adapters.within_tables import (
    INVENTORIES,
    INVENTORY_LINES,
    PLACINGS,
    POSTS,
    WAITING_ACTS,
)

PARTNERS = Table(
    "partners",
    SCHEMA,
    Column("party", TEXT, primary_key=True),
    Column("node", TEXT, nullable=False),
    Column("url", TEXT, nullable=False),
    Column("card", LargeBinary, nullable=False),
    Column("since", TEXT, nullable=False),
)
CARDS = Table(
    "cards",
    SCHEMA,
    Column("party", TEXT),
    Column("digest", TEXT),
    Column("number", LONG, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("since", TEXT, nullable=False),
    Column("accepted", TEXT),
    Column("unpinned", TEXT),
    Column("ended", TEXT),
    Column("refused", TEXT),
    PrimaryKeyConstraint("party", "digest"),
)
"""Every card of this node and of its partners; rows close, nothing is deleted."""
CARD_STANDINGS = Table(
    "card_standings",
    SCHEMA,
    Column("party", TEXT, primary_key=True),
    Column("known", LONG, nullable=False),
    Column("accepted", LONG, nullable=False),
    Column("refused", TEXT),
)
AGREEMENTS = Table(
    "agreements",
    SCHEMA,
    Column("id", TEXT),
    Column("digest", TEXT),
    Column("version", TEXT, nullable=False),
    Column("file", LargeBinary, nullable=False),
    Column("signatures", JSON, nullable=False),
    Column("since", TEXT, nullable=False),
    PrimaryKeyConstraint("id", "digest"),
)
NOTICES = Table(
    "notices",
    SCHEMA,
    Column("agreement", TEXT, primary_key=True),
    Column("file", LargeBinary, nullable=False),
)
PEOPLE = Table(
    "people",
    SCHEMA,
    Column("id", TEXT, primary_key=True),
    Column("data", JSON, nullable=False),
    Column("verifier", TEXT),
    Column("since", TEXT, nullable=False),
    Column("ended", TEXT),
)
"""`ended`: when the person lost access, because they left; the row stays."""
FACILITIES = Table(
    "facilities",
    SCHEMA,
    Column("id", TEXT, primary_key=True),
    Column("data", JSON, nullable=False),
    Column("since", TEXT, nullable=False),
)
ASSURANCES = Table(
    "assurances",
    SCHEMA,
    Column("agreement", TEXT),
    Column("by", TEXT),
    Column("to", TEXT),
    Column("area", TEXT),
    Column("level", TEXT),
    Column("data", JSON, nullable=False),
    Column("statement", TEXT),
    PrimaryKeyConstraint("agreement", "by", "to", "area", "level"),
)
ITEMS = Table(
    "items",
    SCHEMA,
    Column("id", TEXT, primary_key=True),
    Column("direction", TEXT, nullable=False),
    Column("provider", TEXT, nullable=False),
    Column("agreement", TEXT, nullable=False),
    Column("agreement_digest", TEXT, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("label", JSON, nullable=False),
    Column("handle_as", TEXT),
    Column("title", TEXT, nullable=False),
    Column("media_type", TEXT, nullable=False),
    Column("document", TEXT, index=True),
    Column("state", TEXT, nullable=False),
    Column("created", TEXT, nullable=False, index=True),
    Column("recalled", TEXT),
    Column("reference", TEXT, unique=True),
    Column("pages", LONG),
    Column("binding", TEXT),
    Index("items_state", "state", "direction", "created"),
    Index("items_direction", "direction", "created"),
)
CONTAINERS = Table(
    "containers",
    SCHEMA,
    Column("policy_uuid", TEXT, primary_key=True),
    Column("item", TEXT, nullable=False),
    Column("to", TEXT, nullable=False),
    Column("container", TEXT, nullable=False),
    Column("size", LONG, nullable=False),
    Column("sealed", JSON, nullable=False),
    UniqueConstraint("item", "to"),
)
COPIES = Table(
    "copies",
    SCHEMA,
    Column("item", TEXT),
    Column("number", LONG),
    Column("holder", TEXT, nullable=False),
    Column("place", TEXT, nullable=False),
    Column("state", TEXT, nullable=False),
    Column("since", TEXT, nullable=False),
    Column("authority", TEXT, nullable=False),
    Column("person", TEXT),
    Column("level", TEXT, nullable=False, server_default=""),
    Column("waits", TEXT),
    PrimaryKeyConstraint("item", "holder", "number"),
    Index("copies_state", "state", "holder", "item"),
    Index("copies_waits", "state", "waits"),
)
TRANSFERS = Table(
    "transfers",
    SCHEMA,
    Column("item", TEXT),
    Column("to", TEXT),
    Column("state", TEXT, nullable=False),
    Column("since", TEXT, nullable=False),
    Column("due", TEXT),
    Column("offer", TEXT),
    Column("receipt", TEXT),
    Column("request", JSON, nullable=False),
    Column("decision", TEXT, nullable=False),
    PrimaryKeyConstraint("item", "to"),
    Index("transfers_due", "state", "to", "due"),
)
ABOUT_NONE = text("item IS NULL")
ENTRIES = Table(
    "entry_refs",
    SCHEMA,
    Column("origin", TEXT),
    Column("index", LONG),
    Column("kind", TEXT, nullable=False),
    Column("item", TEXT, index=True),
    Column("statement", TEXT, index=True),
    Column("at", TEXT, nullable=False),
    PrimaryKeyConstraint("origin", "index"),
    Index("entry_refs_kind", "kind", "at", sqlite_where=ABOUT_NONE, postgresql_where=ABOUT_NONE),
)
"""What is about no item is found by its kind; the far greater part is about one, and costs no such
index.
"""
STATEMENTS = Table(
    "statements",
    SCHEMA,
    Column("digest", TEXT, primary_key=True),
    Column("type", TEXT, nullable=False),
    Column("by", TEXT, nullable=False),
    Column("to", TEXT, nullable=False),
    Column("agreement", TEXT, nullable=False),
    Column("item", TEXT),
    Column("said", TEXT, nullable=False),
    Column("data", LargeBinary),
    Column("kept", LONG, nullable=False),
    Column("disposed", TEXT),
    Index("statements_item_kept", "item", "kept"),
)
"""The exact bytes that the logs name by digest; `data` is null once disposed of under an
authority.
"""
OUTBOX = Table(
    "outbox",
    SCHEMA,
    Column("id", LONG, primary_key=True, autoincrement=True),
    Column("partner", TEXT, nullable=False),
    Column("type", TEXT, nullable=False),
    Column("item", TEXT),
    Column("statement", TEXT, nullable=False, unique=True),
    Column("container", TEXT),
    Column("created", TEXT, nullable=False),
    Column("due", LONG, nullable=False),
    Column("attempts", LONG, nullable=False, default=0),
    Column("trouble", TEXT),
    Column("done", TEXT),
    Column("token", TEXT),
    Index("outbox_due", "done", "due"),
)
INBOX = Table(
    "inbox",
    SCHEMA,
    Column("statement", TEXT, primary_key=True),
    Column("by", TEXT, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Column("at", TEXT, nullable=False),
)
REFUSALS = Table(
    "refusals",
    SCHEMA,
    Column("party", TEXT),
    Column("code", TEXT),
    Column("count", LONG, nullable=False),
    Column("today", LONG, nullable=False),
    Column("last", TEXT, nullable=False),
    PrimaryKeyConstraint("party", "code"),
)
SERIALS = Table(
    "serials",
    SCHEMA,
    Column("name", TEXT, primary_key=True),
    Column("last", LONG, nullable=False),
)
CURRENCY = Table(
    "currency",
    SCHEMA,
    Column("id", TEXT, primary_key=True),
    Column("seat", TEXT, nullable=False),
    Column("state", TEXT, nullable=False),
    Column("since", TEXT, nullable=False),
)
"""One row, `node`: where the folder lay when the node last knew itself to be the newest."""
AUTHORITIES = Table(
    "authorities",
    SCHEMA,
    Column("digest", TEXT, primary_key=True),
    Column("data", LargeBinary, nullable=False),
    Column("since", TEXT, nullable=False),
)
"""Authorities to dispose or to prune, each signed in the name of two people."""
CLIENTS = Table(
    "clients",
    SCHEMA,
    Column("id", TEXT, primary_key=True),
    Column("person", TEXT, nullable=False),
    Column("secret_digest", TEXT, nullable=False),
    Column("rule", JSON, nullable=False),
    Column("purpose", TEXT),
    Column("since", TEXT, nullable=False),
    Column("ended", TEXT),
)
"""OpenTDF clients that a node lets in: an id, the person it acts for, a secret's digest, and named
exceptions. Rows close, nothing is deleted: `ended` is when the client was let go.
"""
SERVICES = Table(
    "services",
    SCHEMA,
    Column("party", TEXT),
    Column("agreement", TEXT),
    Column("data", LargeBinary, nullable=False),
    Column("since", TEXT, nullable=False),
    Column("ended", TEXT),
    PrimaryKeyConstraint("party", "agreement"),
)
"""What partners said of their OpenTDF side, as accepted by the operator: exact signed bytes, one
row an agreement. Rows close, nothing is deleted: `ended` is when the operator ended the trust.
"""
EQUIVOCATIONS = Table(
    "equivocations",
    SCHEMA,
    Column("party", TEXT),
    Column("proof", TEXT),
    Column("origin", TEXT, nullable=False),
    Column("since", TEXT, nullable=False),
    Column("settled", TEXT),
    Column("people", JSON),
    Column("reason", TEXT),
    PrimaryKeyConstraint("party", "proof"),
)
"""Contradictions that were proven between heads of a partner's log; rows close, nothing is deleted:
`settled` is when two people let keys go to that partner again.
"""
TABLES = (
    PARTNERS,
    CARDS,
    SEALED_KEYS,
    SIGNED_FILES,
    CARD_STANDINGS,
    AGREEMENTS,
    NOTICES,
    PEOPLE,
    PAST_PEOPLE,
    FACILITIES,
    ASSURANCES,
    ITEMS,
    DERIVATIONS,
    SOURCES,
    REMARKS,
    CONTAINERS,
    COPIES,
    CUSTODY,
    TRANSFERS,
    ONWARDS,
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
    CALLS,
    TRIES,
    SHOWN,
    MEASURES,
    LEASES,
    SEARCHES,
    ACCESS_REQUESTS,
    FORMS,
    CASES,
    CASE_EVENTS,
    CASE_ITEMS,
    CASE_OWN,
    PACK_ANSWERS,
    INVENTORIES,
    INVENTORY_LINES,
    POSTS,
    PLACINGS,
    EXPORTS,
    WAITING_ACTS,
    INJECTS,
)
