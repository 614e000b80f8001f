"""The seam between a verified document and the pages that a person is shown of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

Document = bytes | bytearray | memoryview


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a page is marked with: in the reader's own words, and in plain ones for a machine that
    has no letters for them.
    """

    own: str
    plain: str


@dataclass(frozen=True, slots=True)
class PagePicture:
    """One page as PNG with its stamp in it; its number from 1, and of how many."""

    png: bytes
    page: int
    pages: int


class PageMaker(Protocol):
    """Pages of documents that nobody trusts; what becomes of them harms neither node nor reader."""

    def takes(self, media_type: str, size: int) -> bool:
        """Whether such documents are shown page by page at all."""

    def require(self, media_type: str) -> None:
        """What this machine needs for it is there. Raises: Misconfigured `view.no_office`."""

    def prepared(self, media_type: str, document: Document) -> tuple[str, Document]:
        """What its pages are drawn from, and of which type: itself, or a PDF of an Office file.

        Raises: Malformed `view.damaged`, `view.limits`; Misconfigured `view.no_cage`,
        `view.no_office`; Unavailable `view.busy`.
        """

    def draw(self, media_type: str, document: Document, *, page: int, stamp: Stamp) -> PagePicture:
        """One page, marked. Raises: as `prepared`; NotFound `view.no_page`; Refused
        `view.password`.
        """
