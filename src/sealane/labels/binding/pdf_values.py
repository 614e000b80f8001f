"""PDF values as text, in one form: what a label's update writes again of catalogue and trailer.

A name beyond ASCII is refused, since readers differ on its bytes. Strings are written as digits, so
that none of their bytes can be taken for syntax.
Spec: ISO 32000-1 §7.3 (objects); spec/labels.md §Carriers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from sealane.labels.binding.errors import pdf_structure

_PLAIN = re.compile(rb"[^!-~]|[#/%()<>\[\]{}]")
MAX_DEPTH = 64
Text = Callable[[bytes], bytes]
"""What is written for the bytes of a string: themselves, or encrypted."""


def write_dictionary(entries: Mapping[str, Any], text: Text, depth: int = 0) -> bytes:
    """A dictionary, its entries in their order.

    Raises: Malformed `binding.pdf_structure`.
    """
    inside = b" ".join(
        write_name(name) + b" " + write_value(value, text, depth + 1)
        for name, value in entries.items()
    )
    return b"<< " + inside + b" >>"


def write_name(name: str) -> bytes:
    """A name; `name` begins with its solidus."""
    if not name.isascii() or not name.startswith("/"):
        raise pdf_structure("a name beyond ASCII", "ASCII でない名前")
    body = name[1:].encode("ascii")
    return b"/" + _PLAIN.sub(lambda found: b"#%02X" % found[0][0], body)


def write_value(value: Any, text: Text, depth: int = 0) -> bytes:
    """Any value that a dictionary can hold directly, as pyHanko's reader gives it."""
    from pyhanko.pdf_utils import generic

    if depth > MAX_DEPTH:
        raise pdf_structure("values within values without end", "入れ子が深すぎる")
    if isinstance(value, generic.IndirectObject):
        return b"%d %d R" % (value.idnum, value.generation)
    if isinstance(value, generic.BooleanObject):
        return b"true" if value.value else b"false"
    if isinstance(value, generic.NullObject):
        return b"null"
    if isinstance(value, generic.NameObject):
        return write_name(str(value))
    if isinstance(value, generic.TextStringObject | generic.ByteStringObject):
        return b"<" + text(bytes(value.original_bytes)).hex().encode() + b">"
    if isinstance(value, generic.StreamObject):
        raise pdf_structure("a stream inside a dictionary", "辞書の中のストリーム")
    if isinstance(value, generic.DictionaryObject):
        return write_dictionary(dict(value.items()), text, depth)
    if isinstance(value, generic.ArrayObject):
        parts = (write_value(value.raw_get(at), text, depth + 1) for at in range(len(value)))
        return b"[" + b" ".join(parts) + b"]"
    if isinstance(value, int):
        return b"%d" % value
    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f").encode()
    raise pdf_structure("a value of unknown kind", "未知の種類の値")
