"""`sealane people`: the directory, facilities, and the recipient's standing assurance. Spec:
R20-R30.
"""

from __future__ import annotations

from typing import Any

import click

from sealane.base import canonical
from sealane.cli.frame import acting, passphrase
from sealane.cli.frame import node_folder as sites
from sealane.cli.frame.answer import Answer, read_bytes, take_in, verb
from sealane.cli.registry import clearances, credentials
from sealane.registry.who_may import Act

MAX_FILE = 16 << 20


@click.group("people")
def people() -> None:
    """People, facilities and assurances of a node."""


@verb(people, "add")
@click.argument("file", metavar="FILE")
@acting.by_two("The security officer; at an embedded node the keystore's passphrase is enough.")
@sites.option
@passphrase.option
def add(*, file: str, **options: Any) -> Answer:
    """Enter people and facilities from JSON: {"people": [...],
    "facilities": [...]}, or one person. In production the security officer and a second do so.
    """
    from sealane.services.register import directory

    parsed = canonical.parse(read_bytes(file, limit=MAX_FILE), limit=MAX_FILE)
    several = isinstance(parsed, dict) and {"people", "facilities"} & set(parsed)
    listed = parsed if several else {"people": [parsed]}
    with sites.opened(options["folder"], options["passphrase_file"]) as site:
        by = acting.two(site, options)
        places = [
            directory.enter_facility(site.node, place, by=by)
            for place in listed.get("facilities", [])
        ]
        persons = [
            directory.enter(site.node, person, by=by).id for person in listed.get("people", [])
        ]
    return Answer({"people": persons, "facilities": places}, "\n".join([*persons, *places]))


@verb(people, "list")
@sites.option
@passphrase.option
def list_(*, folder: str | None, passphrase_file: str | None) -> Answer:
    """Everybody in the directory."""
    with sites.opened(folder, passphrase_file) as site, site.node.store.reading() as tx:
        staff = [
            dict(row.data) for row in site.node.records.people.find(tx, order="id", limit=100_000)
        ]
    return Answer(
        {"people": staff},
        "\n".join(
            f"{person['id']}  {person['name']}  {person['post']}  {', '.join(person['duties'])}"
            for person in staff
        ),
    )


@verb(people, "reads")
@click.argument("about", metavar="PERSON")
@click.option("--purpose", required=True)
@click.option(
    "--action",
    default="open",
    type=click.Choice(["open", "view", "copy", "translate"]),
    show_default=True,
)
@acting.at_node("Who reads; at an embedded node, without it, as staff.")
def reads(*, about: str, purpose: str, action: str, **options: Any) -> Answer:
    """What a person could read of everything received, now and for a purpose."""
    from sealane.cli.frame.preview_lines import instant, lines, tally
    from sealane.services.deciding import previews

    with acting.reading(options, Act.FORESEE) as (site, _), site.node.store.reading() as tx:
        answer = previews.readable(site.node, tx, about, purpose=purpose, action=action)
    may = [str(row.id) for row in answer.rows]
    body = {
        "person": about,
        "purpose": purpose,
        "may": may,
        "asked": answer.asked,
        "holds_until": instant(answer.holds_until),
    }
    return Answer(body, f"{lines(may, [])}\n{tally(len(may), answer.asked)}".strip())


@verb(people, "assure")
@click.option("--agreement", required=True, metavar="ID")
@click.option("--area", required=True)
@click.option("--level", required=True, help="The provider's classification.")
@click.option("--until", required=True, metavar="T")
@click.option(
    "--to",
    default=None,
    metavar="PARTY",
    help="The one party that may rely on it; without, each other party of the agreement.",
)
@acting.at_node("The security officer.")
def assure(
    *, agreement: str, area: str, level: str, until: str, to: str | None, **options: Any
) -> Answer:
    """The security officer's yes to a partner's question: cleared, needed, equally protected."""
    from sealane.base.values import parse_instant
    from sealane.services.exchange import assurance

    with acting.acting(options) as (site, officer):
        given = assurance.give(
            site.node,
            to=to,
            agreement=agreement,
            area=area,
            level=level,
            officer=officer,
            until=parse_instant(until),
        )
    return Answer(
        {
            "agreement": agreement,
            "area": area,
            "level": level,
            "until": until,
            "by": officer.person,
            "to": given,
        },
        f"{area} {level} -> {until}",
    )


take_in(people, clearances.VERBS)
take_in(people, credentials.VERBS)
