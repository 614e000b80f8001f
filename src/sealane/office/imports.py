"""Operations that take many at once: one record a line, each by itself, with a report line by line.

A line that is refused stops no other; what was entered stays entered, each with its own entry.
Spec: spec/openapi.yaml; R20, R49.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from sealane.base import canonical
from sealane.base.errors import Malformed, SealaneError, declare
from sealane.office import made, stated
from sealane.office.operation import (
    Carries,
    NodeOffice,
    OfficeQuestion,
    Operation,
)
from sealane.registry.who_may import Act
from sealane.services.node import Node
from sealane.services.register import acts, directory
from sealane.services.register.acts import Actor

LINE_MOST, LINES = 1 << 18, 100_000
"""Bytes of a line, and how many lines are read."""

TOO_MUCH = declare(
    "import.too_much",
    Malformed,
    "Line {line} is longer than {most} bytes, or one of more than {lines}; the lines before it were"
    " read.",
    "{line} 行目が {most} バイトを超えるか、{lines} 行を超えています。前の行は読み込み済みです。",
    "Send the rest in another file.",
    "残りを別のファイルで送ってください。",
)
NO_RECORD = declare(
    "import.no_record",
    Malformed,
    "The line is no JSON object.",
    "この行は JSON オブジェクトではありません。",
    "Write one record a line.",
    "一行に一件ずつ書いてください。",
)


def _people(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    node = office.node
    with node.store.reading() as tx:
        acts.require(node, tx, Act.ENTER, actor)

    def enter(value: Any) -> str:
        return _enter(node, actor, value)

    assert asked.file is not None
    return _report(asked.file, enter)


def _enter(node: Node, actor: Actor, value: Any) -> str:
    """A facility by its accreditation, else a person."""
    if isinstance(value, dict) and "accredited" in value:
        return directory.enter_facility(node, value, by=actor)
    return directory.enter(node, value, by=actor).id


def _items(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    with office.node.store.reading() as tx:
        acts.require(office.node, tx, Act.REGISTER, actor)

    def enter(value: Any) -> str:
        if not isinstance(value, dict):
            raise NO_RECORD()
        told = stated.read(made.REGISTER, value)
        found = made.REGISTER.do(office, actor, OfficeQuestion(says=told, stated=frozenset(value)))
        return str(found["item"])

    assert asked.file is not None
    return _report(asked.file, enter)


def _report(file: BinaryIO, enter: Callable[[Any], str]) -> dict[str, Any]:
    """What came of each line, in order; empty lines are none."""
    told: list[dict[str, Any]] = []
    for number, data in _lines(file):
        try:
            if data is None:
                raise TOO_MUCH(line=number, most=LINE_MOST, lines=LINES)
            told.append({"line": number, "id": enter(canonical.parse(data, limit=LINE_MOST))})
        except SealaneError as error:
            told.append({"line": number, "id": None, "error": error.as_json()})
    entered = sum(1 for one in told if one["id"] is not None)
    return {"entered": entered, "refused": len(told) - entered, "lines": told}


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Each line that holds something, with its number; None and the end where one is too much."""
    number = 0
    while line := file.readline(LINE_MOST + 1):
        number += 1
        if len(line) > LINE_MOST or number > LINES:
            yield number, None
            return
        if data := line.strip():
            yield number, data


OPERATIONS = (
    Operation(
        id="people.import",
        act=Act.ENTER,
        method="POST",
        path="/api/v1/people/import",
        says="Enter many people and facilities, one JSON record a line, each by itself.",
        says_ja="人と施設を一行に一件ずつ、まとめて登録する。",
        answer="ImportReport",
        carries=Carries.IN,
        second=True,
        do=_people,
        example={},
    ),
    Operation(
        id="items.import",
        act=Act.REGISTER,
        method="POST",
        path="/api/v1/items/import",
        says="Register many items that have no file, one JSON record a line, each by itself; a"
        " record has the members of `items.register`.",
        says_ja="ファイルのない項目を一行に一件ずつ、まとめて登録する（項目の登録と同じ項目名）。",
        answer="ImportReport",
        carries=Carries.IN,
        do=_items,
        example={},
    ),
)
