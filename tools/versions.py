"""`make test-versions`: the unit tests under every Python from 3.11 on that this machine has.

An interpreter counts when it is `python3.N` on the path or lies in pyenv's folder, and starts. Each
gets an environment of its own in `build/pythons`, from the locked list.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

from tools.spec_lines import ROOT

LOCK = ROOT / "requirements" / "peers.lock"
HOME = ROOT / "build" / "pythons"
TESTS = ["-m", "pytest", "tests/unit", "-n", "2", "--dist", "worksteal", "-m", "not deep"]
QUIET = ["-q", "--disable-pip-version-check"]


def claimed() -> list[str]:
    """The versions that the package's classifiers claim: `3.11` and on."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = [name.rpartition(":: ")[2] for name in project["classifiers"] if "Python :: 3." in name]
    return sorted(names, key=lambda name: int(name.partition(".")[2]))


def interpreter(version: str, candidates: Iterable[Path]) -> Path | None:
    """The first candidate that starts and says that it is this version."""
    tell = "import sys; print(*sys.version_info[:2], sep='.')"
    for candidate in candidates:
        try:
            said = subprocess.run(
                [candidate, "-c", tell], capture_output=True, text=True, timeout=30, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            continue
        if said.stdout.strip() == version:
            return candidate
    return None


def candidates(version: str) -> list[Path]:
    """Where this machine may keep a version, the path before pyenv, newest patch first."""
    found = shutil.which(f"python{version}")
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    kept = sorted(pyenv.glob(f"{version}.*/bin/python"), key=_patch, reverse=True)
    return [*([Path(found)] if found else []), *kept]


def _patch(path: Path) -> int:
    digits = path.parts[-3].rpartition(".")[2]
    return int(digits) if digits.isdigit() else -1


def run_under(version: str, python: Path) -> bool:
    """Whether the unit tests pass under this interpreter; its environment is made when missing."""
    home = HOME / version
    made = home / "made"
    if not made.exists() or made.stat().st_mtime < LOCK.stat().st_mtime:
        shutil.rmtree(home, ignore_errors=True)
        subprocess.run([python, "-m", "venv", home], check=True)
        pip = [str(home / "bin" / "python"), "-m", "pip", "install", *QUIET]
        subprocess.run([*pip, "--require-hashes", "-r", str(LOCK)], check=True)
        subprocess.run([*pip, "--no-deps", "--no-build-isolation", "-e", str(ROOT)], check=True)
        made.touch()
    tests = [str(home / "bin" / "python"), *TESTS]
    return subprocess.run(tests, cwd=ROOT, check=False).returncode == 0


def main() -> int:
    """Run them all, and say for each version what came of it; 1 when one failed."""
    told: dict[str, str] = {}
    for version in claimed():
        python = interpreter(version, candidates(version))
        if python is None:
            told[version] = "not on this machine"
            continue
        print(f"Python {version} ({python})", flush=True)
        told[version] = "passed" if run_under(version, python) else "FAILED"
    for version, outcome in told.items():
        print(f"Python {version}: {outcome}")
    return 1 if "FAILED" in told.values() else 0


if __name__ == "__main__":
    sys.exit(main())
