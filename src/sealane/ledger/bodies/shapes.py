"""The shapes that members of statements have: each text, number, list and document with its bound.

A shape says its bound three times in one place: to the decoder (`Meta`), to the reader of
spec/receipt.md (`description`), and, where a pattern cannot say it, as a check of the value.
Spec: spec/receipt.md §5.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from sealane.base import canonical
from sealane.base.values import parse_instant
from sealane.labels.model.label import label_from_json

MIB = 1 << 20


class Shape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A record with exactly its members; none is left out and none is unknown."""


class Body(Shape, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one statement says, by its type; built from code, or read strictly by `bodies.read`."""


def base64_text(value: Any) -> None:
    """Silence for padded base64. Raises: ValueError."""
    try:
        base64.b64decode(value, validate=True)
    except binascii.Error:
        raise ValueError("not padded base64") from None


def document(limit: int, depth: int) -> Callable[[Any], None]:
    """A check for an object that another reader reads strictly: at most so large, so deep."""

    def check(value: Any) -> None:
        if canonical.is_deeper(value, depth):
            raise ValueError(f"nested deeper than {depth} levels")
        if len(canonical.encode(value)) > limit:
            raise ValueError(f"larger than {limit} bytes")

    return check


def _label(value: Any) -> None:
    label_from_json(value)


Digest = Annotated[str, Meta(pattern=r"\A[0-9a-f]{96}\Z", max_length=96, description="digest")]
DigestOrNone = Annotated[
    str, Meta(pattern=r"\A(?:[0-9a-f]{96})?\Z", max_length=96, description="digest or empty")
]
Uuid = Annotated[
    str,
    Meta(
        pattern=r"\A[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z",
        max_length=36,
        description="UUID",
    ),
]
Time = Annotated[str, Meta(max_length=40, description="instant", extra={"check": parse_instant})]
Country = Annotated[str, Meta(pattern=r"\A[A-Z]{3}\Z", max_length=3, description="country")]
Identifier = Annotated[
    str,
    Meta(
        pattern=r"\A[A-Za-z0-9][A-Za-z0-9._:-]{0,127}\Z", max_length=128, description="identifier"
    ),
]
ErrorCode = Annotated[
    str, Meta(pattern=r"\A[a-z0-9][a-z0-9_.-]{0,63}\Z", max_length=64, description="code")
]
Suite = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9-]{1,40}\Z", max_length=40, description="suite")]
Word = Annotated[str, Meta(min_length=1, max_length=256, description="text 1..256")]
Clause = Annotated[str, Meta(min_length=1, max_length=256, description="text 1..256")]
Text = Annotated[str, Meta(max_length=256, description="text 0..256")]
Sentence = Annotated[str, Meta(max_length=500, description="text 0..500")]
Paragraph = Annotated[str, Meta(max_length=2000, description="text 0..2000")]
Title = Annotated[str, Meta(max_length=1024, description="text 0..1024")]
Url = Annotated[str, Meta(min_length=1, max_length=512, description="text 1..512")]
Number = Annotated[int, Meta(ge=0, le=(1 << 31) - 1, description="number")]
Size = Annotated[int, Meta(ge=1, le=1 << 40, description="size")]
Bytes = Annotated[int, Meta(ge=0, le=1 << 40, description="size or 0")]
Share = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=8192,
        description="base64 1..8192",
        extra={"check": base64_text},
    ),
]
StatementBytes = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=2 * MIB,
        description="base64 1..2 MiB",
        extra={"check": base64_text},
    ),
]
GrantBytes = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=MIB >> 5,
        description="base64 1..32 KiB",
        extra={"check": base64_text},
    ),
]
PolicyText = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=MIB >> 4,
        description="base64 1..64 KiB",
        extra={"check": base64_text},
    ),
]
CardBytes = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=MIB >> 2,
        description="base64 1..256 KiB",
        extra={"check": base64_text},
    ),
]
LabelDocument = Annotated[
    dict[str, Any], Meta(description="label", extra={"check": _label, "most": MIB >> 4})
]
RequestDocument = Annotated[
    dict[str, Any],
    Meta(
        description="request (interfaces.md §4) of at most 1 MiB, 24 deep",
        extra={"check": document(MIB, 24), "most": MIB},
    ),
]
KeyAccessDocument = Annotated[
    dict[str, Any],
    Meta(
        description="key access object (container.md §5) of at most 64 KiB, 4 deep",
        extra={"check": document(MIB >> 4, 4), "most": MIB >> 4},
    ),
]
CardDocument = Annotated[
    dict[str, Any],
    Meta(
        description="card (exchange.md §2) of at most 128 KiB, 4 deep",
        extra={"check": document(MIB >> 3, 4), "most": MIB >> 3},
    ),
]
NoticesDocument = Annotated[
    dict[str, Any],
    Meta(
        description="file of notices (agreement.md §5) of at most 2 MiB, 12 deep",
        extra={"check": document(2 * MIB, 12), "most": 2 * MIB},
    ),
]
IssuerDocument = Annotated[
    dict[str, Any],
    Meta(
        description="issuer (key-access.md §4.1) of at most 512 KiB, 8 deep",
        extra={"check": document(MIB >> 1, 8), "most": MIB >> 1},
    ),
]
NamedDocument = Annotated[
    dict[str, Any],
    Meta(
        description="named objects (key-access.md §4.3) of at most 256 KiB, 24 deep",
        extra={"check": document(MIB >> 2, 24), "most": MIB >> 2},
    ),
]
Digests = Annotated[tuple[Digest, ...], Meta(max_length=64)]
Numbers = Annotated[tuple[Number, ...], Meta(max_length=4096)]
