"""The map and the walks through the house tell what is there: pictures and rooms are made from the
sources, and every function that a page names exists.
"""

from __future__ import annotations

import importlib
import re

import pytest
from tools.__main__ import MADE
from tools.import_graph import Arrows, essential, levels
from tools.spec_lines import ROOT

WALKS = "docs/architecture.md"


@pytest.mark.parametrize("name", sorted(MADE))
def test_what_is_made_from_the_sources_is_up_to_date(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == MADE[name](), "run `make docs`"


def functions_named_in(page: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(r"`((?:[a-z]\w*\.){2,}\w+)`", text)


def exists(name: str) -> bool:
    """Whether a dotted name below `sealane` is a module, or a thing that a module defines."""
    module, _, thing = f"sealane.{name}".rpartition(".")
    try:
        return hasattr(importlib.import_module(module), thing) or bool(
            importlib.import_module(f"sealane.{name}")
        )
    except ModuleNotFoundError:
        return False


def test_every_function_that_the_walks_name_exists() -> None:
    named = functions_named_in(WALKS)
    assert len(named) > 25
    assert [name for name in named if not exists(name)] == []


def test_a_name_that_is_not_there_is_found() -> None:
    assert exists("decisions.decide.decide")
    assert not exists("decisions.decide.nothing")
    assert not exists("decisions.nothing.decide")


def test_an_arrow_that_others_tell_is_left_out() -> None:
    arrows: Arrows = {"roof": {"wall", "ground"}, "wall": {"ground"}, "ground": set()}
    assert essential(arrows) == {"roof": {"wall"}, "wall": {"ground"}, "ground": set()}
    assert levels(arrows) == [["roof"], ["wall"], ["ground"]]


def test_rooms_of_one_circle_share_a_level_and_keep_their_arrows() -> None:
    arrows: Arrows = {"east": {"west"}, "west": {"east", "ground"}, "ground": set()}
    assert essential(arrows)["west"] == {"east", "ground"}
    assert levels(arrows) == [["east", "west"], ["ground"]]
