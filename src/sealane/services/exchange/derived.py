"""What its sources demand of a derived item: a label, a limit, and their providers' leave.

A derived item is its sources' secret in other words. It bears at least the label that they bear,
as the agreement maps it where they are another nation's; what holds another provider's matter goes
elsewhere with that provider's onward grant alone, for no other purpose and no longer. Only a
tear-line, which the sources' own provider cuts, may be lower.
Spec: R5, R6, R13, R34; spec/exchange.md §4.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sealane.agreements.mapping import map_label
from sealane.base.errors import Refused, declare
from sealane.base.values import Instant, parse_instant
from sealane.decisions.activity import is_activity
from sealane.labels.model.label import Label, label_from_json
from sealane.labels.rules.rollup import merge
from sealane.ports import Tx
from sealane.registry.records import Item
from sealane.services.deciding.label_bounds import keeps
from sealane.services.deciding.onward_leave import is_free
from sealane.services.node import Node
from sealane.services.register import sources

TEAR_LINE = "tear-line"
KINDS = ("translation", "extract", "summary", TEAR_LINE)

BELOW = declare(
    "derive.label_below_sources",
    Refused,
    "The label is below what its sources demand: {classification} at least, and nobody whom one of"
    " them keeps out.",
    "ラベルが元の項目の求める水準を下回ります。少なくとも {classification} とし、"
    "元の項目が除く者を含めないでください。",
    "Leave --label out, or give a label that is no wider; a lower one is a tear-line, which the"
    " sources' provider cuts.",
    "--label を省くか、より広くないラベルを指定してください。"
    "より低いものは、元の項目の提供国が作る概要版（tear-line）です。",
)
UNVERIFIED = declare(
    "derive.row_unverified",
    Refused,
    "{clause} of {agreement}, by which {item} is handled here, is unverified.",
    "{item} の取扱いを定める {agreement} の {clause} は未検証です。",
    "The operator's signed policy can accept unverified rows (`sealane node policy`).",
    "運用者が署名する方針（`sealane node policy`）で未検証の行を認められます。",
)
NO_GRANT = declare(
    "derive.no_onward_grant",
    Refused,
    "{item} holds matter of {provider}, which has not agreed that it goes to {to}.",
    "{item} は {provider} の情報を含み、{provider} は {to} への提供に同意していません。",
    "Ask {provider} for its consent: `sealane item onward`; silence is no.",
    "`sealane item onward` で {provider} の同意を求めてください。回答がなければ不同意です。",
)
BEYOND = declare(
    "derive.beyond_sources",
    Refused,
    "{item} holds matter of {provider}, which was given for other purposes or a shorter time:"
    " {what}.",
    "{item} は {provider} の情報を含み、{provider} が認めた目的又は期限を超えています（{what}）。",
    "Release it within what {provider} allowed, or ask {provider}.",
    "{provider} が認めた範囲内で提供するか、{provider} に照会してください。",
)


def demanded(node: Node, tx: Tx, rows: Sequence[Item]) -> Label:
    """The least label of what is made from these items, in this nation's own scheme.

    Raises: Refused `agreement.not_in_force`, `label.no_equivalent`, `label.caveat_lost`,
    `label.unsatisfiable`, `label.incomparable`, `derive.row_unverified`; Misconfigured
    `agreement.not_held`.
    """
    labels = [_at_home(node, tx, row) for row in rows]
    made = merge(labels, node.schemes, at=node.host.now())
    return replace(made, originator=node.party)


def _at_home(node: Node, tx: Tx, row: Item) -> Label:
    """An item's label under our own scheme, as its agreement says; our own as it stands."""
    label = label_from_json(row.label)
    if row.provider == node.party:
        return label
    now = node.host.now()
    held = node.agreement_row(tx, row.agreement)
    governing = node.agreements(tx).at(row.agreement, now)
    assert governing is not None
    found = map_label(label, governing, node.party, node.schemes, at=now)
    if not found.verified and not node.settings.accept_unverified:
        raise UNVERIFIED(clause=found.clause, agreement=held.id, item=row.id)
    return replace(found.label, originator=node.party)


def require_least(node: Node, least: Label, label: Label) -> None:
    """Silence where a label is at least what is demanded. Raises: Refused
    `derive.label_below_sources`.
    """
    if not keeps(node, least, label):
        raise BELOW(classification=least.classification, details={"demanded": least.as_json()})


def require_label(node: Node, tx: Tx, item: Item, label: Label) -> None:
    """Silence where a registered item may bear a label, by what it was made from. Raises: as
    `demanded` and `require_least`.
    """
    made = node.records.derivations.get(tx, item=item.id)
    if made is None or made.kind == TEAR_LINE:
        return
    rows = [node.item(tx, one) for one in sources.of(node.records, tx, item.id)]
    require_least(node, demanded(node, tx, rows), label)


def require_free(node: Node, tx: Tx, item: Item, to: Mapping[str, str]) -> None:
    """Silence where every provider whose matter an item holds agreed that it goes to these parties,
    each for its purpose; a provider's own matter goes back to it freely.

    Raises: Refused `derive.no_onward_grant`.
    """
    for source in sources.foreign(node, tx, item.id):
        for party, purpose in to.items():
            if not is_free(node, tx, source, party, purpose):
                raise NO_GRANT(item=item.id, provider=source.origin, to=party)


def require_within(
    node: Node,
    tx: Tx,
    item: Item,
    *,
    purposes: Iterable[str],
    until: Instant,
    project: str | None,
) -> None:
    """Silence where an item goes out within what the providers of its matter allowed, for the
    activity that they gave it for. Raises: Refused `derive.beyond_sources`.
    """
    for source in sources.foreign(node, tx, item.id):
        what = [one for one in purposes if one not in source.facts["purposes"]]
        if parse_instant(source.facts["until"]) < until:
            what.append(source.facts["until"])
        if is_activity(source.facts["project"]) and source.facts["project"] != project:
            what.append(source.facts["project"])
        if what:
            raise BEYOND(item=item.id, provider=source.origin, what=", ".join(what))
