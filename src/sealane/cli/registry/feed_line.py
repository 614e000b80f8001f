"""A TAXII 2.1 server elsewhere, asked by `feed pull` and `feed push`: page by page into files, so
that memory holds one page's object at a time.

Spec: TAXII 2.1 §3.5, §4, §5; spec/feeds.md §To and from other servers.
"""

from __future__ import annotations

import base64
import io
import json
import ssl
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from urllib.parse import quote, urlencode, urljoin, urlsplit

from sealane.adapters.calls import FAILED, GivenAnswer, Line, Unfit
from sealane.base import canonical
from sealane.base.errors import Malformed, Refused, Unavailable, declare
from sealane.base.pace import Patience
from sealane.feeds.stream import objects_of

MEDIA_TYPE = "application/taxii+json;version=2.1"
PATIENCE = Patience(whole=3600.0, stretch=60.0, floor=4096, thought=90.0)
ANSWER_MOST, PAGE_MOST, PAGES_MOST = 8 << 20, 1 << 30, 100_000
PIECE, SENT_OBJECTS, SENT_BYTES = 1 << 16, 1_000, 8 << 20
"""Bytes read at once; objects and characters of one envelope that is sent."""
LOOPBACK = {"127.0.0.1", "localhost", "::1"}

AWAY = declare(
    "feed.server_away",
    Unavailable,
    "The TAXII server at {url} does not answer.",
    "{url} の TAXII サーバーが応答しません。",
    "Try again; what came already is known then.",
    "再試行してください。取り込み済みのものは重複しません。",
)
REFUSES = declare(
    "feed.server_refuses",
    Refused,
    "The TAXII server at {url} refuses: {why}.",
    "{url} の TAXII サーバーが拒否しました：{why}。",
    "Check user, password and collection.",
    "利用者、パスワード、コレクションを確かめてください。",
)
NO_SERVER = declare(
    "feed.no_server",
    Malformed,
    "What answers at {url} is no TAXII 2.1 server: {why}.",
    "{url} の応答者は TAXII 2.1 のサーバーではありません：{why}。",
    "Give the address of its discovery or of an API root, by https.",
    "ディスカバリー又は API ルートのアドレスを https で指定してください。",
)
NO_COLLECTION = declare(
    "feed.no_collection",
    Malformed,
    "Name one collection: {known}.",
    "コレクションを一つ指定してください：{known}。",
    "Give --collection with its id, alias or title.",
    "--collection に識別子、別名又は題名を指定してください。",
)


class PulledBundle(io.RawIOBase):
    """A file that is fetched when it is first read: whoever may not write the feed asks nobody
    elsewhere for anything.
    """

    def __init__(self, fetch: Callable[[BinaryIO], None]) -> None:
        self._fetch = fetch
        self._file: BinaryIO | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._held().read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._held().seek(offset, whence)

    def tell(self) -> int:
        return self._held().tell()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        super().close()

    def _held(self) -> BinaryIO:
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with this one
            self._fetch(self._file)
            self._file.seek(0)
        return self._file


