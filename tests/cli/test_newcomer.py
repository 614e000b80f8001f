"""The recipe of docs/newcomer.md, typed as it stands into a copy of the program and its policy."""

import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RECIPE = (ROOT / "docs" / "newcomer.md").read_text(encoding="utf-8").partition("## Add a nation")[2]


def blocks(language):
    return [
        textwrap.dedent(found)
        for found in re.findall(rf"```{language}\n(.*?)```", RECIPE, re.DOTALL)
    ]


def typed(command, folder):
    """What one command tells on stdout; it has to succeed."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        capture_output=True,
        check=True,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(folder / "src")},
    )
    return done.stdout.decode()


def test_the_recipe_adds_a_nation_as_it_is_written(tmp_path):
    for part in ("src", "policy", "docs"):
        shutil.copytree(
            ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info")
        )
    (file,) = blocks("toml")
    (tmp_path / "policy" / "schemes" / "kor.toml").write_text(file, encoding="utf-8")
    ran = 0
    for block in blocks("console"):
        for command, told in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
            assert typed(command, tmp_path) == told or not told
            ran += 1
    assert ran == 4
    assert "군사III급비밀" in (tmp_path / "docs" / "labels.md").read_text(encoding="utf-8")


def test_a_mistake_in_a_newcomer_s_file_is_named_with_its_place(tmp_path):
    (file,) = blocks("toml")
    (tmp_path / "kor.toml").write_text(file.replace("order = 1\n", ""), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "sealane.cli.main", "scheme", "check", str(tmp_path / "kor.toml")],
        capture_output=True,
    )
    assert done.returncode != 0
    assert "$.level[0]" in done.stderr.decode()
