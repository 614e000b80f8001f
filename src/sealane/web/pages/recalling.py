"""Recall: its reach is shown first, then a reason is chosen or written and the act confirmed.

Spec: R40, R47; docs/console.md §Recall.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sealane.base.errors import Malformed, declare
from sealane.registry.recall_reasons import RECALL_REASONS
from sealane.registry.records import CopyState
from sealane.registry.transfer import GONE
from sealane.registry.who_may import Act
from sealane.services.deciding.reach import sight_of
from sealane.services.register import acts, readers_there, sources, views
from sealane.web import acting, done_lines, shown
from sealane.web.pages import meanwhile
from sealane.web.pages.item_acts import done
from sealane.web.pages.item_story import marks
from sealane.web.pages.refusals import Refusals
from sealane.web.pages.viewing import Views
from sealane.web.shell import Shell
from sealane.web.visit import Page, Reply, Visit

NOT_CONFIRMED = declare(
    "web.not_confirmed",
    Malformed,
    "The recall was not confirmed; nothing was called back.",
    "回収が確認されていないため、何も行っていません。",
    "Tick the box beside the reach of the recall, then send it again.",
    "回収の範囲の下の確認欄にチェックを入れ、もう一度送信してください。",
)


def page(shell: Shell, visit: Visit) -> Reply:
    """What a recall would reach."""
    return _shown(shell, visit, None)


def _shown(shell: Shell, visit: Visit, trouble: dict[str, Any] | None) -> Page:
    node, name = shell.node, visit.params["item"]
    with node.store.reading() as tx:
        acts.require_about(node, tx, Act.RECALL, visit.actor, name)
        sight = sight_of(node, tx, visit.person)
        held = views.item(node, tx, name, sight)
        agreement = node.agreements(tx).get(held["agreement"])
        # an originator recalls with no other duty; what was made from it is there for who sees it
        made = node.records.items.among(tx, "id", sources.made_from(node.records, tx, name))
        seen = sorted(one.id for one in made if sight.sees(one))
        derived = [views.edition(sight, one) for one in views.named(node, tx, seen)]
        posts = readers_there.of_item(node, tx, held)
        marked = marks(node, tx, agreement, held)
    there = [one for one in held["copies"] if one["nation"] != node.party]
    return Page(
        "recall.html",
        {
            "it": held,
            "marks": marked,
            "party_name": shown.party_name(agreement, visit.lang),
            "copies": [one for one in there if one["state"] not in GONE],
            "gone": [one for one in there if one["state"] in GONE],
            "away": [one for one in there if one["state"] == CopyState.HELD],
            "derived": derived,
            "posts": posts,
            "reasons": RECALL_REASONS,
            "seen": meanwhile.seen(held, 0),
            "trouble": trouble,
        },
        about=held["agreement"],
    )


def recall(shell: Shell, visit: Visit, refusals: Refusals, shown_here: Views) -> Reply:
    """Order every copy back."""
    item = visit.params["item"]
    listed = visit.form.get("listed", "")
    reason = listed if listed in RECALL_REASONS else acting.reason(visit)

    def do() -> str:
        acting.acted(shell, visit, "items.recall", item=item, reason=reason)
        return done_lines.leading(shell.node, visit, f"/items/{item}", "act.done_recalled")

    if visit.form.get("confirmed") != "yes":
        # whose act it is, is asked all the same
        return replace(_shown(shell, visit, acting.told_of(visit, NOT_CONFIRMED())), status=400)
    return done(shell, visit, Act.RECALL, do, (refusals, shown_here, "recall"))
