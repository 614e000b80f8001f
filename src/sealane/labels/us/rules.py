"""The rules of the US scheme: what every scheme asks, then the US constraints; its own roll-up and
access.

Spec: IC ISM 2021-NOV (constraint rules); ISM-ACES.
"""

from __future__ import annotations

from sealane.base.values import Instant
from sealane.labels.model.label import Label
from sealane.labels.model.scheme import Scheme, SchemeRules
from sealane.labels.rules.acceptance import check_label
from sealane.labels.us.admission import access_us
from sealane.labels.us.constraints import check_us
from sealane.labels.us.product import merge_us


def check(scheme: Scheme, label: Label, at: Instant | None) -> None:
    """Accept a US label, or refuse it with a code. Raises: as `check_label`, then as `check_us`."""
    check_label(scheme, label, at)
    check_us(label, scheme, at)


RULES = SchemeRules(check=check, merge=merge_us, access=access_us)
