"""Act 7: what the two say to one another beside handing over the item, while there is no line: a
request answered with a tear-line, a consent, and an incident with its reach, all of it by packs.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sealane.cli.demo.cast import AGREEMENT
from sealane.cli.demo.sharing import LABEL, open_as
from sealane.cli.demo.stage import NODES, Stage

NEW_PURPOSE = "training"
LOW = "OFFICIAL: Sensitive"
TOLD = "Vessels called in small numbers last week. Nothing of how this is known stands here.\n"


def desk(stage: Stage, item: str) -> None:
    """The line is cut; Tokyo asks three things; packs carry them and what comes of them; then the
    line is back, and what was answered opens.
    """
    refused, _, _ = open_as(stage, item, "jpn.sato", NEW_PURPOSE)
    stage.stop()
    carrier = _Carrier(stage)
    asked = _asked(stage, item)
    carrier.carries("JPN", "AUS")
    tear_line = _cut(stage, item)
    alone = _granted(stage, asked["consent"])
    stage.must("case", "accept", asked["rfi"], "--as", "aus.release", party="AUS")
    # without a line even the question for an assurance goes by pack, and its answer comes by one
    released, _ = _released(stage, tear_line)
    carrier.carries("AUS", "JPN")
    carrier.carries("JPN", "AUS")
    again, _ = _released(stage, tear_line)
    answer = ("case", "answer", asked["rfi"], "--item", tear_line)
    stage.must(*answer, "--as", "aus.release", party="AUS")
    carrier.carries("AUS", "JPN")
    stage.check(
        "With the line cut, a request is answered by packs with a tear-line",
        "回線断の間、情報要求にパックで概要版（tear-line）により回答",
        (released, again) == (3, 0) and _alike(stage, asked["rfi"], "answered"),
        asked["rfi"],
    )
    _bound(stage, item, tear_line)
    _incident(stage, asked["incident"], tear_line)
    stage.check(
        "A pack that comes twice does no harm",
        "同じパックが二度届いても害はない",
        carrier.again() and _alike(stage, asked["consent"], "granted"),
    )
    for party in NODES:
        stage.start(party)
    _opens(stage, item, (refused, alone), tear_line)


class _Carrier:
    """Who carries packs between two nodes that have no line."""

    def __init__(self, stage: Stage) -> None:
        self._stage, self._last = stage, ("", Path())

    def carries(self, giver: str, taker: str) -> None:
        """Everything that waits there for the other, in one file."""
        out = self._stage.root / f"{giver.lower()}-to-{taker.lower()}.pack"
        out.unlink(missing_ok=True)
        self._stage.must("pack", "export", "--to", taker, str(out), party=giver)
        found = self._stage.must("pack", "import", str(out), party=taker)
        self._last = taker, out
        assert not found["refused"], found

    def again(self) -> bool:
        """Whether the pack that came last changes nothing when it comes again."""
        taker, out = self._last
        found = self._stage.must("pack", "import", str(out), party=taker)
        return not (found["taken"] or found["refused"] or found["waiting"])


def _asked(stage: Stage, item: str) -> dict[str, str]:
    """Three cases that Tokyo opens; their numbers by kind."""
    said = {
        "rfi": ("jpn.release", ["subject=Harbour traffic", "question=Which vessels called?"]),
        "consent": ("jpn.release", ["act=new-purpose", f"purpose={NEW_PURPOSE}", "reason=Course"]),
        "incident": ("jpn.security", ["what=possible", "text=A cabinet stood open"]),
    }
    said["rfi"][1].append("urgency=priority")
    return {kind: _open(stage, kind, item, *told) for kind, told in said.items()}


def _open(stage: Stage, kind: str, item: str, person: str, fields: list[str]) -> str:
    about = () if kind == "rfi" else ("--item", item)
    words = ("case", "open", kind, "--with", "AUS", "--agreement", AGREEMENT, *about)
    opened = stage.must(*words, *_set(*fields), "--as", person, party="JPN")
    return str(opened["id"])


def _cut(stage: Stage, item: str) -> str:
    """A tear-line of the item, by a release officer who holds no clearance and is shown nothing."""
    line, label = stage.root / "tear-line.txt", stage.root / "tear-line.json"
    line.write_text(TOLD, encoding="utf-8")
    label.write_text(json.dumps({**LABEL, "classification": LOW}))
    words = ("item", "derive", item, str(line), "--kind", "tear-line", "--label", str(label))
    made = stage.must(*words, "--as", "aus.release", party="AUS")
    stage.check(
        "A tear-line is cut by an officer who may not read the source; the node looks through it",
        "元の項目を閲覧できない担当官が概要版を作成。残りがないかはノードが確認する",
        made["label"]["classification"] == LOW and made["findings"] == [],
        str(made["check"]["version"]),
    )
    return str(made["item"])


def _released(stage: Stage, tear_line: str) -> tuple[int, dict[str, Any]]:
    words = ("item", "release", tear_line, "--to", "JPN", "--agreement", AGREEMENT)
    return stage.run(*words, "--as", "aus.release", party="AUS")


def _granted(stage: Stage, case: str) -> int:
    """Two people of the provider grant the consent; what one alone was answered."""
    until = stage.must("case", "show", case, party="AUS")["due"]
    grant = ("case", "grant", case, *_set(f"until={until}"), "--as", "aus.release")
    alone, _ = stage.run(*grant, party="AUS")
    stage.must(*grant, "--second", "aus.second", party="AUS")
    return alone


def _bound(stage: Stage, item: str, tear_line: str) -> None:
    there = stage.must("item", "sources", tear_line, party="JPN")
    shown = stage.must("item", "show", tear_line, party="JPN")
    stage.check(
        "Tokyo sees that it is bound to a registered source, and not to which",
        "東京は登録済みの元の項目への結び付きを確認できるが、どの項目かは分からない",
        there == {"bound": True, "by": "AUS"} and item not in json.dumps(shown),
        tear_line,
    )


def _incident(stage: Stage, case: str, tear_line: str) -> None:
    there = stage.must("case", "show", case, party="AUS")
    reach, told = there["own"]["reach"], there["form"]
    stage.check(
        "An incident reaches its provider: copies, readers and what was made of it, no names",
        "事案が提供国に届く。写し、閲覧者数、派生した項目が示され、氏名は示されない",
        (told["copies"], reach["derived"], len(reach["copies"])) == (1, [tear_line], 2)
        and "jpn.sato" not in str(there),
        f"{told['readers']} reader",
    )


def _opens(stage: Stage, item: str, before: tuple[int, int], tear_line: str) -> None:
    """With the line back, what the consent allows opens, and so does the tear-line."""
    # the first minute both ledgers catch up; no key leaves before each has proven its own
    opened = stage.until(lambda: open_as(stage, item, "jpn.sato", NEW_PURPOSE)[0] == 0, seconds=60)
    stage.check(
        "A new purpose is refused until two people of the provider consented to it",
        "新しい目的は、提供国の二人が同意するまで拒否される",
        (*before, opened) == (1, 1, True),
        NEW_PURPOSE,
    )
    status, answer, out = open_as(stage, tear_line, "jpn.sato")
    stage.check(
        "The line is back: the tear-line opens there",
        "回線復旧。概要版が開封できる",
        status == 0 and out.read_text(encoding="utf-8") == TOLD,
        str(answer.get("error", {}).get("code", LOW)),
    )


def _alike(stage: Stage, case: str, state: str) -> bool:
    """Whether both nodes show the case in a state, by the same digest."""
    both = [stage.must("case", "show", case, party=party) for party in NODES]
    return [one["state"] for one in both] == [state] * 2 and both[0]["digest"] == both[1]["digest"]


def _set(*pairs: str) -> tuple[str, ...]:
    return tuple(word for pair in pairs for word in ("--set", pair))
