"""Every public name has a docstring whose example runs, and the surface is what it says it is."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import sealane
from tests.library.examples import example, wrong

ROOT = Path(__file__).resolve().parents[2]
NEEDED = ["msgspec", "lxml", "cryptography"]
BROUGHT = ["_cffi_backend", "cffi", "pycparser"]
"""What cryptography itself brings along."""
CPU_SECONDS = 0.06


@pytest.mark.parametrize("name", ["sealane", *sealane.__all__])
def test_the_example_of_a_public_name_comes_out_as_it_is_shown(name, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert example(name).examples, f"{name} shows no example"
    assert wrong(name) == ""


def test_a_wrong_example_is_found(monkeypatch):
    monkeypatch.setattr(sealane.Category, "__doc__", ">>> sealane.__version__\n'another'")
    assert "another" in wrong("Category")


def test_all_public_names_are_typed_imported_lazily_and_listed_once():
    tree = ast.parse(Path(sealane.__file__).read_text(encoding="utf-8"))
    typed = {
        alias.name: block.module
        for branch in tree.body
        if isinstance(branch, ast.If)
        for block in branch.body
        if isinstance(block, ast.ImportFrom)
        for alias in block.names
    }
    assert typed == sealane._HOME_OF
    assert sorted(sealane.__all__) == sorted(typed)
    assert Path(sealane.__file__).with_name("py.typed").exists()


def test_an_unknown_name_is_no_attribute():
    assert not hasattr(sealane, "decode")
    assert set(sealane.__all__) <= set(dir(sealane))


def said(program, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    return json.loads(done.stdout)


def test_importing_sealane_loads_no_room_and_no_package_and_is_quick():
    program = (
        "import json, sys, time; before, start = set(sys.modules), time.process_time();"
        " import sealane; spent = time.process_time() - start;"
        " print(json.dumps([spent, sorted(set(sys.modules) - before)]))"
    )
    spent, loaded = said(program)
    assert [name for name in loaded if name.startswith("sealane.")] == []
    assert {name.partition(".")[0] for name in loaded} <= {"sealane", *sys.stdlib_module_names}
    assert spent < CPU_SECONDS


def test_the_stable_surface_needs_three_packages_and_no_more():
    done = subprocess.run(
        [
            sys.executable,
            str(ROOT / "tests" / "library" / "examples.py"),
            "--needs-only",
            ",".join([*NEEDED, *BROUGHT]),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("package", ["msgspec", "cryptography"])
def test_without_one_of_them_the_examples_fail(package):
    allowed = ",".join({*NEEDED, *BROUGHT} - {package})
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests/library/examples.py"), "--needs-only", allowed],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    assert done.returncode != 0
    assert package in done.stdout + done.stderr
