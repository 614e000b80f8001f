"""Cases in several states and the pages about them, for `make pictures`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sealane.services.dialogue import keeping
from tests import nations
from tests.lane.dialogue import at, opened, said, settled

Scene = tuple[str, str, str, str, tuple[Any, ...]]
DAY = 86_400


def cases(pair: nations.Pair, item: str) -> dict[str, str]:
    """A request that is under way with words that crossed, a consent that waits, a visit, an
    activity that is under way.
    """
    rfi = {
        "subject": "Harbour traffic in October 十月の港湾交通",
        "question": "Which vessels called, and for how long?\n寄港した船舶と滞在期間を照会します。",
        "urgency": "priority",
    }
    found = {"rfi": opened(pair.aus, "rfi", rfi)["id"]}
    asked = {"act": "new-purpose", "purpose": "training", "reason": "A course. 教育課程のため。"}
    found["consent"] = opened(pair.jpn, "consent", asked, item)["id"]
    visit = {
        "subject": "Port security 港湾保安",
        "level": "SECRET",
        "facility": "aus.hq",
        "from": at(pair, 40 * DAY),
        "until": at(pair, 43 * DAY),
        "visitors": ["jpn.sato", "jpn.tanaka"],
    }
    found["visit"] = opened(pair.jpn, "visit", visit, person="jpn.security")["id"]
    settled(pair)
    said(pair.aus, found["rfi"], "withdraw")
    said(pair.jpn, found["rfi"], "accept")
    limits = {"rooms": ["aus.briefing"], "subjects": ["Berths 埠頭"], "escorts": ["aus.security"]}
    keeping.keep(pair.aus, found["visit"], "limits", form=limits, kind=None, person="aus.security")
    settled(pair)
    said(pair.jpn, found["rfi"], "interim", note="Two of three sources have answered.")
    settled(pair)
    found["activity"] = activity(pair)
    return {f"case_{name}": case for name, case in found.items()}


def activity(pair: nations.Pair) -> str:
    """One with people of Japan and an item, which has begun."""
    form = {
        "title": "Sea trial in the northern approaches 北方海域における共同試験",
        "what": "exercise",
        "from": at(pair, 60),
        "until": at(pair, 30 * DAY),
        "level": "SECRET",
        "purpose": "assessment",
    }
    case = str(opened(pair.aus, "activity", form)["id"])
    settled(pair, 1)
    said(pair.jpn, case, "join", person="jpn.security", people=["jpn.sato"])
    settled(pair, 1)
    nations.share(pair, b"trial", project=case, title="Trial plan 試験計画", reference="trial")
    settled(pair)
    return case


def scenes(names: Mapping[str, str]) -> Iterator[Scene]:
    """(party, person, name of the picture, path, buttons to press)."""
    yield "JPN", "jpn.release", "cases", "/cases", ()
    yield "AUS", "aus.auditor", "cases-all", "/cases?all=on", ()
    yield "JPN", "jpn.release", "case-rfi", f"/cases/{names['case_rfi']}", ()
    yield "AUS", "aus.release", "case-consent", f"/cases/{names['case_consent']}", ()
    yield "AUS", "aus.security", "case-visit", f"/cases/{names['case_visit']}", ()
    yield "JPN", "jpn.security", "case-activity", f"/cases/{names['case_activity']}", ()
    yield "JPN", "jpn.release", "case-new", "/cases/new", ()
    for kind in ("consent", "transfer-decision"):
        yield "JPN", "jpn.release", f"case-new-{kind}", f"/cases/new?kind={kind}", ()
    yield "JPN", "jpn.security", "case-new-visit", "/cases/new?kind=visit", ()
    of = f"/cases/new?kind=visit&line={nations.AGREEMENT}:AUS"
    yield "JPN", "jpn.security", "case-new-visit-under", of, ()
