"""Act 6: everybody who must not read is refused, with clauses, in both ledgers."""

from __future__ import annotations

from typing import Any

from sealane.cli.demo.cast import AGREEMENT
from sealane.cli.demo.sharing import PURPOSE, open_as
from sealane.cli.demo.stage import NODES, Stage


def refusals(stage: Stage, item: str) -> None:
    """Everybody who must not read is refused, with clauses, in both languages, in both ledgers."""
    cases = [
        ("jpn.suzuki", PURPOSE, "Uncleared", "適格性なし"),
        ("jpn.clerk", PURPOSE, "On the staff but not authorised", "職員だが認可なし"),
        ("jpn.sato", "acquisition", "Wrong purpose", "目的外"),
        ("jpn.ito", PURPOSE, "Clearance lapsed this morning", "適格性失効"),
        ("jpn.miller", PURPOSE, "Wrong nationality", "国籍不適合"),
    ]
    for person, purpose, english, japanese in cases:
        status, answer, out = open_as(stage, item, person, purpose)
        _refused(stage, english, japanese, status, answer, nothing=not out.exists())
    status, answer, out = open_as(stage, item, "jpn.tanaka")
    stage.check(
        "Cleared but not named for it: for that person there is no such item",
        "適格性はあるが指名なし：その人には存在しない項目",
        status == 1 and answer.get("error", {}).get("code") == "item.unknown" and not out.exists(),
        "item.unknown",
    )
    status, answer = stage.run(
        "item",
        "onward",
        item,
        "--to",
        "USA",
        "--as",
        "jpn.release",
        "--purpose",
        PURPOSE,
        party="JPN",
    )
    _refused(
        stage,
        "Onward to a third country without consent",
        "同意なき第三国提供",
        status,
        answer,
        nothing=True,
    )
    _while_suspended(stage, item)

    def told() -> bool:
        return all(_denials(stage, item, party) >= 7 for party in NODES)

    stage.check(
        "All seven denials are in both ledgers",
        "七件の拒否はすべて双方の台帳にある",
        stage.until(told),
        ", ".join(f"{party} {_denials(stage, item, party)}" for party in NODES),
    )


def _while_suspended(stage: Stage, item: str) -> None:
    stage.must(
        "node", "agreement", stage.folder("AUS"), AGREEMENT, "suspend", "--reason", "exercise"
    )

    def suspended() -> bool:
        held = stage.must("node", "status", stage.folder("JPN"))["agreements"]
        return any(one["id"] == AGREEMENT and one["state"] == "suspended" for one in held)

    stage.until(suspended)
    status, answer, out = open_as(stage, item, "jpn.sato")
    _refused(stage, "Agreement suspended", "取決め停止中", status, answer, nothing=not out.exists())
    stage.must(
        "node", "agreement", stage.folder("AUS"), AGREEMENT, "resume", "--reason", "exercise over"
    )
    stage.until(lambda: not suspended())


def _denials(stage: Stage, item: str, party: str) -> int:
    return sum(
        line["kind"] == "statement.open.denied"
        for line in stage.must("item", "history", item, party=party)["history"]
    )


def _refused(
    stage: Stage, english: str, japanese: str, status: int, answer: dict[str, Any], *, nothing: bool
) -> None:
    """Note whether it was refused with clauses in both languages, and nothing was written."""
    decision = answer.get("error", {}).get("details", {}).get("decision", {})
    unmet = [reason for reason in decision.get("reasons", []) if not reason["met"]]
    told = bool(unmet) and all(
        reason["clause"] and reason["text"] and reason["text_ja"] for reason in unmet
    )
    clauses = ", ".join(dict.fromkeys(str(reason["clause"]) for reason in unmet))
    stage.check(
        f"Refused: {english}", f"拒否：{japanese}", status == 1 and told and nothing, clauses
    )
