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
_LOOSE = re.compile(r"[ ]*([A-Z]+)[ ]*=[ ]*((?:[^,\\]|\\.)*?)[ ]*(?:,|$)")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)

SPACED = Remark(
    "label.spacing", "Spacing or separators were put right.", "空白または区切りを直しました。"
)


Field = tuple[str, str, int]
"""Name, raw value, and where the value starts in the text."""


def fields(text: str, start: int, lenient: bool, notes: list[Remark]) -> list[Field]:
    """Name, raw value and position of each field.

    Raises: Malformed `label.truncated`, `label.spacing`.
    """
    read: list[Field] = []
    position = start
    for part in _split(text, start):
        name, equals, value = part.partition("=")
        if not _well_formed(name, value):
            if lenient:
                loose = _loose(text, start)
                if loose is not None:
                    notes.append(SPACED)
                    return loose
            raise _bad_field(part, name, equals, value, position)
        read.append((name, value, position + len(name) + 1))
        position += len(part) + 2
    return read


def _split(text: str, start: int) -> list[str]:
    """The fields between commas and spaces; a comma that is escaped separates nothing."""
    if "\\" not in text:
        return text.split(", ")
    parts = [part.removesuffix(", ") for part in _SPLIT.findall(text)]
    # The pattern finds one empty field more at the end, unless the text ends in a separator.
    if parts and not parts[-1] and not text.endswith(", "):
        parts.pop()
    if ", ".join(parts) == text:
        return parts
    if text.endswith("\\"):
        raise TRUNCATED(position=start + len(text), expected="escaped character")
    raise SPACING(position=start + len(", ".join(parts)))


def _well_formed(name: str, value: str) -> bool:
    """A known name, and a value without space around it or a comma that nothing escapes."""
    if name not in RANK or not value or value[0] == " " or value[-1] == " ":
        return False
    return "," not in value or "\\" in value


def _loose(text: str, start: int) -> list[Field] | None:
    """The fields with any spacing around separators; None when that does not help either."""
    read: list[Field] = []
    for match in _LOOSE.finditer(text):
        name, value = match[1], match[2]
        if name not in RANK or not value:
            return None
        read.append((name, value, start + match.start(2)))
    # Nothing but spaces was passed over.
    joined = ",".join(f"{name}={value}" for name, value, _ in read)
    return read if joined.replace(" ", "") == text.replace(" ", "") else None


def _bad_field(part: str, name: str, equals: str, value: str, position: int) -> Exception:
    """Why a field is not one: what is unknown, missing, or only spaced otherwise."""
    if name in RANK and "," in value:
        return SPACING(position=position + part.index(","))
    if not part.strip():
        return TRUNCATED(position=position, expected="field")
    spaced_name = name != name.strip()
    spaced_value = value != value.strip() and value.strip() != ""
    if name.strip() in RANK and (spaced_name or spaced_value):
        return SPACING(position=position)
    if name not in RANK:
        comma = part.find(",")
        if comma >= 0 and name.split(",")[0] in RANK:
            return SPACING(position=position + comma)
        return unknown(name, position)
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
