"""The chapter "Install" of the operator's guide, typed word by word in a Debian that has nothing.

A Debian is made from its archive and booted under systemd-nspawn; the package's units run there,
under the system calls, files and memory that they allow.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.packaging import ROOT

pytestmark = [
    pytest.mark.deep,
    pytest.mark.timeout(3000),
    pytest.mark.skipif(
        os.geteuid() != 0
        or not all(map(shutil.which, ("mmdebstrap", "systemd-nspawn", "dpkg-deb"))),
        reason="needs root, mmdebstrap, systemd-nspawn and dpkg-deb",
    ),
]
BROUGHT = "systemd,systemd-sysv,python3.11,ca-certificates"
SECRET = "correct horse battery staple"
LATER = """\
systemctl start sealane-backup@aus && ls /var/backups/sealane
kill -9 "$(systemctl show -P MainPID sealane-node@aus)"
sleep 20; systemctl is-active sealane-node@aus
sealane --version
dpkg --purge sealane; ls /var/lib/sealane/aus/node.toml /etc/sealane/aus/passphrase
"""
ONE_START = "umount /proc/sys/kernel/random/boot_id\n"
"""nspawn lays an identifier over that of the start, which a unit with a /proc of its own
does not see: the node would take its folder for one that was moved. A machine has one alone.
"""
BOOT = """\
[Unit]
After=multi-user.target
[Service]
Type=oneshot
WorkingDirectory=/root
ExecStart=/bin/bash /root/typed
ExecStopPost=systemctl poweroff --no-block
TimeoutStartSec=15min
"""


def typed(heading: str) -> list[str]:
    """The commands of one part of the guide."""
    guide = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    part = guide.split(f"### {heading}\n", 1)[1].split("\n### ", 1)[0]
    return re.findall(r"^\$ (.*)$", part, re.MULTILINE)


def test_the_guide_installs_runs_backs_up_and_keeps_a_node(tmp_path: Path) -> None:
    root = tmp_path / "root"
    subprocess.run(
        ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={BROUGHT}", "bookworm", root],
        check=True,
    )
    wheels = tmp_path / "wheels"
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--wheel-dir", wheels, ROOT], check=True)
    from tools import debian_package

    debian_package.build(next(wheels.iterdir()), root / "root", 1_700_000_000)
    (root / "root" / "secret").write_text(SECRET)
    lines = [*typed("Debian package"), *LATER.splitlines()]
    assert len(lines) > 10
    steps = [f"{{ {line} ; }} >{n}.out 2>&1; echo $? >{n}.rc\n" for n, line in enumerate(lines)]
    (root / "root" / "typed").write_text(ONE_START + "".join(steps))
    units = root / "etc" / "systemd" / "system"
    (units / "typed.service").write_text(BOOT)
    wants = units / "default.target.wants"
    wants.mkdir(exist_ok=True)
    (wants / "typed.service").symlink_to("../typed.service")
    booted = ["systemd-nspawn", "--quiet", "--boot", "--register=no", "--keep-unit"]
    booted += ["--private-network", "--link-journal=no", f"--directory={root}"]
    subprocess.run(booted, check=True, timeout=1500, stdin=subprocess.DEVNULL, capture_output=True)

    outcome = [(line, *came_of(root / "root", n)) for n, line in enumerate(lines)]
    assert [one for one in outcome if one[1] != 0] == []
    said = {line: text for line, _, text in outcome}
    assert re.search(r"^aus-\d{8}T\d{6}Z\.backup$", said[LATER.splitlines()[0]], re.MULTILINE)
    assert "active" in said[LATER.splitlines()[2]].split()


def came_of(folder: Path, step: int) -> tuple[int, str]:
    """A command's status and what it said."""
    status = (folder / f"{step}.rc").read_text().strip()
    return int(status), (folder / f"{step}.out").read_text(errors="replace")
