"""Acts 1 and 2: two nodes that know each other, an agreement in force at both, and their staff."""

from __future__ import annotations

import json
import shutil

from sealane import shipped
from sealane.base.values import DAY, Instant, format_instant
from sealane.cli import access
from sealane.cli.demo.cast import AGREEMENT, RESTS_ON, cast
from sealane.cli.demo.sharing import AREA
from sealane.cli.demo.stage import NODES, Stage


def introduce(stage: Stage) -> None:
    """Two nodes, cards compared and enrolled, the agreement and what it rests on signed by both and
    adopted.
    """

    made = {}
    for party, name in NODES.items():
        made[party] = stage.must(
            "node",
            "init",
            stage.folder(party),
            "--party",
            party,
            "--name",
            name,
            "--accept-unverified",
            *stage.engines.options(party),
        )
    for party, other in (("AUS", "JPN"), ("JPN", "AUS")):
        stage.must(
            "node",
            "enrol",
            stage.folder(party),
            made[other]["card"],
            "--fingerprint",
            made[other]["fingerprint"],
        )
    stage.check(
        "Both nodes made; each enrolled the other by fingerprint",
        "両ノードを作り、指紋を照合して相互に登録した",
        True,
    )
    for name in (RESTS_ON, AGREEMENT):
        agreement = shipped.agreement_file(name)
        assert agreement is not None
        file = stage.root / f"{name}.toml"
        shutil.copyfile(agreement, file)
        for party in NODES:
            stage.must("agreement", "sign", str(file), "--key", stage.folder(party))
        for party in NODES:
            stage.must("node", "adopt", stage.folder(party), str(file))
    held = [
        {one["id"] for one in stage.must("node", "status", stage.folder(party))["agreements"]}
        for party in NODES
    ]
    stage.check(
        "Agreement signed by both over the same bytes and in force at both",
        "双方が同一のバイト列に署名し、双方で発効した",
        held == [{AGREEMENT, RESTS_ON}] * 2,
    )


def people(stage: Stage) -> None:
    """Staff of both nodes; the Japanese security officer gives the standing assurance."""

    now = access.machine_now()
    for party, staff in cast(now).items():
        file = stage.root / f"people-{party.lower()}.json"
        file.write_text(json.dumps(staff, ensure_ascii=False, indent=1), encoding="utf-8")
        found = stage.must("people", "add", str(file), party=party)
        stage.check(
            f"{party}: {len(found['people'])} people entered",
            f"{party}：{len(found['people'])} 人を登録した",
            len(found["people"]) == len(staff["people"]),
        )
    until = format_instant(Instant(now + 365 * DAY))
    for level in ("SECRET", "OFFICIAL: Sensitive"):
        said = ("people", "assure", "--agreement", AGREEMENT, "--area", AREA, "--level", level)
        stage.must(*said, "--as", "jpn.security", "--until", until, party="JPN")
