"""`sealane node services`, `trust`, `distrust`, `issuer`, `card`: whose tokens count here, and
under which agreement.

Spec: spec/key-access.md §4; R10, R57.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sealane.cli import access
from sealane.cli.frame import passphrase
from sealane.cli.frame.answer import USAGE, Answer, alone, read_bytes, speaker
from sealane.cli.frame.node_folder import opened

MAX_FILE = 1 << 20
_folder = click.argument("folder", metavar="DIR")
_agreement = click.option("--agreement", required=True, metavar="ID")


@alone("services")
@_folder
@click.option("--to", required=True, metavar="PARTY", help="The partner who is to accept them.")
@_agreement
@click.option(
    "--issuer",
    default=None,
    metavar="FILE",
    help="JSON: this nation's token issuer, with the partner's key service as audience.",
)
@click.option(
    "--named",
    default=None,
    metavar="FILE",
    help="JSON list: objects of plain OpenTDF clients, by attributes, with their facts.",
)
@click.option(
    "--server",
    "servers",
    multiple=True,
    metavar="URL",
    help="A further key access URL of this nation.",
)
@click.option(
    "--out",
    required=True,
    metavar="FILE",
    help="The signed statement, to be handed to the partner.",
)
@passphrase.option
def services(
    *,
    folder: str,
    to: str,
    agreement: str,
    issuer: str | None,
    named: str | None,
    servers: tuple[str, ...],
    out: str,
    passphrase_file: str | None,
) -> Answer:
    """State and sign this nation's OpenTDF side for one partner under one agreement."""
    from sealane.ledger import receipt
    from sealane.services.opentdf import partner_services

    body = {"issuer": _json(issuer), "named": _json(named) or [], "servers": list(servers)}
    with opened(folder, passphrase_file) as site:
        data = partner_services.describe(site.node, to=to, agreement=agreement, body=body)
    access.write_output(out, data)
    return Answer(
        {"to": to, "agreement": agreement, "file": out, "statement": receipt.digest(data)}, out
    )


@alone("trust")
@_folder
@click.argument("file", metavar="FILE")
@passphrase.option
def trust(*, folder: str, file: str, passphrase_file: str | None) -> Answer:
    """Accept a partner's signed services: its issuer's tokens then count for items of that
    agreement alone.
    """
    from sealane.services.opentdf import partner_services

    with opened(folder, passphrase_file) as site:
        party, agreement, accepted = partner_services.accept(
            site.node, read_bytes(file, limit=MAX_FILE)
        )
    issuer, told, loose = accepted.issuer, None, []
    if issuer is not None:
        exceptions = {name: _exceptions(rule) for name, rule in issuer.clients.items()}
        loose = [name for name, rule in exceptions.items() if rule]
        told = {
            "issuer": issuer.issuer,
            "keys": [{"kid": kid, "alg": key.alg} for kid, key in sorted(issuer.keys.items())],
            "clients": exceptions,
        }
    data: dict[str, Any] = {
        "party": party,
        "agreement": agreement,
        "servers": list(accepted.servers),
        "issuer": told,
        "named": [sorted(named.attributes) for named in accepted.named],
    }
    speaker().tell(
        f"Clients with exceptions: {', '.join(loose) or '-'}",
        f"例外のあるクライアント：{', '.join(loose) or '-'}",
    )
    return Answer(data, f"{party} {agreement} {issuer.issuer if issuer else '-'}")


@alone("distrust")
@_folder
@click.option("--party", required=True, metavar="PARTY")
@_agreement
@passphrase.option
def distrust(*, folder: str, party: str, agreement: str, passphrase_file: str | None) -> Answer:
    """End the trust in a partner's services under an agreement; the next call is refused."""
    from sealane.services.opentdf import partner_services

    with opened(folder, passphrase_file) as site:
        partner_services.end(site.node, party=party, agreement=agreement)
    return Answer({"party": party, "agreement": agreement, "ended": True}, f"{party} {agreement}")


@alone("issuer")
@_folder
@click.argument("file", metavar="[FILE]", required=False)
@click.option(
    "--built-in", is_flag=True, help="Go back to the built-in issuer of an embedded node."
)
@passphrase.option
def issuer(*, folder: str, file: str | None, built_in: bool, passphrase_file: str | None) -> Answer:
    """Sign the nation's own token issuer, in place of the built-in
    one, from the next start on.
    """
    from sealane.wiring.operator_policy import set_issuer

    if (file is None) != built_in:
        raise USAGE(
            why="give a FILE or --built-in",
            why_ja="FILE か --built-in を指定してください",
            command="sealane node issuer",
        )
    found = set_issuer(Path(folder), passphrase.read(passphrase_file), _json(file))
    data = {
        "issuer": None if found is None else found.trusted.issuer,
        "clients": [] if found is None else sorted(found.trusted.clients),
    }
    return Answer(data, str(data["issuer"] or "built-in"))


@alone("card")
@_folder
@click.option("--out", default=None, metavar="FILE", help="Default: DIR/card.json.")
@passphrase.option
def card(*, folder: str, out: str | None, passphrase_file: str | None) -> Answer:
    """Write this node's card anew, after its keys or addresses
    changed, to be exchanged again.
    """
    from sealane.protocol.card import read_card
    from sealane.services.register import enrolment

    path = out or str(Path(folder) / "card.json")
    with opened(folder, passphrase_file) as site:
        data = enrolment.card_statement(site.node)
    fingerprint = read_card(data).fingerprint()
    access.write_output(path, data)
    return Answer({"card": path, "fingerprint": fingerprint}, f"{path}\n{fingerprint}")


def _json(path: str | None) -> Any:
    from sealane.base import canonical

    if path is None:
        return None
    return canonical.parse(read_bytes(path, limit=MAX_FILE), limit=MAX_FILE)


def _exceptions(rule: Any) -> dict[str, Any]:
    from dataclasses import asdict

    from sealane.protocol.tokens import STRICT

    plain = asdict(STRICT)
    return {name: value for name, value in asdict(rule).items() if value != plain[name]}


VERBS = (services, trust, distrust, issuer, card)
"""What this module adds to its group, in the order of the help."""
