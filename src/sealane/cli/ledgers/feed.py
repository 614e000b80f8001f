"""`sealane ledger feed`: the ledger's entries, an event a line, for a collector of security events.

Spec: docs/operators.md "The ledger as a feed"; R57, R58.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sealane.base.inputs import UNREADABLE
from sealane.cli import access
from sealane.cli.frame import acting
from sealane.cli.frame.answer import USAGE, Answer, alone, speaker

if TYPE_CHECKING:
    from sealane.services.watch.feed import FeedPage
    from sealane.services.watch.places import LedgerReader
    from sealane.wiring.site import Site

LOOK_SECONDS = 1.0
COMMAND = "sealane ledger feed"


@alone("feed")
@click.option("--format", "form", type=click.Choice(["ocsf", "cef"]), required=True)
@click.option("--after", default=None, metavar="CURSOR", help="Where the last page ended.")
@click.option(
    "--cursor-file",
    default=None,
    metavar="F",
    help="Read the cursor from here where the file exists, and put the new one there after each"
    " page that was written out.",
)
@click.option("--limit", type=click.IntRange(1, 1000), default=200, show_default=True)
@click.option("--follow", is_flag=True, help="Go on as entries come, until stopped.")
@acting.at_node("An auditor, or the operator; at an embedded node, without it, as staff.")
def feed(*, form: str, after: str | None, cursor_file: str | None, **options: Any) -> Answer:
    """Write the entries of the node's own logs as OCSF or CEF, an event a line; with --json one
    page with its cursor. An auditor reads all; an operator what is about no item, without persons.
    """
    if options["follow"] and speaker().as_json:
        raise USAGE(
            why="--follow writes lines, --json one page",
            why_ja="--follow は行を書き出し、--json は一ページを書き出すので、併用できません",
            command=COMMAND,
        )
    if after is not None and cursor_file is not None:
        raise USAGE(
            why="name --after or --cursor-file",
            why_ja="--after と --cursor-file は、いずれか一つを指定してください",
            command=COMMAND,
        )
    after = _kept(cursor_file) if cursor_file is not None else after
    with acting.feeding(options, after=after) as (site, reader):
        ask = _asking(site, reader, limit=options["limit"])
        if speaker().as_json:
            page = ask(after)
            _keep(cursor_file, page.after)
            return Answer({"format": form, "events": _lines(form, page), **_after(page)})
        while True:
            page = ask(after)
            _write(_lines(form, page))
            after = page.after
            _keep(cursor_file, after)
            if not page.more:
                if not options["follow"]:
                    break
                time.sleep(LOOK_SECONDS)
    speaker().tell(f"after: {after}", f"続き：{after}")
    return Answer(None, silent=True)


def _asking(site: Site, reader: LedgerReader, *, limit: int) -> Any:
    from sealane.services.watch.feed import page

    def ask(after: str | None) -> FeedPage:
        with site.node.store.reading() as tx:
            own = [log for log in access.stored_logs(tx) if log.role == "own"]
            return page(site.node, tx, own, reader, after=after, limit=limit)

    return ask


def _lines(form: str, page: FeedPage) -> list[str]:
    from sealane import __version__
    from sealane.services.watch.feed import FORMATS

    return [FORMATS[form](one, __version__) for one in page.events]


def _after(page: FeedPage) -> dict[str, Any]:
    return {"after": page.after, "more": page.more}


def _write(lines: list[str]) -> None:
    """Out, all of it, before the cursor moves on: whoever reads slowly makes us wait."""
    for line in lines:
        sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _kept(path: str) -> str | None:
    try:
        return Path(path).read_text("ascii").strip() or None
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise UNREADABLE(path=path, why=str(error)[:80]) from None


def _keep(path: str | None, cursor: str) -> None:
    if path is not None:
        access.write_output(path, cursor.encode() + b"\n")


VERBS = (feed,)
"""What this module adds to its group, in the order of the help."""
