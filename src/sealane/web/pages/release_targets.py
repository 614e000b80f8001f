"""Where the release desk opens: on an agreement and a partner to whom something can be released as
things stand, and for each of the others why nothing can.

The answer is the release decision's own, asked of every level and area until one is permitted; what
only the act itself brings (the assurance, the second signature, a committee's reference) is taken
as given. Spec: R30; docs/console.md §The release desk.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sealane.agreements.agreement import Agreement
from sealane.decisions.terms import Reason
from sealane.labels.model.label import Label
from sealane.ports import Tx
from sealane.services.exchange import release as releasing
from sealane.services.node import Node
from sealane.services.register import agreement_life
from sealane.web.pages.mark_form import Wish
from sealane.web.pages.release_choice import (
    in_a_year,
    levels_of,
    mark_form,
    release_as_chosen,
)
from sealane.web.visit import Visit
from sealane.web.words import name_of

OF_THE_ACT = frozenset({"release.no_second_signer", "release.no_committee"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskBeginning:
    """What can be released to one partner under one agreement: an area for a start, or why nothing
    can. No level is begun with: the officer chooses it.
    """

    area: str = ""
    why: str = ""


def openings(
    node: Node,
    tx: Tx,
    visit: Visit,
    targets: Mapping[str, tuple[Agreement, str]],
    originator: str | None,
) -> dict[str, DeskBeginning]:
    """For each target where a release to it may begin, or why not."""
    return {
        key: _opening(node, tx, visit, agreement, party=party, originator=originator)
        for key, (agreement, party) in targets.items()
    }


def _opening(
    node: Node,
    tx: Tx,
    visit: Visit,
    agreement: Agreement,
    *,
    party: str,
    originator: str | None,
) -> DeskBeginning:
    # 1. the agreement's own life
    standing = agreement_life.standing(node, tx, node.agreement_row(tx, agreement.id))
    if not standing.effect.releases:
        state = name_of(visit.lang, "state", standing.state)
        return DeskBeginning(why=visit.t("release.shut_state", state=state))
    # 2. levels of ours that it knows at all
    levels = levels_of(node, agreement)
    if not (levels and agreement.areas and agreement.purposes):
        return DeskBeginning(why=visit.t("release.shut_rows"))
    # 3. what the decision permits of them
    if originator is None:
        return DeskBeginning(area=agreement.areas[0].id)
    fewest: tuple[Reason, ...] | None = None
    for level, area in ((one, area.id) for area in agreement.areas for one in levels):
        for unmet in _asked(
            node, tx, visit, agreement, party=party, originator=originator, start=(level, area)
        ):
            if not unmet:
                return DeskBeginning(area=area)
            if fewest is None or len(unmet) < len(fewest):
                fewest = unmet
    ja = visit.lang == "ja"
    told = [f"{one.clause} {one.text_ja if ja else one.text}" for one in fewest or ()]
    return DeskBeginning(why=" ".join(told) or visit.t("release.shut_rows"))


def _asked(
    node: Node,
    tx: Tx,
    visit: Visit,
    agreement: Agreement,
    *,
    party: str,
    originator: str,
    start: tuple[str, str],
) -> Iterator[tuple[Reason, ...]]:
    """What would refuse the plainest release of a level in an area; nothing where no mark of that
    level can be made.
    """
    level, area = start
    label = _plainest(node, tx, visit, agreement, level)
    if label is None:
        return
    chosen = {
        "level": level,
        "area": area,
        "purpose": agreement.purposes[0].id,
        "project": "",
        "until": in_a_year(node),
    }
    asked = release_as_chosen(visit, agreement, (party,), chosen, originator)
    at = node.now()[1]
    assured = {"clearance": True, "need": True, "protection": True, "by": party, "at": at}
    found = releasing.foreseen(node, tx, replace(asked, label=label), party, assured)
    yield tuple(one for one in found.unmet if one.code not in OF_THE_ACT)


def _plainest(node: Node, tx: Tx, visit: Visit, agreement: Agreement, level: str) -> Label | None:
    return mark_form(node, tx, visit, agreement).compose(Wish(level=level)).label
