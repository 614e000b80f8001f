"""`sealane node agreement`, `notice`, `notices`: the life of the agreements that a node holds.

Spec: spec/agreement.md §5; R8, R10, R11.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sealane.cli import access
from sealane.cli.agreements.input import enrolled
from sealane.cli.agreements.life import KINDS, detail_of, state_name
from sealane.cli.frame import acting, passphrase
from sealane.cli.frame.answer import Answer, alone, read_bytes, speaker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sealane.agreements.noticefile import Notice
    from sealane.wiring.site import Site


@alone("agreement")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("agreement", metavar="ID")
@click.argument("kind", type=click.Choice(KINDS))
@click.option("--reason", help="suspend, resume: why.")
@click.option("--effective", metavar="T", help="When it takes effect; now otherwise.")
@click.option("--until", metavar="T", help="give-notice: when the agreement ends.")
@click.option(
    "--detail",
    metavar="JSON",
    help='change-authority: the authority; notify-law-change: {"text": {"en", "ja"}}.',
)
@acting.by_two("The security officer; at an embedded node the keystore's passphrase is enough.")
@passphrase.option
def give(folder: Path, agreement: str, kind: str, **options: Any) -> Answer:
    """Give this node's signed notice: in force here at once, recorded, and told to every other
    party.
    """
    return _give(folder, agreement, kind, options)


@alone("notice")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("file", metavar="NOTICES")
@click.option(
    "--keys",
    "key_files",
    metavar="KEYS",
    multiple=True,
    help="Keys of authorities that notices name.",
)
@acting.by_two("The security officer; at an embedded node the keystore's passphrase is enough.")
@passphrase.option
def enrol(folder: Path, file: str, key_files: tuple[str, ...], **options: Any) -> Answer:
    """Take up a file of signed notices, as `agreement notice` writes
    it; in force here at once.
    """
    return _enrol(folder, file, key_files, options)


@alone("notices")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("agreement", metavar="ID")
@click.argument("out", metavar="OUT")
@passphrase.option
def hand_on(folder: Path, agreement: str, out: str, passphrase_file: str | None) -> Answer:
    """Write the notices that this node holds about an agreement, to be handed to a partner or
    checked.
    """
    return _hand_on(folder, agreement, out, passphrase_file)


def _give(folder: Path, agreement: str, kind: str, options: dict[str, Any]) -> Answer:
    from sealane.base.values import parse_instant
    from sealane.cli.frame.node_folder import opened
    from sealane.services.exchange import outbox
    from sealane.services.register import agreement_life

    effective = None if options["effective"] is None else parse_instant(options["effective"])
    with opened(str(folder), options["passphrase_file"]) as site:
        detail, by = detail_of(kind, options), acting.two(site, options)
        given = agreement_life.give(
            site.node, agreement, kind, effective=effective, detail=detail, by=by
        )
        told = outbox.deliver_due(site.node)
        return _answer(
            site,
            agreement,
            (given,),
            {"told": [{"type": one.type, "answer": one.answer} for one in told]},
        )


def _enrol(folder: Path, file: str, key_files: tuple[str, ...], options: dict[str, Any]) -> Answer:
    from sealane.agreements import noticefile
    from sealane.cli.frame.node_folder import opened
    from sealane.services.register import agreement_life

    data = read_bytes(file, limit=noticefile.MAX_BYTES)
    with opened(str(folder), options["passphrase_file"]) as site:
        by = acting.two(site, options)
        found = agreement_life.enrol(site.node, data, enrolled(key_files), by=by)
        first = noticefile.statement_of(noticefile.read(data)[0])
        return _answer(site, str(first["agreement"]), found, {})


def _hand_on(folder: Path, agreement: str, out: str, passphrase_file: str | None) -> Answer:
    from sealane.agreements import noticefile
    from sealane.cli.frame.node_folder import opened
    from sealane.services.register import agreement_life

    with opened(str(folder), passphrase_file) as site:
        with site.node.store.reading() as tx:
            data = agreement_life.file_of(site.node, tx, agreement)
        access.write_output(out, data)
        return _answer(site, agreement, noticefile.as_recorded(data), {"out": out})


def _answer(site: Site, agreement: str, notices: Sequence[Notice], more: dict[str, Any]) -> Answer:
    from sealane.base.values import format_instant
    from sealane.services.register import agreement_life

    node = site.node
    with node.store.reading() as tx:
        state = agreement_life.standing(node, tx, node.agreement_row(tx, agreement)).state
    body = {
        "agreement": agreement,
        "state": state.replace("-", " "),
        "notices": [one.as_json() for one in notices],
        **more,
    }
    lines = [f"{agreement}: {state_name(state, ja=speaker().lang == 'ja')}"]
    lines += [f"  {format_instant(one.effective)} {one.party}: {one.kind}" for one in notices]
    return Answer(body, "\n".join(lines))


VERBS = (give, enrol, hand_on)
"""What this module adds to its group, in the order of the help."""
