"""Acts 3 to 5: one document released, countersigned, delivered, accepted and opened."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from sealane.cli.demo.cast import AGREEMENT, PROJECT
from sealane.cli.demo.stage import Stage

LABEL = {
    "policy": "AUS",
    "classification": "SECRET",
    "originator": "AUS",
    "categories": [{"tag": "Releasable To", "type": "permissive", "values": ["AUS", "JPN"]}],
}
AREA, PURPOSE = "maritime", "assessment"


def sample(stage: Stage) -> Path:
    """A document to share when the user brought none."""
    path = stage.root / "harbour-assessment.txt"
    lines = ["SYNTHETIC. Harbour assessment for the demonstration.", "架空の資料：港湾情勢評価", ""]
    lines += [
        f"Berth {number:03d}: {hashlib.sha256(bytes([number % 256])).hexdigest()}"
        for number in range(1500)
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def terms(stage: Stage) -> list[str]:
    """The options of a release to Japan, under whose name and for what; writes the label's file."""
    label = stage.root / "label.json"
    label.write_text(json.dumps(LABEL))
    options = {
        "--to": "JPN",
        "--label": str(label),
        "--purpose": PURPOSE,
        "--area": AREA,
        "--agreement": AGREEMENT,
        "--originator": "aus.analyst",
        "--as": "aus.release",
        "--project": PROJECT,
    }
    return [word for option in options.items() for word in option]


def share(stage: Stage, source: Path) -> str:
    """One share whose second signer signs later, delivered with a signed receipt."""
    asked = [str(source), *terms(stage), "--also-purpose", "planning", "--reference", "demo-1"]
    released = stage.must("release", *asked, party="AUS")
    item, posts = str(released["item"]), released["readers"]["JPN"]["posts"]
    stage.check(
        "Readers shown before release: one Japanese post today",
        "提供前に読める職を表示：今日は日本側の一つ",
        posts == ["Maritime desk"],
        ", ".join(posts),
    )
    _countersign(stage, item, released["state"])
    delivered = stage.until(lambda: _state(stage, item) == "delivered")
    stage.check(
        "Delivered: the partner's signed receipt is recorded",
        "引渡し済み：相手の署名付き受領証を記録した",
        delivered,
    )
    again = stage.must("release", *asked, party="AUS")
    stage.check(
        "Asked again with the same reference: the same item",
        "同じ参照での再依頼は同じ項目になる",
        again["item"] == item,
    )
    _receive(stage, item)
    return item


def _countersign(stage: Stage, item: str, state: str) -> None:
    stage.check(
        "SECRET waits for the second signer",
        "SECRET は第二署名者を待つ",
        state == "awaiting second signer",
    )
    status, refused = stage.run("item", "countersign", item, "--as", "aus.release", party="AUS")
    stage.check(
        "The release officer cannot be the second signer",
        "提供担当官は第二署名者になれない",
        status == 1,
        refused["error"]["code"],
    )
    stage.must("item", "countersign", item, "--as", "aus.second", party="AUS")


def _receive(stage: Stage, item: str) -> None:
    there = stage.must("item", "show", item, party="JPN")
    stage.check(
        "Tokyo registered copy 1 with both levels marked",
        "東京は写し1を両国の区分で登録した",
        there["label"]["classification"] == "SECRET" and bool(there["handle_as"]),
        f"AUS SECRET = JPN {there['handle_as']}",
    )
    stage.must("item", "accept", item, "--as", "jpn.clerk", party="JPN")
    accepted = stage.until(lambda: _state(stage, item) == "accepted")
    stage.check("Accepted is its own receipt", "受理は別の受領証である", accepted)


def _state(stage: Stage, item: str) -> str:
    """How far the release has come, as Canberra knows it."""
    return str(stage.must("item", "show", item, party="AUS")["state"])


def opens(stage: Stage, item: str, source: Path) -> None:
    """The right reader opens; the originator sees which post did."""
    status, answer, out = open_as(stage, item, "jpn.sato")
    same = status == 0 and out.read_bytes() == source.read_bytes()
    stage.check(
        "The right reader opens it; both key services agreed; bytes equal",
        "正当な閲覧者が開封。両国の鍵サービスが同意し、バイト列は同一",
        same,
        "" if same else str(answer.get("error", {}).get("code")),
    )

    def seen() -> bool:
        lines = stage.must("item", "history", item, party="AUS")["history"]
        return any(
            line["kind"] == "statement.opened" and line["says"].get("post") == "Maritime desk"
            for line in lines
        )

    stage.check(
        "Canberra sees which post opened it", "キャンベラは開封した職を知る", stage.until(seen)
    )


def open_as(
    stage: Stage, item: str, person: str, purpose: str = PURPOSE
) -> tuple[int, dict[str, Any], Path]:
    """Try to open the item in Tokyo: exit status, answer, and the file that it would be in."""
    out = stage.root / f"opened-{person}"
    out.unlink(missing_ok=True)
    status, answer = stage.run(
        "item", "open", item, str(out), "--as", person, "--purpose", purpose, party="JPN"
    )
    return status, answer, out
