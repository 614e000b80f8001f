"""Releases over the API on a disk that is full from the n-th write on: `python -m
tests.faults.full_release FOLDER` under tests/faults/disk.c; each answer goes to stdout.
"""

from __future__ import annotations

import ctypes
import json
import sys
from pathlib import Path

from starlette.applications import Starlette
from starlette.testclient import TestClient

from sealane.base.values import SECOND
from sealane.services.register import accounts
from sealane.wiring import doors
from tests import nations
from tests.clock import START, Clock
from tests.faults.ledger_worker import say
from tests.web.visiting import HOME, PASSPHRASE

disk = ctypes.CDLL(None)
FULL, STEPS, SIZES = 2, range(0, 40, 3), (120_000, 2_000_000)
"""The longer one is more than is kept in memory while it comes."""


def main(folder: Path) -> None:
    pair = nations.opened(folder, Clock(START + 600 * SECOND))
    site = pair.sites["AUS"]
    accounts.set_passphrase(site.node, "aus.release", PASSPHRASE)
    token = accounts.Accounts(site.node, site.secret).token("aus.release", 9)
    app = Starlette(routes=doors.behind_sign_in(site))
    word = {"Authorization": f"Bearer {token}"}
    with TestClient(app, base_url=HOME, headers=word, raise_server_exceptions=False) as client:
        for size in SIZES:
            for skip in STEPS:
                disk.fault(FULL, skip, -1)
                answer = client.post(
                    "/api/v1/releases",
                    data={"release": json.dumps({**TERMS, "reference": f"full-{size}-{skip}"})},
                    files={"file": ("x.txt", b"x" * size)},
                )
                disk.fault(0, 0, 0)
                say(size, skip, answer.status_code, answer.json().get("code", "-"))
    say("LEFT", len(list(folder.rglob("*.part"))))
    pair.close()


TERMS = {
    "to": ["JPN"],
    "label": nations.LABEL,
    "purpose": "assessment",
    "area": "maritime",
    "agreement": nations.AGREEMENT,
    "originator": "aus.analyst",
    "second": "aus.second",
    "project": nations.PROJECT,
    "title": "t",
}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
