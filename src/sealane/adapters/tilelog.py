"""Tile logs of any writer, in a folder or behind HTTP, read with limits. Spec: C2SP tlog-tiles."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sealane.adapters.outputs import write_whole
from sealane.base.errors import (
    NotFound,
    Refused,
    SealaneError,
    Unavailable,
    Untrusted,
    declare,
)
from sealane.base.inputs import TOO_LARGE
from sealane.base.pace import Patience
from sealane.ledger.log.note import MAX_NOTE
from sealane.ledger.log.rederive import LOG_DIFFERS
from sealane.ledger.log.tiles import HASH, MAX_BUNDLE, MAX_TILE, WIDTH, Tile

if TYPE_CHECKING:
    from sealane.adapters.calls import Unfit

PATIENCE = Patience(whole=60.0, stretch=20.0, floor=4096, thought=20.0)
"""What a log somewhere is granted for one resource."""

NO_LOG = declare(
    "ledger.no_log",
    NotFound,
    "There is no log at {place}: its checkpoint cannot be read.",
    "{place} にログがありません。チェックポイントを読み取れません。",
    "Give the folder or URL under which `checkpoint` lies.",
    "checkpoint が置かれたフォルダーまたは URL を指定してください。",
)
LOG_AWAY = declare(
    "ledger.away",
    Unavailable,
    "The log at {place} does not answer: {why}.",
    "{place} のログが応答しません：{why}。",
    "Try again later.",
    "後で再試行してください。",
)

LOG_UNFIT = declare(
    "ledger.unfit_answer",
    Untrusted,
    "The log at {place} gives an answer that is not read: {why}.",
    "{place} のログの回答は読み取れません：{why}。",
    "Tell whoever serves the log.",
    "ログの提供者に知らせてください。",
)
CLOSED = declare(
    "ledger.closed",
    Refused,
    "The log at {place} is read by its partner, or with a sign-in.",
    "{place} のログを読めるのは、相手国か、サインインした人だけです。",
    "Give --token-file F with a token of somebody whose duty the register is: `sealane people"
    " token`.",
    "登録簿を職務とする人のトークン（`sealane people token`）を"
    " --token-file F で指定してください。",
)
TOKEN_IN_CLEAR = declare(
    "ledger.token_in_clear",
    Refused,
    "A token is not sent to {place}: the connection would not be encrypted.",
    "暗号化されない接続のため、{place} にトークンを送りません。",
    "Use https, or http on this machine alone.",
    "https か、この機械の中だけの http を使ってください。",
)
_ON_THIS_MACHINE = r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?"

Resource = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True)
class TileLog:
    """A log somewhere; `fetch` gives a resource's bytes by path, or None where there is none."""

    place: str
    fetch: Resource
    _kept: dict[Tile, bytes] = field(default_factory=dict)

    def checkpoint(self) -> bytes:
        """The checkpoint's bytes. Raises: NotFound `ledger.no_log`."""
        data = self.fetch("checkpoint")
        if data is None:
            raise NO_LOG(place=self.place)
        return data

    def tile(self, tile: Tile) -> bytes:
        """A hash tile's bytes, or a full one's beginning; kept for the next call. Raises: Untrusted
        `ledger.differs`.
        """
        if tile in self._kept:
            return self._kept[tile]
        data, want = self.fetch(tile.path), tile.width * HASH
        if data is None and tile.width < WIDTH:
            data, want = self.fetch(tile.full.path), WIDTH * HASH
        if data is None or len(data) != want:
            raise LOG_DIFFERS(what=f"{tile.path} is missing or has the wrong length")
        if len(self._kept) > 64:
            self._kept.clear()
        self._kept[tile] = data[: tile.width * HASH]
        return self._kept[tile]


@contextmanager
def open_tile_log(place: str, token: str | None = None) -> Iterator[TileLog]:
    """A log in a folder or behind an http(s) URL; every resource is capped at what it may hold.

    Args:
        token: a bearer token, for a log that needs a sign-in.
    Raises: Refused `ledger.token_in_clear`; when read: Refused `ledger.closed`; Unavailable
    `ledger.away`; Malformed `input.too_large`.
    """
    if place.startswith(("http://", "https://")):
        with _from_http(place, token) as fetch:
            yield TileLog(place, fetch)
    else:
        yield TileLog(place, _from_folder(Path(place.removeprefix("file://"))))


def write_resource(folder: Path, path: str, data: bytes) -> None:
    """Put one resource of a tile log into a folder; `path` comes from a Tile, never from a
    document.

    Raises: Unavailable `ledger.away`; as `write_whole`.
    """
    place = folder / path
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LOG_AWAY(place=str(folder), why=error.strerror or "not written") from None
    write_whole(place, data, mode=0o644, keep=True)


def limit_of(path: str) -> int:
    """The most bytes a resource may have."""
    if path.startswith("tile/entries/"):
        return MAX_BUNDLE
    return MAX_TILE if path.startswith("tile/") else MAX_NOTE


def too_large(path: str, limit: int) -> SealaneError:
    """The error for a resource beyond its limit."""
    if path.startswith("tile/"):
        return LOG_DIFFERS(what=f"{path} has more than {limit} bytes")
    return TOO_LARGE(path=path, limit=limit)


def unfit(path: str, limit: int, why: Unfit) -> SealaneError:
    """The error for an answer that is not read."""
    if why.too_long:
        return too_large(path, limit)
    return LOG_UNFIT(place=path, why=why.why)


def _from_folder(folder: Path) -> Resource:
    def fetch(path: str) -> bytes | None:
        limit = limit_of(path)
        try:
            with (folder / path).open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                data = file.read(
                    min(size, limit) + 1
                )  # the limit itself would be allocated each time
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as error:
            raise LOG_AWAY(place=str(folder), why=error.strerror or "unreadable") from None
        if len(data) > limit:
            raise too_large(path, limit)
        return data

    return fetch


@contextmanager
def _from_http(prefix: str, token: str | None) -> Iterator[Resource]:
    from sealane.adapters.calls import FAILED, Line, Unfit

    base, headers = prefix.rstrip("/"), {}
    if token is not None:
        host = base.partition("://")[2].partition("/")[0]
        if base.startswith("http://") and not re.fullmatch(_ON_THIS_MACHINE, host):
            raise TOKEN_IN_CLEAR(place=base)
        headers["authorization"] = f"Bearer {token}"
    with Line(PATIENCE) as line:

        def fetch(path: str) -> bytes | None:
            limit = limit_of(path)
            try:
                # stored logs are often served packed, whatever is asked for
                answer = line.call("GET", f"{base}/{path}", limit=limit, headers=headers, gzip=True)
            except Unfit as why:
                raise unfit(path, limit, why) from None
            except FAILED as error:
                raise LOG_AWAY(place=base, why=type(error).__name__) from None
            if answer.status in {403, 404, 410}:  # object stores say 403 of what is not there
                return None
            if answer.status == 401:
                raise CLOSED(place=base)
            if answer.status != 200:
                raise LOG_AWAY(place=base, why=f"HTTP {answer.status} for {path}")
            return answer.body

        yield fetch
