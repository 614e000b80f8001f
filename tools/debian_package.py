"""The Debian package of a release: the program and its locked libraries under /usr/lib/sealane, the
units, and scripts that touch no node.

The same wheel, lock and date give the same bytes. It is made for the Debian whose Python has the
version that this one has, which is why it is built on that Debian.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.spec_lines import ROOT

PACKAGING = ROOT / "packaging"
LOCK = ROOT / "requirements" / "package.lock"
HOME = Path("usr/lib/sealane")
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
SCRIPTS = ("postinst", "prerm", "postrm")
UNITS = Path("usr/lib/systemd/system")
PLACES = {
    "systemd/sealane-node@.service": UNITS / "sealane-node@.service",
    "systemd/sealane-serve@.service": UNITS / "sealane-serve@.service",
    "systemd/sealane-work@.service": UNITS / "sealane-work@.service",
    "systemd/sealane-.service.d/shut-in.conf": UNITS / "sealane-.service.d" / "shut-in.conf",
    "systemd/sealane-backup@.service": UNITS / "sealane-backup@.service",
    "systemd/sealane-backup@.timer": UNITS / "sealane-backup@.timer",
    "systemd/sealane.sysusers": Path("usr/lib/sysusers.d/sealane.conf"),
    "systemd/sealane.default": Path("etc/default/sealane"),
    "systemd/backup": HOME / "backup",
    "debian/copyright": Path("usr/share/doc/sealane/copyright"),
}
"""Where the files of `packaging/` lie in the package."""
PAGES = ("operators.md", "settings.md", "errors.md", "commands.md", "commands.ja.md")
LAUNCHER = f"""#!/{HOME}/bin/python3 -I
import sys

from sealane.__main__ import main

sys.exit(main())
"""
"""`-I`: neither the caller's folder nor the environment can slip another module in."""


def build(wheel: Path, out: Path, dated: int) -> Path:
    """The package of a wheel, in the folder `out`.

    Args:
        dated: seconds since 1970 that every file bears.
    Raises: subprocess.CalledProcessError where pip or dpkg-deb fail.
    """
    version = debian_version(wheel.name.split("-")[1])
    architecture = _said("dpkg", "--print-architecture")
    made = out / f"sealane_{version}_{architecture}.deb"
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        lay(root, wheel)
        size = sum(path.lstat().st_size for path in root.rglob("*") if not path.is_dir())
        described = {
            "version": version,
            "architecture": architecture,
            "python": PYTHON,
            "libc": os.confstr("CS_GNU_LIBC_VERSION").split()[1],  # type: ignore[union-attr]
            "size": -(-size // 1024),
        }
        _describe(root, described)
        _settle(root, dated)
        command = [
            "dpkg-deb",
            "--root-owner-group",
            "-Zzstd",
            "-z9",
            "--build",
            str(root),
            str(made),
        ]
        environment = {**os.environ, "SOURCE_DATE_EPOCH": str(dated)}
        subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    return made


def debian_version(version: str) -> str:
    """A version of Python's as Debian sorts it: `1.0rc1` comes before `1.0`.

    >>> debian_version("0.2.0"), debian_version("1.0rc1")
    ('0.2.0', '1.0~rc1')
    """
    return re.sub(r"(?<=\d)(?=(?:a|b|rc)\d|\.dev)", "~", version)


def lay(root: Path, wheel: Path) -> None:
    """Everything that the package brings, under `root`."""
    program(root / HOME, wheel)
    for source, place in PLACES.items():
        target = root / place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PACKAGING / source, target)
    command = root / "usr/bin/sealane"
    command.parent.mkdir(parents=True)
    command.symlink_to(Path("../lib/sealane/bin/sealane"))
    pages = root / "usr/share/doc/sealane"
    for name in PAGES:
        shutil.copy(ROOT / "docs" / name, pages / name)
    changes = (ROOT / "CHANGELOG.md").read_bytes()
    (pages / "changelog.gz").write_bytes(gzip.compress(changes, mtime=0))


def program(home: Path, wheel: Path) -> None:
    """A virtual environment of Debian's Python with the locked libraries and the wheel, made
    without running that Python.
    """
    site = home / "lib" / f"python{PYTHON}" / "site-packages"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pip += ["--no-deps", "--no-compile", "--target", str(site)]
    locked = ["--only-binary", ":all:", "--require-hashes", "--requirement", str(LOCK)]
    subprocess.run([*pip, *locked], check=True)
    # pip's folder of commands would be replaced by the second call; ours is the only one
    shutil.rmtree(site / "bin", ignore_errors=True)
    subprocess.run([*pip, str(wheel)], check=True)
    shutil.rmtree(site / "bin")
    for told in ("direct_url.json", "REQUESTED"):  # where this machine had the wheel
        for path in site.glob(f"*.dist-info/{told}"):
            path.unlink()
    commands = home / "bin"
    commands.mkdir()
    (commands / "python3").symlink_to(f"/usr/bin/python{PYTHON}")
    (home / "pyvenv.cfg").write_text(
        f"home = /usr/bin\ninclude-system-site-packages = false\nversion = {PYTHON}\n"
    )
    launcher = commands / "sealane"
    launcher.write_text(LAUNCHER)
    launcher.chmod(0o755)


def _describe(root: Path, described: dict[str, object]) -> None:
    """The control files: what the package is, its scripts, and the digest of each file."""
    control = root / "DEBIAN"
    sums = [
        f"{hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()}"
        f"  {path.relative_to(root)}\n"
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.is_symlink()
    ]
    control.mkdir()
    text = (PACKAGING / "debian" / "control").read_text()
    (control / "control").write_text(text.format(**described))
    (control / "md5sums").write_text("".join(sums))
    for name in ("conffiles", *SCRIPTS):
        shutil.copy(PACKAGING / "debian" / name, control / name)


def _settle(root: Path, dated: int) -> None:
    """Modes and dates that do not tell who built it and when."""
    for path in [root, *root.rglob("*")]:
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if runs else 0o644)
        os.utime(path, (dated, dated), follow_symlinks=False)


def _said(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
