"""`sealane node`: make a node, introduce it to a partner, adopt an agreement, run it.

Spec: spec/interfaces.md §1 (nodes).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sealane.cli import access
from sealane.cli.frame import acting, passphrase
from sealane.cli.frame.answer import USAGE, Answer, read_bytes, speaker, take_in, verb
from sealane.cli.node import (
    backups,
    ceremony,
    dashboards,
    health,
    keys,
    life,
    machines,
    resume,
    running,
    status,
    trust,
)

if TYPE_CHECKING:
    from sealane.wiring.site import Site

MAX_CARD = 1 << 20
MAX_AGREEMENT = 4 << 20
MAX_OVERLAY = 1 << 20


@click.group("node")
def node() -> None:
    """Make, introduce and run a node."""


@verb(node, "init")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--party", required=True, metavar="CODE", help="The nation, ISO 3166-1 alpha-3.")
@click.option(
    "--name", default=None, metavar="NAME", help="The node's name, such as canberra.aus.example."
)
@click.option("--host", default="127.0.0.1", help="Address to listen on.")
@click.option(
    "--peer-url", default="", metavar="URL", help="https://host[:port] by which partners reach it."
)
@click.option(
    "--console-url", default="", metavar="URL", help="https://host[:port] of the console's proxy."
)
@click.option(
    "--console-host", default="", metavar="ADDRESS", help="Where that proxy finds the console."
)
@click.option(
    "--opentdf-url", default="", metavar="URL", help="https://host[:port] for OpenTDF clients."
)
@click.option("--peer-port", default=0, help="Port for partners; 0: a free one.")
@click.option("--console-port", default=0, help="Port of the console; 0: a free one.")
@click.option(
    "--language", default=None, type=click.Choice(["en", "ja"]), help="The console's language."
)
@click.option(
    "--profile",
    default=None,
    type=click.Choice(["embedded", "production"]),
    help="embedded (the default): loopback only. production: other addresses, never unverified"
    " rows, and every person proven.",
)
@click.option(
    "--founder",
    "founders",
    multiple=True,
    metavar="PERSON",
    help="Twice: the two security officers who found a production node; the operator then holds"
    " that duty alone.",
)
@click.option(
    "--exercise",
    is_flag=True,
    help="A node of an exercise: for an invented nation (ZZA, ZZB), whose marks are nobody's, and"
    " which real nodes refuse.",
)
@click.option(
    "--accept-unverified",
    is_flag=True,
    help="Operator policy: accept equivalence rows that no primary source confirms.",
)
@click.option(
    "--database",
    default="sqlite",
    metavar="ADDRESS",
    help="sqlite (the default), or the address of an empty PostgreSQL database without a password:"
    " postgresql://...",
)
@keys.place_options
@ceremony.founding_options
@passphrase.option
def init(
    *,
    folder: Path,
    party: str,
    name: str | None,
    language: str | None,
    profile: str | None,
    founders: tuple[str, ...],
    accept_unverified: bool,
    passphrase_file: str | None,
    **rest: Any,
) -> Answer:
    """Make a node in a new folder: keys, certificate, database, and one person, `operator`; in
    production its founders as well, with an invitation for each to set a passphrase.
    """
    from sealane.services.register import enrolment
    from sealane.settings import Settings
    from sealane.wiring.site import create_site

    plan = ceremony.founded(rest)
    settings = Settings(
        party=party,
        node=name or f"node.{party.lower()}.example",
        language=language or ("ja" if party in ("JPN", "ZZB") else "en"),
        profile=profile or ("production" if founders else "embedded"),
        accept_unverified=accept_unverified,
        **rest,
    )
    secret = ceremony.first_secret(plan, passphrase_file)
    site = create_site(folder, settings, secret, founders=founders)
    access.write_output(str(folder / "card.json"), enrolment.card_statement(site.node))
    answer = _made(site)
    site.dispose()
    return ceremony.found(plan, folder, secret, answer)


def _made(site: Site) -> Answer:
    """What a new node is, for its operator and for the partner who is to enrol it."""
    node, settings = site.node, site.node.settings
    with node.store.reading() as tx:
        people = [dict(row.data) for row in node.people(tx, limit=3)]
    fingerprint = node.card.fingerprint()
    data: dict[str, Any] = {
        "node": settings.node,
        "party": settings.party,
        "folder": str(site.folder),
        "peer": settings.peer_origin,
        "console": f"{settings.console_origin}/",
        "card": str(site.folder / "card.json"),
        "fingerprint": fingerprint,
        "people": people,
        "invitations": _invitations(site, people),
        "profile": settings.profile,
        "custody": settings.custody,
        "accept_unverified": settings.accept_unverified,
        "exercise": settings.exercise,
    }
    told = [f"{one['id']} ({', '.join(one['duties'])})" for one in people]
    told += [f"{person}: {text}" for person, text in data["invitations"].items()]
    who = "\n  ".join(["", *told])
    if speaker().lang == "ja":
        text = (
            f"ノード {settings.node}（{settings.party}）を {site.folder} に作りました。"
            f"\n人：{who}\nカードの指紋：{fingerprint}"
        )
    else:
        text = (
            f"Made node {settings.node} ({settings.party}) in {site.folder}.\n"
            f"People: {who}\nCard fingerprint: {fingerprint}"
        )
    return Answer(data, text)


def _invitations(site: Site, people: list[dict[str, Any]]) -> dict[str, str]:
    """In production, for each of the first people, an invitation to set a passphrase."""
    from sealane.services.register.acts import OPERATOR
    from sealane.services.register.invitations import PASSPHRASE, Invitations

    if site.node.settings.profile != "production":
        return {}
    issued = Invitations(site.node, site.secret)
    return {one["id"]: issued.issue(one["id"], PASSPHRASE, by=OPERATOR) for one in people}


@verb(node, "enrol")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("card", metavar="[CARD]", required=False)
@click.option(
    "--waiting",
    default=None,
    metavar="PARTY",
    help="Instead of CARD: the card of this partner that came by itself and waits.",
)
@click.option("--fingerprint", default=None, help="Refuse unless the card has this fingerprint.")
@acting.by_two(
    "Who accepts it: operator or security officer, with the other as the second; both are needed"
    " where the party is enrolled already, and in production always."
)
@passphrase.option
def enrol(
    *,
    folder: Path,
    card: str | None,
    waiting: str | None,
    fingerprint: str | None,
    passphrase_file: str | None,
    **people: Any,
) -> Answer:
    """Accept a partner's card, or the one of an enrolled partner that waits. Compare its
    fingerprint with the partner over another channel first.
    """
    from sealane.protocol.card import BAD_CARD, read_card
    from sealane.services.register import enrolment
    from sealane.wiring.site import opened_site

    if (card is None) == (waiting is None):
        raise USAGE(
            why="give a CARD, or --waiting PARTY",
            why_ja="CARD か --waiting PARTY を指定してください",
            command="sealane node enrol",
        )
    given = None if card is None else read_bytes(card, limit=MAX_CARD)
    with opened_site(folder, passphrase.read(passphrase_file)) as site:
        data = enrolment.waiting_card(site.node, str(waiting)) if given is None else given
        shown = read_card(data).fingerprint()
        if fingerprint is not None and fingerprint.replace(" ", "") != shown.replace(" ", ""):
            raise BAD_CARD(why="its fingerprint is not the one you gave")
        partner = enrolment.enrol(site.node, data, by=acting.two(site, people))
    return Answer(
        {"party": partner.party, "node": partner.node, "url": partner.url, "fingerprint": shown},
        f"{partner.party} {partner.node} {partner.url}\n{shown}",
    )


@verb(node, "readmit")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("party", metavar="PARTY")
@acting.by_two("Operator or security officer, with the other as the second.")
@click.option("--reason", required=True, help="What was agreed with the partner; kept at home.")
@passphrase.option
def readmit(
    *,
    folder: Path,
    party: str,
    reason: str,
    passphrase_file: str | None,
    **people: Any,
) -> Answer:
    """Let keys go again to a partner that was proven to have signed two histories: an act of the
    operator and the security officer.
    """
    from sealane.services.register import equivocations
    from sealane.wiring.site import opened_site

    with opened_site(folder, passphrase.read(passphrase_file)) as site:
        by = acting.two(site, people)
        settled = equivocations.readmit(site.node, party, by=by, reason=reason)
    return Answer({"party": party, "equivocations": settled}, f"{party}: {settled[-1]['settled']}")


@verb(node, "adopt")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("file", metavar="AGREEMENT")
@click.option("--signatures", default=None, metavar="FILE", help="Default: AGREEMENT.sigs.")
@acting.by_two("The security officer; at an embedded node the keystore's passphrase is enough.")
@passphrase.option
def adopt(
    *,
    folder: Path,
    file: str,
    signatures: str | None,
    passphrase_file: str | None,
    **people: Any,
) -> Answer:
    """Hold an agreement that every party has signed over exactly these bytes."""
    from sealane.cli.agreements.input import SIGNATURES
    from sealane.services.register import enrolment
    from sealane.wiring.site import opened_site

    with opened_site(folder, passphrase.read(passphrase_file)) as site:
        agreement = enrolment.adopt(
            site.node,
            read_bytes(file, limit=MAX_AGREEMENT),
            read_bytes(signatures or file + SIGNATURES, limit=MAX_AGREEMENT),
            by=acting.two(site, people),
        )
    return Answer(
        {
            "agreement": agreement.id,
            "version": agreement.version,
            "digest": agreement.digest,
            "state": "in force",
        },
        f"{agreement.id} v{agreement.version} {agreement.digest[:16]}",
    )


take_in(node, life.VERBS)
take_in(node, keys.VERBS)
take_in(node, trust.VERBS)


@verb(node, "policy")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--accept-unverified/--refuse-unverified",
    "accept",
    default=None,
    help="Whether equivalence rows that no primary source confirms may be used.",
)
@click.option(
    "--overlay",
    metavar="FILE",
    help="The nation's own forbids in Cedar: they refuse beside the agreement, and permit nothing.",
)
@click.option("--no-overlay", is_flag=True, help="Take the overlay away.")
@click.option(
    "--domains", metavar="FILE", help="The domains to which files may leave by `sealane export`."
)
@acting.by_two("The security officer; at an embedded node the keystore's passphrase is enough.")
@click.option(
    "--accredited",
    metavar="LEVEL",
    help="The highest level, in the own scheme, that this deployment may handle; '' claims none.",
)
@click.option(
    "--as-written",
    is_flag=True,
    help="Sign what node.toml says now, such as a longer grace_seconds.",
)
@passphrase.option
def policy(
    *,
    folder: Path,
    accept: bool | None,
    overlay: str | None,
    no_overlay: bool,
    domains: str | None,
    accredited: str | None,
    as_written: bool,
    passphrase_file: str | None,
    **people: Any,
) -> Answer:
    """Sign the operator's policy; it takes effect when the node starts next."""
    from sealane.wiring.operator_policy import set_policy

    stated = (accept, overlay, domains, accredited)
    told = (no_overlay, as_written, *(one is not None for one in stated))
    if not any(told) or (overlay is not None and no_overlay):
        raise USAGE(
            why="say what the policy is to change, one thing once",
            why_ja="方針の何を変えるかを、一つにつき一度だけ指定してください",
            command="sealane node policy",
        )
    forbids = None if overlay is None else read_bytes(overlay, limit=MAX_OVERLAY)
    settings = set_policy(
        folder,
        passphrase.read(passphrase_file),
        accept_unverified=accept,
        overlay=forbids,
        no_overlay=no_overlay,
        domains=None if domains is None else read_bytes(domains, limit=MAX_OVERLAY),
        by=lambda site: acting.two(site, people),
        accredited=accredited,
    )
    return Answer(
        {
            "node": settings.node,
            "accept_unverified": settings.accept_unverified,
            "overlay": settings.overlay or None,
            "domains": settings.domains or None,
            "accredited": settings.accredited or None,
        },
        f"{settings.node}: accept_unverified = {str(settings.accept_unverified).lower()}, overlay ="
        f" {settings.overlay[:16] or '-'}, accredited = {settings.accredited or '-'}",
    )


take_in(node, running.VERBS)
take_in(node, status.VERBS)
take_in(node, health.VERBS)
take_in(node, resume.VERBS)
take_in(node, dashboards.VERBS)
take_in(node, backups.VERBS)
take_in(node, machines.VERBS)
take_in(node, ceremony.VERBS)
