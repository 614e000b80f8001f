"""A whole database in one file that no engine owns: lines of canonical JSON, each under the digest
of everything before it, streamed in bounded memory.

Spec: spec/database.md §1 to §4.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from sqlalchemy import JSON, Connection, MetaData, String, Table, func, insert, select

from sealane.adapters import search
from sealane.adapters.schema import VERSIONS
from sealane.adapters.sql import OWNER, backend
from sealane.base import canonical
from sealane.base.errors import SealaneError, Untrusted, declare

FORM, V = "sealane-database", 1
DIGEST, MAX_LINE = 96, 64 << 20
BLOCK, FETCH = 256 << 10, 64

DAMAGED_FILE = declare(
    "db.file_damaged",
    Untrusted,
    "The exported database cannot be relied on, line {line}: {why}.",
    "書き出したデータベースは信頼できません（{line} 行目）：{why}。",
    "Export it anew, or fetch the file again; nothing was imported.",
    "書き出し直すか、ファイルを取得し直してください。何も取り込んでいません。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a file says of itself, once every line holds: whose it is, of which schema, how many
    rows; and the seal over all of it.
    """

    node: str
    party: str
    schema: str
    rows: dict[str, int]
    end: str
    """The digest of the last line before the seal, and so of everything."""
    seal: bytes
    lines: int


class _LinesWritten:
    def __init__(self, file: BinaryIO) -> None:
        self._file, self.chain = file, ""

    def put(self, value: dict[str, Any]) -> None:
        body = canonical.encode(value)
        self.chain = canonical.sha384(self.chain.encode() + body)
        self._file.write(b"%s %s\n" % (self.chain.encode(), body))


def write(
    tx: Connection,
    file: BinaryIO,
    about: dict[str, Any],
    seal: Callable[[str], bytes],
    passed: Callable[[int], None] = lambda _: None,
) -> str:
    """Write every table of one snapshot; the digest of everything, as the seal covers it.

    Args:
        about: `node`, `party`, `schema`, `engine` and `at`.
        seal: signs that digest.
        passed: told how many rows were written since it was told last.
    """
    lines, tables = _LinesWritten(file), _tables(tx)
    lines.put({"form": FORM, "v": V, **about, "tables": _columns(tables)})
    counts = {}
    for table in tables:
        name = str(table.name)
        counts[name] = 0
        for rows in _blocks(tx, table):
            lines.put({"table": name, "rows": rows})
            counts[name] += len(rows)
            passed(len(rows))
    lines.put({"rows": counts})
    end = lines.chain
    lines.put({"seal": canonical.parse(seal(end))})
    return end


def size(tx: Connection) -> int:
    """How many rows there are in all tables."""
    return sum(
        int(tx.execute(select(func.count()).select_from(table)).scalar_one())
        for table in _tables(tx)
    )


def _tables(tx: Connection) -> list[Table]:
    """Every table as the database itself describes it, by name; what is derived of them is not
    among them.
    """
    found = MetaData()
    found.reflect(tx, only=lambda name, _: not search.is_derived(name))
    tables = [found.tables[name] for name in sorted(found.tables) if name not in (VERSIONS, OWNER)]
    for table in tables:
        for column in table.columns:
            if isinstance(column.type, JSON):
                # Where the driver gives text, it stays as written; else a missing value is no
                # JSON null.
                parsed = backend(tx).decodes_json
                column.info["json"] = _as_json if parsed else str
                column.type = JSON(none_as_null=True) if parsed else String()
    return tables


def _columns(tables: list[Table]) -> dict[str, list[str]]:
    return {str(table.name): [str(one.name) for one in table.columns] for table in tables}


def _blocks(tx: Connection, table: Table) -> Iterator[list[list[Any]]]:
    block: list[list[Any]] = []
    length = 0
    columns = list(table.columns)
    query = select(table).order_by(*table.primary_key.columns)
    for row in tx.execute(query.execution_options(yield_per=FETCH)):
        told = [
            _told(value, column.info.get("json"))
            for column, value in zip(columns, row, strict=True)
        ]
        block.append(told)
        length += len(canonical.encode(told))
        if length >= BLOCK:
            yield block
            block, length = [], 0
    if block:
        yield block


def _told(value: Any, as_json: Callable[[Any], str] | None) -> Any:
    if value is None:
        return None
    if as_json is not None:
        return {"j": as_json(value)}
    if isinstance(value, bytes | memoryview):
        return {"b": base64.b64encode(value).decode()}
    if isinstance(value, int) and abs(value) > canonical.MAX_INT:
        return {"n": str(value)}
    return value


