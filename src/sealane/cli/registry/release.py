"""`sealane release`: label, decide, record, seal, queue, deliver. Spec: spec/interfaces.md §1 (main
job).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sealane.agreements.vocabulary import KINDS
from sealane.cli import access
from sealane.cli.frame import acting
from sealane.cli.frame.answer import Answer, command, read_bytes, speaker, together
from sealane.cli.frame.asking import ask

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sealane.services.exchange.earlier_release import Warned

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
    click.option(
        "--activity",
        default=None,
        metavar="CASE",
        help="The activity it is released for: it opens only while that is under way, for those who"
        " take part.",
    ),
    click.option(
        "--committee",
        default=None,
        metavar="REF",
        help="Joint committee reference: the case that decided it.",
    ),
    click.option(
        "--element",
        "elements",
        multiple=True,
        help="An element of that decision; again for each one more.",
    ),
    click.option(
        "--reason",
        default=None,
        metavar="TEXT",
        help="What the second signer should know; it stays with this nation.",
    ),
)


terms = together(*_TERMS)
"""The options of every release: until when, by whom, for which project."""


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
@click.option("--pages", default=None, type=click.IntRange(min=0), help="How many it has.")
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
    from sealane.services.exchange.stated_release import recipients

    name = "stdin" if options["file"] == "-" else Path(options["file"]).name
    heard = Warnings()
    with access.seekable_input(options["file"]) as source:
        speaker().progress.reading(source)
        told = ask(
            options,
            "releases.make",
            file=source,
            file_name=name,
            warn=heard.say,
            label=label_text(options["label_text"]),
            also_purpose=options["also"],
            to=recipients(options["to"]),
            **{one: options[one] for one in STATED},
        )
    return answered(told, heard)


STATED = (
    "each",
    "purpose",
    "area",
    "agreement",
    "until",
    "originator",
    "project",
    "activity",
    "committee",
    "elements",
    "kind",
    "title",
    "profile",
    "reference",
    "pages",
    "reason",
)
"""Options that go as they are."""


class Warnings:
    """What should be known of a release, on stderr, each once."""

    def __init__(self) -> None:
        self._said: set[str] = set()

    def say(self, warning: Warned) -> None:
        """Say what is told before anything leaves."""
        self.tell(warning.as_json())

    def tell(self, warning: Mapping[str, Any]) -> None:
        """Say what the answer holds, unless it was said."""
        if warning["code"] not in self._said:
            self._said.add(warning["code"])
            speaker().tell(
                f"{warning['message']} ({warning['code']})",
                f"{warning['message_ja']}（{warning['code']}）",
            )


def answered(told: dict[str, Any], heard: Warnings) -> Answer:
    """What a release says to the person: the item, what came of it for each recipient, who could
    read it there, and the partners' receipts.
    """
    _say_readers(told, heard)
    transfers = told["transfers"]
    rejected = all(one["state"] in ("rejected", "refused") for one in transfers)
    return Answer(told, _lines(told["item"], transfers), 1 if rejected else 0)


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


def _say_readers(told: Mapping[str, Any], heard: Warnings) -> None:
    """Who could read it, and what a person should know of it, on stderr."""
    from sealane.cli.registry.item_lines import readers_line

    if told["earlier"]:
        speaker().tell(
            f"{told['item']} was released by this reference before; nothing was shared again.",
            f"この参照番号では {told['item']} を提供済みです。改めて提供していません。",
        )
        return
    for party, one in told["readers"].items():
        speaker().tell(*readers_line(party, one["posts"], one["as_of"]))
    for warning in told["warnings"]:
        heard.tell(warning)


def label_text(text: str) -> str:
    """The label as it was typed, or out of the file that was named."""
    if text.endswith(".json") and not text.lstrip().startswith("{"):
        return read_bytes(text, limit=1 << 20).decode("utf-8", "replace")
    return text
