"""Act 7: what the two say to one another beside handing over the item: a request answered, a
consent, an incident with its reach.
"""

from __future__ import annotations

from typing import Any

from sealane.cli.demo.cast import AGREEMENT
from sealane.cli.demo.sharing import open_as
from sealane.cli.demo.stage import Stage

NEW_PURPOSE = "training"


def desk(stage: Stage, item: str) -> None:
    """A request for information, a consent that opens what was refused, and an incident."""
    _request(stage)
    _consent(stage, item)
    _incident(stage, item)


def _open(stage: Stage, kind: str, *words: str, person: str) -> str:
    """A case that Tokyo opens; its number, once Canberra shows it."""
    case = stage.must(
        *("case", "open", kind, "--with", "AUS", "--agreement", AGREEMENT, *words),
        *("--as", person),
        party="JPN",
    )["id"]
    stage.until(lambda: stage.run("case", "show", case, party="AUS")[0] == 0)
    return str(case)


def _shown(stage: Stage, case: str, party: str) -> dict[str, Any]:
    return stage.must("case", "show", case, party=party)


def _alike(stage: Stage, case: str, state: str) -> bool:
    """Whether both nodes show the case in a state, by the same digest."""

    def same() -> bool:
        both = [_shown(stage, case, party) for party in ("AUS", "JPN")]
        digests = {one["digest"] for one in both}
        return [one["state"] for one in both] == [state, state] and len(digests) == 1

    return stage.until(same)


def _request(stage: Stage) -> None:
    fields = ("subject=Harbour traffic", "question=Which vessels called?", "urgency=priority")
    case = _open(stage, "rfi", *_set(*fields), person="jpn.release")
    stage.must("case", "accept", case, "--as", "aus.release", party="AUS")
    stage.must("case", "answer", case, *_set("text=Three."), "--as", "aus.release", party="AUS")
    stage.check(
        "A request for information is answered; both nodes show the same case",
        "情報要求に回答。両ノードの案件が一致する",
        _alike(stage, case, "answered"),
        case,
    )


def _consent(stage: Stage, item: str) -> None:
    refused, _, _ = open_as(stage, item, "jpn.sato", NEW_PURPOSE)
    asked = _set("act=new-purpose", f"purpose={NEW_PURPOSE}", "reason=A course")
    case = _open(stage, "consent", "--item", item, *asked, person="jpn.release")
    until = _shown(stage, case, "AUS")["due"]
    grant = ("case", "grant", case, *_set(f"until={until}"), "--as", "aus.release")
    alone, _ = stage.run(*grant, party="AUS")
    stage.must(*grant, "--second", "aus.second", party="AUS")
    granted = _alike(stage, case, "granted")
    opened, answer, _ = open_as(stage, item, "jpn.sato", NEW_PURPOSE)
    stage.check(
        "A new purpose is refused until two people of the provider consented to it",
        "新しい目的は、提供国の二人が同意するまで拒否される",
        (refused, alone, granted, opened) == (1, 1, True, 0),
        str(answer.get("error", {}).get("code", NEW_PURPOSE)),
    )


def _incident(stage: Stage, item: str) -> None:
    said = _set("what=possible", "text=A cabinet stood open")
    case = _open(stage, "incident", "--item", item, *said, person="jpn.security")
    there = _shown(stage, case, "AUS")
    reach = there["own"]["reach"]
    stage.check(
        "An incident reaches the provider at once: its copies and readers, no names",
        "事案は直ちに提供国に届く。写しと閲覧者の数が示され、氏名は示されない",
        len(reach["copies"]) == there["form"]["copies"] == 1 and "jpn.sato" not in str(there),
        f"{there['form']['readers']} reader",
    )


def _set(*pairs: str) -> tuple[str, ...]:
    return tuple(word for pair in pairs for word in ("--set", pair))
