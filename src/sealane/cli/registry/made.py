"""`sealane item register`, `item derive` and `item sources`: what has no file, what is made from
registered items, and what binds it to them.

Spec: spec/interfaces.md §5; R18, R34, R41.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sealane.base.visible import visible
from sealane.cli import access
from sealane.cli.frame import acting
from sealane.cli.frame.answer import USAGE, Answer, alone, speaker
from sealane.cli.frame.asking import ask
from sealane.cli.frame.marks import marked
from sealane.cli.registry.release import label_text

WITHOUT_FILE = ("oral", "visual", "equipment", "paper")
TEAR_LINE = "tear-line"
KINDS = ("translation", "extract", "summary", TEAR_LINE)
_PAGES = click.option(
    "--pages", default=None, type=click.IntRange(min=0), help="How many it has; for life."
)
_PURPOSE = click.option(
    "--purpose", "purposes", multiple=True, help="What it may be used for; give it again."
)


@alone("register")
@click.option("--kind", required=True, type=click.Choice(WITHOUT_FILE))
@click.option("--title", required=True, help="What it is, in a few words.")
@click.option(
    "--label",
    "label",
    required=True,
    help="A label: JSON, a JSON file, or a marking such as 'SECRET//REL AUS/JPN'.",
)
@click.option("--area", required=True, help="Subject area.")
@_PURPOSE
@click.option("--project", default=None)
@_PAGES
@acting.at_node("The originator.")
def register(**options: Any) -> Answer:
    """Register what has no file: said, shown, handed over, or on paper; then `item release` gives
    it to a partner.
    """
    told = ask(
        options,
        "items.register",
        kind=options["kind"],
        title=options["title"],
        label=label_text(options["label"]),
        area=options["area"],
        purposes=options["purposes"],
        project=options["project"],
        pages=options["pages"],
    )
    return Answer(told, _line(told))


@alone("import")
@click.argument("file", metavar="FILE")
@acting.at_node("The originator.")
def import_(*, file: str, **options: Any) -> Answer:
    """Register many items that have no file: FILE holds one JSON record a line, with the members of
    `item register` (`kind`, `title`, `label`, `area`, `purposes`, ...). A line that is refused
    stops no other; exit 1 where one was.
    """
    with access.seekable_input(file) as source:
        told = ask(options, "items.import", file=source, file_name=Path(file).name)
    ja = speaker().lang == "ja"
    lines = [
        f"{one['line']}: {one['id'] or one['error']['message_ja' if ja else 'message']}"
        for one in told["lines"]
    ]
    return Answer(told, "\n".join(map(visible, lines)), 1 if told["refused"] else 0)


@alone("derive")
@click.argument("name", metavar="ID")
@click.argument("file", metavar="FILE")
@click.option("--kind", required=True, type=click.Choice(KINDS))
@click.option(
    "--label", "label", default=None, help="Default: the least that its sources demand together."
)
@click.option(
    "--from", "more", multiple=True, metavar="ID2", help="A further source; give it again."
)
@click.option("--area", default=None, help="Default: the sources'.")
@_PURPOSE
@click.option("--title", default=None, help="Default: the file's name.")
@_PAGES
@click.option(
    "--released",
    multiple=True,
    metavar="N,N-N",
    help="Of a tear-line: paragraphs of ID that may stand in it (ITEM:N for another source).",
)
@click.option(
    "--reason",
    default=None,
    metavar="TEXT",
    help="Of a tear-line: why what cannot be read holds nothing from above the line.",
)
@acting.at_node("The originator; for a tear-line, a release officer.")
def derive(**options: Any) -> Answer:
    """Register FILE as made from ID: under a label that is no lower than its sources demand; a
    tear-line may be lower, and is cut by the sources' provider alone, once a check finds nothing
    from above the line in it.
    """
    stated = options["label"]
    name = "stdin" if options["file"] == "-" else Path(options["file"]).name
    kind: dict[str, Any] = {"kind": options["kind"]}
    if options["kind"] == TEAR_LINE:
        kind = {"released": options["released"] or None, "reason": options["reason"]}
    elif options["released"] or options["reason"]:
        raise USAGE(
            why="--released and --reason belong to --kind tear-line",
            why_ja="--released と --reason は --kind tear-line とともに使います",
            command="sealane item derive",
        )
    with access.seekable_input(options["file"]) as source:
        told = ask(
            options,
            "items.derive" if "kind" in kind else "items.cut",
            item=options["name"],
            file=source,
            file_name=name,
            label=None if stated is None else label_text(stated),
            from_=options["more"],
            area=options["area"],
            purposes=options["purposes"],
            title=options["title"],
            pages=options["pages"],
            **kind,
        )
    for one in told.get("check", {}).get("uncompared", ()):
        speaker().tell(
            f"No check was made against {one['item']}: this node cannot read it ({one['why']}).",
            f"{one['item']} はこのノードで読めないため（{one['why']}）、残りの確認をしていません。",
        )
    return Answer(told, f"{_line(told)}  <- {', '.join(told['sources'])}")


def _line(found: dict[str, Any]) -> str:
    return f"{found['item']}  {marked(found['label'])}"


@alone("sources")
@click.argument("name", metavar="ID")
@acting.at_node("Who reads; at an embedded node, without it, as staff.")
def sources(*, name: str, **options: Any) -> Answer:
    """What an item was made from: at a recipient whether its provider bound it to registered
    sources, and not to which.
    """
    found = ask(options, "items.sources", item=name)
    ja = speaker().lang == "ja"
    if not found["bound"]:
        return Answer(found, "元の項目はありません。" if ja else "Not made from other items.")
    named = ", ".join(found.get("sources", ())) or "-"
    text = f"{found['by']} が登録した項目に結び付けられています：{named}"
    return Answer(found, text if ja else f"Bound to items that {found['by']} registered: {named}")


VERBS = (register, import_, derive, sources)
"""What this module adds to its group, in the order of the help."""
