"""Strict reading of members: the right type or a refusal that names the place.

A manifest's unknown members are tolerated (sealing.md §11), its known ones are never guessed.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from sealane.base.errors import Malformed, declare

BAD_MANIFEST = declare(
    "container.manifest",
    Malformed,
    "The manifest's {member} is wrong: {why}.",
    "マニフェストの {member} が正しくありません：{why}。",
    "Send the file exactly as it was sealed.",
    "封緘されたままのファイルを送ってください。",
)
MAX_TEXT = 1 << 20
Secret = bytes | bytearray
"""Key bytes; a bytearray where its holder wipes them."""


def members(value: Any, where: str) -> dict[str, Any]:
    """An object. Raises: Malformed `container.manifest`."""
    if not isinstance(value, dict):
        raise BAD_MANIFEST(member=where, why="not an object")
    return value


def items(value: Any, where: str, *, most: int) -> list[Any]:
    """A list of at most so many. Raises: Malformed `container.manifest`."""
    if not isinstance(value, list) or len(value) > most:
        raise BAD_MANIFEST(member=where, why=f"not a list of at most {most}")
    return value


def present(value: dict[str, Any], name: str, default: Any = None) -> Any:
    """A member; an optional one that is null is absent, as writers in several languages mean it."""
    found = value.get(name)
    return default if found is None else found


def text(
    value: dict[str, Any], name: str, *, default: str | None = None, limit: int = MAX_TEXT
) -> str:
    """A string; absent or null means `default` when there is one. Raises: Malformed
    `container.manifest`.
    """
    found = present(value, name, default)
    if not isinstance(found, str) or len(found) > limit:
        raise BAD_MANIFEST(member=name, why=f"not a text of at most {limit} characters")
    return found


def number(value: dict[str, Any], name: str, *, default: int | None = None, most: int) -> int:
    """A whole number from 0; absent or null means `default` when there is one. Raises: Malformed
    `container.manifest`.
    """
    found = present(value, name, default)
    if type(found) is not int or not 0 <= found <= most:
        raise BAD_MANIFEST(member=name, why=f"not a whole number up to {most}")
    return found


def raw(encoded: str, where: str) -> bytes:
    """The bytes of standard base64 text, with its
    padding. Raises: Malformed `container.manifest`.
    """
    try:
        return binascii.a2b_base64(encoded, strict_mode=True)
    except (ValueError, binascii.Error):
        raise BAD_MANIFEST(member=where, why="not base64") from None


def b64(data: bytes) -> str:
    """Standard base64 with padding, as manifests write it."""
    return base64.b64encode(data).decode()
