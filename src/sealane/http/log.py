"""A log's HTTP surface: C2SP tlog-tiles to read, tlog-witness and tlog-mirror to submit.

Under `/ledger/<name>/` and `/x/<name>/`, where the name is an agreement's, or with more than two
parties the agreement's and the partner's: `checkpoint`, `checkpoint.v2` and `tile/...` of the own
log; `add-checkpoint` and `add-entries` for the partner's; `witness/<origin hash>/checkpoint` and
`mirror/<origin hash>/...` are the two monitoring prefixes. Nothing beyond the newest signed head is
served, and nothing to anybody whom `allow` does not let in. Spec: spec/ledger.md §4;
spec/interfaces.md §2.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sealane.base.errors import Malformed, NotFound, SealaneError, Unavailable
from sealane.ledger.log import tiles
from sealane.ledger.log.checkpoint import parse_checkpoint
from sealane.ledger.log.mirror import MAX_REQUEST as MAX_UPLOAD
from sealane.ledger.log.tiles import Tile
from sealane.ledger.log.witness import MAX_REQUEST, TEXT_TYPE
from sealane.ports import Log, Store
from sealane.services.ledgers.mirror import Mirror
from sealane.services.ledgers.publisher import origin_hash
from sealane.services.ledgers.witness import Reply, Witness

PREFIXES = ("/ledger", "/x")
"""Two addresses of one log; the second makes origin and address one string where the node's name is
its host.
"""
OCTETS = "application/octet-stream"
_IMMUTABLE = {"cache-control": "public, max-age=31536000, immutable"}
_FRESH = {"cache-control": "no-store"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What one `/ledger/<name>` serves: the own log with one partner, and the witness and mirror
    for that partner's.
    """

    store: Store
    log: Log
    reader: str
    """The partner: no other nation reads or submits here."""
    witness: Witness | None = None
    mirror: Mirror | None = None


Boards = Callable[[str], Board | None] | Mapping[str, Board]
"""A look-up of boards by name, or all of them."""
Allow = Callable[[Request, Board], bool]
"""Whether this caller may read or submit at this board; a refusal is the same as no such log."""
PARTNER = re.compile(r"[A-Z]{3}")
"""What the second part of a log's name looks like; no resource does."""


def routes(boards: Boards, *, allow: Allow) -> list[Route]:
    """Routes to read every board and to submit to it."""
    find = _finder(boards, allow)

    async def submit(request: Request) -> Response:
        try:
            board, path = await run_in_threadpool(find, request)
        except SealaneError as error:
            return _refused(error)
        if board is None or path not in ("add-checkpoint", "add-entries"):
            return _status(404, "unknown log")
        upload = path == "add-entries"
        body = await _body(request, MAX_UPLOAD if upload else MAX_REQUEST)
        if body is None:
            return _status(413, "the request is too large or wrongly compressed")
        return await run_in_threadpool(_guarded, lambda: _submit(board, body, upload=upload))

    submitting = [
        Route(f"{prefix}/{{name}}/{{path:path}}", submit, methods=["POST"]) for prefix in PREFIXES
    ]
    return [*reading_routes(boards, allow=allow), *submitting]


def reading_routes(boards: Boards, *, allow: Allow) -> list[Route]:
    """Routes to read every board alone."""
    find = _finder(boards, allow)

    def read(request: Request) -> Response:
        board, path = find(request)
        return _status(404, "unknown log") if board is None else _read(board, path)

    def guarded(request: Request) -> Response:
        return _guarded(lambda: read(request))

    return [
        Route(f"{prefix}/{{name}}/{{path:path}}", guarded, methods=["GET"]) for prefix in PREFIXES
    ]


