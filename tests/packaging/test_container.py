"""The Containerfile: built from what is pinned, without root, shell or a wish to write."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest

from tests.packaging import PACKAGING, unknown_words

FILE = PACKAGING / "container" / "Containerfile"
LINES = [
    line
    for line in re.sub(r"\\\n\s*", "", FILE.read_text(encoding="utf-8")).splitlines()
    if line and not line.startswith("#")
]
LAST = LINES[max(n for n, line in enumerate(LINES) if line.startswith("FROM ")) :]


def said(word: str) -> list[str]:
    """The arguments of the one instruction of this name in the last stage."""
    found = [line.partition(word)[2] for line in LAST if re.match(rf"\s*{word} \[", line)]
    assert len(found) == 1
    words: list[str] = json.loads(found[0])
    return words


def test_whoever_builds_names_both_images() -> None:
    assert [line for line in LINES if line.startswith(("ARG", "FROM"))] == [
        "ARG BUILD",
        "ARG RUNTIME",
        "FROM ${BUILD} AS build",
        "FROM ${RUNTIME}",
    ]


def test_what_is_installed_is_locked() -> None:
    installs = re.findall(r"pip install ([^&]*)", "\n".join(LINES))
    assert len(installs) == 2
    assert "--require-hashes" in installs[0]
    assert all("--no-deps" in one for one in installs)


def test_the_last_stage_runs_nothing_and_is_nobody_s_root() -> None:
    assert not any(line.startswith("RUN") for line in LAST)
    assert "USER 65532:65532" in LAST
    assert not re.search(r"/bin/(ba)?sh|\bCMD [^\[]|ENTRYPOINT [^\[]", "\n".join(LAST))


def test_what_it_starts_and_how_it_is_asked_for_its_health_is_there() -> None:
    python, *module = said("ENTRYPOINT")
    assert (python, module) == ("/usr/bin/python3.11", ["-m", "sealane"])
    check = next(line for line in LAST if line.startswith("HEALTHCHECK"))
    asked = json.loads(check[check.index("[") :])
    assert asked[:3] == [python, *module]
    started = next(line for line in LAST if line.startswith("CMD"))
    for words in (json.loads(started.partition("CMD")[2]), asked[3:]):
        assert unknown_words(words) == []


@pytest.mark.skipif(shutil.which("hadolint") is None, reason="no hadolint here")
def test_the_linter_finds_nothing() -> None:
    subprocess.run(["hadolint", str(FILE)], check=True)
