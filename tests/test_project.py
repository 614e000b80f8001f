"""What a project that others join keeps: recipes, choices with a price, locks, hooks, releases."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import pytest
from tools import covered, release, versions
from tools.architecture import PURE

ROOT = Path(__file__).resolve().parents[1]
PAGES = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/newcomer.md"]
ADRS = sorted((ROOT / "docs" / "adr").glob("*.md"))


def quoted(page: str) -> list[str]:
    """Everything in backquotes outside of fenced blocks, and the lines of those blocks."""
    text = (ROOT / page).read_text(encoding="utf-8")
    fenced = re.findall(r"```\w*\n(.*?)```", text, re.DOTALL)
    plain = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    lines = [line.partition("#")[0].strip() for block in fenced for line in block.splitlines()]
    return [*re.findall(r"`([^`]+)`", plain), *filter(None, lines)]


@pytest.mark.parametrize("page", PAGES)
def test_every_make_target_that_a_page_names_is_in_the_makefile(page: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][\w-]*):", makefile, re.MULTILINE))
    named = {
        word
        for text in quoted(page)
        if text.startswith("make ")
        for word in text.split()[1:]
        if "=" not in word
    }
    assert named - targets == set()


def test_contributing_has_a_recipe_for_everything_that_people_add() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    things = (
        "an error",
        "a type of statement",
        "a kind of ledger entry",
        "a table or a column",
        "a row to a life",
        "a page to the console",
        "a nation",
        "an agreement",
        "a format of marks",
        "a command or a setting",
    )
    assert [thing for thing in things if f"### Add {thing}\n" not in text] == []


@pytest.mark.parametrize("path", ADRS, ids=lambda path: path.stem)
def test_a_choice_is_told_with_its_alternatives_and_its_price(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    number = re.fullmatch(r"(\d{4})-[a-z0-9-]+", path.stem)
    assert number is not None
    assert text.startswith(f"# {number[1]} ")
    parts = ("Question", "Choice", "Alternatives", "Price")
    assert [part for part in parts if f"**{part}.**" not in text] == []


def test_no_two_choices_have_one_number() -> None:
    numbers = [path.stem[:4] for path in ADRS]
    assert len(numbers) == len(set(numbers))


def test_the_version_is_told_in_one_place_and_has_a_heading_in_the_changelog() -> None:
    from importlib.metadata import version

    import sealane

    assert sealane.__version__ == version("sealane")
    elsewhere = [
        path.relative_to(ROOT).as_posix()
        for path in (*(ROOT / "src").rglob("*.py"), ROOT / "pyproject.toml")
        if f'"{sealane.__version__}"' in path.read_text(encoding="utf-8")
    ]
    first = {"src/sealane/adapters/age.py"}  # the first release's name, whatever comes later
    assert set(elsewhere) - first == {"src/sealane/__init__.py"}
    assert sealane.__version__ in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_pythons_that_are_claimed_are_those_that_are_required() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    claimed = [
        one.rpartition(":: ")[2]
        for one in project["classifiers"]
        if re.search(r"Python :: 3\.\d+$", one)
    ]
    assert claimed == ["3.11", "3.12", "3.13", "3.14"]
    assert project["requires-python"] == f">={claimed[0]}"


GOOD = "# Changelog\n\n## 1.2.0\n- something\n"


@pytest.mark.parametrize("heading", ["## 1.2.0", "## [1.2.0] - 2026-11-29", "## 1.2.0 (29 Nov)"])
def test_a_clean_tree_with_its_heading_may_be_released(heading: str) -> None:
    assert release.obstacles("1.2.0", f"# Changelog\n\n{heading}\n", "") == []


@pytest.mark.parametrize(
    ("changelog", "changed"),
    [
        (GOOD, " M src/sealane/run.py\n"),
        (GOOD, "?? left.over\n"),
        ("# Changelog\n\n## Unreleased (1.2.0)\n", ""),
        ("# Changelog\n\n## 1.2.01\n", ""),
        ("# Changelog\n\n### 1.2.0\n", ""),
    ],
)
def test_a_changed_tree_or_a_missing_heading_stops_a_release(changelog: str, changed: str) -> None:
    assert len(release.obstacles("1.2.0", changelog, changed)) == 1


def test_checksums_are_those_that_sha256sum_reads(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"abc")
    (tmp_path / "a").write_bytes(b"")
    told = release.checksums([tmp_path / "b", tmp_path / "a"], "sha256")
    assert told == (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a\n"
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  b\n"
    )


def test_every_lock_names_hashes_and_is_made_by_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    locks = sorted((ROOT / "requirements").glob("*.lock"))
    assert len(locks) == 4
    for lock in locks:
        assert f"-o requirements/{lock.name}" in makefile
        pinned = re.findall(r"^[\w.-]+==.*$", lock.read_text(encoding="utf-8"), re.MULTILINE)
        assert pinned
        assert all(line.endswith("\\") for line in pinned), "a pin without a hash"


def test_hooks_before_a_commit_call_this_machine_s_tools_alone() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert set(re.findall(r"repo: (\S+)", hooks)) == {"local"}
    assert set(re.findall(r"language: (\S+)", hooks)) == {"system"}
    tools = set(re.findall(r"entry: \.venv/bin/(\S+)", hooks))
    assert tools == {"ruff", "mypy", "lint-imports"}


def test_an_interpreter_counts_only_when_it_starts_and_is_the_version(tmp_path: Path) -> None:
    broken = tmp_path / "python3.99"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    ours = f"{sys.version_info.major}.{sys.version_info.minor}"
    here = Path(sys.executable)
    assert versions.interpreter(ours, [tmp_path / "missing", broken, here]) == here
    assert versions.interpreter("3.99", [tmp_path / "missing", broken, here]) is None


def test_a_room_under_its_floor_or_without_a_count_is_named() -> None:
    summary = {"num_statements": 6, "covered_lines": 6, "num_branches": 4, "covered_branches": 3}
    rooms = covered.by_room(
        {
            "src/sealane/ledger/note.py": {"summary": summary},
            "src/sealane/ledger/deep/er.py": {"summary": summary},
            "src/sealane/ports.py": {"summary": summary},
        }
    )
    assert {room: (count.all, count.ran) for room, count in rooms.items()} == {
        "ledger": (20, 18),
        "ports": (10, 9),
    }
    assert covered.low(rooms, {"ledger": 90}) == []
    assert len(covered.low(rooms, {"ledger": 90.1, "base": 1})) == 2


def test_every_pure_room_has_a_floor_of_coverage() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(settings["tool"]["sealane"]["coverage-floors"]) == PURE
