"""Pages of documents, each drawn by a child process of its own and marked by the node.

Only pixels come back from a child: nothing that a document holds reaches a reader's browser in its
own form.
Spec: R20, R25, R62; docs/console.md §Page by page.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sealane.adapters.viewing import stamping
from sealane.adapters.viewing.feeding import Ended, asked
from sealane.adapters.viewing.limits import (
    DOCUMENT_MOST,
    DRAWING_SECONDS,
    HEAD_MOST,
    OFFICE,
    OFFICE_SECONDS,
    PAGES_MOST,
    PDF,
    PICTURES,
    PIXELS_MOST,
    SIDE_MOST,
)
from sealane.base.errors import (
    Code,
    Malformed,
    Misconfigured,
    NotFound,
    Refused,
    Unavailable,
    declare,
)
from sealane.ports.viewing import Document, PagePicture, Stamp

OFFICE_PLACES = (
    "/usr/bin/soffice",
    "/usr/lib/libreoffice/program/soffice",
    "/usr/lib64/libreoffice/program/soffice",
    "/opt/libreoffice/program/soffice",
)
"""Where LibreOffice lies on machines that have it."""
TURNS, PATIENCE = 2, 30.0
"""Children at one time, and seconds that a page waits for its turn."""

DAMAGED = declare(
    "view.damaged",
    Malformed,
    "This document cannot be drawn: it is not what its type says, or it is damaged. The opening is"
    " recorded.",
    "この文書は描画できません。種類が実際と異なるか、破損しています。開封は記録されました。",
    "Open and save it where the agreement permits, or ask its provider for it in another form.",
    "取決めが認める場合は開封して保存するか、提供国に別の形式での提供を依頼してください。",
)
LIMITS = declare(
    "view.limits",
    Malformed,
    "This document takes more memory, time or pages than one may: drawing it was ended. The opening"
    " is recorded.",
    "この文書は、許される量を超えるメモリー、時間又はページ数を必要とするため、描画を打ち切りました。"
    "開封は記録されました。",
    "Open and save it where the agreement permits, or ask its provider for it in smaller parts.",
    "取決めが認める場合は開封して保存するか、提供国に分割しての提供を依頼してください。",
)
LOCKED = declare(
    "view.password",
    Refused,
    "This document asks for a password of its own, so no page of it can be shown.",
    "この文書自体にパスワードが設定されているため、ページを表示できません。",
    "Ask its provider for it without a password: its seal protects it.",
    "封緘により保護されるため、パスワードなしでの提供を提供国に依頼してください。",
)
NO_CAGE = declare(
    "view.no_cage",
    Misconfigured,
    "This machine cannot shut a drawing process in, so nothing is drawn here.",
    "この機器では描画用の処理を隔離できないため、描画しません。",
    "The node's operator: Linux with seccomp or landlock, and for Office files unprivileged user"
    " namespaces (docs/operators.md).",
    "ノードの運用者へ：seccomp 又は landlock を備えた Linux、Office ファイルには非特権の"
    "ユーザー名前空間が必要です（docs/operators.md）。",
)
NO_OFFICE = declare(
    "view.no_office",
    Misconfigured,
    "Office files are shown where LibreOffice is installed; this node has none.",
    "Office ファイルの表示には LibreOffice が必要ですが、このノードにはありません。",
    "The node's operator: install LibreOffice without its windows (libreoffice-writer-nogui and the"
    " like). Or ask the provider for a PDF.",
    "ノードの運用者へ：LibreOffice（libreoffice-writer-nogui など）を導入してください。"
    "又は提供国に PDF での提供を依頼してください。",
)
NO_SUCH_PAGE = declare(
    "view.no_page",
    NotFound,
    "This document has no such page.",
    "この文書にそのページはありません。",
    "Go back to its first page.",
    "最初のページに戻ってください。",
)
BUSY = declare(
    "view.busy",
    Unavailable,
    "Too many pages are being drawn at once.",
    "同時に描画中のページが多すぎます。",
    "Try again in a moment.",
    "しばらくしてからもう一度試してください。",
)
REASONS: dict[str, Code] = {
    "damaged": DAMAGED,
    "limits": LIMITS,
    "password": LOCKED,
    "cage": NO_CAGE,
    "page": NO_SUCH_PAGE,
}
"""What a child may say, and what it means; any other word is `view.damaged`."""


class ChildPages:
    """`PageMaker` by children: one for each page, and one for each Office file.

    Args:
        turns: children at one time.
        seconds: after which a child that draws a page is ended.
    """

    def __init__(self, turns: int = TURNS, seconds: float = DRAWING_SECONDS) -> None:
        self._turns = threading.BoundedSemaphore(turns)
        self._seconds = seconds

    def takes(self, media_type: str, size: int) -> bool:
        known = media_type == PDF or media_type in PICTURES or media_type in OFFICE
        return known and 0 < size <= DOCUMENT_MOST

    def require(self, media_type: str) -> None:
        if media_type in OFFICE and office_program() is None:
            raise NO_OFFICE()

    def prepared(self, media_type: str, document: Document) -> tuple[str, Document]:
        if media_type not in OFFICE:
            return media_type, document
        program = office_program()
        if program is None:
            raise NO_OFFICE()
        head = {"do": "pdf", "ending": OFFICE[media_type], "program": program}
        facts, body = self._answer(head, document, seconds=OFFICE_SECONDS, most=DOCUMENT_MOST)
        if facts.get("size") != len(body) or not body:
            raise DAMAGED()
        return PDF, bytearray(body)

    def draw(self, media_type: str, document: Document, *, page: int, stamp: Stamp) -> PagePicture:
        head = {"do": "page", "type": media_type, "page": page}
        facts, body = self._answer(head, document, seconds=self._seconds, most=3 * PIXELS_MOST)
        width, height = _number(facts, "width", SIDE_MOST), _number(facts, "height", SIDE_MOST)
        pages = _number(facts, "pages", PAGES_MOST)
        if len(body) != 3 * width * height:
            raise DAMAGED()
        return PagePicture(stamping.stamped(width, height, body, stamp), page, pages)

    def _answer(
        self, head: dict[str, Any], document: Document, *, seconds: float, most: int
    ) -> tuple[dict[str, Any], bytes]:
        """A child's facts and its bytes, which are believed for nothing but that."""
        with self._turn():
            try:
                answer = asked(head, document, seconds=seconds, most=HEAD_MOST + most)
            except Ended:
                raise LIMITS() from None
        line, _, body = answer.partition(b"\n")
        if not line:  # it died: the system's limits end a process without a word
            raise LIMITS()
        try:
            facts = json.loads(line[:HEAD_MOST])
        except (ValueError, RecursionError):
            raise DAMAGED() from None
        if not isinstance(facts, dict) or "no" in facts:
            said = facts.get("no") if isinstance(facts, dict) else None
            raise REASONS.get(str(said), DAMAGED)()
        return facts, body

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=PATIENCE):
            raise BUSY()
        try:
            yield
        finally:
            self._turns.release()


def _number(facts: dict[str, Any], name: str, most: int) -> int:
    value = facts.get(name)
    if type(value) is not int or not 1 <= value <= most:
        raise DAMAGED()
    return value


def office_program() -> str | None:
    """This machine's LibreOffice, by its own path."""
    found = (Path(name) for name in OFFICE_PLACES)
    return next((str(one.resolve()) for one in found if one.is_file()), None)
