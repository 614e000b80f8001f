"""Every verb of the command line asks an operation of the office, or it is said why it does not;
made from the commands' own code, so that neither list can be forgotten.
"""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest

from sealane.cli.docs import walk
from sealane.cli.frame import apart
from sealane.office.table import OPERATIONS
from sealane.registry.who_may import WHO_MAY

VERBS = {" ".join(words): command for words, command in walk()}


def asked_by(command: Any) -> set[str]:
    """The operations that a command's function, and what it calls of its own module, names."""
    first = command.callback
    while hasattr(first, "__wrapped__"):
        first = first.__wrapped__
    module, waiting, seen, found = inspect.getmodule(first), [first], set(), set()
    while waiting:
        function = waiting.pop()
        if function in seen:
            continue
        seen.add(function)
        text = inspect.getsource(function)
        found |= {name for name in re.findall(r'"([a-z]+\.[a-z-]+)"', text) if name in OPERATIONS}
        for name in set(re.findall(r"\b[a-z_]+\b", text)):
            other = vars(module).get(name)
            if inspect.isfunction(other) and inspect.getmodule(other) is module:
                waiting.append(other)
    return found


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_a_verb_asks_an_operation_or_it_is_said_why_not(verb: str) -> None:
    if asked_by(VERBS[verb]):
        # a group's reason is for its other verbs
        assert verb not in apart.APART
    else:
        assert apart.why(verb) is not None, f"{verb} asks no operation, and nobody says why"


def test_no_reason_is_given_for_what_is_not_there() -> None:
    lacking = [verb for verb, command in VERBS.items() if not asked_by(command)]
    assert {apart.named(verb) for verb in lacking} == set(apart.APART)


@pytest.mark.parametrize("verb", sorted(apart.TWINS))
def test_a_verb_of_the_folder_names_the_operation_that_does_it_at_a_running_node(verb: str) -> None:
    operation = OPERATIONS[apart.TWINS[verb]]
    rows = {act for act, row in WHO_MAY.items() if verb in row.commands}
    # where the table of who may names the verb of a node, both are one act
    assert not rows or operation.act in rows or verb.startswith("agreement ")
    assert apart.APART[verb] in (apart.TWIN, apart.OTHER_DOOR)


def test_what_is_told_to_have_an_operation_names_it() -> None:
    told = {verb for verb, reason in apart.APART.items() if reason is apart.TWIN}
    assert told <= set(apart.TWINS)


def test_verbs_of_the_desk_and_the_registry_work_from_another_machine() -> None:
    registry = ("item", "release", "people", "suspense", "client", "audit")
    behind = [verb for verb in VERBS if verb.partition(" ")[0] in registry]
    assert {verb for verb in behind if not asked_by(VERBS[verb])} == {
        "item vouch",
        "people redeem",
    }
