"""What is said in a case together with what has to be done first: a label that a challenge or a
consent changes is changed before the word is given, so that the word is never ahead of the deed.

Both steps can be repeated: a label that is changed already stays, and the word is then given.
Spec: spec/case.md §7; R16.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sealane.services.dialogue import acting
from sealane.services.exchange import relabelled
from sealane.services.exchange.outbox import Sent
from sealane.services.node import Node
from sealane.services.register.acts import Named


def say(
    node: Node,
    case: str,
    event: str,
    *,
    form: Mapping[str, Any],
    items: Sequence[str],
    person: Named,
    kind: str | None = None,
    deliver: Callable[[str], Sequence[Sent]],
) -> None:
    """Say something in a case, and before it do whatever goes with it.

    Args: kind: the kind that the case must be of; None: any.
    Raises: as `acting.say`, and for a label as `relabel.relabel`.
    """
    changed = acting.relabelled_by(
        node, case, event, form=form, items=items, person=person, kind=kind
    )
    if changed is not None:
        item, label = changed
        relabelled.change(node, item, label, reason=f"case {case}", person=person, deliver=deliver)
    acting.say(node, case, event, form=form, items=items, person=person, kind=kind)
