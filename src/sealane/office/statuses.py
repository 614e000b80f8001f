"""What an HTTP status says of an error, and what an error is by its status: one table, read by who
answers and by who asks.

Spec: RFC 9110 §15; RFC 6585 §3, §4; spec/openapi.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sealane.base.errors import (
    Conflict,
    Malformed,
    Misconfigured,
    NotFound,
    Refused,
    SealaneError,
    Unavailable,
    Untrusted,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRow:
    """One status: what it means, and which errors are answered with it."""

    means: type[SealaneError]
    """What it is to who asked, where the code of the problem is not known there."""
    kinds: tuple[type[SealaneError], ...] = ()
    """Every error of these, unless its code stands in another row."""
    codes: frozenset[str] = frozenset()
    of_header: bool = False
    """Whether it is about what a header of the request names; the forms of pages name none."""


STATUSES: Mapping[int, StatusRow] = MappingProxyType(
    {
        400: StatusRow(means=Malformed, kinds=(Malformed,)),
        401: StatusRow(means=Refused, codes=frozenset({"login.required"})),
        403: StatusRow(means=Refused, kinds=(Refused, Untrusted)),
        # what a caller named and this node was never given is no fault of the node
        404: StatusRow(
            means=NotFound,
            kinds=(NotFound,),
            codes=frozenset({"agreement.not_held", "ledger.no_partner", "partner.unknown"}),
        ),
        # an address that is asked with another verb
        405: StatusRow(means=Malformed, codes=frozenset({"api.no_verb"})),
        # a request that was left, since it did not come
        408: StatusRow(means=Unavailable, codes=frozenset({"call.too_slow"})),
        409: StatusRow(means=Conflict, kinds=(Conflict,)),
        # the version that a change names
        412: StatusRow(means=Conflict, codes=frozenset({"edit.stale"}), of_header=True),
        428: StatusRow(means=Malformed, codes=frozenset({"edit.unseen"}), of_header=True),
        # later, and not so often
        429: StatusRow(
            means=Unavailable,
            codes=frozenset({"call.too_many", "login.wait", "peer.busy", "peer.quota"}),
        ),
        500: StatusRow(means=Misconfigured, kinds=(Misconfigured,)),
        503: StatusRow(means=Unavailable, kinds=(Unavailable,)),
    }
)


def status_of(error: SealaneError, *, page: bool = False) -> int:
    """The HTTP status of an error: by its code, else by its kind.

    Args:
        page: a person reads the answer in a page: a form names no version in a header.
    """
    rows = [(status, row) for status, row in STATUSES.items() if not (page and row.of_header)]
    for status, row in rows:
        if error.code in row.codes:
            return status
    return next((status for status, row in rows if isinstance(error, row.kinds)), 500)


def kind_of(status: int) -> type[SealaneError]:
    """What a status means to who asked; one that no node of ours answers: not now."""
    row = STATUSES.get(status)
    return Unavailable if row is None else row.means
