"""`sealane item search`: finding items, and the questions that a person keeps. Spec:
spec/interfaces.md §5; docs/search.md.
"""

from __future__ import annotations

from typing import Any

import click

from sealane.base.errors import NotFound, declare
from sealane.base.visible import visible
from sealane.cli.frame import acting
from sealane.cli.frame.answer import Answer, alone, speaker
from sealane.cli.frame.asking import ask
from sealane.cli.registry.item_lines import line
from sealane.web.words import name_of

NO_SUCH = declare(
    "search.name_unknown",
    NotFound,
    "No search {name!r} is kept.",
    "保存した検索 {name!r} はありません。",
    "List them with `sealane item searches`.",
    "`sealane item searches` で一覧を見てください。",
)
WHO = ("folder", "passphrase_file", "person", "token_file")
"""The options of a command that say where it is asked, and by whom."""


@alone("search")
@click.argument("text", required=False)
@click.option("--area", default=None)
@click.option("--level", default=None, help="The label's own word, or the one it is handled as.")
@click.option("--originator", default=None, metavar="NATION|PERSON")
@click.option("--state", default=None)
@click.option("--direction", default=None, type=click.Choice(["in", "out", "own"]))
@click.option("--kind", default=None)
@click.option("--since", default=None, metavar="T", help="Registered from then on.")
@click.option("--until", default=None, metavar="T", help="Registered before then.")
@click.option("--by", default=None, type=click.Choice(["newest", "relevance"]))
@click.option("--limit", default=50, show_default=True)
@click.option("--after", default=None, metavar="CURSOR", help="`after` of the page before.")
@click.option("--saved", default=None, metavar="NAME", help="Ask this again; options add to it.")
@click.option("--save", default=None, metavar="NAME", help="Keep this question under a name.")
@acting.at_node("Who searches; at an embedded node, without it, as staff.")
def search(*, limit: int, after: str | None, **options: Any) -> Answer:
    """Items by words of title, reference, project and originator, newest first; parts of Japanese
    words count, and `harb*` finds what begins so. With how many there are of each area, level,
    originator and state.
    """
    own = {name: value for name, value in options.items() if name in WHO}
    asked = {name: value for name, value in options.items() if name not in (*WHO, "save", "saved")}
    if options["saved"] is not None:
        kept = {one["name"]: one["asked"] for one in ask(own, "searches.list")["searches"]}
        if options["saved"] not in kept:
            raise NO_SUCH(name=options["saved"][:80])
        told = {name: value for name, value in asked.items() if value is not None}
        asked = {**kept[options["saved"]], **told}
    if options["save"] is not None:
        ask(own, "searches.save", name_=options["save"], **asked)
    found = ask(own, "items.search", limit=limit, after=after, **asked)
    return Answer(found, _text(found))


def _text(found: dict[str, Any]) -> str:
    """The page as a person reads it: the items, then how many of what."""
    lang = speaker().lang
    ja = lang == "ja"
    lines = [line(one, lang) for one in found["items"]]
    total = found["total"]
    if found["exact"]:
        lines.append(f"{total} 件" if ja else f"{total} in all")
    else:
        lines.append(f"少なくとも {total} 件" if ja else f"at least {total}")
    for name, counts in found["facets"].items():
        words = [name_of(lang, name, each) if name == "state" else each for each in counts]
        pairs = zip(words, counts.values(), strict=True)
        told = ", ".join(f"{visible(value)} {count}" for value, count in pairs)
        lines.append(f"  {FACETS[name] if ja else name}: {told}")
    if found["after"]:
        lines.append(f"--after {found['after']}")
    return "\n".join(lines)


FACETS = {"area": "分野", "level": "区分", "originator": "作成国", "state": "状態"}


@alone("searches")
@click.option("--remove", default=None, metavar="NAME", help="Keep this one no longer.")
@acting.at_node("Whose searches.")
def searches(*, remove: str | None, **options: Any) -> Answer:
    """The searches that a person keeps."""
    done = {} if remove is None else ask(options, "searches.remove", name_=remove)
    told = {**done, **ask(options, "searches.list")}
    lines = [
        "  ".join([one["name"], *(f"{name}={value}" for name, value in one["asked"].items())])
        for one in told["searches"]
    ]
    return Answer(told, visible("\n".join(lines), keep="\n") or "-")


VERBS = (search, searches)
"""What this module adds to its group, in the order of the help."""
