"""Names of shared logs: whose log of which agreement, and with whom where more nations share it.

Spec: spec/ledger.md §2; C2SP tlog-checkpoint.
"""

from __future__ import annotations

_SHARED = "/x/"


def shared_origin(node: str, agreement: str, partner: str | None = None) -> str:
    """The origin of a node's log of an agreement; `partner` is named where the agreement has more
    than two parties.
    """
    origin = f"{node}{_SHARED}{agreement}"
    return origin if partner is None else f"{origin}/{partner}"


def node_and_name(origin: str) -> tuple[str, str]:
    """The node's name and what its shared log is called there, as in `/ledger/<name>/`; the name is
    empty for a log that is never shared.
    """
    node, _, name = origin.partition(_SHARED)
    return node, name
