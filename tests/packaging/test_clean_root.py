"""The operator's guide, typed word by word in a Debian that has nothing: its chapters "Debian
package" and "systemd", then "From first to last".

A Debian is made from its archive and booted under systemd-nspawn; the package's units run there,
under the system calls, files and memory that they allow. PostgreSQL is Debian's own. What a nation
has elsewhere, a bucket and an identity provider, is served by this machine.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tools import debian_package, ports

from tests.cli import guide
from tests.cli.shell_typing import came_of, text
from tests.packaging import ROOT

pytestmark = [
    pytest.mark.deep,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(
        os.geteuid() != 0
        or not all(map(shutil.which, ("mmdebstrap", "systemd-nspawn", "dpkg-deb"))),
        reason="needs root, mmdebstrap, systemd-nspawn and dpkg-deb",
    ),
]
BROUGHT = "systemd,systemd-sysv,python3.11,ca-certificates,postgresql,openssl,curl"
SECRET = "correct horse battery staple"
AFTERWARDS = """\
systemctl start sealane-backup@aus && ls /var/backups/sealane
kill -9 "$(systemctl show -P MainPID sealane-node@aus)"
sleep 20; systemctl is-active sealane-node@aus
"""
APART = """\
runuser -u sealane -- sealane node health /var/lib/sealane/aus --ready
runuser -u sealane -- sealane node health /var/lib/sealane/aus --ready --console-port 18445
for unit in serve work serve2; do kill -9 "$(systemctl show -P MainPID sealane-$unit@aus)"; done
sleep 20; systemctl is-active sealane-serve@aus sealane-work@aus sealane-serve2@aus
runuser -u sealane -- sealane node health /var/lib/sealane/aus --ready
systemctl disable --now sealane-serve@aus sealane-serve2@aus sealane-work@aus
"""
GONE = """\
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
TimeoutStartSec=30min
"""


def made(root: Path, wheels: Path) -> None:
    """A Debian with this tree's package beside it, that types what `typed` holds when it starts."""
    subprocess.run(
        ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={BROUGHT}", "bookworm", root],
        check=True,
    )
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--wheel-dir", wheels, ROOT], check=True)
    debian_package.build(next(wheels.iterdir()), root / "root", 1_700_000_000)
    (root / "root" / "secret").write_text(SECRET)
    units = root / "etc" / "systemd" / "system"
    (units / "typed.service").write_text(BOOT)
    wants = units / "default.target.wants"
    wants.mkdir(exist_ok=True)
    (wants / "typed.service").symlink_to("../typed.service")


def booted(root: Path, script: list[str]) -> dict[str, str]:
    """What each line said when the Debian was started and typed them; all of them succeeded."""
    (root / "root" / "answers").mkdir()
    (root / "root" / "typed").write_text(ONE_START + text(script, Path("/root/answers")))
    words = ["systemd-nspawn", "--quiet", "--boot", "--register=no", "--keep-unit"]
    words += ["--link-journal=no", f"--directory={root}"]
    subprocess.run(words, check=True, timeout=2400, stdin=subprocess.DEVNULL, capture_output=True)
    outcome = came_of(script, root / "root" / "answers")
    assert [one for one in outcome if one.status != 0] == []
    return {one.line: one.told for one in outcome}


def test_the_guide_installs_runs_backs_up_and_keeps_a_node(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    request.node.user_properties.append(("peer", "oidc-provider"))
    root = tmp_path / "root"
    made(root, tmp_path / "wheels")
    known = "desk.aus.example"
    with guide.elsewhere(known, root / "root" / "client-secret") as elsewhere:
        database = ports.free()
        with (root / "etc/postgresql/15/main/postgresql.conf").open("a") as settings:
            settings.write(f"port = {database}\n")
        here = {**elsewhere, "host=localhost": f"host=localhost\\nport={database}"}
        here["CLIENT-SECRET"] = "/root/client-secret"
        package, units = guide.commands("Debian package"), guide.commands("systemd")
        first_to_last = guide.in_place(guide.commands(guide.FIRST_TO_LAST), here)
        assert min(map(len, (package, units, first_to_last))) > 4
        script = [*package, *AFTERWARDS.splitlines(), *units, *APART.splitlines()]
        said = booted(root, [*script, *first_to_last, *GONE.splitlines()])
    assert re.search(r"^aus-\d{8}T\d{6}Z\.backup$", said[AFTERWARDS.splitlines()[0]], re.MULTILINE)
    assert "active" in said[AFTERWARDS.splitlines()[2]].split()
    assert said[APART.splitlines()[3]].split() == ["active"] * 3
    assert sum("ledger walk" in line for line in first_to_last) == 2
    issuer = here["https://login.mod.example/realms/staff"]
    assert all(said[line].startswith(issuer) for line in said if line.startswith("curl "))
