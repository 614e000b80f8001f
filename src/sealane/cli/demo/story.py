"""The demonstration's story, act by act; each line checks what the agreement says must come out.

Every act is a module beside this one, and is made of commands that a person could type.
"""

from __future__ import annotations

from pathlib import Path

from sealane.cli.demo.desk import desk
from sealane.cli.demo.founding import introduce, people
from sealane.cli.demo.proof import prove
from sealane.cli.demo.recall import recall
from sealane.cli.demo.refusals import refusals
from sealane.cli.demo.sharing import opens, sample, share
from sealane.cli.demo.stage import NODES, Stage
from sealane.cli.frame.answer import speaker


def play(stage: Stage, document: Path | None) -> None:
    """All nine acts. Raises: Unavailable `demo.step` when a step
    that everything hangs on fails.
    """
    say = speaker().tell
    say(
        "The agreement is a model, not the treaty. Its equivalence rows are UNVERIFIED; these two"
        " nodes accept them by\noperator policy because everything here is synthetic. Sealane"
        " claims no accreditation.",
        "この取決めはモデルであり、条約そのものではありません。対応表の行は未検証です。"
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
    say("7. The desk, with the line cut", "7. 協議の窓口（回線断）")
    desk(stage, item)
    say("8. Recall", "8. 回収")
    recall(stage, item)
    say("9. Prove", "9. 証明")
    prove(stage, item)
