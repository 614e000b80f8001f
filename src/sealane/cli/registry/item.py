"""`sealane item`: the register, from one item's line to its whole history. Spec: spec/interfaces.md
§1; R39, R40.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sealane.base.visible import visible
from sealane.cli import access
from sealane.cli.frame import acting
from sealane.cli.frame.answer import Answer, speaker, take_in, verb
from sealane.cli.registry import relabel, release_sealed, turn_back
from sealane.registry.who_may import Act

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sealane.services.exchange.outbox import Sent

TICKS = {True: "✓", False: "○", None: "·"}
"""Proven to both nations, not yet, and internal."""


@click.group("item")
def item() -> None:
    """Registered items: list, show, history, release, countersign, accept, reject, withdraw, open,
    rewrap, relabel, recall.
    """


def answers_of(sent: Iterable[Sent]) -> list[dict[str, Any]]:
    """What each partner answered, or why it has not."""
    return [
        {"to": one.to, "type": one.type, "answer": one.answer, "trouble": one.trouble}
        for one in sent
    ]


@verb(item, "list")
@click.option("--limit", default=200)
@click.option("--after", default=None, metavar="ID")
@acting.at_node("Who reads; at an embedded node, without it, as staff.")
def list_(*, limit: int, after: str | None, **options: Any) -> Answer:
    """The register, newest first."""
    from sealane.services.register import views

    with (
        acting.listing(options, Act.SEE_REGISTER) as (node, reader),
        node.store.reading() as tx,
    ):
        items = views.items(node, tx, limit=min(max(limit, 1), 10_000), after=after)
        if reader is not None:
            now = node.host.now()
            items = [views.edition(reader, one, now) for one in items]
    return Answer(
        {"items": items},
        "\n".join(
            f"{line['id']}  {line['label']['policy']} {line['label']['classification']}"
            f"{' = ' + line['handle_as'] if line['handle_as'] else ''}  {_state(line)}"
            f"{'  RECALLED' if line['recalled'] else ''}  {visible(line['title'] or '-')}"
            for line in items
        ),
    )


def _state(line: dict[str, Any]) -> str:
    """Where it stands; of several recipients, with each."""
    transfers = line["transfers"]
    if len(transfers) < 2:
        return str(line["state"])
    return ", ".join(f"{one['to']} {one['state']}" for one in transfers)


@verb(item, "show")
@click.argument("name", metavar="ID")
@acting.at_node("Who reads; at an embedded node, without it, as staff.")
def show(*, name: str, **options: Any) -> Answer:
    """One item with its copies and transfers."""
    from sealane.cli.registry.release import readers_line
    from sealane.services.register import views
    from sealane.services.register.readers_there import ReadersThere

    with (
        acting.reading(options, Act.SEE_REGISTER) as (site, reader),
        site.node.store.reading() as tx,
    ):
        registered = views.item(site.node, tx, name)
        if reader is not None:
            registered = views.edition(reader, registered, site.node.host.now())
    lines = [
        f"{key}: {visible(str(value))}"
        for key, value in registered.items()
        if key not in ("copies", "transfers", "label", "law_changes", "readers")
    ]
    lines += [
        f"transfer: {one['to']} {one['state']} {one['since']}" for one in registered["transfers"]
    ]
    lines += [
        f"copy {copy['number']}: {copy['holder']} {copy['place']} {copy['state']} {copy['since']}"
        for copy in registered["copies"]
    ]
    ja = speaker().lang == "ja"
    lines += [
        readers_line(party, ReadersThere(tuple(one["posts"]), one["as_of"]))[ja]
        for party, one in registered["readers"].items()
    ]
    lines += [
        f"{'法令の変更' if ja else 'change of law'} {change['effective']} {change['party']}:"
        f" {change['detail']['text']['ja' if ja else 'en']}"
        for change in registered["law_changes"]
    ]
    return Answer(registered, "\n".join(lines))


@verb(item, "history")
@click.argument("name", metavar="ID")
@acting.at_node("Who reads; at an embedded node, without it, as staff.")
def history(*, name: str, **options: Any) -> Answer:
    """Everything the ledgers hold about an item, denials too; ✓ is proven to both nations, ○ not
    yet, · internal.
    """
    from sealane.services.register import views
    from sealane.web.words import name_of

    with (
        acting.reading(options, Act.SEE_HISTORY) as (site, _),
        site.node.store.reading() as tx,
    ):
        site.node.item(tx, name)
        entries = views.history(site.node, tx, name)
    lang = speaker().lang
    lines = []
    for entry in entries:
        says, event = entry["says"], name_of(lang, "event", entry["kind"])
        who = says.get("post") or says.get("actor") or ""
        why = ", ".join(says.get("clauses") or []) or says.get("reason", "")
        lines.append(
            f"{TICKS[entry['proven_to_both']]} {entry['at']}  {entry['by']:>4}  {event}"
            f" ({entry['kind']})  {visible(str(who))}  {visible(str(why))}"
        )
    return Answer({"item": name, "history": entries}, "\n".join(lines))


@verb(item, "countersign")
@click.argument("name", metavar="ID")
@acting.at_node("The second signer.")
def countersign(*, name: str, **options: Any) -> Answer:
    """The second signer's act on a prepared release."""
    from sealane.services.exchange import outbox, release

    with acting.acting(options) as (site, signer):
        released = release.countersign(site.node, name, signer)
        sent = {one.to: one for one in outbox.deliver_due(site.node, item=name)}
    transfers = [
        {
            "to": one.to,
            "state": one.state,
            "decision": one.decision,
            "receipt": sent[one.to].answer if one.to in sent else None,
        }
        for one in released.transfers
    ]
    told: dict[str, Any] = {"item": name, "state": released.state, "transfers": transfers}
    if len(transfers) == 1:
        told |= {part: transfers[0][part] for part in ("decision", "receipt")}
    return Answer(told, f"{name}: {released.state}")


