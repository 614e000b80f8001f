"""The statements of a shelf, written by SQLAlchemy once a shape: for a table, the columns compared,
the order.

Table and member names come from code, never from outside; values are always bound.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import JSON, Select, Table, bindparam, func, insert, select, update

from sealane.adapters.sql import SCHEMA, SqlRows, SqlStatement


@cache
def columns(table: str) -> tuple[list[str], frozenset[str]]:
    """A table's columns in order, and those that hold JSON."""
    columns = SCHEMA.tables[table].columns
    in_json = frozenset(column.name for column in columns if isinstance(column.type, JSON))
    return [column.name for column in columns], in_json


Where = tuple[tuple[str, bool], ...]
"""Columns compared, each with whether it is compared with NULL."""


def bound(table: str, name: str, value: Any) -> Any:
    if value is None or name not in columns(table)[1]:
        return value
    return json.dumps(value, ensure_ascii=False)


def keys(table: str, key: Mapping[str, object]) -> dict[str, Any]:
    return {
        f"key_{name}": bound(table, name, value) for name, value in key.items() if value is not None
    }


def compared(target: Table, where: Where) -> list[Any]:
    return [
        target.c[name].is_(None) if null else target.c[name] == bindparam(f"key_{name}")
        for name, null in where
    ]


@cache
def inserting(table: str, columns: tuple[str, ...]) -> SqlStatement:
    made = insert(SCHEMA.tables[table]).values({name: bindparam(name) for name in columns})
    return SqlStatement(lambda _: made)


@cache
def inserting_all(table: str, columns: tuple[str, ...]) -> SqlRows:
    return SqlRows(SCHEMA.tables[table], columns)


@cache
def updating(table: str, columns: tuple[str, ...], where: Where) -> SqlStatement:
    target = SCHEMA.tables[table]
    made = (
        update(target)
        .where(*compared(target, where))
        .values({name: bindparam(f"set_{name}") for name in columns})
    )
    return SqlStatement(lambda _: made)


@cache
def selecting(
    table: str, where: Where, order: str | None, after: bool, newest: bool
) -> SqlStatement:
    target = SCHEMA.tables[table]
    query = select(target).where(*compared(target, where)).limit(bindparam("at_most"))
    if order is not None:
        column = target.c[order]
        query = query.order_by(column.desc() if newest else column)
        if after:
            query = query.where(
                column < bindparam("after") if newest else column > bindparam("after")
            )
    return SqlStatement(lambda _: query)


@cache
def one_column(table: str, name: str, where: Where) -> SqlStatement:
    target = SCHEMA.tables[table]
    query = select(target.c[name]).where(*compared(target, where))
    return SqlStatement(lambda _: query)


@cache
def counting(table: str, where: Where) -> SqlStatement:
    target = SCHEMA.tables[table]
    query = select(func.count()).select_from(target).where(*compared(target, where))
    return SqlStatement(lambda _: query)


@cache
def among(table: str, name: str) -> Select[Any]:
    target = SCHEMA.tables[table]
    return select(target).where(target.c[name].in_(bindparam("values", expanding=True)))