def _finder(boards: Boards, allow: Allow) -> Callable[[Request], tuple[Board | None, str]]:
    """The board that a request may use, and what it asks for there."""
    look_up = boards.get if isinstance(boards, Mapping) else boards

    def find(request: Request) -> tuple[Board | None, str]:
        name, path = request.path_params["name"], request.path_params["path"]
        first, _, rest = path.partition("/")
        if PARTNER.fullmatch(first):
            name, path = f"{name}/{first}", rest
        board = look_up(name)
        return (None if board is None or not allow(request, board) else board), path

    return find


def _submit(board: Board, body: bytes, *, upload: bool) -> Response:
    reply = Reply(404, b"unknown log\n")
    if upload and board.mirror is not None:
        reply = board.mirror.add_entries(body)
    elif not upload and board.witness is not None:
        reply = board.witness.add_checkpoint(body)
    headers = {"content-type": reply.content_type}  # as a media type it would get a charset
    if upload:
        headers["accept-encoding"] = "gzip"
    return Response(reply.body, reply.status, headers=headers)


def _read(board: Board, path: str) -> Response:
    area, _, rest = path.partition("/")
    if area == "witness" and board.witness is not None:
        return _witnessed(board, board.witness, rest)
    if area == "mirror" and board.mirror is not None:
        place, _, rest = rest.partition("/")
        if place != origin_hash(board.mirror.log.origin):
            return _status(404, "unknown log")
        return _log_resource(board.store, board.mirror.log, rest)
    return _log_resource(board.store, board.log, path)


def _witnessed(board: Board, witness: Witness, rest: str) -> Response:
    place, _, name = rest.partition("/")
    # the partner's own log alone: what another nation's log holds is told to nobody here
    if name == "checkpoint" and board.mirror is not None:
        origin = board.mirror.log.origin
        note = witness.checkpoint(origin) if origin_hash(origin) == place else None
        if note is not None:
            return Response(note, media_type=TEXT_TYPE, headers=_FRESH)
    return _status(404, "never cosigned")


def _log_resource(store: Store, log: Log, path: str) -> Response:
    with store.reading() as tx:
        note = log.checkpoint(tx)
        if note is None:
            return _status(404, "no signed head yet")
        if path == "checkpoint":
            return Response(note, media_type=TEXT_TYPE, headers=_FRESH)
        if path == "checkpoint.v2":
            shadow = log.shadow_checkpoint(tx)
            if not shadow:
                return _status(404, "no shadow head")
            return Response(shadow, media_type="application/jose+json", headers=_FRESH)
        # a path of ours, under the newest signed head, and not pruned: nothing else is served
        tile = tiles.parse_path(path)
        if not _signed(tile, parse_checkpoint(note).head.size):
            return _status(404, "beyond the signed head")
        if tile.level in {0, tiles.ENTRIES} and (tile.index + 1) * tiles.WIDTH <= log.floor(tx):
            return _status(410, "pruned under a recorded authority")
        return Response(log.tile(tx, tile), media_type=OCTETS, headers=_IMMUTABLE)


def _signed(tile: Tile, size: int) -> bool:
    return 0 < tile.width <= tiles.width_at(tile.level, tile.index, size)


def _guarded(work: Callable[[], Response]) -> Response:
    try:
        return work()
    except SealaneError as error:
        return _refused(error)


def _refused(error: SealaneError) -> Response:
    """What a log says of any error: not here, not now, or no more."""
    if isinstance(error, NotFound | Malformed):
        return _status(404, error.message)
    return _status(503 if isinstance(error, Unavailable) else 500, error.message)


async def _body(request: Request, limit: int) -> bytes | None:
    """The body, unpacked when it is gzip; None beyond the limit or when it cannot be unpacked."""
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > limit:
            return None
    encoding = request.headers.get("content-encoding", "identity")
    if encoding == "identity":
        return bytes(data)
    if encoding != "gzip":
        return None
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        plain = unpack.decompress(bytes(data), limit + 1)
    except zlib.error:
        return None
    return plain if len(plain) <= limit and unpack.eof else None


def _status(status: int, why: str) -> Response:
    return Response(f"{why}\n", status, media_type=TEXT_TYPE)
