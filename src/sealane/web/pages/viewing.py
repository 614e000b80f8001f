"""Reading page by page: a verified document in memory for some minutes, drawn for the one session
that opened it, and wiped.

Nothing of it is ever in a file. Another process of the node, another session and a later hour open
it anew, which is decided and recorded anew.
Spec: R20, R25, R31; docs/console.md §Page by page.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import RedirectResponse

from sealane.base.errors import Conflict, declare
from sealane.base.values import SECOND, Instant
from sealane.ports.viewing import PageMaker, PagePicture, Stamp
from sealane.services.node import Node
from sealane.services.register import views
from sealane.web.visit import Reply, Visit

SECONDS = 600
"""How long a document that was opened for viewing may be looked at."""
HELD_MOST = 256 << 20
"""Bytes of all documents that are looked at here; the oldest view ends when there is no room."""
TEXT_MOST = 8 << 20

OVER = declare(
    "view.over",
    Conflict,
    "This view is over: a document stays open for ten minutes, for the session that opened it, at"
    " the process that holds it.",
    "この閲覧は終了しました。文書は、開いたセッションに対し、それを保持する処理で十分間だけ"
    "表示されます。",
    "Open the item again; that is decided and recorded anew.",
    "項目をもう一度開いてください。改めて判定し、記録します。",
)


@dataclass(slots=True)
class Viewed:
    """One document that somebody is looking at."""

    media_type: str
    document: bytearray
    stamp: Stamp
    until: Instant
    end: threading.Timer


@dataclass(slots=True)
class Views:
    """What is looked at at this process, by session and item.

    Args:
        maker: None where nothing is drawn; text is shown all the same.
    """

    node: Node
    maker: PageMaker | None = None
    _held: dict[tuple[str, str], Viewed] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def shows(self, media_type: str, size: int) -> bool:
        """Whether this type is shown here, as text or page by page."""
        if is_text(media_type):
            return size <= TEXT_MOST
        return self.maker is not None and self.maker.takes(media_type, size)

    def begin(
        self, visit: Visit, item: str, media_type: str, document: bytearray, stamp: Stamp
    ) -> Reply:
        """Hold a document that was opened for this session, and go to its first page.

        Raises: as `PageMaker.prepared`; the document is then wiped.
        """
        assert self.maker is not None
        try:
            kind, paged = self.maker.prepared(media_type, document)
        except BaseException:
            _wipe(document)
            raise
        if paged is not document:
            _wipe(document)
        key = _key(visit, item)
        end = threading.Timer(SECONDS, self.drop, (key,))
        end.daemon = True
        until = Instant(self.node.host.now() + SECONDS * SECOND)
        held = Viewed(
            kind, paged if isinstance(paged, bytearray) else bytearray(paged), stamp, until, end
        )
        self.drop(key)
        with self._lock:
            self._held[key] = held
            beyond = self._beyond()
        end.start()
        for one in beyond:
            self.drop(one)
        return RedirectResponse(f"/items/{item}/view/1", 303)

    def page(self, visit: Visit, item: str, number: int) -> PagePicture:
        """One page of what this session opened. Raises: Conflict `view.over`; as `PageMaker.draw`.

        A recall that reached the node ends the view.
        """
        key = _key(visit, item)
        held = self._held.get(key)
        with self.node.store.reading() as tx:
            recalled = views.item(self.node, tx, item)["recalled"] is not None
        if held is None or self.maker is None or recalled or self.node.host.now() >= held.until:
            self.drop(key)
            raise OVER()
        return self.maker.draw(held.media_type, held.document, page=number, stamp=held.stamp)

    def stamp_of(self, visit: Visit, item: str) -> Stamp | None:
        """What the pages of a view are marked with."""
        held = self._held.get(_key(visit, item))
        return None if held is None else held.stamp

    def drop(self, key: tuple[str, str]) -> None:
        """End a view: its document is wiped."""
        with self._lock:
            held = self._held.pop(key, None)
        if held is not None:
            held.end.cancel()
            _wipe(held.document)

    def _beyond(self) -> list[tuple[str, str]]:
        """The oldest views, as far as there is no room for all."""
        size = sum(len(one.document) for one in self._held.values())
        beyond = []
        for key, one in list(self._held.items())[:-1]:
            if size <= HELD_MOST:
                break
            beyond.append(key)
            size -= len(one.document)
        return beyond


def stamp_for(
    person: Mapping[str, Any], lang: str, at: str, marks: Mapping[str, Any], item: str
) -> Stamp:
    """Post, time, mark and item: in the reader's words, and in plain ones."""
    mark = marks["provider"]
    levels = [one["mark"] for one in marks["others"] if one["mark"]] if marks["inward"] else []
    own = person["post_ja"] if lang == "ja" else person["post"]

    def line(post: str, texts: list[str]) -> str:
        return " · ".join((post, f"{at[:19]}Z", " / ".join(dict.fromkeys(texts)), item))

    return Stamp(
        line(str(own), [mark.text, *(level.text for level in levels)]),
        line(str(person["post"]), [_plain(one) for one in (mark, *levels)]),
    )


def picture(png: bytes) -> str:
    """A page as its page holds it: no address of its own leads to it."""
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def is_text(media_type: str) -> bool:
    """Shown as text, which a screen reader reads too."""
    return media_type.startswith("text/")


def _plain(mark: Any) -> str:
    return str(mark.text if mark.text.isascii() else mark.en)


def _key(visit: Visit, item: str) -> tuple[str, str]:
    return ("" if visit.ticket is None else visit.ticket.serial, item)


def _wipe(document: bytearray) -> None:
    document[:] = bytes(len(document))
