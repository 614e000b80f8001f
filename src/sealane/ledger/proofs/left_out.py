"""What an item's evidence leaves out: statements that could not be proven to anybody by the keys
and the agreement in the file. One of them never hides the rest, and the file says which and why.

They stand in `extras/left-out.json`, in the exporter's word; entries that tell of them stay.
Spec: spec/evidence.md §4; R52.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sealane.base import canonical
from sealane.base.errors import SealaneError
from sealane.ledger import receipt
from sealane.ledger.proofs.evidence_check import CONTEXT

NAME = "left-out.json"
NO_KEYS = "keys-not-here"
"""The signer is neither of the parties whose keys are in the file."""
OTHER_AGREEMENT = "other-agreement"
"""It was said under another agreement, or another version of it."""
UNREADABLE = "unreadable"
"""Its bytes are no statement of a type that is known now."""


def parted(
    statements: Iterable[bytes], *, parties: Collection[str], agreement: tuple[str, str]
) -> tuple[list[bytes], list[dict[str, Any]]]:
    """The statements that may stand in the file, and what is left out: digest, type, speaker,
    instant, and why.

    Args:
        agreement: the file's agreement: its id and its digest.
    """
    kept: list[bytes] = []
    left: list[dict[str, Any]] = []
    for data in statements:
        try:
            said = receipt.peek(data)
        except SealaneError:
            left.append(_line(data, None, UNREADABLE))
            continue
        if said.by not in parties:
            left.append(_line(data, said, NO_KEYS))
        elif (said.agreement, said.agreement_digest) != agreement and said.type not in CONTEXT:
            left.append(_line(data, said, OTHER_AGREEMENT))
        else:
            kept.append(data)
    return kept, left


def _line(data: bytes, said: receipt.Statement | None, why: str) -> dict[str, Any]:
    return {
        "digest": receipt.digest(data),
        "type": None if said is None else said.type,
        "by": None if said is None else said.by,
        "at": None if said is None else said.at,
        "why": why,
    }


def extras(left: list[dict[str, Any]]) -> dict[str, bytes]:
    """The member that says so; none where nothing is left out."""
    return {NAME: canonical.encode({"left_out": left})} if left else {}


def told(members: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """What a file says that it leaves out; the exporter's word, which nothing else rests on.

    Raises: Malformed `json.*`: the member is not what it should be.
    """
    data = members.get(f"extras/{NAME}")
    if data is None:
        return []
    value = canonical.decode(data, limit=1 << 20)
    lines = value.get("left_out") if isinstance(value, dict) else None
    return [line for line in lines if isinstance(line, dict)] if isinstance(lines, list) else []
