"""A stopped node's database as a whole: its version told, brought to this program's, written to a
file and read back. Acts of the operator, who proves it by the keystore's passphrase.

Spec: spec/interfaces.md §8; spec/database.md; docs/operators.md "Upgrade".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection, func, select

from sealane.adapters import (
    age,
    database_file,
    folder_age,
    nodefolder,
    operatorpolicy,
    schema,
    search,
)
from sealane.adapters.host import SystemHost
from sealane.adapters.keys import SIGNING
from sealane.adapters.outputs import whole_file
from sealane.adapters.records import SqlStore, open_store, open_stored
from sealane.adapters.register_tables import ITEMS
from sealane.adapters.sql import DATABASE, backend
from sealane.adapters.stored_logs import NO_DATABASE, stored_logs
from sealane.adapters.tables import reindex
from sealane.base import canonical
from sealane.base.errors import Misconfigured, SealaneError, Untrusted, declare
from sealane.base.values import format_instant
from sealane.crypto import jws
from sealane.ledger import entries
from sealane.ports import Host
from sealane.services.ledgers.whole import StoredLog, require_signed, require_whole
from sealane.services.node import NODE, Node
from sealane.services.register.acts import OPERATOR
from sealane.services.statements.journal import record
from sealane.settings import load_settings
from sealane.wiring.machines import alone, tell_files, tell_keys
from sealane.wiring.site import Site, assemble, opened_site

TYP = "sealane-database"

NOT_EMPTY = declare(
    "db.not_empty",
    Misconfigured,
    "The database of the node in {path} holds something already; nothing was imported.",
    "{path} のノードのデータベースは空ではありません。何も取り込んでいません。",
    "Name an empty database in node.toml, or put node.db and the files beside it away.",
    "node.toml で空のデータベースを指定するか、node.db とその付属ファイルを退避してください。",
)
FOREIGN = declare(
    "db.file_foreign",
    Untrusted,
    "The exported database is another node's: {why}.",
    "書き出したデータベースは別のノードのものです：{why}。",
    "Import it into the folder of the node that exported it, with that node's keys.",
    "書き出したノードの鍵があるフォルダーに取り込んでください。",
)

Watch = Callable[[Callable[[], int], int], None]
"""Told how to ask for what is done, and out of how many."""


class Tally:
    """How much of a piece of work is done, for whoever watches."""

    def __init__(self) -> None:
        self.done = 0

    def passed(self, count: int) -> None:
        self.done += count


@dataclass(frozen=True, slots=True, kw_only=True)
class Ages:
    """What a folder holds, and what this program wants."""

    engine: str
    schema: str | None
    """None: nothing was ever made in the database."""
    code: str
    folder: str
    folder_code: str
    interrupted: bool

    @property
    def state(self) -> str:
        """`current`, `older` or `empty`; what is newer is refused."""
        if self.interrupted or self.folder != self.folder_code:
            return "older"
        if self.schema is None:
            return "empty"
        return "current" if self.schema == self.code else "older"

    def as_json(self) -> dict[str, Any]:
        return {
            "engine": self.engine,
            "schema": self.schema,
            "code": self.code,
            "folder": self.folder,
            "folder_code": self.folder_code,
            "state": self.state,
        }


def ages(folder: Path) -> Ages:
    """The versions of a node's folder and database; needs no passphrase.

    Raises: Misconfigured `node.missing`, `node.no_database`, `db.newer`, `db.damaged`.
    """
    nodefolder.require_node(folder)
    with _as_it_is(folder) as store:
        with store.reading() as tx:
            found = schema.version_of(tx)
        told = Ages(
            engine=store.engine.dialect.name,
            schema=found,
            code=schema.HISTORY.newest,
            folder=folder_age.version_of(folder),
            folder_code=folder_age.order()[-1],
            interrupted=folder_age.interrupted(folder),
        )
    for version, order, part in (
        (told.folder, folder_age.order(), age.FOLDER_PART),
        (told.schema or told.code, schema.HISTORY.order, age.DATABASE_PART),
    ):
        age.require_no_newer(version, order, part)
    return told


def upgrade(
    folder: Path,
    passphrase: bytes,
    *,
    host: Host | None = None,
    watch: Watch = lambda *_: None,
) -> dict[str, Any]:
    """Bring a stopped node's folder and database to this program's versions: all of it, or nothing.
    Every log verifies before it counts, and the internal one tells from which version to which.

    Raises: Misconfigured `node.missing`, `node.running`, `node.no_database`, `keystore.*`,
    `db.newer`, `db.no_way`; Untrusted `db.log_unproven`; Unavailable `store.*`.
    """
    nodefolder.require_node(folder)
    with (
        alone(folder),
        folder_age.stepped(folder) as before,
        _as_it_is(folder) as store,
        _site(folder, passphrase, host, store) as site,
    ):
        return _upgraded(site, store, (before, folder_age.order()[-1]), watch)


def _upgraded(site: Site, store: SqlStore, layout: tuple[str, str], watch: Watch) -> dict[str, Any]:
    tally, proven = Tally(), 0
    with store.writing() as tx:
        found = schema.migrate(tx, site.node.settings.node)
        after = schema.HISTORY.newest
        if not search.is_current(tx):
            reindex(tx)
        if found != after or layout[0] != layout[1]:
            logs = stored_logs(tx)
            watch(lambda: tally.done, sum(log.size(tx) for log in logs))
            proven = require_whole(tx, logs, tally.passed)
        if found != after:
            _note(site.node, tx, "database.upgraded", version=after, before=found)
        if layout[0] != layout[1] and not _noted(site.node, tx, layout[1]):
            _note(site.node, tx, "folder.upgraded", version=layout[1], before=layout[0])
    return {
        "engine": store.engine.dialect.name,
        "from": found,
        "to": after,
        "folder": {"from": layout[0], "to": layout[1]},
        "logs": proven,
    }


def make_index(
    folder: Path,
    passphrase: bytes,
    *,
    host: Host | None = None,
    watch: Watch = lambda *_: None,
) -> dict[str, Any]:
    """Make a stopped node's index of the register anew; how many items are in it. Nothing else is
    touched.

    Raises: Misconfigured `node.missing`, `node.running`, `node.no_database`, `keystore.*`,
    `db.older`, `db.newer`, `db.unfinished`; Unavailable `store.*`.
    """
    nodefolder.require_node(folder)
    folder_age.require(folder)
    with (
        nodefolder.running(folder),
        _as_it_is(folder) as store,
        _site(folder, passphrase, host, store),
        store.writing() as tx,
    ):
        schema.require(tx)
        tally = Tally()
        watch(lambda: tally.done, _registered(tx))
        return {"items": reindex(tx, tally.passed)}


def _registered(tx: Connection) -> int:
    return int(tx.execute(select(func.count()).select_from(ITEMS)).scalar_one())


def _noted(node: Node, tx: Any, version: str) -> bool:
    """Whether the folder's step was told already, before a process died over the rest."""
    rows = node.records.entry_refs.find(
        tx,
        order="at",
        newest=True,
        limit=1,
        kind="folder.upgraded",
        item=None,
        origin=node.internal.origin,
    )
    if not rows:
        return False
    told = entries.read(node.internal.entry(tx, rows[0].index)).fields
    return bool(told["version"] == version)


