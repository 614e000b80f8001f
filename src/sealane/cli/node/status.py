"""`sealane node status`: what a node holds, and whether it serves yet.

Spec: spec/interfaces.md §1 (nodes).
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sealane.base.errors import Unavailable, declare
from sealane.cli.frame import passphrase
from sealane.cli.frame.answer import Answer, alone, speaker
from sealane.cli.node import status_lines

if TYPE_CHECKING:
    from sealane.wiring.site import Site

LOOK_EVERY = 0.1
MOST_WAIT = 3600

NOT_READY = declare(
    "node.not_ready",
    Unavailable,
    "The node in {folder} does not serve yet, after {seconds} seconds.",
    "{folder} のノードは {seconds} 秒待っても稼働しません。",
    "Start it with `sealane node run`, or look at what it said when it started.",
    "`sealane node run` で起動するか、起動時の表示を確認してください。",
)


@alone("status")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--wait",
    default=0,
    metavar="SECONDS",
    type=click.IntRange(0, MOST_WAIT),
    help=(
        "Wait so long for both doors of a node that starts; exit 3 if it does not serve by then."
    ),
)
@passphrase.option
def status(*, folder: Path, wait: int, passphrase_file: str | None) -> Answer:
    """What the node holds, what waits, and how far its ledgers are proven to both; exit 1 while a
    proven equivocation of a partner is not settled.
    """
    from sealane.adapters import nodefolder
    from sealane.wiring.site import open_site

    until = time.monotonic() + wait
    if wait:
        await_ready(folder, wait)
    site = open_site(folder, passphrase.read(passphrase_file))
    while _newness(site) == "moved" and time.monotonic() < until:
        time.sleep(LOOK_EVERY)
    data = _found(site, folder)
    site.dispose()
    if not nodefolder.heads_apart(folder, site.node.settings):
        speaker().tell(
            "  heads: in the node's own folder, so that a restored backup takes them back too;"
            " set `heads` in node.toml",
            "  先端の置き場がノードのフォルダー内です。控えを復元すると一緒に戻ります。"
            "node.toml の `heads` を設定してください",
        )
    closed = data["current"]["state"] != "current"
    exit_status = Unavailable.exit_status if closed else 1 if data["keys_stopped"] else 0
    return Answer(
        data, "\n".join(status_lines.lines(data, speaker().lang)), exit_status=exit_status
    )


def _newness(site: Site) -> str:
    with site.node.store.reading() as tx:
        return site.node.newness(tx).value


def _current(site: Site, partners: list[str]) -> dict[str, Any]:
    """Whether the node is known to be the newest of itself; if not, what it is refused with and
    who has yet to be asked.
    """
    from sealane.registry.records import Newness
    from sealane.services.newness import REFUSED_WHILE

    state = Newness(_newness(site))
    refusal = REFUSED_WHILE.get(state)
    return {
        "state": state.value,
        "refusal": None if refusal is None else refusal().as_json(),
        "waits_for": [] if refusal is None else partners,
    }


def _found(site: Site, folder: Path) -> dict[str, Any]:
    from sealane.adapters import nodefolder
    from sealane.services.exchange import outbox
    from sealane.services.opentdf import partner_services
    from sealane.services.register import equivocations, key_ends, own_cards, partner_cards
    from sealane.services.register.agreement_life import told_of_all
    from sealane.services.register.sign_in_tries import alarms
    from sealane.services.statements import partner_counts
    from sealane.services.watch import monthly

    node, logs = site.node, _ledgers(site)
    settings = node.settings
    with node.store.reading() as tx:
        refused = partner_counts.told(node, tx)
        partners = [card.party for card in node.partners(tx)]
        agreements, services = told_of_all(node, tx), partner_services.accepted(node, tx)
        proven, told = equivocations.standing(node, tx), alarms(node, tx)
        cards = partner_cards.told(node, tx)
        verification = monthly.standing(node, tx).as_json(node.host.now())
    return {
        "node": settings.node,
        "party": node.party,
        "running": nodefolder.is_running(folder),
        "ready": nodefolder.is_ready(folder),
        "current": _current(site, partners),
        "peer": settings.peer_origin,
        "console": f"{settings.console_origin}/",
        "accept_unverified": settings.accept_unverified,
        "accredited": settings.accredited or None,
        "partners": partners,
        "agreements": agreements,
        "ledgers": logs,
        "verification": verification,
        **proven,
        **cards,
        "keys_ending": key_ends.keys_ending(node),
        "own_cards": own_cards.told(site.cards.line()),
        "services": services,
        "issuer": site.issuer.trusted.issuer if site.issuer else None,
        "heads": {
            "place": str(nodefolder.heads(folder, settings)[0]),
            "apart": nodefolder.heads_apart(folder, settings),
        },
        "outbox": outbox.waiting(node),
        "alarms": told,
        "refused": refused,
        "protection": _protection(site),
    }


def _ledgers(site: Site) -> list[dict[str, Any]]:
    """The log of every pair, and how far both have proven it."""
    logs = []
    for party, agreement, ledgers in site.partnerships():
        with site.node.store.reading() as tx:
            logs.append(
                {
                    "agreement": agreement,
                    "partner": party,
                    **ledgers.publisher.marks(tx).as_json(),
                    "grace_seconds": site.node.grace(tx, agreement),
                }
            )
    return logs


def _protection(site: Site) -> dict[str, Any] | None:
    """What the system granted and refused to protect the keys of the last process that served, as
    it recorded it.
    """
    from sealane.adapters.hardening import PROTECTIONS
    from sealane.ledger import entries

    node = site.node
    with node.store.reading() as tx:
        log = node.internal
        rows = node.records.entry_refs.find(
            tx,
            order="at",
            newest=True,
            limit=1,
            kind="node.started",
            item=None,
            origin=log.origin,
        )
        if not rows:
            return None
        lacking = list(entries.read(log.entry(tx, rows[0].index)).fields.get("lacking", []))
    return {"held": [one for one in PROTECTIONS if one not in lacking], "lacking": lacking}


def await_ready(folder: Path, seconds: int) -> None:
    """Come back as soon as both doors of the node answer. Raises: Unavailable `node.not_ready`;
    Misconfigured `node.missing`.
    """
    from sealane.adapters import nodefolder

    until = time.monotonic() + seconds
    while not nodefolder.is_ready(folder):
        if time.monotonic() >= until:
            raise NOT_READY(folder=str(folder), seconds=seconds)
        time.sleep(LOOK_EVERY)


VERBS = (status,)
"""What this module adds to its group, in the order of the help."""
