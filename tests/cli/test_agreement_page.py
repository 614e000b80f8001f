"""docs/agreements.md tells what the file says and what the commands print: one article from its
text to a refusal card.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.decisions import the_agreement

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "agreements.md").read_text(encoding="utf-8")
RUNS = [
    (command, shown)
    for command, shown in re.findall(r"```\n\$ sealane ([^\n]+)\n([^`]*)```", PAGE)
    if command.startswith(("decide ", "agreement check ", "agreement together "))
    and not shown.startswith("$")
]


def matches(told: str, printed: str) -> bool:
    """Whether a line of the page is the printed one; `...` stands for anything."""
    return (
        re.fullmatch(".*".join(re.escape(part) for part in told.split("...")), printed) is not None
    )


def test_the_article_is_quoted_as_its_file_has_it_with_its_first_clause() -> None:
    article = the_agreement().article("6")
    assert article is not None
    assert f"> {article.text.en}\n>\n> {article.text.ja}\n" in PAGE
    toml = (ROOT / "policy" / "agreements" / "jpn-aus-2022.toml").read_text(encoding="utf-8")
    quoted = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert quoted is not None
    assert quoted[1] in toml
    assert sum(clause.article == "6" for clause in the_agreement().clauses) == 5


def test_there_are_commands_to_hold_the_page_to() -> None:
    assert [command.split()[0] for command, _ in RUNS] == ["decide", "agreement", "agreement"]


@pytest.mark.parametrize(
    ("command", "shown"),
    RUNS,
    ids=[command.split(" ")[0] + str(place) for place, (command, _) in enumerate(RUNS)],
)
def test_a_command_prints_what_the_page_shows(command: str, shown: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sealane.cli.main", *command.split()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    printed = done.stdout.splitlines()
    for told in shown.splitlines():
        assert any(matches(told, line) for line in printed), told