@dataclass(slots=True)
class TaxiiServer:
    """One server, for one user."""

    url: str
    user: str
    password: str
    ca: str | None = None
    newest: str | None = None
    """When the last object that came was added there."""
    _line: Line = field(init=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise NO_SERVER(url=self.url[:200], why="the password would go unprotected")
        verify = None if self.ca is None else ssl.create_default_context(cafile=self.ca)
        self._line = Line(PATIENCE, verify=verify)

    def collection(self, name: str | None, right: str) -> str:
        """The address of a collection that this user may read or write (`can_read`, `can_write`).
        Raises: Malformed `feed.no_server`, `feed.no_collection`; as every call.
        """
        found, root = self._asked(self.url), self.url
        if "api_roots" in found:
            roots = [one for one in [found.get("default"), *found["api_roots"]] if one]
            root = urljoin(self.url, str(roots[0])) if roots else self.url
        root = root if root.endswith("/") else f"{root}/"
        if urlsplit(root).netloc != urlsplit(self.url).netloc:
            raise NO_SERVER(url=self.url[:200], why="its API root is at another machine")
        held = self._asked(f"{root}collections/").get("collections", [])
        mine = [one for one in held if isinstance(one, dict) and one.get(right) is True]
        named = [one for one in mine if name in (one.get("id"), one.get("alias"))]
        named = named or [one for one in mine if name in (None, one.get("title"))]
        if len(named) != 1:
            raise NO_COLLECTION(known=", ".join(str(one.get("title"))[:40] for one in mine) or "-")
        return f"{root}collections/{quote(str(named[0]['id']), safe='')}/objects/"

    def pull(self, objects: str, sink: BinaryIO, since: str | None) -> int:
        """Write every object in every version, added after an instant if one is given, to a sink as
        one bundle; how many.
        """
        sink.write(b'{"objects":[')
        count, next_ = 0, None
        self.newest = since
        for _ in range(PAGES_MOST):
            asked = {"match[version]": "all"}
            if self.newest is not None and (next_ is None or count == 0):
                asked["added_after"] = self.newest
            with tempfile.TemporaryFile() as page:
                more, next_, texts = self._page(objects, asked, next_, page)
                for text in texts:
                    sink.write((b"," if count else b"") + text.encode())
                    count += 1
            if not more:
                break
        sink.write(b"]}")
        return count

    def _page(
        self, objects: str, asked: dict[str, str], next_: str | None, page: BinaryIO
    ) -> tuple[bool, str | None, Iterator[str]]:
        asked = asked if next_ is None else {**asked, "next": next_}
        answer = self._called("GET", f"{objects}?{urlencode(asked)}", sink=page)
        beside: dict[str, Any] = {}
        page.seek(0)
        held = sum(1 for _ in objects_of(_pieces(page), beside))
        self.newest = answer.headers.get("x-taxii-date-added-last", self.newest)
        page.seek(0)
        told = beside.get("next")
        following = told if isinstance(told, str) and told != next_ else None
        # a page that says more and holds nothing, or leads to itself, leads nowhere
        more = beside.get("more") is True and held > 0
        return (
            more and (following is not None or next_ is None),
            following,
            objects_of(_pieces(page)),
        )

    def push(self, objects: str, source: BinaryIO) -> dict[str, Any]:
        """Send every object of a bundle, in envelopes of a bounded size; what became of them."""
        added, failed = 0, []
        for envelope in _envelopes(source):
            answer = self._called("POST", objects, content=envelope)
            status = self._read(answer.body, objects)
            added += int(status.get("success_count", 0))
            failed += [
                {
                    "id": str(one.get("id"))[:120],
                    "why": str(one.get("message", "-"))[:300],
                    "why_ja": str(one.get("message", "-"))[:300],
                    "code": REFUSES.code,
                }
                for one in status.get("failures", [])[:1_000]
            ]
        return {"added": added, "known": 0, "failed": failed}

    def close(self) -> None:
        """Let the line go."""
        self._line.close()

    def _asked(self, url: str) -> dict[str, Any]:
        return self._read(self._called("GET", url).body, url)

    def _read(self, data: bytes, url: str) -> dict[str, Any]:
        try:
            value = canonical.parse(data, limit=ANSWER_MOST)
        except Malformed as error:
            raise NO_SERVER(url=url[:200], why=error.code) from None
        if not isinstance(value, dict):
            raise NO_SERVER(url=url[:200], why="no object")
        return value

    def _called(
        self, verb: str, url: str, *, sink: BinaryIO | None = None, content: bytes | None = None
    ) -> GivenAnswer:
        """Raises: Unavailable `feed.server_away`; Refused `feed.server_refuses`; Malformed
        `feed.no_server`.
        """
        given = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        headers = {"accept": MEDIA_TYPE, "authorization": f"Basic {given}"}
        request: dict[str, Any] = {"headers": headers}
        if content is not None:
            headers["content-type"] = MEDIA_TYPE
            request["content"] = content
        try:
            if sink is not None:
                answer = self._line.fetch(verb, url, sink, limit=PAGE_MOST, **request)
            else:
                answer = self._line.call(verb, url, limit=ANSWER_MOST, **request)
        except Unfit as error:
            raise NO_SERVER(url=url[:200], why=error.why) from None
        except FAILED:
            raise AWAY(url=url[:200]) from None
        if answer.status in (200, 202):
            return answer
        if answer.status >= 500 or answer.status == 429:
            raise AWAY(url=url[:200])
        raise REFUSES(url=url[:200], why=f"{answer.status} {_title(answer.body)}")


def _title(body: bytes) -> str:
    try:
        told = json.loads(body[:ANSWER_MOST])
        return str(told["title"])[:200]
    except (ValueError, KeyError, TypeError):
        return "-"


def _envelopes(source: BinaryIO) -> Iterator[bytes]:
    held: list[str] = []
    size = 0
    for text in objects_of(_pieces(source)):
        held.append(text)
        size += len(text)
        if len(held) == SENT_OBJECTS or size > SENT_BYTES:
            yield _envelope(held)
            held, size = [], 0
    if held:
        yield _envelope(held)


def _envelope(texts: list[str]) -> bytes:
    return f'{{"objects":[{",".join(texts)}]}}'.encode()


def _pieces(source: BinaryIO) -> Iterator[bytes]:
    while piece := source.read(PIECE):
        yield piece
