"""The house has one door to each act: one module asks `decide`, one reads consents, and the wings
around them take a `Node` whole.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "src" / "sealane"
DOOR = "services/deciding/decision.py"
PURE = {"cli/agreements/decision_point.py", "cli/agreements/agreement.py", "library/decisions.py"}
"""Commands and functions that decide on what they are given, with no node and nothing recorded."""
WINGS = ("deciding", "opening", "opentdf")


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield path.relative_to(SOURCE).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def importers(module: str, name: str) -> set[str]:
    """The files outside `decisions` that import a name of one of its modules, at their top or in a
    function; importing the module whole counts too.
    """
    package, _, last = module.rpartition(".")
    return {
        file
        for file, tree in trees()
        if not file.startswith("decisions/")
        for node in ast.walk(tree)
        if (
            isinstance(node, ast.ImportFrom)
            and (
                (node.module == module and any(one.name in (name, "*") for one in node.names))
                or (node.module == package and any(one.name == last for one in node.names))
            )
        )
        or (isinstance(node, ast.Import) and any(one.name == module for one in node.names))
    }


def test_one_module_of_a_node_asks_decide() -> None:
    assert importers("sealane.decisions.decide", "decide") == {DOOR, *PURE}


def test_the_nations_own_forbids_are_asked_at_the_same_door() -> None:
    assert importers("sealane.decisions.overlay", "nationally") == {DOOR}


def test_one_builder_asks_which_consents_count_and_what_is_made_asks_for_its_sources() -> None:
    module = "sealane.services.deciding.consents"
    assert importers(module, "standing_consents") == {
        "services/deciding/onward_leave.py",
        "services/deciding/request.py",
    }


def test_what_these_wings_do_takes_a_node_and_no_part_of_one() -> None:
    """A seam of theirs is a port, or a choice that has two makers."""
    protocols = {
        f"{file}:{node.name}"
        for file, tree in trees()
        if file.startswith(tuple(f"services/{wing}/" for wing in WINGS))
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and any(isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases)
    }
    assert protocols == {"services/opentdf/model.py:ItemRecords"}
