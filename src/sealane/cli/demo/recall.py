"""Act 8: the originator recalls; the partner destroys, and says so under its signature."""

from __future__ import annotations

from sealane.cli.demo.sharing import open_as
from sealane.cli.demo.stage import Stage


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
    status, answer, out = open_as(stage, item, "jpn.sato")
    stage.check(
        "Opening afterwards is refused",
        "以後の開封は拒否される",
        status != 0 and not out.exists(),
        str(answer.get("error", {}).get("code")),
    )
    history = stage.must("item", "history", item, party="JPN")["history"]
    stage.check("History stays", "履歴は残る", len(history) > 10, f"{len(history)} entries")
