"""`sealane decide`: one decision, or one a line; 0 permitted, 1 refused, 2 malformed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sealane import shipped
from sealane.cli.frame.answer import USAGE, Answer, command, read_bytes, speaker

if TYPE_CHECKING:
    from sealane.agreements.agreement import Agreement, Agreements
    from sealane.decisions.decide import Audience, Decision
    from sealane.decisions.words import Words


class Desk:
    """What one run decides by: shipped agreements and schemes, and the agreement files that
    requests name by path.
    """

    def __init__(self) -> None:
        from sealane.decisions.words import Words

        self.agreements, self.schemes = shipped.agreements(), shipped.schemes()
        self.words = Words.of(self.agreements)
        self.files: dict[str, tuple[Agreement, Agreements, Words]] = {}

    def decide(self, data: bytes) -> Decision:
        """The decision on one request's bytes. Raises: Malformed: the request or the agreement file
        it names.
        """
        from sealane.decisions.decide import decide
        from sealane.decisions.request import request_from_bytes, require_words

        request, agreements, words = request_from_bytes(data), self.agreements, self.words
        if (
            request.agreement not in agreements
            and (found := self._file(request.agreement)) is not None
        ):
            import msgspec

            agreement, agreements, words = found
            request = msgspec.structs.replace(request, agreement=agreement.id)
        require_words(request, words)
        return decide(request, agreements=agreements, schemes=self.schemes)

    def _file(self, name: str) -> tuple[Agreement, Agreements, Words] | None:
        """The agreement in the file of this name, read once; None when there is no such file."""
        from sealane.adapters.agreements import load_agreement
        from sealane.decisions.words import Words

        if name not in self.files and _is_file(name):
            loaded = load_agreement(Path(name))
            among = self.agreements.with_(loaded)
            self.files[name] = loaded, among, Words.of(among)
        return self.files.get(name)

    def agreements_of(self, decision: Decision) -> Agreements:
        """The agreements that this decision was made among."""
        return next(
            (
                among
                for one, among, _ in self.files.values()
                if one.digest == decision.agreement.digest
            ),
            self.agreements,
        )


def _is_file(name: str) -> bool:
    try:
        return "\0" not in name and Path(name).is_file()
    except OSError:  # too long to be the name of a file, for one
        return False


def _answer(desk: Desk, decision: Decision, audience: Audience) -> Answer:
    from sealane.decisions.explain import card_text
    from sealane.decisions.outlook.horizon import holds_until

    officer = audience == "officer"  # whose dates they are, a requester is not told
    until = (
        holds_until(
            decision.request, agreements=desk.agreements_of(decision), groups=desk.schemes.groups
        )
        if officer
        else None
    )
    text = card_text(
        decision,
        _titles(decision),
        lang="ja" if speaker().lang == "ja" else "en",
        audience=audience,
        until=until,
    )
    return Answer(decision.as_json(audience), text, 0 if decision.permit else 1)


def _titles(decision: Decision) -> Any:

    return shipped.agreements().get(decision.agreement.id)


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
    if (
        [batch, request_file is not None, listen is not None].count(True) != 1
        or ((people_file or items_file) and not request_file)
        or (people_file and items_file)
    ):
        raise USAGE(
            why="give one of REQUEST.json (or -), --batch and --listen", command="sealane decide"
        )
    if listen is not None:
        return _listen(listen)
    desk = Desk()
    if batch:
        from sealane.cli.frame.batch import run_bytes

        run_bytes(lambda line: desk.decide(line).encoded(audience))
        raise SystemExit(0)
    from sealane.base.canonical import MAX_BYTES

    data = read_bytes(request_file or "-", limit=MAX_BYTES)
    if people_file is not None or items_file is not None:
        from sealane.cli.agreements import preview

        asked = preview.who if people_file is not None else preview.what
        return asked(desk, data, read_bytes(str(people_file or items_file), limit=preview.MAX_FILE))
    return _answer(desk, desk.decide(data), audience)


def _listen(place: str) -> Answer:
    """A stateless decision point: no node, no keys, nothing kept."""
    host, _, port = place.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise USAGE(
            why="--listen takes HOST:PORT, for example 127.0.0.1:8181", command="sealane decide"
        )
    import uvicorn
    from starlette.applications import Starlette

    from sealane.http.authzen import asking, routes

    ask = asking(shipped.agreements(), shipped.schemes())
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
