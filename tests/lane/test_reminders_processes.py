"""Reminders as processes send them: two stand ready to work for a node, one of them is killed, and
whoever is told is told once.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sealane.cli.demo.stage import Stage
from tests import nations
from tests.lane import processes
from tests.post_office import PostOffice, post_office

CLERK, READER = "clerk@tokyo.jpn.example", "sato@tokyo.jpn.example"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[PostOffice]:
    with post_office(tmp_path / "post") as made:
        yield made


@pytest.fixture
def stage(tmp_path: Path, office: PostOffice) -> Iterator[Any]:
    """Australia as one process; Japan as one that serves and works, and one more that works."""
    root = tmp_path / "nations"
    processes.written(root)
    file = root / "jpn" / "node.toml"
    text = file.read_text()
    for name, value in office.settings().items():
        told = value if isinstance(value, int) else f'"{value}"'
        text = re.sub(rf"(?m)^{name} = .*$", f"{name} = {told}", text)
    file.write_text(text)
    made = Stage(root, "en")
    call = [sys.executable, "-m", "sealane.cli.main", "node", "work", made.folder("JPN")]
    try:
        made.start("AUS")
        made.start("JPN")
        with (root / "work.log").open("wb") as log:
            made.processes.append(subprocess.Popen([*call, *made.passphrase], stderr=log))
        yield made
    finally:
        made.stop()


def code(stage: Any, office: PostOffice, person: str, address: str) -> str:
    """The code that arrives for a person who gave an address."""
    stage.must("reminders", "set", "--address", address, "--as", person, party="JPN")
    assert stage.until(lambda: any(one.to == [address] for one in office.arrived), 60)
    (one,) = (one for one in office.arrived if one.to == [address])
    found = re.search(r"[0-9]{8}", one.text)
    assert found
    return found[0]


@pytest.mark.timeout(300)
def test_whoever_works_tells_each_person_once_though_one_of_them_is_killed(
    stage: Any, office: PostOffice
) -> None:
    number = code(stage, office, "jpn.clerk", CLERK)
    stage.must("reminders", "confirm", number, "--as", "jpn.clerk", party="JPN")
    item = processes.released(stage, b"harbour", title="Vessel movements")
    assert stage.until(lambda: len(office.arrived) == 2, 90)
    told = office.arrived[1]
    assert (told.to, told.encrypted) == ([CLERK], True)
    assert not any(word in told.text for word in (item, "Vessel", "AUS", nations.PROJECT))
    # the one that leads is killed; the other takes over and sends what is asked then
    stage.processes[1].kill()
    code(stage, office, "jpn.sato", READER)
    assert [one.to for one in office.arrived] == [[CLERK], [CLERK], [READER]]
