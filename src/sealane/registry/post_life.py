"""The life of a post or room, and the words for what a person may lack in one.

Spec: spec/post.md §1, §2; R20, R26, R28, R49.
"""

from __future__ import annotations

from sealane.base.table import Row, Table
from sealane.registry.post_records import PostState

OFFICER = "security officer"
_VACANT, _FILLED = PostState.VACANT, PostState.FILLED
POST = Table(
    life="post or room",
    start=_VACANT,
    rows=(
        Row(_VACANT, "place", _FILLED, OFFICER, "post.filled"),
        Row(_FILLED, "place", _FILLED, OFFICER, "post.filled"),
        Row(_FILLED, "leave", _FILLED, OFFICER, "post.left"),
        Row(_FILLED, "empty", _VACANT, OFFICER, "post.left"),
    ),
)
"""Placing somebody else in a post ends the former holder's time; the last who leaves empties it."""
GAP_WORDS: dict[str, tuple[str, str]] = {
    "clearance": (
        "no clearance that counts covers the level",
        "区分に足りる有効な適格性がありません",
    ),
    "briefing": (
        "no current briefing on the agreement",
        "取決めについての有効な事前説明がありません",
    ),
    "nationality": (
        "no citizenship of this nation or, under an agreement, of a party",
        "自国（取決めの下では当事国）の国籍がありません",
    ),
    "organisation": (
        "the person's organisation is of no such nation",
        "所属機関の国が自国又は当事国ではありません",
    ),
    "authorisation": (
        "no current authorisation names the person for the project",
        "事業について本人を名指しする有効な認可がありません",
    ),
    "accreditation": (
        "the facility is not accredited for the level now",
        "施設が現在その区分に認定されていません",
    ),
    "visit": (
        "no approved visit covers this person, place and day",
        "この人、場所、日についての承認済みの訪問がありません",
    ),
    "limits": (
        "the limits set for the visit do not name this room",
        "訪問に定めた制限にこの部屋が含まれていません",
    ),
    "agreement": ("the agreement is not in force", "取決めが効力を有していません"),
}
"""What may be missing, each in both languages."""
