"""The notices beside an agreement as a file: read strictly, told apart, joined; what they mean is
`notice`.

Spec: spec/agreement.md §5.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec

from sealane.agreements.agreement import Authority, Bilingual
from sealane.base import canonical
from sealane.base.described import described
from sealane.base.errors import Malformed, SealaneError, declare
from sealane.base.values import Instant, format_instant, identifier, parse_instant
from sealane.crypto import jws

KINDS = ("suspend", "resume", "give-notice", "change-authority", "notify-law-change")
MAX_NOTICES, MAX_BYTES = 4096, 64 << 20
_KID = re.compile(r"[0-9a-f]{24}", re.ASCII)
_MEMBERS = frozenset(
    (
        "v",
        "type",
        "agreement",
        "version",
        "sha384",
        "kind",
        "party",
        "authority",
        "time",
        "effective",
        "prev",
        "detail",
    )
)

BAD_NOTICE = declare(
    "agreement.notice_malformed",
    Malformed,
    "A notice cannot be read: {why}.",
    "通告を読み取れません：{why}。",
    "Ask the party for its notice exactly as it was given.",
    "当事国から、出されたままの通告を受け取り直してください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One proven notice of one party."""

    kind: str
    party: str
    authority: str
    time: Instant
    effective: Instant
    detail: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "party": self.party,
            "authority": self.authority,
            "time": format_instant(self.time),
            "effective": format_instant(self.effective),
            "detail": dict(self.detail),
        }


class _End(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    until: str


class _LawChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: Bilingual


class _Why(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Annotated[str, msgspec.Meta(max_length=500)] = ""


_DETAILS: dict[str, Any] = {
    "suspend": _Why,
    "resume": _Why,
    "give-notice": _End,
    "change-authority": Authority,
    "notify-law-change": _LawChange,
}
described(*_DETAILS.values())


def notice_of(statement: Mapping[str, Any]) -> Notice:
    """What a statement says, in the domain's values. Raises: Malformed
    `agreement.notice_malformed`, `value.*`.
    """
    detail = statement["detail"]
    try:
        shaped = msgspec.convert(detail, _DETAILS[statement["kind"]])
        if isinstance(shaped, _End):
            parse_instant(shaped.until)
        elif isinstance(shaped, Authority):
            identifier(shaped.id)
            if not all(_KID.fullmatch(kid) for kid in shaped.keys):
                raise BAD_NOTICE(why="keys are named by their ids, 24 hex digits")
            parse_instant(shaped.since)
            parse_instant(shaped.until or shaped.since)
        return Notice(
            kind=statement["kind"],
            party=statement["party"],
            authority=statement["authority"],
            time=parse_instant(statement["time"]),
            effective=parse_instant(statement["effective"]),
            detail=detail,
        )
    except msgspec.ValidationError as error:
        raise BAD_NOTICE(why=str(error)[:120]) from None


def file_of(notices: Sequence[bytes]) -> bytes:
    """The file that holds these notices, in this order."""
    return canonical.encode({"v": 1, "notices": [canonical.parse(one) for one in notices]})


def joined(beside: bytes | None, more: bytes) -> tuple[bytes, tuple[bytes, ...]]:
    """The file with what the other one holds beyond it, and those further notices; each notice
    stands in it once.

    Raises: Malformed `agreement.notice_malformed`.
    """
    held = read(beside)
    known = set(held)
    new = tuple(one for one in dict.fromkeys(read(more)) if one not in known)
    return file_of([*held, *new]), new


def given_by(beside: bytes | None, party: str) -> list[bytes]:
    """One party's notices, in their order."""
    return [one for one in read(beside) if statement_of(one)["party"] == party]


def as_recorded(beside: bytes | None) -> tuple[Notice, ...]:
    """What notices say that were proven before they were recorded; nothing is proven here."""
    return tuple(notice_of(statement_of(one)) for one in read(beside))


def read(beside: bytes | None) -> list[bytes]:
    """Each notice as its exact JWS bytes, nothing trusted yet. Raises: Malformed
    `agreement.notice_malformed`, `json.*`.
    """
    if beside is None:
        return []
    value = canonical.parse(beside, limit=MAX_BYTES)
    if not isinstance(value, dict) or set(value) != {"v", "notices"} or value["v"] != 1:
        raise BAD_NOTICE(why="its members are not v and notices")
    if not isinstance(value["notices"], list) or len(value["notices"]) > MAX_NOTICES:
        raise BAD_NOTICE(why=f"not a list of at most {MAX_NOTICES}")
    return [canonical.encode(one) for one in value["notices"]]


def statement_of(signed: bytes) -> dict[str, Any]:
    """The members of what was signed, trusted in nothing. Raises: Malformed
    `agreement.notice_malformed`.
    """
    try:
        value = canonical.decode(jws.peek(signed), limit=1 << 16)
    except SealaneError as error:
        raise BAD_NOTICE(why=error.message) from None
    if (
        not isinstance(value, dict)
        or set(value) != _MEMBERS
        or value["v"] != 1
        or value["type"] != "agreement.notice"
    ):
        raise BAD_NOTICE(why="its members are others")
    texts = ("agreement", "sha384", "kind", "party", "authority", "time", "effective")
    if not all(type(value[name]) is str for name in texts) or type(value["version"]) is not int:
        raise BAD_NOTICE(why="a member has the wrong type")
    if value["kind"] not in KINDS or not isinstance(value["detail"], dict):
        raise BAD_NOTICE(why="its kind is unknown")
    return value
