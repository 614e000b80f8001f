"""Tables do what they say: each kind of ledger entry has a writer, each column a writer and a
reader, each clock that code obeys is asked for.

The first is read from the source: a kind is a word that flows into `entries.make` through
arguments, names, choices and returned pairs; a statement's kind is written where a record of its
body is made.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from sqlalchemy import Table

from sealane import shipped
from sealane.adapters import register_tables, sign_in_tables
from sealane.adapters.sql import SCHEMA
from sealane.agreements import vocabulary
from sealane.agreements.lifecycle import LIFE
from sealane.ledger.bodies import TYPES
from sealane.ledger.kinds import KINDS, UNLOGGED
from sealane.registry.access_life import ACCESS
from sealane.registry.access_records import AccessState
from sealane.registry.export_life import EXPORT
from sealane.registry.export_records import ExportState
from sealane.registry.inventory_life import INVENTORY, LINE
from sealane.registry.inventory_records import InventoryState, LineState
from sealane.registry.person import DUTIES
from sealane.registry.post_life import POST
from sealane.registry.post_records import PostState
from sealane.registry.records import CopyState, Duty, ItemState
from sealane.registry.transfer import COPY, TRANSFER
from sealane.registry.waiting_act_life import WAITING_ACT
from sealane.registry.waiting_act_records import WaitingActState

ROOT = Path(__file__).resolve().parents[1] / "src" / "sealane"
LIVES = (TRANSFER, COPY, ACCESS, LIFE, INVENTORY, LINE, POST, WAITING_ACT, EXPORT)
SINKS = {"make": 0}
"""Where a kind ends: the position of the argument that is one."""
NAMED = {"kind"}
"""What a parameter that carries one is called."""


KIND = re.compile(r"[a-z_]+(\.[a-z_]+)+")
"""The shape of a kind; words for people flow into functions of the same names."""


@cache
def modules() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in ROOT.rglob("*.py")}


class Flow:
    """Which words may be the kind in one call, followed back through one module's own functions."""

    def __init__(self, tree: ast.Module) -> None:
        self.functions = [
            node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.Lambda)
        ]
        self._following: set[tuple[str, ast.AST]] = set()

    def words(self, value: ast.expr, within: ast.AST) -> tuple[set[str], set[str]]:
        """The words that an expression may be, and the parameters that it may come from."""
        if isinstance(value, ast.Constant):
            return ({value.value} if isinstance(value.value, str) else set()), set()
        if isinstance(value, ast.IfExp):
            return self._both((value.body, value.orelse), within)
        if isinstance(value, ast.BinOp):
            return self._both((value.left, value.right), within)
        if isinstance(value, ast.Name):
            return self._once(value.id, within)
        return set(), set()

    def _once(self, name: str, within: ast.AST) -> tuple[set[str], set[str]]:
        """A name that is given to itself (`at = at + 1`) adds no word."""
        if (name, within) in self._following:
            return set(), set()
        self._following.add((name, within))
        try:
            return self._name(name, within)
        finally:
            self._following.discard((name, within))

    def _both(self, values: tuple[ast.expr, ...], within: ast.AST) -> tuple[set[str], set[str]]:
        found = [self.words(value, within) for value in values]
        return set().union(*(one for one, _ in found)), set().union(*(one for _, one in found))

    def _name(self, name: str, within: ast.AST) -> tuple[set[str], set[str]]:
        words: set[str] = set()
        parameters: set[str] = set()
        for node in ast.walk(within):
            for value in assigned(node, name):
                more = self._call(value) if isinstance(value, ast.Call) else None
                found, through = (more, set()) if more else self.words(value, within)
                words |= found
                parameters |= through
        arguments = getattr(within, "args", None)
        if arguments is not None:
            named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
            parameters |= {name} & {one.arg for one in named}
        return words, parameters

    def _call(self, call: ast.Call) -> set[str]:
        """The words that a function of this module returns, alone or first of several."""
        found: set[str] = set()
        for function in self.functions:
            if isinstance(call.func, ast.Name) and getattr(function, "name", "") == call.func.id:
                for node in ast.walk(function):
                    if isinstance(node, ast.Return) and node.value is not None:
                        value = node.value
                        first = value.elts[0] if isinstance(value, ast.Tuple) else value
                        found |= self.words(first, function)[0]
        return found


