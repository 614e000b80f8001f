"""The demonstration's story, act by act; each line checks what the agreement says must come out."""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from pathlib import Path
from typing import Any

from sealane import shipped
from sealane.base.values import DAY, Instant, format_instant
from sealane.cli import access
from sealane.cli.demo.cast import AGREEMENT, PROJECT, cast
from sealane.cli.demo.command import NODES, Stage
from sealane.cli.frame.answer import speaker

LABEL = {
    "policy": "AUS",
    "classification": "SECRET",
    "originator": "AUS",
    "categories": [{"tag": "Releasable To", "type": "permissive", "values": ["AUS", "JPN"]}],
}
RESTS_ON = "jpn-aus-2012-isa"
AREA, PURPOSE = "maritime", "assessment"
CONSOLE_PEOPLE = {
    "AUS": ("aus.analyst", "aus.release", "aus.second", "aus.auditor"),
    "JPN": ("jpn.sato", "jpn.tanaka", "jpn.suzuki", "jpn.clerk", "jpn.security"),
}
"""Who may sign in to the consoles that stay up: both sides' desks, readers who may and readers who
may not.
"""


def play(stage: Stage, document: Path | None) -> None:
    """All eight acts. Raises: Unavailable `demo.step` when a step
    that everything hangs on fails.
    """
    say = speaker().tell
    say(
        "The agreement is a model, not the treaty. Its equivalence rows are UNVERIFIED; these two"
        " nodes accept them by\noperator policy because everything here is synthetic. Sealane"
        " claims no accreditation.",
        "この取決めは模型であり、条約そのものではありません。対応表の行は未確認です。"
        "すべて架空の資料のため、\n"
        "両ノードは運用者の方針で受け入れています。Sealane はいかなる認定も主張しません。",
    )
    say("1. Nodes and agreement", "1. ノードと取決め")
    introduce(stage)
    say("2. People", "2. 人")
    people(stage)
    for party in NODES:
        stage.start(party)
    say("3. Share, 4. Receive", "3. 提供　4. 受領")
    source = document or sample(stage)
    item = share(stage, source)
    say("5. Open", "5. 開封")
    opens(stage, item, source)
    say("6. Refuse", "6. 拒否")
    refusals(stage, item)
    say("7. Recall", "7. 回収")
    recall(stage, item)
    say("8. Prove", "8. 証明")
    prove(stage, item)


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
    stage.must(
        "people",
        "assure",
        "--agreement",
        AGREEMENT,
        "--area",
        AREA,
        "--level",
        "SECRET",
        "--as",
        "jpn.security",
        "--until",
        format_instant(Instant(now + 365 * DAY)),
        party="JPN",
    )


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


def share(stage: Stage, source: Path) -> str:
    """One share whose second signer signs later, delivered with a signed receipt."""
    label = stage.root / "label.json"
    label.write_text(json.dumps(LABEL))
    terms = [
        "--to",
        "JPN",
        "--label",
        str(label),
        "--purpose",
        PURPOSE,
        "--also-purpose",
        "planning",
        "--area",
        AREA,
        "--agreement",
        AGREEMENT,
        "--originator",
        "aus.analyst",
        "--as",
        "aus.release",
        "--project",
        PROJECT,
    ]
    found = stage.must("release", str(source), *terms, "--reference", "demo-1", party="AUS")
    item = str(found["item"])
    stage.check(
        "Readers shown before release: one Japanese post today",
        "提供前に読める職を表示：今日は日本側の一つ",
        found["readers"] == ["Maritime desk"],
        ", ".join(found["readers"]),
    )
    stage.check(
        "SECRET waits for the second signer",
        "SECRET は第二署名者を待つ",
        found["state"] == "awaiting second signer",
    )
    status, refused = stage.run("item", "countersign", item, "--as", "aus.release", party="AUS")
    stage.check(
        "The release officer cannot be the second signer",
        "提供担当官は第二署名者になれない",
        status == 1,
        refused["error"]["code"],
    )
    stage.must("item", "countersign", item, "--as", "aus.second", party="AUS")
    arrived = stage.until(
        lambda: bool(stage.must("item", "show", item, party="AUS")["state"] == "delivered")
    )
    stage.check(
        "Delivered: the partner's signed receipt is recorded",
        "引渡し済み：相手の署名付き受領証を記録した",
        arrived,
    )
    again = stage.must("release", str(source), *terms, "--reference", "demo-1", party="AUS")
    stage.check(
        "Asked again with the same reference: the same item",
        "同じ参照での再依頼は同じ項目になる",
        again["item"] == item,
    )
    there = stage.must("item", "show", item, party="JPN")
    stage.check(
        "Tokyo registered copy 1 with both levels marked",
        "東京は写し1を両国の区分で登録した",
        there["label"]["classification"] == "SECRET" and bool(there["handle_as"]),
        f"AUS SECRET = JPN {there['handle_as']}",
    )
    stage.must("item", "accept", item, "--as", "jpn.clerk", party="JPN")
    accepted = stage.until(
        lambda: bool(stage.must("item", "show", item, party="AUS")["state"] == "accepted")
    )
    stage.check("Accepted is its own receipt", "受理は別の受領証である", accepted)
    return item


