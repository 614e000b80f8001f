"""`sealane release`: label, decide, record, seal, queue, deliver. Spec: spec/interfaces.md §1 (main
job).
"""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sealane.base import canonical
from sealane.cli import access
from sealane.cli.frame import acting
from sealane.cli.frame.answer import USAGE, Answer, command, read_bytes, speaker

if TYPE_CHECKING:
    from sealane.base.values import Instant
    from sealane.labels.model.label import Label
    from sealane.services.node import Node
    from sealane.services.register.acts import Actor
    from sealane.wiring.site import Site

NATIONAL_SYNTAX = {"AUS": "au-document", "JPN": "jp", "GBR": "gb-document", "USA": "us-banner"}
YEAR_DAYS = 365
_TERMS = (
    click.option(
        "--until", default=None, metavar="T", help="Time limit; default: one year from now."
    ),
    click.option("--originator", default=None, metavar="PERSON"),
    acting.at_node("The release officer."),
    click.option(
        "--second",
        default=None,
        metavar="PERSON",
        help="The second signer, where the agreement wants one; in production without a token of"
        " their own the release waits for `item countersign`.",
    ),
    acting.second_token,
    click.option("--project", default=None),
    click.option("--committee", default=None, metavar="REF", help="Joint committee reference."),
)


def terms(command: Any) -> Any:
    """The options of every release: until when, by whom, for which project."""
    for one in reversed(_TERMS):
        command = one(command)
    return command


@click.command("release")
@click.argument("file", metavar="FILE")
@click.option("--to", required=True, metavar="PARTY")
@click.option(
    "--label",
    "label_text",
    required=True,
    help="A label: JSON, a JSON file, or a marking such as 'SECRET//REL AUS/JPN'.",
)
@click.option("--purpose", required=True, help="The purpose it is released for.")
@click.option(
    "--also-purpose", "also", multiple=True, help="Further purposes the recipient may use it for."
)
@click.option("--area", required=True, help="Subject area of the agreement.")
@click.option(
    "--agreement", default=None, metavar="ID", help="Default: the only one held with that party."
)
@terms
@click.option(
    "--kind",
    default="file",
    type=click.Choice(["file", "oral", "visual", "equipment", "technical-data"]),
)
@click.option(
    "--title", default=None, help="Short title for both registers; default: the file's name."
)
@click.option(
    "--profile",
    default="sovereign",
    type=click.Choice(["sovereign", "interop"]),
    help=(
        "How the key is wrapped; interop, for OpenTDF clients, only where the agreement allows its"
        " suites."
    ),
)
@click.option(
    "--reference", default=None, help="Your own reference: asking again with it never shares twice."
)
@command
def release(**options: Any) -> Answer:
    """Share a file with a partner: decide, record, seal, queue and deliver."""
    from sealane.services.exchange import outbox
    from sealane.services.exchange import release as releasing

    with acting.acting(options) as (site, officer):
        node = site.node
        asked = _asked(site, officer, options)
        with access.seekable_input(options["file"]) as source:
            speaker().progress.reading(source)
            released = releasing.release(node, asked, source)
        tell = speaker().tell
        if released.earlier:
            tell(
                f"{released.item} was released by this reference before; nothing was shared again.",
                f"この参照番号では {released.item} を提供済みです。改めて提供していません。",
            )
        else:
            posts = ", ".join(released.readers)
            tell(
                f"{len(released.readers)} posts at {asked.to} could read it today: {posts or '-'}",
                f"{asked.to} で今日読める職：{len(released.readers)}（{posts or '-'}）",
            )
        sent = [
            delivery
            for delivery in outbox.deliver_due(node, item=released.item)
            if delivery.type == "offer"
        ]
    return told(released, sent, asked)


