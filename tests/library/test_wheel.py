"""The wheel as a developer gets it: three packages, the policy inside, and words where the rest is
missing.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NEEDED = ("msgspec", "lxml", "cryptography", "cffi", "pycparser")
"""The three, and what cryptography brings along."""


def run(*command, **options):
    environment = {name: word for name, word in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        list(map(str, command)), capture_output=True, text=True, env=environment, **options
    )


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """A fresh environment that holds the wheel, built here, and copies of the packages it needs."""
    folder = tmp_path_factory.mktemp("wheel")
    built = run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    assert built.returncode == 0, built.stderr
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    python = folder / "venv" / "bin" / "python"
    site = Path(sysconfig.get_path("purelib", "venv", vars={"base": str(folder / "venv")}))
    for name in NEEDED:
        for file in importlib.metadata.files(name) or ():
            if ".." not in file.parts and "__pycache__" not in file.parts:
                target = site / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(file.locate(), target)
    quiet = ("-q", "--no-index", "--no-deps", "--disable-pip-version-check")
    put = run(sys.executable, "-m", "pip", "--python", python, "install", *quiet, wheel)
    assert put.returncode == 0, put.stderr
    return python


def test_the_documented_examples_run_from_the_wheel_with_three_packages_alone(bare):
    done = run(bare, ROOT / "tests" / "library" / "examples.py", cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert str(bare.parent.parent) in done.stdout, "it is the wheel's sealane that was tried"


def test_what_the_wheel_asks_for_is_in_place(bare):
    done = run(sys.executable, "-m", "pip", "--python", bare, "check")
    assert done.returncode == 0, done.stdout


def test_the_policy_that_ships_is_found_inside_the_wheel(bare):
    asked = (
        "import sealane; print(sealane.shipped_schemes()['JPN'].id, *sealane.shipped_agreements())"
    )
    done = run(bare, "-c", asked, cwd=bare.parent)
    assert done.stdout.split()[0] == "JPN"
    shipped = {path.stem for path in (ROOT / "policy" / "agreements").glob("*.toml")}
    assert set(done.stdout.split()[1:]) == shipped


@pytest.mark.parametrize(("lang", "word"), [("en_GB", "Install"), ("ja_JP", "入れてください")])
def test_the_command_says_in_words_what_to_install(bare, lang, word):
    done = subprocess.run(
        [bare.with_name("sealane"), "label", "parse", "--syntax", "jp", "極秘"],
        capture_output=True,
        env={"LC_ALL": f"{lang}.UTF-8", "PATH": os.environ["PATH"], "PYTHONUTF8": "1"},
    )
    assert done.returncode == 4
    assert word in done.stderr.decode()
    assert "pip install 'sealane[node]'" in done.stderr.decode()


def test_the_command_says_so_to_machines_too(bare):
    done = run(bare.with_name("sealane"), "node", "status", "n", "--json")
    assert done.returncode == 4
    assert json.loads(done.stdout)["error"]["code"] == "install.node"


def test_the_extra_holds_all_that_the_node_is_locked_to():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locked = (ROOT / "requirements" / "runtime.lock").read_text(encoding="utf-8")
    names = [
        word.partition(">=")[0]
        for word in (*project["dependencies"], *project["optional-dependencies"]["node"])
    ]
    names = [name for name in names if not name.startswith("sealane[")]  # another extra of ours
    assert [name for name in names if f"\n{name}==" not in f"\n{locked}"] == []
    assert "--extra node" in (ROOT / "Makefile").read_text(encoding="utf-8")
