"""`sealane people`: the directory, facilities, and the recipient's standing assurance. Spec:
R20-R30.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import click

from sealane.base import canonical
from sealane.base.errors import Refused, retold
from sealane.base.visible import visible
from sealane.cli.frame import acting, passphrase
from sealane.cli.frame import node_folder as sites
from sealane.cli.frame.answer import Answer, read_bytes, speaker, take_in, verb
from sealane.cli.frame.asking import ask, of_person
from sealane.cli.registry import clearances, credentials, leavers, roll

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
    parsed = canonical.parse(read_bytes(file, limit=MAX_FILE), limit=MAX_FILE)
    several = isinstance(parsed, dict) and {"people", "facilities"} & set(parsed)
    listed = parsed if several else {"people": [parsed]}
    done = _entered_there if options["folder"] is None else _entered_here
    told = done(listed, options)
    return Answer(told, "\n".join([*told["people"], *told["facilities"]]))


def _entered_here(listed: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    from sealane.services.register import directory

    with sites.opened(options["folder"], options["passphrase_file"]) as site:
        by = acting.two(site, options)
        places = [
            directory.enter_facility(site.node, place, by=by)
            for place in listed.get("facilities", [])
        ]
        persons = [
            directory.enter(site.node, person, by=by).id for person in listed.get("people", [])
        ]
    return {"people": persons, "facilities": places}


def _entered_there(listed: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    """The same at another machine's node, in one import; the first record that is refused is this
    command's refusal, as it is on a folder, and those before it are entered.
    """
    records = [*listed.get("facilities", []), *listed.get("people", [])]
    lines = b"".join(canonical.encode(record) + b"\n" for record in records)
    told = ask(options, "people.import", file=io.BytesIO(lines), file_name="people.jsonl")
    for line in told["lines"]:
        if "error" in line:
            raise retold(line["error"], Refused)
    names = [line["id"] for line in told["lines"]]
    places = len(listed.get("facilities", []))
    return {"people": names[places:], "facilities": names[:places]}


@verb(people, "list")
@acting.at_node("Who reads; without it, on the node's own folder, the passphrase is enough.")
def list_(**options: Any) -> Answer:
    """Everybody in the directory."""
    staff = _everybody(options) if of_person(options) else _directory(options)
    return Answer({"people": staff}, "\n".join(map(_line, staff)))


def _line(person: Mapping[str, Any]) -> str:
    """A person with the post and the duties in the reader's language."""
    from sealane.web.words import name_of

    lang = speaker().lang
    post = (lang == "ja" and person.get("post_ja")) or person["post"]
    duties = ", ".join(name_of(lang, "duty", duty) for duty in person["duties"])
    return visible(f"{person['id']}  {person['name']}  {post}  {duties}")


def _everybody(options: dict[str, Any]) -> list[dict[str, Any]]:
    """Page after page, as who is named may see it."""
    found: list[dict[str, Any]] = []
    after = None
    while True:
        page = ask(options, "people.list", limit=1000, after=after)
        found += page["people"]
        after = page["after"]
        if after is None:
            return found


def _directory(options: dict[str, Any]) -> list[dict[str, Any]]:
    with (
        sites.opened(options["folder"], options["passphrase_file"]) as site,
        site.node.store.reading() as tx,
    ):
        rows = site.node.records.people.find(tx, order="id", limit=100_000)
        return [dict(row.data) for row in rows]


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
    from sealane.cli.frame.preview_lines import lines, tally

    told = ask(options, "people.reads", person=about, purpose=purpose, action=action)
    said = f"{lines(told['may'], [])}\n{tally(len(told['may']), told['asked'])}"
    return Answer(told, said.strip())


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
    told = ask(
        options,
        "assurances.give",
        agreement=agreement,
        area=area,
        level=level,
        until=until,
        to=to,
    )
    return Answer(told, f"{area} {level} -> {until}")


take_in(people, clearances.VERBS)
take_in(people, credentials.VERBS)
take_in(people, roll.VERBS)
take_in(people, leavers.VERBS)
