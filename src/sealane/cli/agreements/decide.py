"""`sealane decide`: one decision, or one a line; 0 permitted, 1 refused, 2 malformed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sealane import shipped
from sealane.cli.agreements import preview
from sealane.cli.agreements.decision_point import DecisionPoint
from sealane.cli.frame.answer import USAGE, Answer, command, read_bytes, speaker

if TYPE_CHECKING:
    from sealane.decisions.decide import Audience, Decision


def _answer(point: DecisionPoint, decision: Decision, audience: Audience) -> Answer:
    from sealane.decisions.explain import card_text
    from sealane.decisions.outlook.horizon import holds_until

    until = None  # whose dates they are, a requester is not told
    if audience == "officer":
        until = holds_until(
            decision.request, agreements=point.agreements_of(decision), groups=point.schemes.groups
        )
    text = card_text(
        decision,
        shipped.agreements().get(decision.agreement.id),
        lang="ja" if speaker().lang == "ja" else "en",
        audience=audience,
        until=until,
    )
    return Answer(decision.as_json(audience), text, 0 if decision.permit else 1)


@click.command("decide")
@click.argument("request_file", metavar="REQUEST.json", required=False)
@click.option("--batch", is_flag=True, help="NDJSON on stdin, NDJSON on stdout, in the same order.")
@click.option(
    "--audience",
    type=click.Choice(["officer", "requester"]),
    default="officer",
    show_default=True,
    help="Whose edition of the reasons: the requester's reveals only their own attributes.",
)
@click.option(
    "--people",
    "people_file",
    metavar="PEOPLE.json",
    help="Preview: the same request with each of these people in place of its subject.",
)
@click.option(
    "--items",
    "items_file",
    metavar="ITEMS.json",
    help="Preview: which of these items, each with its label, the same person may act on.",
)
@click.option(
    "--listen",
    metavar="HOST:PORT",
    help="Answer AuthZEN 1.0 evaluations that carry every fact, over HTTP, until stopped.",
)
@command
def decide(
    *,
    request_file: str | None,
    batch: bool,
    audience: Audience,
    people_file: str | None,
    items_file: str | None,
    listen: str | None,
) -> Answer:
    """Decide whether an act is permitted, and say by which clauses. `-` reads the request from
    stdin.
    """
    ways = [batch, request_file is not None, listen is not None]
    previewed = [one for one in (people_file, items_file) if one]
    if ways.count(True) != 1 or len(previewed) > 1 or (previewed and not request_file):
        raise USAGE(
            why="give one of REQUEST.json (or -), --batch and --listen",
            why_ja="REQUEST.json（又は -）、--batch、--listen のいずれか一つを指定してください",
            command="sealane decide",
        )
    if listen is not None:
        return _listen(listen)
    point = DecisionPoint()
    if batch:
        from sealane.cli.frame.batch import run_bytes

        run_bytes(lambda line: point.decide(line).encoded(audience))
        raise SystemExit(0)
    from sealane.base.canonical import MAX_BYTES

    data = read_bytes(request_file or "-", limit=MAX_BYTES)
    if people_file is not None:
        return preview.who(point, data, read_bytes(people_file, limit=preview.MAX_FILE))
    if items_file is not None:
        return preview.what(point, data, read_bytes(items_file, limit=preview.MAX_FILE))
    return _answer(point, point.decide(data), audience)


def _listen(place: str) -> Answer:
    """A stateless decision point: no node, no keys, nothing kept."""
    host, _, port = place.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise USAGE(
            why="--listen takes HOST:PORT, for example 127.0.0.1:8181",
            why_ja="--listen には HOST:PORT を指定します（例：127.0.0.1:8181）",
            command="sealane decide",
        )
    import uvicorn
    from starlette.applications import Starlette

    from sealane.http.authzen import asking, routes

    ask = asking(DecisionPoint().decide_json)
    app = Starlette(routes=routes(ask, base_url=f"http://{place}"))
    speaker().tell(
        f"AuthZEN on http://{place}/access/v1/evaluation",
        f"AuthZEN：http://{place}/access/v1/evaluation",
    )
    uvicorn.run(
        app,
        host=host.strip("[]"),
        port=int(port),
        log_level="warning",
        access_log=False,
        server_header=False,
    )
    return Answer({"stopped": True})
