"""The Debian package: what it brings and where, and that it touches no node."""

from __future__ import annotations

import re
import subprocess
import zipfile
from pathlib import Path

import pytest
from tools import debian_package

from tests.packaging import PACKAGING, ROOT

VERSION = "1.2.3rc1"


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """A wheel of our name with one module: what is in it is not this test's matter."""
    made = tmp_path / f"sealane-{VERSION}-py3-none-any.whl"
    info = f"sealane-{VERSION}.dist-info"
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("sealane/__init__.py", "")
        archive.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: sealane\nVersion: {VERSION}\n"
        )
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/entry_points.txt", "[console_scripts]\nsealane = sealane:main\n")
        archive.writestr(f"{info}/RECORD", "")
    return made


def listed(package: Path) -> dict[str, str]:
    """The mode and owner of every path of a package."""
    told = subprocess.run(
        ["dpkg-deb", "-c", str(package)], check=True, capture_output=True, text=True
    )
    lines = [line.split(maxsplit=5) for line in told.stdout.splitlines()]
    return {
        line[5].partition(" -> ")[0].removeprefix("."): f"{line[0]} {line[1]}" for line in lines
    }


def described(package: Path) -> dict[str, str]:
    told = subprocess.run(
        ["dpkg-deb", "-f", str(package)], check=True, capture_output=True, text=True
    )
    return dict(re.findall(r"^([\w-]+): (.*)$", told.stdout, re.MULTILINE))


def test_the_package_holds_the_program_the_units_and_no_node(
    wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "package.lock"
    lock.write_text("")
    monkeypatch.setattr(debian_package, "LOCK", lock)
    first = debian_package.build(wheel, tmp_path, 1_700_000_000)
    paths = listed(first)
    assert {f"/{place}" for place in debian_package.PLACES.values()} <= paths.keys()
    assert "/usr/bin/sealane" in paths
    assert not any(re.match(r"/(var|srv|home|root|usr/local)/", path) for path in paths)
    assert [path for path in paths if path.startswith("/etc/") and not path.endswith("/")] == [
        "/etc/default/sealane"
    ]
    assert {one.split()[1] for one in paths.values()} == {"root/root"}
    assert not any(one[8] == "w" or "s" in one[:10] for one in paths.values() if one[0] != "l")

    facts = described(first)
    assert facts["Version"] == "1.2.3~rc1"
    assert f"python{debian_package.PYTHON}," in facts["Depends"]

    before = first.read_bytes()
    assert debian_package.build(wheel, tmp_path, 1_700_000_000).read_bytes() == before


def test_the_launcher_lets_nothing_of_the_caller_in(wheel: Path, tmp_path: Path) -> None:
    assert debian_package.LAUNCHER.startswith("#!/usr/lib/sealane/bin/python3 -I\n")


@pytest.mark.parametrize("name", debian_package.SCRIPTS)
def test_no_script_of_the_package_touches_a_node(name: str) -> None:
    text = (PACKAGING / "debian" / name).read_text()
    assert not re.search(r"\bsealane (node|db|people|ledger)\b", text)
    removed = re.findall(r"\brm (.*)", text)
    assert [line for line in removed if not line.startswith(('-f "$stopped"', "-rf {} +"))] == []


def test_every_configuration_file_is_one_of_the_package() -> None:
    named = (PACKAGING / "debian" / "conffiles").read_text().split()
    placed = [f"/{place}" for place in debian_package.PLACES.values() if place.parts[0] == "etc"]
    assert named == placed


def test_the_lock_of_the_package_holds_every_extra_and_no_tool_of_the_build() -> None:
    names = set(
        re.findall(r"^([\w.-]+)(?:\[\w+\])?==", debian_package.LOCK.read_text(), re.MULTILINE)
    )
    assert {
        "cryptography",
        "sqlalchemy",
        "psycopg",
        "botocore",
        "uvloop",
        "cedarpy",
        "python-pkcs11",
    } <= names
    assert not names & {"hatchling", "editables", "pytest", "pip", "uv"}


SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE|AKIA[0-9A-Z]{16}"
    r"|(?i:(?:password|secret_access_key|pin)\s*[:=]\s*['\"]?\w{6,})"
)


def test_no_file_of_the_packaging_holds_a_secret() -> None:
    assert SECRET.search("password: hunter22")
    files = [path for path in PACKAGING.rglob("*") if path.is_file()]
    assert len(files) > 15
    found = [str(path.relative_to(ROOT)) for path in files if SECRET.search(path.read_text())]
    assert found == []
