"""One page of a document as pixels. Runs in the child alone.

Spec: ISO 32000-2; docs/console.md §Page by page.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass

import pypdfium2
from PIL import Image, ImageOps

from sealane.adapters.viewing.limits import (
    DOTS,
    PAGES_MOST,
    PDF,
    PICTURES,
    PIXELS_MOST,
    SIDE_MOST,
    SOURCE_PIXELS_MOST,
)

PASSWORD = 4
"""PDFium's word for a document that asks for a password."""


class NotDrawn(Exception):
    """Why there is no page: a word that the parent knows."""


@dataclass(frozen=True, slots=True)
class Pixels:
    """A page, three bytes for each pixel, and how many pages there are."""

    width: int
    height: int
    pages: int
    rgb: bytes


def warm_up() -> None:
    """Draw a page of every type once, of documents made here: whatever is loaded when it is first
    used is loaded while files can still be read.
    """
    for decoder in PICTURES.values():
        made = io.BytesIO()
        Image.new("RGB", (1, 1)).save(made, decoder)
        _picture(made.getvalue(), decoder, 1)
    empty, made = pypdfium2.PdfDocument.new(), io.BytesIO()
    empty.new_page(72, 72)
    empty.save(made)
    _pdf_page(made.getvalue(), 1)


def drawn(media_type: str, document: bytes, page: int) -> Pixels:
    """The page of this number, from 1. Raises: NotDrawn."""
    if media_type == PDF:
        return _pdf_page(document, page)
    if media_type in PICTURES:
        return _picture(document, PICTURES[media_type], page)
    raise NotDrawn("type")


def scale_of(width: float, height: float, wished: float) -> float:
    """The wished scale, or as much of it as keeps a page within its pixels. Raises: NotDrawn."""
    if not (math.isfinite(width) and math.isfinite(height) and width > 0 and height > 0):
        raise NotDrawn("damaged")
    fitting = min(SIDE_MOST / max(width, height), math.sqrt(PIXELS_MOST / (width * height)))
    scale = min(wished, 0.999 * fitting)  # a part of a pixel is drawn as a whole one
    if min(width, height) * scale < 1:
        raise NotDrawn("damaged")
    return scale


def _pdf_page(document: bytes, page: int) -> Pixels:
    try:
        opened = pypdfium2.PdfDocument(document)
        pages = _counted(len(opened), page)
        opened.init_forms()  # what was filled in is drawn; this build runs no scripts
        sheet = opened[page - 1]
        scale = scale_of(sheet.get_width(), sheet.get_height(), DOTS)
        bitmap = sheet.render(scale=scale, rev_byteorder=True, fill_color=(255,) * 4)
        picture = bitmap.to_pil().convert("RGB")
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) == PASSWORD
        raise NotDrawn("password" if locked else "damaged") from None
    return Pixels(picture.width, picture.height, pages, picture.tobytes())


def _picture(document: bytes, decoder: str, page: int) -> Pixels:
    Image.MAX_IMAGE_PIXELS = SOURCE_PIXELS_MOST // 2  # the decoder refuses twice as many
    try:
        opened = Image.open(io.BytesIO(document), formats=(decoder,))
        pages = _counted(getattr(opened, "n_frames", 1), page)
        opened.seek(page - 1)
        upright = ImageOps.exif_transpose(opened).convert("RGBA")
    except Image.DecompressionBombError:
        raise NotDrawn("limits") from None
    scale = scale_of(upright.width, upright.height, 1)
    width, height = (max(1, int(side * scale)) for side in upright.size)
    small = upright.resize((width, height)) if scale < 1 else upright
    paper = Image.new("RGBA", small.size, (255, 255, 255, 255))
    flat = Image.alpha_composite(paper, small).convert("RGB")
    return Pixels(width, height, pages, flat.tobytes())


def _counted(pages: int, page: int) -> int:
    if not 1 <= pages <= PAGES_MOST:
        raise NotDrawn("limits")
    if not 1 <= page <= pages:
        raise NotDrawn("page")
    return pages
