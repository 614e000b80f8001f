"""`sealane item`: the register, from one item's line to its whole history. Spec: spec/interfaces.md
§1; R39, R40.
"""

from __future__ import annotations

from typing import Any

import click

from sealane.base.visible import visible
from sealane.cli import access
from sealane.cli.frame import acting
from sealane.cli.frame.answer import USAGE, Answer, speaker, take_in, verb
from sealane.cli.frame.asking import ask
from sealane.cli.registry import (
    copies,
    item_lines,
    leases,
    made,
    relabel,
    release_held,
    search,
    signing,
    turn_back,
)


@click.group("item")
def item() -> None:
    """Registered items: register, derive, list, search, show, history, release, countersign,
    decline, accept, reject, withdraw, open, onward, lease, leases, rewrap, relabel, recall, copy,
    move, remark, return, destroy, custody, disclosures.
    """


@verb(item, "list")
@click.option("--limit", default=200)
@click.option("--after", default=None, metavar="ID")
@acting.at_node("Who reads; at an embedded node, without it, as staff.")
def list_(*, limit: int, after: str | None, **options: Any) -> Answer:
    """The register, newest first."""
    found = ask(options, "items.list", limit=min(max(limit, 1), 1000), after=after)
    return Answer(found, "\n".join(item_lines.line(one, speaker().lang) for one in found["items"]))


@verb(item, "show")
@click.argument("name", metavar="ID")
@acting.at_node("Who reads; at an embedded node, without it, as staff.")
def show(*, name: str, **options: Any) -> Answer:
    """One item with its copies and transfers."""
    found = ask(options, "items.show", item=name)
    return Answer(found, "\n".join(item_lines.whole(found, speaker().lang)))


@verb(item, "history")
@click.argument("name", metavar="ID")
@acting.at_node("Who reads; at an embedded node, without it, as staff.")
def history(*, name: str, **options: Any) -> Answer:
    """Everything the ledgers hold about an item, denials too; ✓ is proven to both nations, ○ not
    yet, · internal.
    """
    found = ask(options, "items.history", item=name)
    lang = speaker().lang
    return Answer(found, "\n".join(item_lines.event(one, lang) for one in found["history"]))


@verb(item, "countersign")
@click.argument("name", metavar="ID")
@acting.at_node("The second signer.")
def countersign(*, name: str, **options: Any) -> Answer:
    """The second signer's act on a prepared release."""
    told = ask(options, "items.countersign", item=name)
    return Answer(told, f"{name}: {told['state']}")


@verb(item, "accept")
@click.argument("name", metavar="ID")
@acting.at_node("The registry clerk.")
def accept(*, name: str, **options: Any) -> Answer:
    """Accept a delivered item; its provider is told by a signed receipt."""
    told = ask(options, "items.accept", item=name)
    return Answer(told, f"{name}: {told['state']}")


@verb(item, "readers")
@click.argument("name", metavar="ID")
@click.option("--purpose", required=True)
@click.option(
    "--action",
    default="open",
    type=click.Choice(["open", "view", "copy", "translate", "visit"]),
    show_default=True,
)
@acting.at_node("Who reads; at an embedded node, without it, as staff.")
def readers(*, name: str, purpose: str, action: str, **options: Any) -> Answer:
    """Who of this node's people could read an item now, and for the others the clauses that are
    unmet.
    """
    from sealane.cli.frame.preview_lines import lines

    told = ask(options, "items.readers", item=name, purpose=purpose, action=action)
    return Answer(told, lines(told["may"], told["may_not"]))


@verb(item, "open")
@click.argument("name", metavar="ID")
@click.argument("target", metavar="OUT")
@click.option("--purpose", default=None, help="What it is opened for.")
@click.option(
    "--for-signature",
    "to_sign",
    is_flag=True,
    help="The second signer reads what is to be signed; no purpose is named.",
)
@acting.at_node("The reader, or the second signer.")
def open_(*, name: str, target: str, purpose: str | None, to_sign: bool, **options: Any) -> Answer:
    """Open a registered item into OUT, as `sealane open` does for a container file."""
    if (purpose is None) is not to_sign:
        why = "name a purpose with --purpose, or read with --for-signature"
        why_ja = "--purpose で目的を指定するか、--for-signature で読んでください"
        raise USAGE(why=why, why_ja=why_ja, command="sealane item open")
    with access.whole_output(target) as sink:
        if to_sign:
            told = ask(options, "items.read-to-sign", item=name, sink=sink)
        else:
            told = ask(options, "items.open", item=name, purpose=purpose, sink=sink)
    shown = {part: told[part] for part in ("item", "decision", "media_type")}
    return Answer(
        shown,
        f"{target} に開封しました。" if speaker().lang == "ja" else f"Opened into {target}.",
    )


@verb(item, "onward")
@click.argument("name", metavar="ID")
@click.option("--to", "third", required=True, metavar="PARTY", help="The third party.")
@click.option(
    "--agreement",
    default=None,
    metavar="ID",
    help="The agreement with it, of which the provider is a party too; without it nothing goes.",
)
@click.option(
    "--purpose", default=None, help="Default: the one that the provider's consent names, or allows."
)
@acting.second
@acting.second_token
@acting.at_node("The release officer.")
def onward(
    *, name: str, third: str, agreement: str | None, purpose: str | None, **options: Any
) -> Answer:
    """Pass a received item on to a third party, with its provider's consent; silence is no."""
    told = ask(options, "items.onward", item=name, to=third, agreement=agreement, purpose=purpose)
    return Answer(told, f"{name} -> {third}: {told['state']}")


@verb(item, "rewrap")
@click.argument("name", metavar="ID")
@click.option(
    "--suite", required=True, type=click.Choice(["MLKEM1024-P384", "X-Wing"]), help="The new suite."
)
@click.option("--to", default=None, metavar="PARTY", help="Default: every party that has it.")
@acting.at_node("The item's originator, or a release officer.")
def rewrap(*, name: str, suite: str, to: str | None, **options: Any) -> Answer:
    """Move a delivered item's key to another suite, at both nations; recorded in both ledgers."""
    told = ask(options, "items.rewrap", item=name, suite=suite, to=to)
    lines = [f"  {one['to']}: {one['trouble'] or suite}" for one in told["transfers"]]
    return Answer(told, "\n".join([f"{name}: {suite}", *lines]))


@verb(item, "recall")
@click.argument("name", metavar="ID")
@click.option("--reason", required=True)
@acting.at_node("The item's originator, a release officer or a security officer.")
def recall(*, name: str, reason: str, **options: Any) -> Answer:
    """Call every copy back; answers are signed destruction receipts."""
    told = ask(options, "items.recall", item=name, reason=reason)
    lines = [f"{name}: recalled {told['recalled']}"]
    lines += [f"  {one['to']}: {one['answer'] or one['trouble']}" for one in told["answers"]]
    return Answer(told, "\n".join(visible(one) for one in lines))


take_in(item, made.VERBS)
take_in(item, release_held.VERBS)
take_in(item, signing.VERBS)
take_in(item, relabel.VERBS)
take_in(item, leases.VERBS)
take_in(item, turn_back.VERBS)
take_in(item, copies.VERBS)
take_in(item, search.VERBS)
