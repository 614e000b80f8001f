"""Opening at the console: plaintext reaches a private spool, and the reader only once it is
verified and recorded.

Spec: R20, R25, R31, R57; docs/console.md §View and copy.
"""

from __future__ import annotations

import base64
import io
import tempfile
from collections.abc import Iterator
from typing import Any, BinaryIO
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from sealane.base.errors import Malformed, declare
from sealane.base.visible import file_name
from sealane.services.deciding.decision import DecisionRefused
from sealane.services.exchange import outbox
from sealane.services.opening import open_item as opening
from sealane.services.register import views
from sealane.web.pages.item import marks
from sealane.web.pages.refusals import Refusals
from sealane.web.shell import Shell
from sealane.web.visit import Page, Reply, Visit

CHUNK = 1 << 18
SHOWN_MOST = 8 << 20
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")

NOT_SHOWN = declare(
    "web.not_shown",
    Malformed,
    "This type is not shown here.",
    "この種類はここでは表示できません。",
    "Open and save it instead.",
    "開封して保存してください。",
)


def open_item(shell: Shell, visit: Visit, refusals: Refusals) -> Reply:
    """Open and hand over as a file, or view in the page; a refusal shows its card."""
    node, name = shell.node, visit.params["item"]
    action = "view" if visit.form.get("action") == "view" else "open"
    purpose = visit.form.get("purpose", "")[:64]
    with node.store.reading() as tx:
        held = views.item(node, tx, name)
    if action == "view" and not shows(held["media_type"], held["size"]):
        raise NOT_SHOWN()
    spool: BinaryIO = Sheet(held["size"]) if action == "view" else tempfile.TemporaryFile()  # type: ignore[assignment]  # noqa: SIM115 - as below
    try:
        found = opening.open_item(
            node, name, person=visit.actor, purpose=purpose, action=action, sink=spool
        )
    except BaseException as error:
        spool.close()
        if (
            isinstance(error, DecisionRefused)
            or getattr(error, "code", "") == opening.KEY_REFUSED.code
        ):
            return refusals.keep(visit, error, item=name, action=action, purpose=purpose)  # type: ignore[arg-type]
        raise
    finally:
        outbox.deliver_at_once(node, item=name)
    if isinstance(spool, Sheet):
        with spool:
            return _view(shell, name, spool)
    return _attachment(spool, found.title or name)


class Sheet(io.RawIOBase):
    """Plaintext for one page, in one buffer of memory that is wiped when closed; no file is ever
    made of it.
    """

    def __init__(self, most: int) -> None:
        self._held, self._end = bytearray(most), 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        part = memoryview(data)
        if self._end + len(part) > len(self._held):
            raise NOT_SHOWN()
        self._held[self._end : self._end + len(part)] = part
        self._end += len(part)
        return len(part)

    def shown(self) -> memoryview:
        """What was written."""
        return memoryview(self._held)[: self._end]

    def close(self) -> None:
        self._held[:] = bytes(len(self._held))
        super().close()


def shows(media_type: str, size: int) -> bool:
    """Whether the console can show it in a page: plain text and pictures, not too large."""
    return size <= SHOWN_MOST and (media_type.startswith("text/") or media_type in PICTURES)


def _attachment(spool: BinaryIO, title: str) -> Response:
    size = spool.seek(0, 2)
    spool.seek(0)
    safe = (
        "".join(
            char if char.isascii() and (char.isalnum() or char in "._-") else "_" for char in title
        )[:120]
        or "item"
    )
    named = quote(file_name(title), safe="")
    disposition = f"attachment; filename=\"{safe}\"; filename*=UTF-8''{named}"
    return StreamingResponse(
        _chunks(spool),
        media_type="application/octet-stream",
        headers={"Content-Disposition": disposition, "Content-Length": str(size)},
    )


def _chunks(spool: BinaryIO) -> Iterator[bytes]:
    with spool:
        while chunk := spool.read(CHUNK):
            yield chunk


def _view(shell: Shell, name: str, sheet: Sheet) -> Reply:
    node = shell.node
    with node.store.reading() as tx:
        held = views.item(node, tx, name)
        agreement = node.agreements(tx).get(held["agreement"])
    picture = held["media_type"] in PICTURES
    source = (
        f"data:{held['media_type']};base64,{base64.b64encode(sheet.shown()).decode()}"
        if picture
        else None
    )
    return Page(
        "view.html",
        {
            "it": held,
            "marks": marks(node, agreement, held),
            "picture": source,
            "text": None if picture else str(sheet.shown(), "utf-8", "replace"),
        },
    )
