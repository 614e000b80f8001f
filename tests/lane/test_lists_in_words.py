"""Every list of the command line tells states, kinds and duties in words of the reader's language;
`--json` keeps the codes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from sealane.base.values import SECOND
from sealane.cli.docs import walk
from sealane.cli.main import main
from sealane.services.exchange import arrival
from tests import nations
from tests.clock import START, Clock
from tests.nations import Pair
from tests.web import case_scenes, two_scenes, within_scenes
from tests.who_may_world import PASSPHRASE, stay_open

LISTS = sorted(
    " ".join(words) for words, _ in walk() if words[-1] == "list" and words[0] != "exercise"
)
"""All but what only a node of an exercise has."""
AT_NO_NODE = {"agreement list", "scheme list"}
FULL = {"act list", "case list", "duty list", "export list", "inventory list", "item list"}
FULL |= {"people list", "post list", "room list", "suspense list"}
"""Those of which something must be there to be told."""
AS = dict.fromkeys(("access list", "act list"), "jpn.security")
"""Those that are a person's own."""
NAMES = {"operator"}
"""What somebody is called by here, though it is a code too."""
TOLD_AS = ("state", "kind", "what", "duties", "often", "proof")
"""Members that hold codes."""


@pytest.fixture(scope="module")
def full(template: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    root = tmp_path_factory.mktemp("lists") / "pair"
    pair = nations.opened(nations.copy_of(template, root), Clock(START + 600 * SECOND))
    item = nations.share(pair)
    nations.read(pair, item)
    arrival.accept(pair.jpn, item, "jpn.clerk")
    pair.settle()
    case_scenes.cases(pair, item)
    within_scenes.within(pair)
    two_scenes.two(pair)
    yield pair
    pair.close()


def codes(told: Any) -> set[str]:
    """Every code in an answer, wherever it stands."""
    if isinstance(told, list):
        return {code for one in told for code in codes(one)}
    if not isinstance(told, dict):
        return set()
    found = {code for one in told.values() for code in codes(one)}
    for name in TOLD_AS:
        value = told.get(name) or ()
        several = [value] if isinstance(value, str) else value
        found |= {one for one in several if isinstance(one, str)}
    return found


def typed(pair: Pair, verb: str, *more: str) -> list[str]:
    pass_file = pair.root / "pass"
    pass_file.write_bytes(PASSPHRASE)
    party = "aus" if verb.startswith("export") else "jpn"
    who = ["--as", AS[verb]] if verb in AS else []
    at = ["--node", str(pair.root / party), "--passphrase-file", str(pass_file)]
    return [*verb.split(), *([] if verb in AT_NO_NODE else at + who), *more]


@pytest.mark.parametrize("verb", LISTS)
def test_a_list_tells_words_and_its_json_codes(
    full: Pair, verb: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stay_open(full, monkeypatch)

    def said(*more: str) -> str:
        with pytest.raises(SystemExit) as done:
            main(typed(full, verb, *more))
        found = capsys.readouterr()
        assert not done.value.code, found
        return found.out

    answer = json.loads(said("--json"))
    held = {one for one in codes(answer) if re.fullmatch(r"[a-z]+(-[a-z]+)*", one)}
    japanese, english = (said("--lang", lang) for lang in ("ja", "en"))
    assert japanese.strip()
    if verb in FULL:
        assert held, answer
        assert japanese != english
    tokens = set(re.findall(r"[A-Za-z0-9._-]+", japanese)) - NAMES
    assert sorted(held & tokens) == []
    # in English a word may be its own code; one of several words never is
    assert not {one for one in held if "-" in one} & set(re.findall(r"[A-Za-z0-9._-]+", english))
