"""The fields of an Australian email mark, `NAME=value` by `, `, and the escapes inside a value.

Spec: Email Protective Marking Standard 2018.1 to 2025.1 (syntax, escapes).
"""

from __future__ import annotations

import re

from sealane.labels.au.terms import free_text
from sealane.labels.marks.syntax import Remark
from sealane.labels.model.errors import SPACING, TRUNCATED, unknown

RANK = {
    "VER": 0,
    "NS": 1,
    "SEC": 2,
    "CAVEAT": 3,
    "EXPIRES": 4,
    "DOWNTO": 5,
    "ACCESS": 6,
    "NOTE": 7,
    "ORIGIN": 8,
}
_SPLIT = re.compile(r"(?:[^,\\]|\\.)*(?:, |$)", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)

SPACED = Remark(
    "label.spacing", "Spacing or separators were put right.", "空白または区切りを直しました。"
)


def fields(text: str, start: int, lenient: bool, notes: list[Remark]) -> list[tuple[str, str, int]]:
    """Name, raw value and position of each field. Raises: Malformed `label.truncated`,
    `label.spacing`.
    """
    out = []
    position = start
    if "\\" in text:
        parts = [part.removesuffix(", ") for part in _SPLIT.findall(text)]
        if parts and not parts[-1] and not text.endswith(", "):
            parts.pop()
        if ", ".join(parts) != text:
            read = start + len(", ".join(parts))
            if text.endswith("\\"):
                raise TRUNCATED(position=start + len(text), expected="escaped character")
            raise SPACING(position=read)
    else:
        parts = text.split(", ")
    for part in parts:
        name, equals, value = part.partition("=")
        slip = "," in value and "\\" not in value
        if (
            name not in RANK
            or not equals
            or not value
            or value[0] == " "
            or value[-1] == " "
            or slip
        ):
            if lenient and (loose := _loose(text, start)) is not None:
                notes.append(SPACED)
                return loose
            raise _bad_field(part, name, equals, value, position)
        out.append((name, value, position + len(name) + 1))
        position += len(part) + 2
    return out


def _loose(text: str, start: int) -> list[tuple[str, str, int]] | None:
    """The fields with any spacing around separators; None when that does not help either."""
    out = []
    for found in re.finditer(r"[ ]*([A-Z]+)[ ]*=[ ]*((?:[^,\\]|\\.)*?)[ ]*(?:,|$)", text):
        if found[1] not in RANK or not found[2]:
            return None
        out.append((found[1], found[2], start + found.start(2)))
    joined = re.sub(r" ", "", ",".join(f"{name}={value}" for name, value, _ in out))
    return out if joined == text.replace(" ", "") else None


def _bad_field(part: str, name: str, equals: str, value: str, position: int) -> Exception:
    if name in RANK and "," in value:
        return SPACING(position=position + part.index(","))
    if not part.strip():
        return TRUNCATED(position=position, expected="field")
    if name.strip() in RANK and (
        name != name.strip() or (value != value.strip() and value.strip())
    ):
        return SPACING(position=position)
    if name not in RANK:
        inner = part.find(",")
        return (
            SPACING(position=position + inner)
            if inner >= 0 and name.split(",")[0] in RANK
            else unknown(name, position)
        )
    if not equals or not value.strip():
        return TRUNCATED(position=position + len(part), expected="value")
    return SPACING(position=position)


def unescaped(raw: str, position: int, tag: str) -> str:
    """Free text with its escapes undone. Raises: Malformed `label.unknown_token`: a stray escape or
    separator.
    """
    if "\\" in raw:
        for found in _ESCAPE.finditer(raw):
            if found[1] not in ":,\\":
                raise unknown(found[0], position + found.start())
        if raw.replace("\\\\", "").endswith("\\"):
            raise TRUNCATED(position=position + len(raw), expected="escaped character")
        raw = _ESCAPE.sub(r"\1", raw)
    elif "," in raw:
        raise SPACING(position=position + raw.index(","))
    return free_text(raw, position, tag)
