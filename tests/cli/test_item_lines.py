"""Items as a terminal tells them: states in words of the reader's language; `--json` keeps the
codes.
"""

from __future__ import annotations

from typing import Any

import pytest

from sealane.cli.registry import item_lines
from sealane.registry.records import CopyState, ItemState
from sealane.web.words import name_of
from tests.nations import LABEL


def told(*states: str, recalled: str | None = None) -> dict[str, Any]:
    since = "2026-11-22T00:00:00Z"
    transfers = [
        {"to": to, "state": state, "since": since}
        for to, state in zip(("JPN", "USA"), states, strict=False)
    ]
    copies = [{"number": 1, "holder": "JPN", "place": "p", "state": "not destroyed"}]
    return {
        "id": "AUS-2026-000001",
        "label": LABEL,
        "handle_as": None,
        "recalled": recalled,
        "title": "t",
        "state": states[0],
        "transfers": transfers,
        "onward": [],
        "copies": [{**one, "since": since} for one in copies],
        "readers": {},
        "law_changes": [],
    }


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("state", [*ItemState, *CopyState])
def test_every_state_has_words_in_a_line(state: str, lang: str) -> None:
    word = name_of(lang, "state", str(state))
    assert word != str(state)
    assert f"  {word}  t" in item_lines.line(told(str(state)), lang)


def test_of_several_recipients_each_state_is_told_and_a_recall_too() -> None:
    item = told("delivered", "awaiting second signer", recalled="2026-11-22T00:00:00Z")
    line = item_lines.line(item, "ja")
    assert "JPN 引渡し済み, USA 第二署名者待ち  回収命令中" in line
    whole = "\n".join(item_lines.whole(item, "ja"))
    assert "state: JPN 引渡し済み, USA 第二署名者待ち" in whole
    assert "transfer: USA 第二署名者待ち 2026" in whole
    assert "not destroyed" not in whole
