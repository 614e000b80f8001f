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
from sealane.cli.frame import node_folder as sites
from sealane.cli.frame import passphrase
from sealane.cli.frame.answer import USAGE, Answer, command, read_bytes, speaker

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sealane.base.values import Instant
    from sealane.labels.model.label import Label
    from sealane.services.exchange.outbox import Sent as Delivered
    from sealane.services.exchange.release import Release, Released
    from sealane.services.node import Node

NATIONAL_SYNTAX = {"AUS": "au-document", "JPN": "jp", "GBR": "gb-document", "USA": "us-banner"}
YEAR_DAYS = 365
_TERMS = (
    click.option(
        "--until", default=None, metavar="T", help="Time limit; default: one year from now."
    ),
    click.option("--originator", default=None, metavar="PERSON"),
    click.option("--as", "officer", default=None, metavar="PERSON", help="The release officer."),
    click.option(
        "--second",
        default=None,
        metavar="PERSON",
        help="The second signer, where the agreement wants one.",
    ),
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
@click.option(
    "--to",
    required=True,
    multiple=True,
    metavar="PARTY",
    help="A recipient; give it again, or several with commas, for one item to several recipients.",
)
@click.option(
    "--each",
    is_flag=True,
    help="Serve each recipient that may be served; otherwise all of them or none.",
)
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
    "--agreement", default=None, metavar="ID", help="Default: the only one held with all of them."
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
@sites.option
@passphrase.option
@command
def release(**options: Any) -> Answer:
    """Share a file with one or several partners: decide, record, seal, queue and deliver."""
    from sealane.services.exchange import outbox
    from sealane.services.exchange import release as releasing

    with sites.opened(options["folder"], options["passphrase_file"]) as site:
        node = site.node
        asked = _asked(node, options)
        with access.seekable_input(options["file"]) as source:
            speaker().progress.reading(source)
            released = releasing.release(node, asked, source)
        answers = outbox.deliver_due(node, item=released.item)
        return told(node, released, answers, asked)


def told(node: Node, released: Released, sent: Sequence[Delivered], asked: Release) -> Answer:
    """What a release says to the person: the item, what came of it for each recipient, who could
    read it there, and the partners' receipts.
    """
    offers = {one.to: one for one in sent if one.type == "offer"}
    with node.store.reading() as tx:
        held = node.holding(tx, released.item)
    transfers: list[dict[str, Any]] = []
    for one in released.transfers:
        moved, offer = held.transfer_to(one.to), offers.get(one.to)
        transfers.append(
            {
                "to": one.to,
                "state": one.state if moved is None else str(moved.state),
                "decision": one.decision,
                "receipt": None if offer is None else offer.answer,
                "trouble": one.trouble if offer is None else offer.trouble,
            }
        )
    _say_readers(released)
    data: dict[str, Any] = {
        "item": released.item,
        "state": str(held.item.state),
        "agreement": asked.agreement,
        "transfers": transfers,
        "warnings": [one.as_json() for one in released.warnings],
        "readers": {
            one.to: {"posts": one.posts, "as_of": one.as_of}
            for one in released.transfers
            if one.state != "refused"
        },
    }
    if len(transfers) == 1:
        data |= {name: transfers[0][name] for name in ("to", "decision", "receipt", "trouble")}
    rejected = all(one["state"] in ("rejected", "refused") for one in transfers)
    return Answer(data, _lines(released.item, transfers), 1 if rejected else 0)


def _lines(item: str, transfers: Sequence[Mapping[str, Any]]) -> str:
    from sealane.web.words import name_of

    lang = speaker().lang
    if len(transfers) == 1:
        return f"{item}: {name_of(lang, 'state', transfers[0]['state'])}"
    lines = [
        f"  {one['to']}: {name_of(lang, 'state', one['state'])}"
        + (f" ({one['trouble']})" if one["trouble"] else "")
        for one in transfers
    ]
    return "\n".join([f"{item}:", *lines])


def _say_readers(released: Released) -> None:
    """Who could read it, and what a person should know of it, on stderr."""
    tell = speaker().tell
    if released.earlier:
        tell(
            f"{released.item} was released by this reference before; nothing was shared again.",
            f"この参照番号では {released.item} を提供済みです。改めて提供していません。",
        )
        return
    for one in released.transfers:
        if one.state == "refused":
            continue
        posts = ", ".join(one.posts) or "-"
        tell(
            f"{len(one.posts)} posts at {one.to} could read it today: {posts}",
            f"{one.to} で今日読める職：{len(one.posts)}（{posts}）",
        )
    for warning in released.warnings:
        tell(f"{warning.text} ({warning.code})", f"{warning.text_ja}（{warning.code}）")


def recipients(given: Sequence[str]) -> tuple[str, ...]:
    """`--to` as it was typed: again, or several with commas; each recipient once."""
    parties = (party.strip() for text in given for party in text.split(","))
    return tuple(dict.fromkeys(parties))


def until_of(node: Node, options: dict[str, Any]) -> Instant:
    """The time limit that was given, or one year from now."""
    from sealane.base.values import DAY, Instant, parse_instant

    return (
        parse_instant(options["until"])
        if options["until"]
        else Instant(node.host.now() + YEAR_DAYS * DAY)
    )


def _asked(node: Node, options: dict[str, Any]) -> Any:
    from sealane.services.exchange.release import Release

    until = until_of(node, options)
    name = "stdin" if options["file"] == "-" else Path(options["file"]).name
    with node.store.reading() as tx:
        to = recipients(options["to"])
        agreement = options["agreement"] or _only_agreement(node, tx, to)
        originator = options["originator"] or holder(node, tx, "originator")
        officer = options["officer"] or holder(node, tx, "release-officer")
    return Release(
        label=_label(node, options["label_text"]),
        to=to,
        each=options["each"],
        agreement=agreement,
        area=options["area"],
        purpose=options["purpose"],
        purposes=tuple(dict.fromkeys((options["purpose"], *options["also"]))),
        until=until,
        originator=originator,
        officer=officer,
        second=options["second"],
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


def _only_agreement(node: Node, tx: Any, parties: Sequence[str]) -> str:
    """The one agreement on which a release to all of them may rest. Raises: Misconfigured
    `partner.unknown`; Malformed `usage.wrong`.
    """
    for party in parties:
        node.partner(tx, party)
    held = node.agreements(tx)
    found = [
        name
        for name in held
        if all(held[name].party(party) for party in parties)
        and held[name].actions
        and "release" in held[name].actions
    ]
    if len(found) != 1:
        known = ", ".join(parties)
        raise USAGE(
            why=f"{len(found)} agreements are held with {known}; name one with --agreement",
            command="sealane release",
        )
    return found[0]