@verb(item, "accept")
@click.argument("name", metavar="ID")
@acting.at_node("The registry clerk.")
def accept(*, name: str, **options: Any) -> Answer:
    """Accept a delivered item; its provider is told by a signed receipt."""
    from sealane.services.exchange import arrival, outbox

    with acting.acting(options) as (site, clerk):
        arrival.accept(site.node, name, clerk)
        sent = outbox.deliver_due(site.node, item=name)
    return Answer(
        {"item": name, "state": "accepted", "told": [delivery.answer for delivery in sent]},
        f"{name}: accepted",
    )


@verb(item, "readers")
@click.argument("name", metavar="ID")
@click.option("--purpose", required=True)
@click.option(
    "--action",
    default="open",
    type=click.Choice(["open", "view", "copy", "translate"]),
    show_default=True,
)
@acting.at_node("Who reads; at an embedded node, without it, as staff.")
def readers(*, name: str, purpose: str, action: str, **options: Any) -> Answer:
    """Who of this node's people could read an item now, and for the others the clauses that are
    unmet.
    """
    from sealane.cli.frame.preview_lines import instant, lines
    from sealane.decisions.outlook.horizon import first_after, holds_until
    from sealane.services.deciding import previews

    with acting.reading(options, Act.FORESEE) as (site, _), site.node.store.reading() as tx:
        node, now = site.node, site.node.host.now()
        asked = list(
            previews.everybody(node, tx, node.item(tx, name), purpose=purpose, action=action)
        )
        agreements = node.agreements(tx)
        until = first_after(
            now,
            (
                holds_until(decision.request, agreements=agreements, groups=node.schemes.groups)
                for _, decision in asked
            ),
        )
    may = [str(person["id"]) for person, decision in asked if decision.permit]
    may_not = [
        {"id": person["id"], "clauses": [reason.clause for reason in decision.unmet]}
        for person, decision in asked
        if not decision.permit
    ]
    return Answer(
        {"item": name, "may": may, "may_not": may_not, "holds_until": instant(until)},
        lines(may, may_not),
    )


