"""The units of a node: they start what the program has, and shut everything else."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from tests.packaging import PACKAGING, unknown_words

SYSTEMD = PACKAGING / "systemd"
SERVICES = sorted(SYSTEMD.glob("*.service"))
PROCESSES = [unit for unit in SERVICES if "backup" not in unit.name]
SHUT_IN = SYSTEMD / "sealane-.service.d" / "shut-in.conf"
UNITS = [*SERVICES, *SYSTEMD.glob("*.timer")]


def read(unit: Path) -> dict[str, list[str]]:
    """The settings of a unit with what every service of ours has, by `Section.Name`, each as often
    as it stands there.
    """
    found: dict[str, list[str]] = defaultdict(list)
    section = ""
    files = [unit, *([SHUT_IN] if unit.suffix == ".service" else [])]
    for line in (line for file in files for line in file.read_text("utf-8").splitlines()):
        if heading := re.fullmatch(r"\[(\w+)\]", line):
            section = heading[1]
        elif line and not line.startswith("#"):
            name, sign, value = line.partition("=")
            assert section, line
            assert sign, line
            found[f"{section}.{name}"].append(value)
    return found


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.stem)
def test_what_a_unit_starts_is_there(unit: Path) -> None:
    program, *words = read(unit)["Service.ExecStart"][0].split()
    if program == "/usr/lib/sealane/backup":
        assert words == ["%i"]
        call = re.search(r"^sealane (.*)$", (SYSTEMD / "backup").read_text(), re.MULTILINE)
        assert call is not None
        words = call[1].split()
    else:
        assert program == "/usr/bin/sealane"
    assert unknown_words(words) == []


def test_a_verb_or_an_option_that_the_program_has_not_is_found() -> None:
    assert unknown_words(["node", "run", "--passphrase-file", "F"]) == []
    assert unknown_words(["node", "run", "--passphrase"]) == ["--passphrase"]
    assert unknown_words(["node", "walk", "DIR"]) == ["node", "walk"]


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.stem)
def test_a_service_of_a_node_is_shut_in(unit: Path) -> None:
    settings = read(unit)
    wanted = {
        "ProtectSystem": "strict",
        "ProtectHome": "yes",
        "NoNewPrivileges": "yes",
        "CapabilityBoundingSet": "",
        "MemoryDenyWriteExecute": "yes",
        "LimitCORE": "0",
        "UMask": "0077",
        "User": "sealane",
        "RestrictAddressFamilies": "AF_UNIX AF_INET AF_INET6",
    }
    assert {name: settings[f"Service.{name}"] for name in wanted} == {
        name: [value] for name, value in wanted.items()
    }
    assert settings["Service.SystemCallFilter"][0] == "@system-service"


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.stem)
def test_what_every_service_has_stands_in_one_place(unit: Path) -> None:
    shared = set(re.findall(r"^(\w+)=", SHUT_IN.read_text(), re.MULTILINE))
    own = set(re.findall(r"^(\w+)=", unit.read_text(), re.MULTILINE))
    assert len(shared) > 20
    assert shared & own == set()


def test_the_processes_of_a_node_are_each_a_unit_and_both_parts_in_one_stand_alone() -> None:
    verbs = {unit.stem: read(unit)["Service.ExecStart"][0].split()[1:3] for unit in PROCESSES}
    assert verbs == {
        "sealane-node@": ["node", "run"],
        "sealane-serve@": ["node", "serve"],
        "sealane-work@": ["node", "work"],
    }
    conflicts = {unit.stem: read(unit)["Unit.Conflicts"] for unit in PROCESSES}
    assert conflicts == {
        "sealane-node@": ["sealane-serve@%i.service sealane-work@%i.service"],
        "sealane-serve@": ["sealane-node@%i.service"],
        "sealane-work@": ["sealane-node@%i.service"],
    }


@pytest.mark.parametrize("unit", PROCESSES, ids=lambda unit: unit.stem)
def test_the_passphrase_is_a_credential_and_nothing_else(unit: Path) -> None:
    settings = read(unit)
    assert settings["Service.LoadCredential"] == ["passphrase:/etc/sealane/%i/passphrase"]
    assert settings["Service.ExecStart"][0].endswith(" --passphrase-file %d/passphrase")
    names = {name for unit in UNITS for name in read(unit)}
    assert "Service.Environment" not in names
    assert "Service.LoadCredential" not in read(SYSTEMD / "sealane-backup@.service")


@pytest.mark.parametrize("unit", PROCESSES, ids=lambda unit: unit.stem)
def test_what_no_new_start_mends_is_not_started_again(unit: Path) -> None:
    from sealane.base import errors

    settings = read(unit)
    assert settings["Service.Restart"] == ["on-failure"]
    statuses = {int(one) for one in settings["Service.RestartPreventExitStatus"][0].split()}
    assert statuses == {errors.Malformed.exit_status, errors.Misconfigured.exit_status}


@pytest.mark.parametrize("unit", PROCESSES, ids=lambda unit: unit.stem)
def test_keys_stay_out_of_swap_and_the_manager_hears_of_the_process(unit: Path) -> None:
    settings = read(unit)
    assert settings["Service.LimitMEMLOCK"] == ["infinity"]
    assert settings["Service.Type"] == ["notify"]
    # `node work` has no loop that answers people, and its lease says when it stands still
    beats = [] if unit.stem == "sealane-work@" else ["3min"]
    assert settings["Service.WatchdogSec"] == beats


@pytest.fixture
def backups(tmp_path: Path) -> dict[str, str]:
    """Where the script of the timer finds a `sealane` that writes down how it was called."""
    command = tmp_path / "bin" / "sealane"
    command.parent.mkdir()
    command.write_text('#!/bin/sh\nprintf "%s " "$@" >>"$CALLS"\n[ -z "$FAIL" ] && : >"$4"\n')
    command.chmod(0o755)
    (tmp_path / "out").mkdir()
    return {
        "PATH": f"{command.parent}:{os.environ['PATH']}",
        "CALLS": str(tmp_path / "calls"),
        "FAIL": "",
        "NODES": "/var/lib/sealane",
        "BACKUPS": str(tmp_path / "out"),
    }


def backed_up(environment: dict[str, str], node: str = "aus", **more: str) -> int:
    script = [str(SYSTEMD / "backup"), node]
    return subprocess.run(script, env={**environment, **more}, check=False).returncode


def old(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).touch()
        os.utime(folder / name, (1_000_000_000, 1_000_000_000))


NIGHT = "20010909T014640Z.backup"


def test_the_timer_makes_a_dated_file_and_takes_away_the_node_s_own_old_ones(
    backups: dict[str, str],
) -> None:
    out = Path(backups["BACKUPS"])
    others = [f"jpn-{NIGHT}", f"aus-two-{NIGHT}", "aus-kept-by-hand.backup", "aus-notes"]
    old(out, f"aus-{NIGHT}", *others)
    assert backed_up(backups) == 0
    called = Path(backups["CALLS"]).read_text().split()
    assert called[:3] == ["node", "backup", "/var/lib/sealane/aus"]
    made = Path(called[3])
    assert re.fullmatch(r"aus-\d{8}T\d{6}Z\.backup", made.name)
    assert {path.name for path in out.iterdir()} == {made.name, *others}


@pytest.mark.parametrize("more", [{"FAIL": "1"}, {"KEEP_DAYS": "0"}])
def test_nothing_goes_when_the_new_one_failed_or_all_are_kept(
    backups: dict[str, str], more: dict[str, str]
) -> None:
    out = Path(backups["BACKUPS"])
    old(out, f"aus-{NIGHT}")
    assert (backed_up(backups, **more) == 0) == ("FAIL" not in more)
    assert (out / f"aus-{NIGHT}").exists()


@pytest.mark.parametrize(
    ("node", "more"),
    [("", {}), ("../aus", {}), (".", {}), ("a/b", {}), ("aus", {"KEEP_DAYS": "-1"})],
)
def test_a_name_that_leads_elsewhere_starts_nothing(
    backups: dict[str, str], node: str, more: dict[str, str]
) -> None:
    assert backed_up(backups, node, **more) == 2
    assert not Path(backups["CALLS"]).exists()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
def test_systemd_takes_every_unit_and_finds_little_open(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    shutil.copytree(SHUT_IN.parent, tmp_path / SHUT_IN.parent.name)
    named = []
    for unit in UNITS:
        text = re.sub(r"/usr/(bin/sealane|lib/sealane/backup)", str(program), unit.read_text())
        named.append(tmp_path / unit.name.replace("@", "@aus"))
        named[-1].write_text(text)
    verify = ["systemd-analyze", "verify", "--man=no", *map(str, named)]
    told = subprocess.run(verify, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (told.returncode, told.stderr) == (0, "")
    for service in named[: len(SERVICES)]:
        judged = ["systemd-analyze", "security", "--offline=yes", "--threshold=16", str(service)]
        told = subprocess.run(judged, capture_output=True, text=True, check=False, cwd=tmp_path)
        assert told.returncode == 0, told.stdout[-200:]


@pytest.mark.parametrize(
    "script",
    [
        SYSTEMD / "backup",
        *(PACKAGING / "debian" / name for name in ("postinst", "prerm", "postrm")),
    ],
    ids=lambda path: path.name,
)
def test_scripts_are_plain_sh(script: Path) -> None:
    assert script.read_text().startswith("#!/bin/sh\n")
    assert script.stat().st_mode & 0o111 == 0o111
    subprocess.run(["sh", "-n", str(script)], check=True)
    if checker := shutil.which("shellcheck"):
        subprocess.run([checker, "--shell=sh", str(script)], check=True)
