"""The watermark: who was shown a page, when, under which mark, drawn by the node upon pixels that a
child gave.

Spec: docs/console.md §Page by page.
"""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from sealane.ports.viewing import Stamp

JAPANESE = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/fonts-japanese-gothic.ttf",
    "/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf",
    "/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf",
    "/usr/share/fonts/ipa-gothic/ipag.ttf",
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc",
)
"""Where systems keep a typeface for Japanese; the first that is there is taken."""
INK, FAINT = (128, 0, 24), 40
"""Colour, and how much of it of 255."""
SLANT = 28
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def typeface() -> str | None:
    """This machine's typeface for Japanese; None: the watermark is in Latin letters."""
    return next((name for name in JAPANESE if Path(name).is_file()), None)


@lru_cache(maxsize=16)
def _font(name: str | None, size: int) -> Font:
    return ImageFont.load_default(size) if name is None else ImageFont.truetype(name, size)


def text_of(stamp: Stamp, name: str | None) -> str:
    """What is drawn: the reader's own words where the machine has their letters, else plain ones
    with `?` for what is no ASCII.
    """
    if name is not None:
        return stamp.own
    return stamp.plain.encode("ascii", "replace").decode()


def stamped(width: int, height: int, rgb: bytes, stamp: Stamp) -> bytes:
    """The page as PNG: the text aslant over all of it, and whole in a strip below."""
    name = typeface()
    text = text_of(stamp, name)
    page = Image.frombytes("RGB", (width, height), rgb)
    page.paste(INK, mask=_pattern(width, height, text, _font(name, max(14, width // 55))))
    strip = _strip(width, text, name)
    whole = Image.new("RGB", (width, height + strip.height), "white")
    whole.paste(page)
    whole.paste(strip, (0, height))
    out = io.BytesIO()
    whole.save(out, "PNG", compress_level=3)
    return out.getvalue()


def _pattern(width: int, height: int, text: str, font: Font) -> Image.Image:
    """How strongly each pixel is inked: the text again and again, aslant, whatever the page is."""
    left, top, right, bottom = (int(side) for side in font.getbbox(text))
    line = Image.new("L", (right - left + 2 * (bottom - top), 2 * (bottom - top)))
    ImageDraw.Draw(line).text((-left, -top), text, fill=255, font=font)
    turned = line.rotate(SLANT, expand=True, resample=Image.Resampling.BILINEAR)
    mask = Image.new("L", (width, height))
    down = max(line.height * 4, 60)
    for row, y in enumerate(range(-turned.height, height, down)):
        for x in range(-(1 + row * 2 % 5) * line.width // 5, width, line.width):
            mask.paste(turned, (x, y), turned)
    return mask.point([value * FAINT // 255 for value in range(256)])


def _strip(width: int, text: str, name: str | None) -> Image.Image:
    """The text in one line as wide as the page, smaller where it must be."""
    size = 18
    while size > 6 and _font(name, size).getlength(text) > width - 16:
        size -= 1
    strip = Image.new("RGB", (width, size + 14), "white")
    ImageDraw.Draw(strip).text((8, 5), text, fill=INK, font=_font(name, size))
    return strip