def _open(
    stage: Stage, item: str, person: str, purpose: str = PURPOSE
) -> tuple[int, dict[str, Any], Path]:
    out = stage.root / f"opened-{person}"
    out.unlink(missing_ok=True)
    status, answer = stage.run(
        "item", "open", item, str(out), "--as", person, "--purpose", purpose, party="JPN"
    )
    return status, answer, out


def opens(stage: Stage, item: str, source: Path) -> None:
    """The right reader opens; the originator sees which post did."""
    status, answer, out = _open(stage, item, "jpn.sato")
    same = status == 0 and out.read_bytes() == source.read_bytes()
    stage.check(
        "The right reader opens it; both key services agreed; bytes equal",
        "正当な読み手が開封。両国の鍵サービスが同意し、バイト列は同一",
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


def refusals(stage: Stage, item: str) -> None:
    """Everybody who must not read is refused, with clauses, in both languages, in both ledgers."""
    cases = [
        ("jpn.suzuki", PURPOSE, "Uncleared", "クリアランスなし"),
        ("jpn.tanaka", PURPOSE, "Cleared but not authorised", "認可なし"),
        ("jpn.sato", "acquisition", "Wrong purpose", "目的外"),
        ("jpn.ito", PURPOSE, "Clearance lapsed this morning", "クリアランス失効"),
        ("jpn.miller", PURPOSE, "Wrong nationality", "国籍不適合"),
    ]
    for person, purpose, english, japanese in cases:
        status, answer, out = _open(stage, item, person, purpose)
        _refused(stage, english, japanese, status, answer, nothing=not out.exists())
    status, answer = stage.run(
        "item", "onward", item, "--to", "USA", "--as", "jpn.sato", "--purpose", PURPOSE, party="JPN"
    )
    _refused(
        stage,
        "Onward to a third country without consent",
        "同意なき第三国提供",
        status,
        answer,
        nothing=True,
    )
    stage.must(
        "node", "agreement", stage.folder("AUS"), AGREEMENT, "suspend", "--reason", "exercise"
    )

    def suspended() -> bool:
        held = stage.must("node", "status", stage.folder("JPN"))["agreements"]
        return any(one["id"] == AGREEMENT and one["state"] == "suspended" for one in held)

    stage.until(suspended)
    status, answer, out = _open(stage, item, "jpn.sato")
    _refused(stage, "Agreement suspended", "取決め停止中", status, answer, nothing=not out.exists())
    stage.must(
        "node", "agreement", stage.folder("AUS"), AGREEMENT, "resume", "--reason", "exercise over"
    )
    stage.until(lambda: not suspended())

    def told() -> bool:
        return all(_denials(stage, item, party) >= 7 for party in NODES)

    stage.check(
        "All seven denials are in both ledgers",
        "七件の拒否はすべて双方の台帳にある",
        stage.until(told),
        ", ".join(f"{party} {_denials(stage, item, party)}" for party in NODES),
    )


def _denials(stage: Stage, item: str, party: str) -> int:
    return sum(
        line["kind"] == "statement.open.denied"
        for line in stage.must("item", "history", item, party=party)["history"]
    )


def _refused(
    stage: Stage, english: str, japanese: str, status: int, answer: dict[str, Any], *, nothing: bool
) -> None:
    error = answer.get("error", {})
    reasons = [
        one
        for one in error.get("details", {}).get("decision", {}).get("reasons", [])
        if not one["met"]
    ]
    told = bool(reasons) and all(
        one["clause"] and one["text"] and one["text_ja"] for one in reasons
    )
    clauses = ", ".join(dict.fromkeys(str(one["clause"]) for one in reasons))
    stage.check(
        f"Refused: {english}", f"拒否：{japanese}", status == 1 and told and nothing, clauses
    )


def recall(stage: Stage, item: str) -> None:
    """The originator recalls; the partner destroys and says so; nothing opens afterwards; history
    stays.
    """
    stage.must("item", "recall", item, "--reason", "superseded", "--as", "aus.analyst", party="AUS")

    def destroyed() -> bool:
        copies = stage.must("item", "show", item, party="AUS")["copies"]
        return any(copy["number"] == 1 and copy["state"] == "destroyed" for copy in copies)

    stage.check(
        "Recalled; the partner's signed destruction receipt arrived",
        "回収。相手の署名付き廃棄証明を受領した",
        stage.until(destroyed),
    )
    status, answer, out = _open(stage, item, "jpn.sato")
    stage.check(
        "Opening afterwards is refused",
        "以後の開封は拒否される",
        status != 0 and not out.exists(),
        str(answer.get("error", {}).get("code")),
    )
    history = stage.must("item", "history", item, party="JPN")["history"]
    stage.check("History stays", "履歴は残る", len(history) > 10, f"{len(history)} entries")


def prove(stage: Stage, item: str) -> None:
    """Evidence that verifies without a node and breaks with one byte; registries that agree, and
    one made to differ.
    """
    file = stage.root / f"{item}.evidence"
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
        broken = stage.root / "broken.evidence"
        broken.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        caught &= stage.run("evidence", "verify", str(broken), keys=False)[0] in (1, 2)
    stage.check(
        "One changed byte is found, wherever it is", "一バイトの改変もどこであれ見つかる", caught
    )
    agree = stage.until(
        lambda: all(
            stage.run("audit", "reconcile", "--with", other, "--agreement", AGREEMENT, party=party)[
                0
            ]
            == 0
            for party, other in (("AUS", "JPN"), ("JPN", "AUS"))
        ),
        60,
    )
    stage.check(
        "Registries and ledgers agree copy by copy", "登録簿と台帳は写しごとに一致する", agree
    )
    _tamper(Path(stage.folder("JPN")), item)
    status, found = stage.run(
        "audit", "reconcile", "--with", "AUS", "--agreement", AGREEMENT, party="JPN"
    )
    stage.check(
        "A difference made by hand is found",
        "手で作った差異は見つかる",
        status == 1 and bool(found.get("differences")),
        found.get("differences", [{}])[0].get("difference", "") if found.get("differences") else "",
    )
    _tamper(Path(stage.folder("JPN")), item, back=True)


def _tamper(folder: Path, item: str, *, back: bool = False) -> None:
    """What a dishonest clerk would do: change the register's row by hand, past every rule."""
    import sqlite3

    with sqlite3.connect(folder / "node.db", timeout=30) as database:
        database.execute(
            "UPDATE copies SET state = ? WHERE item = ? AND number = 1",
            ("destroyed" if back else "held", item),
        )
    database.close()


def invite(stage: Stage) -> None:
    """Give the story's people one random passphrase for this demonstration, and tell how to sign
    in.
    """
    say = speaker().tell
    label, fresh = stage.root / "label.json", stage.root / "for-the-console.txt"
    fresh.write_text(
        "SYNTHETIC. A second document, to be opened at the"
        " console.\n架空の資料：コンソールで開く二つ目の文書\n",
        encoding="utf-8",
    )
    stage.must(
        "release",
        str(fresh),
        "--to",
        "JPN",
        "--label",
        str(label),
        "--purpose",
        PURPOSE,
        "--area",
        AREA,
        "--agreement",
        AGREEMENT,
        "--originator",
        "aus.analyst",
        "--as",
        "aus.release",
        "--second",
        "aus.second",
        "--project",
        PROJECT,
        party="AUS",
    )
    word = stage.root / "sign-in-passphrase"
    word.write_text(secrets.token_urlsafe(12))
    word.chmod(0o600)
    for party in NODES:
        for person in CONSOLE_PEOPLE[party]:
            stage.must(
                "people", "passphrase", person, "--new-passphrase-file", str(word), party=party
            )
        address = stage.must("node", "status", stage.folder(party))["console"]
        people = ", ".join(CONSOLE_PEOPLE[party])
        say(
            f"{party} console: {address}  sign in as {people}",
            f"{party} コンソール：{address}  利用者：{people}",
        )
    say(
        f"Passphrase for all of them: {word.read_text()}", f"共通のパスフレーズ：{word.read_text()}"
    )
    say("Press Ctrl-C to stop both nodes.", "Ctrl-C で両ノードを止めます。")
