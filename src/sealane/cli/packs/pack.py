"""`sealane pack export`, `inspect` and `import`: everything that waits for a partner in one file,
by whatever carries files.

Spec: spec/interfaces.md §6 (packs); spec/pack.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sealane.cli import access
from sealane.cli.frame import acting, node_folder
from sealane.cli.frame.answer import Answer, speaker, verb
from sealane.cli.frame.progress import Meter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sealane.protocol.pack_form import PackPage
    from sealane.services.register.acts import Actor
    from sealane.wiring.site import Site

NOBODY = "The operator; without it, the keystore's passphrase is enough."
FATES = (
    ("taken", "taken", "取込み"),
    ("known", "known already", "既知"),
    ("waiting", "waiting for what comes before it", "先立つもの待ち"),
    ("refused", "refused", "拒否"),
)


@click.group()
def pack() -> None:
    """Carry what waits for a partner by a medium, where there is no line."""


@verb(pack, "export")
@click.argument("out")
@click.option("--to", "partner", required=True, metavar="PARTY", help="For whom.")
@acting.at_node(NOBODY)
def export(out: str, partner: str, **options: Any) -> Answer:
    """Write everything that waits for a partner into one file, sealed to the partner's card: what
    the line would carry, and the answers to what came by its packs.

    What waits goes on waiting until it is answered, so a pack that was lost is simply made again.
    """
    from sealane.services.packs import exporting

    with (
        node_folder.opened(options["folder"], options["passphrase_file"]) as site,
        access.whole_output(out) as sink,
    ):
        who, ledgers = _who(site, options), site.partnerships()
        done = exporting.export(site.node, partner, who, sink, ledgers=ledgers).as_json()
    en = "{out}: {statements} statements for {to} ({answers} answers), {containers} containers"
    ja = "{out}：{to} 宛て文書 {statements} 件（うち回答 {answers} 件）、コンテナ {containers} 個"
    told = {**done, "to": partner, "out": out}
    lines = [_words(en, ja).format_map(told)]
    if not done["whole"]:
        lines.append(
            _words(
                "More waits than one pack holds: make another once this one is answered.",
                "一つのパックに入りきりません。回答が届いたら次を作ってください。",
            )
        )
    return Answer(told, "\n".join([*lines, f"SHA-384: {done['pack']}"]))


@verb(pack, "inspect")
@click.argument("file")
def inspect(file: str) -> Answer:
    """Show a pack's first page, without keys: who made it for whom, and each statement's digest and
    type. That no byte is another is checked; who made it is proven by importing alone.
    """
    from sealane.protocol.pack_form import check_parts, read_page

    with access.seekable_input(file) as source:
        page = read_page(source)
        check_parts(source, page)
    return Answer(_shown(page), "\n".join(_lines(page)))


@verb(pack, "import")
@click.argument("file")
@click.option(
    "--dry-run", "dry_run", is_flag=True, help="Say what would come of it; change nothing."
)
@acting.at_node(NOBODY)
def load(file: str, *, dry_run: bool, **options: Any) -> Answer:
    """Take a partner's pack in, each statement judged as if it had come by the line. Answers wait
    for the next `pack export` back.
    """
    from sealane.services.packs import importing

    meter = Meter()
    if file != "-" and Path(file).is_file():
        speaker().progress.count(meter.measure, Path(file).stat().st_size, "bytes")
    with (
        node_folder.opened(options["folder"], options["passphrase_file"]) as site,
        access.seekable_input(file) as source,
    ):
        who = _who(site, options)
        done = importing.load(
            site.node,
            source,
            who,
            dry_run=dry_run,
            told=meter.told,
            ledgers=site.partnerships(),
        ).as_json()
    return Answer({**done, "dry_run": dry_run}, "\n".join(_became(done)))


def _who(site: Site, options: Mapping[str, Any]) -> Actor:
    """Who is named, or whoever holds the keystore's passphrase, in production too."""
    from sealane.services.register.acts import OPERATOR

    if options["person"] is None:
        return OPERATOR
    return acting.who(site, options["person"], options["token_file"])


def _shown(page: PackPage) -> dict[str, Any]:
    head = page.head
    return {
        "pack": page.digest,
        "by": head.by.party,
        "node": head.by.node,
        "to": head.to.party,
        "at": head.at,
        "whole": head.whole,
        "size": page.size,
        "ledgers": None
        if head.logs is None
        else {"sha384": head.logs.sha384, "size": head.logs.size},
        "statements": [
            {
                "digest": one.digest,
                "type": one.type,
                "answers": one.answers,
                "container": None
                if one.container is None
                else {"sha384": one.container.sha384, "size": one.container.size},
            }
            for one in page.entries
        ],
    }


def _lines(page: PackPage) -> Iterator[str]:
    head = page.head
    yield _words(
        f"{head.by.party} ({head.by.node}) to {head.to.party} ({head.to.node}), {head.at}",
        f"{head.by.party}（{head.by.node}）から {head.to.party}（{head.to.node}）へ、{head.at}",
    )
    for one in page.entries:
        size = "" if one.container is None else f"  + {one.container.size}"
        yield f"  {one.digest[:24]}  {one.type}{size}"
    yield _words(
        "Whole; who made it is proven when it is imported.",
        "欠けはありません。作成者は取込み時に証明されます。",
    )


def _became(done: Mapping[str, Any]) -> Iterator[str]:
    for name, en, ja in FATES:
        yield f"{_words(en, ja)}: {len(done[name])}"
        for one in done[name]:
            if "code" in one:
                yield f"  {one['digest'][:24]}  {one['type']}: {one['code']}"
    for one in done["ledgers"]:
        told = _words(
            "{agreement}: {mirrored} entries of theirs mirrored, {cosigned} of ours cosigned",
            "{agreement}：相手国の記録 {mirrored} 件を写し、当方の {cosigned} 件に連署あり",
        ).format_map(one)
        yield told + (f" ({one['code']})" if "code" in one else "")


def _words(en: str, ja: str) -> str:
    return ja if speaker().lang == "ja" else en
