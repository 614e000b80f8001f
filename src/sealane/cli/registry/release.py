"""`sealane release`: label, decide, record, seal, queue, deliver. Spec: spec/interfaces.md §1 (main
job).
"""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sealane.agreements.vocabulary import KINDS
from sealane.cli import access
from sealane.cli.frame import acting
from sealane.cli.frame.answer import Answer, command, read_bytes, speaker
from sealane.registry.who_may import Act

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sealane.services.exchange.earlier_release import Warned
    from sealane.services.exchange.outbox import Sent as Delivered
    from sealane.services.exchange.release import Release, Released
    from sealane.services.node import Node
    from sealane.services.register.acts import Actor
    from sealane.services.register.readers_there import ReadersThere
    from sealane.wiring.site import Site

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
    type=click.Choice(KINDS),
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
    """Share a file with one or several partners: decide, record, seal, queue and deliver."""
    from sealane.services.exchange import outbox
    from sealane.services.exchange import release as releasing

    with acting.acting(options) as (site, officer):
        node = site.node
        asked = _asked(site, officer, options)
        with access.seekable_input(options["file"]) as source:
            speaker().progress.reading(source)
            released = releasing.release(node, asked, source, say_warning)
        answers = outbox.deliver_due(node, item=released.item)
        return told(node, released, answers, asked)


def told(node: Node, released: Released, sent: Sequence[Delivered], asked: Release) -> Answer:
    """What a release says to the person: the item, what came of it for each recipient, who could
    read it there, and the partners' receipts.
    """
    from sealane.services.exchange.released_answer import answer

    data = answer(node, released, sent, asked)
    _say_readers(released)
    transfers = data["transfers"]
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
    from sealane.services.exchange.projects import NEW_PROJECT

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
        tell(*readers_line(one.to, one.readers))
    for warning in released.warnings:
        if warning.code != NEW_PROJECT:  # that one was said before anything left
            say_warning(warning)


def say_warning(warning: Warned) -> None:
    """Something to know of a release, on stderr."""
    speaker().tell(f"{warning.text} ({warning.code})", f"{warning.text_ja}（{warning.code}）")


def readers_line(party: str, readers: ReadersThere) -> tuple[str, str]:
    """Who could read it at a partner and when the partner said so, in both languages; or that we do
    not know.
    """
    if readers.as_of is None:
        return (
            f"Who could read it at {party} is not known: it has not answered about this.",
            f"{party} で誰が読めるかは不明です：これについて回答がありません。",
        )
    count, named = len(readers.posts), ", ".join(readers.posts) or "-"
    posts = "post" if count == 1 else "posts"
    return (
        f"{count} {posts} at {party} could read it, as of {readers.as_of}: {named}",
        f"{readers.as_of} 現在 {party} で読める職：{count}（{named}）",
    )


def signatures(site: Site, officer: Actor, options: dict[str, Any]) -> dict[str, Any]:
    """Who releases and who signs beside, as a release names them."""
    from sealane.services.register import acts

    with site.node.store.reading() as tx:
        acts.known(site.node, tx, Act.RELEASE, officer)
    signed: dict[str, Any] = {"officer": officer.person, "proof": officer.proof}
    if options["second"] is not None:
        second = acting.who(site, options["second"], options["second_token_file"])
        signed |= {"second": second.person, "second_proof": second.proof}
    return signed


def _asked(site: Site, officer: Actor, options: dict[str, Any]) -> Release:
    from sealane.services.exchange import stated_release as stated
    from sealane.services.exchange.release import Release

    node, signed = site.node, signatures(site, officer, options)
    to = stated.recipients(options["to"])
    name = "stdin" if options["file"] == "-" else Path(options["file"]).name
    with node.store.reading() as tx:
        agreement = stated.agreement_of(node, tx, options["agreement"], to)
        originator = options["originator"] or stated.holder(node, tx, "originator")
    return Release(
        label=stated.label_of(node, _label_text(options["label_text"])),
        to=to,
        each=options["each"],
        agreement=agreement,
        area=options["area"],
        purpose=options["purpose"],
        purposes=tuple(dict.fromkeys((options["purpose"], *options["also"]))),
        until=stated.until_of(node, options["until"]),
        originator=originator,
        **signed,
        kind=options["kind"],
        project=options["project"],
        committee=options["committee"],
        title=options["title"] or name,
        media_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
        reference=options["reference"],
        profile=options["profile"],
    )


def _label_text(text: str) -> str:
    """The label as it was typed, or out of the file that was named."""
    if text.endswith(".json") and not text.lstrip().startswith("{"):
        return read_bytes(text, limit=1 << 20).decode("utf-8", "replace")
    return text