def told(released: Any, sent: list[Any], asked: Any) -> Answer:
    """What a release says to the person: the item, its state, who could read it, and the partner's
    receipt.
    """
    answer = sent[-1].answer if sent else None
    state = {"transfer.received": "delivered", "transfer.rejected": "rejected"}.get(
        answer or "", released.state
    )
    data = {
        "item": released.item,
        "state": state,
        "to": asked.to,
        "agreement": asked.agreement,
        "receipt": answer,
        "trouble": sent[-1].trouble if sent else None,
        "readers": released.readers,
        "decision": released.decision,
    }
    words = {
        "delivered": "引渡し済み",
        "queued": "送信待ち",
        "awaiting second signer": "第二署名者待ち",
        "rejected": "拒否",
    }
    text = (
        f"{released.item}: {words.get(state, state)}"
        if speaker().lang == "ja"
        else f"{released.item}: {state}"
    )
    return Answer(data, text, 1 if state == "rejected" else 0)


def until_of(node: Node, options: dict[str, Any]) -> Instant:
    """The time limit that was given, or one year from now."""
    from sealane.base.values import DAY, Instant, parse_instant

    return (
        parse_instant(options["until"])
        if options["until"]
        else Instant(node.host.now() + YEAR_DAYS * DAY)
    )


def signatures(site: Site, officer: Actor, options: dict[str, Any]) -> dict[str, Any]:
    """Who releases and who signs beside, as a release names them; in production a second who
    proves nothing here signs later, and the release waits.
    """
    signed = {"officer": officer.person, "proof": officer.proof}
    named = options["second"] is not None
    if named and (
        options["second_token_file"] is not None or site.node.settings.profile != "production"
    ):
        second = acting.who(site, options["second"], options["second_token_file"])
        signed |= {"second": second.person, "second_proof": second.proof}
    return signed


def _asked(site: Site, officer: Actor, options: dict[str, Any]) -> Any:
    from sealane.services.exchange.release import Release

    node, until = site.node, until_of(site.node, options)
    name = "stdin" if options["file"] == "-" else Path(options["file"]).name
    with node.store.reading() as tx:
        agreement = options["agreement"] or _only_agreement(node, tx, options["to"])
        originator = options["originator"] or holder(node, tx, "originator")
    return Release(
        label=_label(node, options["label_text"]),
        to=options["to"],
        agreement=agreement,
        area=options["area"],
        purpose=options["purpose"],
        purposes=tuple(dict.fromkeys((options["purpose"], *options["also"]))),
        until=until,
        originator=originator,
        **signatures(site, officer, options),
        kind=options["kind"],
        project=options["project"],
        committee=options["committee"],
        title=options["title"] or name,
        media_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
        reference=options["reference"],
        profile=options["profile"],
    )


def _label(node: Node, text: str) -> Label:
    from sealane.labels.model.label import label_from_json

    if text.lstrip().startswith("{"):
        return label_from_json(canonical.parse(text))
    if text.endswith(".json"):
        return label_from_json(canonical.parse(read_bytes(text, limit=1 << 20)))
    from dataclasses import replace

    from sealane.labels.nations import SYNTAXES

    syntax = NATIONAL_SYNTAX.get(node.party)
    if syntax is None:
        raise USAGE(
            why="give --label as JSON: this nation has no marking syntax here",
            command="sealane release",
        )
    found = SYNTAXES[syntax].parse(text, node.schemes, at=node.host.now()).label
    return replace(found, originator=node.party, created=node.now()[1])


def holder(node: Node, tx: Any, duty: str) -> str:
    """The one person who holds a duty. Raises: Malformed `cli.usage`: none or several do."""
    found = [
        row.id for row in node.records.people.find(tx, order="id") if duty in row.data["duties"]
    ]
    if len(found) != 1:
        raise USAGE(
            why=f"{len(found)} people hold the duty {duty}; name one", command="sealane release"
        )
    return str(found[0])


def _only_agreement(node: Node, tx: Any, party: str) -> str:
    held = node.agreements(tx)
    found = [
        name
        for name in held
        if held[name].party(party) and held[name].actions and "release" in held[name].actions
    ]
    if len(found) != 1:
        raise USAGE(
            why=f"{len(found)} agreements are held with {party}; name one with --agreement",
            command="sealane release",
        )
    return found[0]
