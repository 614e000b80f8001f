"""The composition root: settings in, a node with its ports out."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sealane.agreements.agreement import Agreements


@functools.cache
def agreements() -> Agreements:
    """The agreements that ship with Sealane, parsed once. Raises: Misconfigured `agreement.folder`."""
    from sealane.adapters.agreements import load_agreements
    from sealane.adapters.policy import policy_root

    return load_agreements(policy_root() / "agreements")
