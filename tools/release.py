"""`make release`: wheel, source archive, Debian package, bill of materials and checksums into
`dist/`.

Refuses on a tree that differs from its commit, and while the changelog has no heading for the
version: what is published can be made again from what is tagged.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import sealane
from tools import debian_package
from tools.spec_lines import ROOT

DIST = ROOT / "dist"
SUMS = {"SHA256SUMS": "sha256", "SHA384SUMS": "sha384"}
"""The files of checksums, in the form that `sha256sum --check` and `sha384sum --check` read."""


def obstacles(version: str, changelog: str, changed: str) -> list[str]:
    """Why this version must not be released now, in sentences; none when it may.

    Args:
        changelog: the text of CHANGELOG.md.
        changed: what `git status --porcelain` says.
    """
    found = []
    if changed.strip():
        found.append("the tree differs from its commit: commit or remove what `git status` lists")
    heading = re.compile(rf"^## \[?{re.escape(version)}\]?(\s|$)", re.MULTILINE)
    if not heading.search(changelog):
        found.append(f"CHANGELOG.md has no heading `## {version}`")
    return found


def checksums(paths: list[Path], algorithm: str) -> str:
    """One line a file, sorted by name: hex digest, two spaces, name."""
    lines = []
    for path in sorted(paths, key=lambda path: path.name):
        with path.open("rb") as file:
            lines.append(f"{hashlib.file_digest(file, algorithm).hexdigest()}  {path.name}\n")
    return "".join(lines)


def main() -> int:
    """Build everything, or say why not; the exit status."""
    version = sealane.__version__
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    if found := obstacles(version, changelog, _output("git", "status", "--porcelain")):
        print("no release:", *found, sep="\n  ", file=sys.stderr)
        return 1
    shutil.rmtree(DIST, ignore_errors=True)
    committed = _output("git", "log", "-1", "--format=%ct").strip()
    dated = {**os.environ, "SOURCE_DATE_EPOCH": committed}  # the same commit, the same bytes
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(DIST), str(ROOT)]
    subprocess.run(build, check=True, env=dated)
    built = sorted(DIST.iterdir())
    if strangers := [path.name for path in built if f"-{version}" not in path.name]:
        print("built under another version:", *strangers, file=sys.stderr)
        return 1
    built.append(_bill_of_materials(version))
    if shutil.which("dpkg-deb"):
        wheel = next(path for path in built if path.suffix == ".whl")
        built.append(debian_package.build(wheel, DIST, int(committed)))
    else:
        print("no dpkg-deb here: no Debian package is made", file=sys.stderr)
    for name, algorithm in SUMS.items():
        (DIST / name).write_text(checksums(built, algorithm), encoding="utf-8")
    print(*sorted(path.name for path in DIST.iterdir()), sep="\n")
    return 0


def _bill_of_materials(version: str) -> Path:
    """CycloneDX 1.6 over the locked requirements, with their hashes; validated by its maker."""
    made = DIST / f"sealane-{version}.cdx.json"
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", "requirements/runtime.lock"]
    command += ["--pyproject", "pyproject.toml", "--mc-type", "library", "--output-reproducible"]
    command += ["--spec-version", "1.6", "--output-format", "JSON", "--output-file", str(made)]
    subprocess.run([*command, "--validate"], check=True, cwd=ROOT)
    return made


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True).stdout


if __name__ == "__main__":
    sys.exit(main())