def _note(node: Node, tx: Any, kind: str, **fields: Any) -> None:
    record(node, tx, kind, **fields, **OPERATOR.told())


def export(
    folder: Path,
    passphrase: bytes,
    out: Path,
    *,
    host: Host | None = None,
    watch: Watch = lambda *_: None,
) -> dict[str, Any]:
    """Write one snapshot of a node's database, running or stopped, to a file that its owner alone
    may read; recorded before the file has its name.

    Raises: as `opened_site`; Malformed `output.refused`; Unavailable `store.*`.
    """
    with opened_site(folder, passphrase, host=host) as site, whole_file(out) as file:
        node, tally = site.node, Tally()
        about = {
            "node": node.settings.node,
            "party": node.party,
            "schema": schema.HISTORY.newest,
            "at": format_instant(node.host.now()),
        }

        def seal(end: str) -> bytes:
            said = {**about, "end": end}
            return jws.sign(canonical.encode(said), node.keys.signers("statement"), typ=TYP)

        with node.store.reading() as tx:
            backend(tx).take_time(tx)
            rows = database_file.size(tx)
            watch(lambda: tally.done, rows)
            about["engine"] = tx.dialect.name
            end = database_file.write(tx, file, about, seal, tally.passed)
        with node.store.writing() as tx:
            _note(node, tx, "database.exported", record=end, version=about["schema"])
        size = file.tell()
    return {"out": str(out), **about, "rows": rows, "bytes": size, "digest": end}


