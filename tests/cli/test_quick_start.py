"""The README's quick start, typed as it stands, and pasted again: nothing breaks, and at the end a
person signs in at the console.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import httpx2
import pytest

from tests.cli.shell_typing import SECONDS, Typed, typed

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("README.md", "README.ja.md")
INSTALLED = ("make install", "source .venv/bin/activate")
"""The lines for which the tests' own environment stands."""
SAID_AGAIN = {
    "s node init": (4, "nothing was changed"),
    "s agreement sign": (1, "Nothing is left to do"),
}
"""What says, when it is pasted again, that it was done before: its status and its words."""
LOGGED = re.compile(r'^\{"time": "[^"]+", "level": ', re.MULTILINE)
"""A line of a node's log."""
REFUSED = 's item open "$item" my/refused'


def section(page: str) -> str:
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.split(r"^## ", text, flags=re.MULTILINE)[2]


def lines(page: str = "README.md") -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", section(page), re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def judged(done: list[Typed], before: Sequence[Typed] = ()) -> None:
    """Every line did what it is for; a line that was done before said so, and changed nothing."""
    seen = {one.line for one in before}
    for one in done:
        again = next((name for name in SAID_AGAIN if one.line.startswith(name)), None)
        if one.line.startswith(REFUSED):
            assert one.status == 1, one
            assert "5.1" in one.told, one
        elif again is not None and one.line in seen:
            status, words = SAID_AGAIN[again]
            assert (one.status, words in one.told) == (status, True), one
        else:
            assert one.status == 0, one
        seen.add(one.line)


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    """A folder in which every line of the quick start was typed, and what came."""
    folder = tmp_path_factory.mktemp("quick")
    for part in ("policy", "examples"):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copy(ROOT / "README.md", folder)
    done = typed([line for line in lines() if line not in INSTALLED], folder)
    yield folder, done
    for running in folder.glob("my/*/running.lock"):
        holder = running.read_text().strip()
        if holder.isdigit():
            os.kill(int(holder), signal.SIGTERM)


@pytest.mark.timeout(SECONDS)
def test_every_line_of_the_quick_start_does_what_it_is_for(started):
    folder, done = started
    judged(done)
    assert [one.line for one in done if "chmod 600" in one.told] == []
    assert (folder / "my" / "opened").read_bytes() == (ROOT / "README.md").read_bytes()
    assert not (folder / "my" / "refused").exists()


@pytest.mark.timeout(SECONDS)
def test_what_the_nodes_log_is_in_the_files_that_the_page_names_and_not_on_the_screen(started):
    folder, done = started
    named = set(re.findall(r"`(my/\w+\.log)`", section("README.md")))
    assert named == {"my/aus.log", "my/jpn.log"}
    for name in named:
        logged = (folder / name).read_text(encoding="utf-8")
        assert '"node.ready"' in logged
        assert LOGGED.search(logged)
    assert [one.line for one in done if LOGGED.search(one.told)] == []


@pytest.mark.timeout(SECONDS)
def test_the_quick_start_ends_at_the_console_where_the_person_signs_in(started):
    _, done = started
    (address,) = {
        found[1]
        for one in done
        if one.line == "s node status my/jpn"
        for found in [re.search(r"(http://127\.0\.0\.1:\d+/)", one.told)]
        if found
    }
    passphrase = done[-1].told.strip()
    with httpx2.Client(base_url=address) as browser:
        form = {"person": "jpn.sato", "passphrase": passphrase}
        assert browser.post("sign-in", data={**form, "passphrase": "another"}).status_code == 403
        assert browser.post("sign-in", data=form).status_code == 303
        assert "README.md" in browser.get("").text


@pytest.mark.deep
@pytest.mark.timeout(SECONDS)
def test_the_whole_quick_start_may_be_pasted_again(started):
    folder, before = started
    again = typed([line for line in lines() if line not in INSTALLED], folder)
    judged(again, before)


@pytest.mark.parametrize("page", PAGES)
def test_the_quick_start_is_one_command_a_line(page):
    for line in lines(page):
        bare = re.sub(r"'[^']*'|\"[^\"]*\"|\$\(.*\)", "", line)
        assert not re.search(r";|&&|\bfor\b|\bwhile\b", bare) or line.startswith("s()"), line
    assert lines(page)[: len(INSTALLED)] == list(INSTALLED)


def test_the_japanese_page_gives_the_same_commands():
    assert lines("README.ja.md") == lines("README.md")
    first = [
        re.findall(r"^make (?:demo|test)", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
        for page in PAGES
    ]
    assert first[0] == first[1] == ["make demo", "make test"]


@pytest.mark.parametrize(("page", "extra"), [("README.md", ()), ("README.ja.md", ("--lang", "ja"))])
def test_the_refusal_on_the_first_screen_is_what_the_command_says(page, extra):
    text = (ROOT / page).read_text(encoding="utf-8")
    found = re.search(r"```console\n\$ sealane ([^\n]*)\n(.*?)```", text, re.DOTALL)
    assert found is not None
    words = found[1].split()
    assert tuple(words[2:]) == extra
    done = subprocess.run(
        [sys.executable, "-m", "sealane", *words], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 1
    assert done.stdout.decode() == found[2]
    assert text.index("```console") < text.index("## ")
