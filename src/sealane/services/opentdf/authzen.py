"""AuthZEN questions answered from a node's own register: the asker names a person, an item and an
act, never facts.

What the person holds and what the item is are read in one transaction and decided as an opening is;
properties that an asker sends along count for nothing. Asking is no act, so nothing is recorded and
no key moves.
Spec: spec/agreement.md §12; R20, R21; OpenID Authorization API 1.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sealane.base.errors import Malformed, NotFound, declare
from sealane.decisions.decide import Decision
from sealane.services.deciding.decision import decide_now
from sealane.services.deciding.request import own_request
from sealane.services.node import Node

ACTS = frozenset(
    {"open", "view", "copy", "new-purpose", "downgrade", "onward", "export", "translate", "visit"}
)
MEMBERS_OF = {"onward": ("recipient", "third_agreement"), "downgrade": ("target",)}
"""What an asker may say of some acts beside the purpose; all else is the register's to say."""

NOT_ASKED = declare(
    "evaluation.not_asked",
    Malformed,
    "The evaluation lacks or mistypes {member}.",
    "評価の要求に {member} がないか、形が違います。",
    "Name the person, the item (type `item`), the act, and context.purpose.",
    "人、情報（種別 `item`）、行為、context.purpose を示してください。",
)
UNKNOWN = declare(
    "evaluation.unknown",
    NotFound,
    "No such person or item is in the register.",
    "該当する人又は情報は登録簿にありません。",
    "Check both identifiers.",
    "両方の識別子を確かめてください。",
)


def evaluate(node: Node, evaluation: Mapping[str, Any]) -> Decision:
    """The decision that the named person would get now for the named item and act.

    Args:
        evaluation: AuthZEN's subject, action, resource and context, their shapes already checked;
            of the context only `purpose` and the members that `MEMBERS_OF` names are read.
    Raises: Malformed `evaluation.not_asked`, `request.*`; NotFound `evaluation.unknown`: one answer
    for either.
    """
    context = evaluation.get("context") or {}
    act, purpose = evaluation["action"]["name"], context.get("purpose")
    if evaluation["resource"]["type"] != "item" or act not in ACTS:
        raise NOT_ASKED(member="resource.type or action.name")
    if not isinstance(purpose, str):
        raise NOT_ASKED(member="context.purpose")
    item, person = evaluation["resource"]["id"], evaluation["subject"]["id"]
    with node.store.reading() as tx:
        row = node.records.items.get(tx, id=item)
        found = node.person_entry(tx, person)
        if row is None or found is None or found.ended is not None:
            raise UNKNOWN()
        request = own_request(node, tx, row, person=person, purpose=purpose, action=act)
        for member in MEMBERS_OF.get(act, ()):
            if member in context:
                request[member] = context[member]
        return decide_now(node, tx, request, known_words_only=True)
