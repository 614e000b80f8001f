"""Opening at the console: plaintext reaches a private spool, and the reader only once it is
verified and recorded.

Spec: R20, R25, R31, R57; docs/console.md §View and copy.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping
from typing import Any, BinaryIO
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from sealane.base.errors import Malformed, declare
from sealane.base.inputs import given_out
from sealane.base.visible import file_name
from sealane.services.deciding.decision import DecisionRefused
from sealane.services.deciding.reach import sight_of
from sealane.services.dialogue import alarms
from sealane.services.exchange import outbox
from sealane.services.opening import open_item as opening
from sealane.services.opening.shares import KEY_REFUSED
from sealane.services.register import views
from sealane.web.pages.item_story import marks
from sealane.web.pages.refusals import Refusals
from sealane.web.pages.viewing import Views, is_text, picture, stamp_for
from sealane.web.shell import Shell
from sealane.web.visit import Page, Reply, Visit

NOT_SHOWN = declare(
    "web.not_shown",
    Malformed,
    "This type is not shown here.",
    "この種類はここでは表示できません。",
    "Open and save it instead.",
    "開封して保存してください。",
)


def open_item(shell: Shell, visit: Visit, refusals: Refusals, shown_here: Views) -> Reply:
    """Open and hand over as a file, or view in the page; a refusal shows its card."""
    node, name = shell.node, visit.params["item"]
    action = "view" if visit.form.get("action") == "view" else "open"
    purpose = visit.form.get("purpose", "")[:64]
    with node.store.reading() as tx:
        held = views.item(node, tx, name, sight_of(node, tx, visit.person))
    if action == "view":
        require_shown(shown_here, held)
    spool: BinaryIO = Sheet(held["size"]) if action == "view" else tempfile.TemporaryFile()  # type: ignore[assignment]  # noqa: SIM115 - as below
    try:
        with alarms.content_watched(node, name, visit.actor):
            found = opening.open_item(
                node, name, person=visit.actor, purpose=purpose, action=action, sink=spool
            )
    except BaseException as error:
        spool.close()
        if isinstance(error, DecisionRefused) or getattr(error, "code", "") == KEY_REFUSED.code:
            return refusals.keep(visit, error, item=name, action=action, purpose=purpose)  # type: ignore[arg-type]
        raise
    finally:
        outbox.deliver_at_once(node, item=name)
    if isinstance(spool, Sheet):
        return viewed(shell, visit, spool, shown_here)
    return attachment(spool, found.title or name)


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

    def taken(self) -> bytearray:
        """What was written, from now on the caller's to wipe."""
        held, self._held = self._held, bytearray()
        del held[self._end :]
        return held

    def close(self) -> None:
        self._held[:] = bytes(len(self._held))
        super().close()


def view_page(shell: Shell, visit: Visit, shown_here: Views) -> Reply:
    """One page of a document that this session opened for viewing."""
    name = visit.params["item"]
    page = shown_here.page(visit, name, int(visit.params["page"]))
    stamp = shown_here.stamp_of(visit, name)
    return _sheet(
        shell,
        name,
        picture=picture(page.png),
        page=page.page,
        pages=page.pages,
        stamp="" if stamp is None else stamp.own,
    )


def require_shown(shown_here: Views, held: Mapping[str, Any]) -> None:
    """What cannot be shown is told before anything is opened and recorded."""
    if not shown_here.shows(held["media_type"], held["size"]):
        raise NOT_SHOWN()
    if shown_here.maker is not None:
        shown_here.maker.require(held["media_type"])


def attachment(spool: BinaryIO, title: str) -> Response:
    """A verified spool as a file that is saved."""
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
        given_out(spool),
        media_type="application/octet-stream",
        headers={"Content-Disposition": disposition, "Content-Length": str(size)},
    )


def viewed(shell: Shell, visit: Visit, sheet: Sheet, shown_here: Views) -> Reply:
    """Text in the page of this answer; everything else page by page."""
    node, name = shell.node, visit.params["item"]
    _, at = node.now()
    with sheet, node.store.reading() as tx:
        held = views.item(node, tx, name)
        agreement = node.agreements(tx).get(held["agreement"])
        stamp = stamp_for(visit.person, visit.lang, at, marks(node, tx, agreement, held), name)
        if is_text(held["media_type"]):
            text = str(sheet.shown(), "utf-8", "replace")
            return _sheet(shell, name, text=text, stamp=stamp.own)
        document = sheet.taken()
    return shown_here.begin(visit, name, held["media_type"], document, stamp)


def _sheet(shell: Shell, name: str, **shown: Any) -> Page:
    node = shell.node
    with node.store.reading() as tx:
        held = views.item(node, tx, name)
        agreement = node.agreements(tx).get(held["agreement"])
        told = {"it": held, "marks": marks(node, tx, agreement, held)}
    nothing = {"picture": None, "text": None, "page": 0, "pages": 0}
    return Page("view.html", nothing | told | shown, about=held["agreement"])