def assigned(node: ast.AST, name: str) -> list[ast.expr]:
    """What a statement gives to a name: alone, first in a tuple, or one after another in a loop."""
    if isinstance(node, ast.Assign):
        found = []
        for target in node.targets:
            if isinstance(target, ast.Name) and target.id == name:
                found.append(node.value)
            if isinstance(target, ast.Tuple):
                for place, part in enumerate(target.elts):
                    if isinstance(part, ast.Name) and part.id == name:
                        given = getattr(node.value, "elts", [])
                        apart = len(given) == len(target.elts)
                        found.append(given[place] if apart else node.value)
        return found
    if isinstance(node, ast.For | ast.comprehension):
        target, source = node.target, node.iter
        first = target.elts[0] if isinstance(target, ast.Tuple) else target
        if isinstance(first, ast.Name) and first.id == name:
            if isinstance(source, ast.Tuple | ast.List):
                return list(source.elts)
            return [one.elt.elts[0] for one in [source] if starred(one)]
    return []


def starred(source: ast.expr) -> bool:
    return isinstance(source, ast.ListComp) and isinstance(source.elt, ast.Tuple)


def argument(call: ast.Call, place: int | str) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == place:
            return keyword.value
    if isinstance(place, int) and place < len(call.args):
        return call.args[place]
    return None


@cache
def written() -> frozenset[str]:
    """Every word that reaches a sink, and every entry that a stepped life names."""
    sinks: dict[str, set[int | str]] = defaultdict(set)
    for name, place in SINKS.items():
        sinks[name].add(place)
    found: set[str] = set()
    for _ in range(6):
        for tree in modules().values():
            flow = Flow(tree)
            for function in [tree, *flow.functions]:
                for call in (node for node in own(function) if isinstance(node, ast.Call)):
                    called = getattr(call.func, "id", getattr(call.func, "attr", ""))
                    for place in tuple(sinks[called]):
                        value = argument(call, place)
                        if value is None:
                            continue
                        words, parameters = flow.words(value, function)
                        found |= words
                        for name in parameters:
                            mark(sinks, function, name)
    return frozenset(found)


def own(function: ast.AST) -> list[ast.AST]:
    """The nodes of a function; of a module only what stands outside every function."""
    if not isinstance(function, ast.Module):
        return list(ast.walk(function))
    return [
        node
        for statement in function.body
        if not isinstance(statement, ast.FunctionDef | ast.ClassDef)
        for node in ast.walk(statement)
    ]


def mark(sinks: dict[str, set[int | str]], function: ast.AST, name: str) -> None:
    """A parameter that reaches a sink makes its function one; it is named for what it is, since
    functions of one name stand in several modules."""
    if not isinstance(function, ast.FunctionDef) or name not in NAMED:
        return
    places = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
    method = places[:1] == ["self"]
    if name in places:
        sinks[function.name].add(places.index(name) - method)
    sinks[function.name].add(name)


def stepped() -> set[str]:
    """The entries of the lives: a statement's is made by `step.statement`, another by `.entry`."""
    return {row.entry for life in LIVES for row in life.rows if row.entry is not None}


def said() -> set[str]:
    """The kinds of the statements whose bodies the services make."""
    called = {
        getattr(node.func, "attr", getattr(node.func, "id", ""))
        for path, tree in modules().items()
        if "services" in path.parts
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    }
    return {f"statement.{kind}" for kind, (body, _) in TYPES.items() if body.__name__ in called}


def test_every_kind_of_ledger_entry_is_written_by_some_code_path() -> None:
    assert set(KINDS) - written() - said() - stepped() == set()


def test_what_is_written_and_every_entry_of_a_life_is_a_kind() -> None:
    assert stepped() - set(KINDS) == set()
    assert {word for word in written() if "." in word.strip(".")} - set(KINDS) == set()
    assert said() - set(KINDS) - {f"statement.{kind}" for kind in UNLOGGED} == set()


def test_the_entries_of_lives_are_recorded_by_the_services_that_step_them() -> None:
    attributes = {
        node.attr
        for path, tree in modules().items()
        if "services" in path.parts
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
    }
    assert {"entry", "entry_of", "statement"} <= attributes


def test_every_column_is_written_and_read() -> None:
    writes: dict[str, set[str]] = defaultdict(set)
    reads: set[str] = set()
    for path, tree in modules().items():
        if path.name == "records.py":
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                table = stored(node) or made(node)
                if table is not None:
                    writes[table] |= given(node)
                if getattr(node.func, "attr", "") in ("get", "find", "column", "pages"):
                    reads |= {one.arg for one in node.keywords if one.arg}
            reads |= read(node)
    tables = {table.name: table for table in SCHEMA.tables.values() if table.name in registered()}
    unwritten = [
        f"{name}.{column.name}"
        for name, table in tables.items()
        for column in table.columns
        if column.name not in writes[name] and column.autoincrement is not True
    ]
    unread = [
        f"{name}.{column.name}"
        for name, table in tables.items()
        for column in table.columns
        if column.name not in reads
    ]
    assert unwritten == []
    assert unread == []