@verb(item, "open")
@click.argument("name", metavar="ID")
@click.argument("target", metavar="OUT")
@click.option("--purpose", required=True)
@acting.at_node("The reader.")
def open_(*, name: str, target: str, purpose: str, **options: Any) -> Answer:
    """Open a registered item into OUT, as `sealane open` does for a container file."""
    from sealane.services.exchange import outbox
    from sealane.services.opening import open_item

    with acting.acting(options) as (site, reader):
        try:
            with access.whole_output(target) as sink:
                opened = open_item.open_item(
                    site.node, name, person=reader, purpose=purpose, action="open", sink=sink
                )
        finally:
            outbox.deliver_due(site.node, item=name)
    return Answer(
        {"item": opened.item, "decision": opened.decision, "media_type": opened.media_type},
        f"{target} に開封しました。" if speaker().lang == "ja" else f"Opened into {target}.",
    )


@verb(item, "onward")
@click.argument("name", metavar="ID")
@click.option("--to", "third", required=True, metavar="PARTY", help="The third party.")
@click.option("--purpose", required=True)
@acting.at_node("The release officer.")
def onward(*, name: str, third: str, purpose: str, **options: Any) -> Answer:
    """Ask whether a received item may go to a third party; silence of its provider is no."""
    from sealane.services.exchange import outbox
    from sealane.services.opening import open_item

    with acting.acting(options) as (site, officer):
        try:
            decision = open_item.ask_onward(
                site.node, name, person=officer, third=third, purpose=purpose
            )
        finally:
            outbox.deliver_due(site.node, item=name)
    return Answer(decision.as_json(), f"{name} -> {third}: permitted")


@verb(item, "rewrap")
@click.argument("name", metavar="ID")
@click.option(
    "--suite", required=True, type=click.Choice(["MLKEM1024-P384", "X-Wing"]), help="The new suite."
)
@click.option("--to", default=None, metavar="PARTY", help="Default: every party that has it.")
@acting.at_node("The item's originator, or a release officer.")
def rewrap(*, name: str, suite: str, to: str | None, **options: Any) -> Answer:
    """Move a delivered item's key to another suite, at both nations; recorded in both ledgers."""
    from sealane.services.exchange import outbox, reseal

    with acting.acting(options) as (site, officer):
        made = reseal.rewrap(site.node, name, suite=suite, person=officer, to=to)
        sent = outbox.deliver_due(site.node, item=name)
    rewrapped: dict[str, Any] = {
        "item": name,
        "suite": suite,
        "transfers": made,
        "answers": answers_of(sent),
    }
    if len(made) == 1:
        rewrapped |= {part: made[0][part] for part in ("container", "replaces")}
    lines = [f"  {one['to']}: {one['trouble'] or suite}" for one in made]
    return Answer(rewrapped, "\n".join([f"{name}: {suite}", *lines]))


@verb(item, "recall")
@click.argument("name", metavar="ID")
@click.option("--reason", required=True)
@acting.at_node("The item's originator, a release officer or a security officer.")
def recall(*, name: str, reason: str, **options: Any) -> Answer:
    """Call every copy back; answers are signed destruction receipts."""
    from sealane.services.exchange import outbox
    from sealane.services.exchange import recall as recalling

    with acting.acting(options) as (site, officer):
        recalled: dict[str, Any] = recalling.recall(site.node, name, reason=reason, person=officer)
        sent = outbox.deliver_due(site.node, item=name)
        recalled["answers"] = answers_of(sent)
    lines = [f"{name}: recalled {recalled['recalled']}"]
    lines += [
        f"  {told['to']}: {told['answer'] or told['trouble']}" for told in recalled["answers"]
    ]
    return Answer(recalled, "\n".join(lines))


take_in(item, release_sealed.VERBS)
take_in(item, relabel.VERBS)
take_in(item, turn_back.VERBS)
