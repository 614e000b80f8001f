"""What two parties say to one another in a case.

Spec: spec/receipt.md §5; spec/case.md §4.
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from sealane.ledger.bodies.shapes import MIB, Body, Digest, ErrorCode, Identifier, document

CaseForm = Annotated[
    dict[str, Any],
    Meta(
        description="form (case.md §3) of at most 256 KiB, 8 deep",
        extra={"check": document(MIB >> 2, 8), "most": MIB >> 2},
    ),
]
CaseItems = Annotated[tuple[Identifier, ...], Meta(max_length=256)]


class CaseOpened(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Either: this case is open between us, under this number of mine."""

    case: Identifier
    kind: ErrorCode
    form: CaseForm
    items: CaseItems


class CaseSaid(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Either: this is said in a case that stood as `follows` names it."""

    case: Identifier
    follows: Digest
    event: ErrorCode
    form: CaseForm
    items: CaseItems