def _as_json(value: Any) -> str:
    """A value that the driver has read, as text again; a text is one too."""
    return json.dumps(value, ensure_ascii=False)


class _LinesRead:
    """The lines of a file, each held against the digest before it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.chain, self.number = file, "", 0
        file.seek(0)

    def next(self) -> dict[str, Any] | None:
        """The next line's value; None at the end. Raises: Untrusted `db.file_damaged`."""
        raw = self._file.readline(MAX_LINE + DIGEST + 2)
        if not raw:
            return None
        self.number += 1
        said, body = raw[:DIGEST], raw[DIGEST + 1 : -1]
        if raw[DIGEST : DIGEST + 1] != b" " or not raw.endswith(b"\n"):
            raise self.damaged("it is cut off, too long, or no line of such a file")
        self.chain = canonical.sha384(self.chain.encode() + body)
        if self.chain.encode() != said:
            raise self.damaged("its digest is another")
        try:
            value = canonical.parse(body, limit=MAX_LINE)
        except SealaneError as error:
            raise self.damaged(error.code) from None
        if not isinstance(value, dict):
            raise self.damaged("it is no object")
        return value

    def damaged(self, why: str) -> SealaneError:
        return DAMAGED_FILE(position=self.number, line=self.number, why=why)


def prove(file: BinaryIO) -> Claims:
    """Read a whole file and hold every line against the digests; nothing is trusted yet but that it
    is as it was written.

    Raises: Untrusted `db.file_damaged`, with the line.
    """
    lines = _LinesRead(file)
    try:
        return _claims(lines)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise lines.damaged("members are missing or mistyped") from None


def _claims(lines: _LinesRead) -> Claims:
    head = lines.next()
    if head is None or head.get("form") != FORM or head.get("v") != V:
        raise DAMAGED_FILE(position=1, line=1, why=f"it does not begin as {FORM}, version {V}")
    counts: dict[str, int] = dict.fromkeys(head["tables"], 0)
    while (value := lines.next()) is not None and "table" in value:
        if value["table"] not in counts:
            raise lines.damaged("it names a table that the first line does not")
        counts[value["table"]] += len(value["rows"])
    if value is None or value.get("rows") != counts:
        raise lines.damaged("the rows are not as many as it says, or the end is missing")
    end, sealed = lines.chain, lines.next()
    if sealed is None or set(sealed) != {"seal"} or lines.next() is not None:
        raise lines.damaged("the seal is missing, or something follows it")
    return Claims(
        node=str(head["node"]),
        party=str(head["party"]),
        schema=str(head["schema"]),
        rows=counts,
        end=end,
        seal=canonical.encode(sealed["seal"]),
        lines=lines.number,
    )


def fill(
    tx: Connection,
    file: BinaryIO,
    claims: Claims,
    passed: Callable[[int], None] = lambda _: None,
) -> None:
    """Put every row of a proven file into the empty tables of its own schema. Raises: Untrusted
    `db.file_damaged`: it is another file by now, or of other tables.
    """
    lines = _LinesRead(file)
    head = lines.next()
    tables = {str(table.name): table for table in _tables(tx)}
    if head is None or head["tables"] != _columns(list(tables.values())):
        raise lines.damaged(f"its tables are not those of schema {claims.schema}")
    while (value := lines.next()) is not None and "table" in value:
        table = tables[value["table"]]
        tx.execute(insert(table), [_row(table, row) for row in value["rows"]])
        passed(len(value["rows"]))
    if lines.chain != claims.end:
        raise lines.damaged("it was changed while it was read")
    for table in tables.values():
        if table.autoincrement_column is not None:
            backend(tx).count_on(tx, table.autoincrement_column)


def copy(source: Connection, target: Connection) -> None:
    """Put every row of one database into the empty tables of another of its schema."""
    tables = {str(table.name): table for table in _tables(target)}
    for told in _tables(source):
        table = tables[str(told.name)]
        for rows in _blocks(source, told):
            target.execute(insert(table), [_row(table, row) for row in rows])
        if table.autoincrement_column is not None:
            backend(target).count_on(target, table.autoincrement_column)


def _row(table: Table, row: list[Any]) -> dict[str, Any]:
    return {
        column.name: _value(value, parsed=bool(column.info) and isinstance(column.type, JSON))
        for column, value in zip(table.columns, row, strict=True)
    }


def _value(value: Any, *, parsed: bool) -> Any:
    if value is None:
        return None
    if not isinstance(value, dict):
        return value
    ((kind, said),) = value.items()
    if kind == "b":
        return base64.b64decode(said, validate=True)
    if kind == "n":
        return int(said)
    return json.loads(said) if parsed else said
