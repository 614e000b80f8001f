"""The synthetic staff of the demonstration: posts, nationalities, clearances of both regimes,
briefings, duties.

Nobody here exists. Every instant is relative to the moment the demonstration starts.
"""

from __future__ import annotations

from typing import Any

from sealane.base.values import DAY, SECOND, Instant, format_instant

AGREEMENT = "jpn-aus-2022"
PROJECT = "harbour-watch"


class _Bureau:
    """Who writes the records: one clock, so that all of them fit together."""

    def __init__(self, now: Instant) -> None:
        self.past, self.future = (
            format_instant(Instant(now - 200 * DAY)),
            format_instant(Instant(now + 400 * DAY)),
        )
        self.lapsed = format_instant(Instant(now - 60 * SECOND))

    def clearance(self, country: str, level: str, until: str | None = None) -> dict[str, Any]:
        return {
            "issuer": country,
            "policy": country,
            "level": level,
            "basis": "assessed",
            "granted": self.past,
            "expires": until or self.future,
            "sponsor": f"{country.lower()}.defence",
            "status": "active",
        }

    def person(
        self,
        country: str,
        name: str,
        shown: tuple[str, str],
        post: tuple[str, str],
        duties: list[str],
        *,
        clearances: list[dict[str, Any]] | None = None,
        authorised: bool = False,
        nationality: list[str] | None = None,
    ) -> dict[str, Any]:
        own = country.lower()
        named = {
            "project": PROJECT,
            "by": f"{own}.security",
            "from": self.past,
            "until": self.future,
        }
        return {
            "id": f"{own}.{name}",
            "name": shown[0],
            "name_ja": shown[1],
            "post": post[0],
            "post_ja": post[1],
            "facility": f"{own}.registry",
            "nationality": nationality or [country],
            "organisation": f"{own}.defence",
            "organisation_country": country,
            "clearances": clearances or [],
            "briefings": [{"agreement": AGREEMENT, "on": self.past, "until": self.future}],
            "authorisations": [named] if authorised else [],
            "roles": [],
            "duties": duties,
        }

    def facility(self, country: str, level: str) -> dict[str, Any]:
        return {
            "id": f"{country.lower()}.registry",
            "country": country,
            "accredited": {"policy": country, "level": level},
            "until": self.future,
        }


def cast(now: Instant) -> dict[str, dict[str, Any]]:
    """People and facilities of both nodes, in the form that `sealane people add` takes."""
    bureau, reader = _Bureau(now), ["reader"]
    person, clearance, lapsed = bureau.person, bureau.clearance, bureau.lapsed
    return {
        "AUS": {
            "facilities": [bureau.facility("AUS", "SECRET")],
            "people": [
                person(
                    "AUS",
                    "analyst",
                    ("Alex Rowe", "アレックス・ロウ"),
                    ("Maritime analyst", "海洋分析官"),
                    ["originator"],
                ),
                person(
                    "AUS",
                    "release",
                    ("Sam Patel", "サム・パテル"),
                    ("Release officer", "提供担当官"),
                    ["release-officer"],
                ),
                person(
                    "AUS",
                    "second",
                    ("Kim Novak", "キム・ノヴァク"),
                    ("Second signer", "第二署名官"),
                    ["second-signer"],
                ),
                person(
                    "AUS",
                    "clerk",
                    ("Jo Chen", "ジョー・チェン"),
                    ("Registry clerk", "文書管理官"),
                    ["registry-clerk"],
                ),
                person(
                    "AUS",
                    "security",
                    ("Pat Hughes", "パット・ヒューズ"),
                    ("Security officer", "保全責任者"),
                    ["security-officer"],
                ),
                person(
                    "AUS",
                    "auditor",
                    ("Lee Brown", "リー・ブラウン"),
                    ("Auditor", "監査官"),
                    ["auditor"],
                ),
            ],
        },
        "JPN": {
            "facilities": [bureau.facility("JPN", "極秘")],
            "people": [
                person(
                    "JPN",
                    "sato",
                    ("Sato Haruka", "佐藤 遥"),
                    ("Maritime desk", "海洋担当"),
                    reader,
                    clearances=[clearance("JPN", "特定秘密")],
                    authorised=True,
                ),
                person(
                    "JPN",
                    "suzuki",
                    ("Suzuki Ken", "鈴木 健"),
                    ("Planning desk", "計画担当"),
                    reader,
                    authorised=True,
                ),
                person(
                    "JPN",
                    "tanaka",
                    ("Tanaka Yui", "田中 結衣"),
                    ("Cyber desk", "サイバー担当"),
                    reader,
                    clearances=[clearance("JPN", "特定秘密")],
                ),
                person(
                    "JPN",
                    "ito",
                    ("Ito Daichi", "伊藤 大地"),
                    ("Former maritime desk", "前海洋担当"),
                    reader,
                    clearances=[clearance("JPN", "特定秘密", lapsed)],
                    authorised=True,
                ),
                person(
                    "JPN",
                    "miller",
                    ("Dana Miller", "ダナ・ミラー"),
                    ("Exchange officer", "交換要員"),
                    reader,
                    clearances=[clearance("JPN", "特定秘密")],
                    authorised=True,
                    nationality=["NZL"],
                ),
                person(
                    "JPN",
                    "clerk",
                    ("Yamada Emi", "山田 恵美"),
                    ("Registry clerk", "文書管理官"),
                    ["registry-clerk"],
                ),
                person(
                    "JPN",
                    "security",
                    ("Kobayashi Jun", "小林 純"),
                    ("Security officer", "保全責任者"),
                    ["security-officer"],
                ),
                person(
                    "JPN",
                    "auditor",
                    ("Watanabe Rei", "渡辺 玲"),
                    ("Auditor", "監査官"),
                    ["auditor"],
                ),
            ],
        },
    }
