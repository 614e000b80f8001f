"""Act 9: what happened is proven without a node, and a registry altered by hand is found."""

from __future__ import annotations

from typing import Any

from sealane.cli import access
from sealane.cli.demo.cast import AGREEMENT
from sealane.cli.demo.stage import Stage


def prove(stage: Stage, item: str) -> None:
    """Evidence that verifies without a node and breaks with one byte; registries that agree, and
    one made to differ.
    """
    _evidence(stage, item)
    _registries(stage, item)


def _evidence(stage: Stage, item: str) -> None:
    file, broken = stage.root / f"{item}.evidence", stage.root / "broken.evidence"
    stage.until(lambda: stage.run("evidence", "export", item, str(file), party="AUS")[0] == 0)
    report = stage.must("evidence", "verify", str(file), keys=False)
    stage.check(
        "Evidence verifies with no node",
        "証拠はノードなしで検証できる",
        report["verified"],
        f"{len(report['statements'])} statements",
    )
    data, caught = file.read_bytes(), True
    for at in (0, len(data) // 3, len(data) // 2, len(data) - 1):
        broken.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        status, _ = stage.run("evidence", "verify", str(broken), keys=False)
        caught &= status in (1, 2)
    stage.check(
        "One changed byte is found, wherever it is", "一バイトの改変もどこであれ見つかる", caught
    )


def _registries(stage: Stage, item: str) -> None:
    def agree() -> bool:
        pairs = (("AUS", "JPN"), ("JPN", "AUS"))
        return all(_reconcile(stage, party, other)[0] == 0 for party, other in pairs)

    stage.check(
        "Registries and ledgers agree copy by copy",
        "登録簿と台帳は写しごとに一致する",
        stage.until(agree, 60),
    )
    tokyo = stage.folder("JPN")
    access.altered_copy(tokyo, item, "held")
    status, report = _reconcile(stage, "JPN", "AUS")
    differences = report.get("differences", [])
    stage.check(
        "A difference made by hand is found",
        "手で作った差異は見つかる",
        status == 1 and bool(differences),
        differences[0].get("difference", "") if differences else "",
    )
    access.altered_copy(tokyo, item, "destroyed")


def _reconcile(stage: Stage, party: str, other: str) -> tuple[int, dict[str, Any]]:
    return stage.run("audit", "reconcile", "--with", other, "--agreement", AGREEMENT, party=party)
