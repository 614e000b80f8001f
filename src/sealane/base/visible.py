"""Text of others made safe to look at: what acts on the reader's eye or terminal without being seen
is spelt out.

Spec: docs/threat-model.md (texts of partners).
"""

from __future__ import annotations

import unicodedata

HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Controls, formats (bidi and zero-width among them), surrogates, private and unassigned
characters, and separators of lines and paragraphs.
"""
_FORBIDDEN_IN_NAMES = frozenset('/\\:*?"<>|')


def visible(text: str, *, keep: str = "") -> str:
    """The same text with every character that cannot be seen as its code point, `<U+202E>`.

    Args:
        keep: characters that stand for themselves all the same, such as line ends of a layout.
    """
    if text.isprintable():
        return text
    return "".join(
        f"<U+{ord(one):04X}>" if one not in keep and unicodedata.category(one) in HIDDEN else one
        for one in text
    )


def escaped_in_json(document: str) -> str:
    """A JSON document with what cannot be seen in JSON's own spelling; it says the same."""
    if document.isprintable():
        return document
    return "".join(
        _as_json(one) if unicodedata.category(one) in HIDDEN else one for one in document
    )


def _as_json(one: str) -> str:
    code = ord(one)
    if code < 0x10000:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"


def file_name(title: str) -> str:
    """A name that a file may be saved under on any machine, with nothing hidden and no way out of
    its folder.
    """
    shown = "".join("_" if one in _FORBIDDEN_IN_NAMES else one for one in visible(title))
    return shown.strip(". ")[:120] or "item"