def take_in(
    folder: Path,
    passphrase: bytes,
    file: BinaryIO,
    *,
    host: Host | None = None,
    watch: Watch = lambda *_: None,
) -> dict[str, Any]:
    """Fill a stopped node's empty database from a file that this node exported: all of it, once
    every line, the seal and every log are proven, or nothing. The node then asks its partners
    whether anything is missing, as after a restore.

    Raises: Misconfigured `node.running`, `db.not_empty`, `db.newer`, `db.older`, `keystore.*`;
    Untrusted `db.file_damaged`, `db.file_foreign`, `db.log_unproven`; Unavailable `store.*`.
    """
    nodefolder.load(folder)
    with (
        alone(folder),
        _empty(folder) as store,
        _site(folder, passphrase, host, store) as site,
    ):
        claims = database_file.prove(file)
        require_own(site, claims)
        tally, total = Tally(), sum(claims.rows.values())
        watch(lambda: tally.done, total)
        with store.writing() as tx:
            proven = _filled(site, tx, file, claims, tally.passed)
    return {
        "node": claims.node,
        "engine": store.engine.dialect.name,
        "schema": claims.schema,
        "rows": total,
        "tables": claims.rows,
        "logs": proven,
        "digest": claims.end,
    }


def _filled(
    site: Site,
    tx: Connection,
    file: BinaryIO,
    claims: database_file.Claims,
    passed: Callable[[int], None],
) -> int:
    """The tables of the file's schema, its rows, then this program's schema; how many logs held."""
    schema.migrate(tx, claims.node, claims.schema)
    database_file.fill(tx, file, claims, passed)
    schema.migrate(tx, claims.node)
    reindex(tx)
    logs = stored_logs(tx)
    proven = require_whole(tx, logs, lambda _: None)
    stored = [StoredLog(log, log.role == "own") for log in logs]
    require_signed(site.node, tx, stored, site.keys.publics("log"))
    site.node.records.currency.change(tx, {"id": NODE}, seat="")
    _note(site.node, tx, "database.imported", record=claims.end, version=claims.schema)
    node = site.node
    tell_keys(node.settings, node.records, tx, site.keys, node.host)
    tell_files(site.folder, node.settings, node.records, tx, node.host)
    return proven


def require_own(site: Site, claims: database_file.Claims) -> None:
    """The file is this node's own: both statement keys sealed exactly what it says. Raises:
    Untrusted `db.file_foreign`, `db.file_damaged`; Misconfigured `db.newer`.
    """
    settings = site.node.settings
    if (claims.node, claims.party) != (settings.node, settings.party):
        raise FOREIGN(position=1, why=f"it is of {claims.node[:80]}")
    ring = {key.kid: key for key in site.keys.publics("statement")}
    try:
        held = jws.verify(claims.seal, keys=ring, required=(), typ=TYP)
        said = canonical.decode(held.payload)
    except SealaneError as error:
        if error.code == jws.UNKNOWN_KEY.code:
            raise FOREIGN(position=claims.lines, why="other keys sealed it") from None
        raise _unsealed(claims, f"its seal is refused as {error.code}") from None
    suites = {ring[kid].alg for kid in held.kids}
    told = {"node": claims.node, "party": claims.party, "schema": claims.schema, "end": claims.end}
    if suites != set(SIGNING["statement"]) or any(said.get(name) != told[name] for name in told):
        raise _unsealed(claims, "its seal is of something else")
    age.require_no_newer(claims.schema, schema.HISTORY.order, age.FILE_PART)


def _unsealed(claims: database_file.Claims, why: str) -> SealaneError:
    return database_file.DAMAGED_FILE(position=claims.lines, line=claims.lines, why=why)


@contextmanager
def _as_it_is(folder: Path) -> Iterator[SqlStore]:
    store = open_stored(folder)
    if store is None:
        raise NO_DATABASE(path=folder / DATABASE)
    try:
        yield store
    finally:
        store.engine.dispose()


@contextmanager
def _empty(folder: Path) -> Iterator[SqlStore]:
    store = open_store(folder, nodefolder.load(folder))
    try:
        with store.reading() as tx:
            if schema.version_of(tx) is not None:
                raise NOT_EMPTY(path=folder)
        yield store
    finally:
        store.engine.dispose()


@contextmanager
def _site(folder: Path, passphrase: bytes, host: Host | None, store: SqlStore) -> Iterator[Site]:
    """The node over a database of any age, for whoever has its passphrase."""
    settings = load_settings(folder / nodefolder.SETTINGS)
    keys = nodefolder.open_keys(folder, settings, passphrase)
    operatorpolicy.require(folder, settings, keys.publics("statement"))
    site = assemble(folder, settings, keys, host or SystemHost(), store=store)
    try:
        yield site
    finally:
        site.dispose()