def registered() -> set[str]:
    """The tables that services reach as shelves; `serials` is kept by the store itself."""
    return {
        value.name
        for value in (vars(register_tables) | vars(sign_in_tables)).values()
        if isinstance(value, Table) and value.name != "serials"
    }


def stored(call: ast.Call) -> str | None:
    """The table that a call writes to: the shelf in `….records.SHELF.VERB(tx, …)`."""
    if getattr(call.func, "attr", "") in ("add", "put", "change") and len(call.args) >= 2:
        shelf = call.func.value if isinstance(call.func, ast.Attribute) else None
        if isinstance(shelf, ast.Attribute):
            return shelf.attr
    return None


def made(call: ast.Call) -> str | None:
    """The table whose record a call makes, or makes from another by `replace`, wherever the record
    is written afterwards.
    """
    name = getattr(call.func, "id", "")
    if name == "replace" and call.args:
        name = getattr(call.args[0], "attr", getattr(call.args[0], "id", "")).capitalize()
    return MADE.get(name)


MADE = {
    "Item": "items",
    "ItemContainer": "containers",
    "Copy": "copies",
    "CustodyRow": "custody",
    "Transfer": "transfers",
    "Onward": "onwards",
    "PastPerson": "past_people",
    "Equivocation": "equivocations",
    "ReleaseForm": "release_forms",
    "KeyedCall": "calls",
    "Session": "sessions",
    "CredentialEntry": "credentials",
    "IdentityEntry": "identities",
    "Ceremony": "ceremonies",
    "AccessRequest": "access_requests",
    "Inventory": "inventories",
    "CountLine": "inventory_lines",
    "Post": "posts",
    "Placing": "placings",
    "GuardedExport": "exports",
    "WaitingAct": "waiting_acts",
    "Inject": "injects",
    "Feed": "feeds",
    "KeptObject": "feed_objects",
    "KeptCase": "cases",
    "KeptCaseEvent": "case_events",
    "CaseItem": "case_items",
    "KeptOwn": "case_own",
}
"""Records that are made in one place and written in another."""


def given(call: ast.Call) -> set[str]:
    """The members that a write gives: by keyword, in its key, or in the record it adds."""
    names = {one.arg for one in call.keywords if one.arg}
    for value in call.args[1:2]:
        if isinstance(value, ast.Dict):
            names |= {key.value for key in value.keys if isinstance(key, ast.Constant)}
        if isinstance(value, ast.Name):
            names |= KEYS
        if isinstance(value, ast.Call):
            names |= {one.arg for one in value.keywords if one.arg}
    return names


KEYS = {"agreement", "by", "to", "area", "level"}
"""The members of a key that is a name of its own at the call: those of an assurance."""


def read(node: ast.AST) -> set[str]:
    """Names that an expression takes out of a row, or lists to be taken."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return {str(node.slice.value)}
    if isinstance(node, ast.Attribute):
        return {node.attr}
    if isinstance(node, ast.Tuple | ast.Set):
        return {str(one.value) for one in node.elts if isinstance(one, ast.Constant)}
    return set()


def clocks_of_forms() -> Iterator[str]:
    """Every clock that some kind of case starts, with each word that its name may hold."""
    for kind in shipped.case_kinds().values():
        words = {one.name: one.values for one in kind.field if one.values}
        for clock in (one.due.clock for one in kind.state if one.due and one.due.clock):
            held = re.search(r"\{(.*)\}", clock)
            for word in words[held[1]] if held else ("",):
                yield clock.replace(held[0], word) if held else clock


def test_the_clocks_that_code_obeys_are_those_that_code_asks_for() -> None:
    asked = {
        node.args[0].value
        for tree in modules().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", "") in ("clock", "due")
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }
    started = {row.starts for life in (TRANSFER, COPY) for row in life.rows if row.starts}
    assert asked | started | set(clocks_of_forms()) == vocabulary.OBEYED | vocabulary.OF_CASES
    assert vocabulary.OBEYED <= vocabulary.CLOCKS


def test_the_states_of_the_register_are_those_of_the_lives() -> None:
    assert set(ItemState) == {*TRANSFER.states(), ItemState.SEALED}
    assert set(CopyState) == set(COPY.states())
    assert set(AccessState) == set(ACCESS.states())
    assert set(InventoryState) == set(INVENTORY.states())
    assert set(ExportState) == set(EXPORT.states())
    assert set(LineState) == set(LINE.states())
    assert set(PostState) == set(POST.states())
    assert set(WaitingActState) == set(WAITING_ACT.states())
    assert set(Duty) == set(DUTIES)
