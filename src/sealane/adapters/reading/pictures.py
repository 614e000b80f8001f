"""What is written beside the pixels of a picture, and what lies behind its end. Runs in the child.

The pixels themselves are read by nobody here.
Spec: spec/residue.md §2.
"""

from __future__ import annotations

import io

from PIL import ExifTags, Image

from sealane.adapters.viewing.limits import PICTURES, SOURCE_PIXELS_MOST
from sealane.contents.found import Gathering, Layer

_PREVIEW, _GPS, _EXIF = 0x0201, 0x8825, 0x8769
_PACKETS = ("exif", "icc_profile", "photoshop", "mp", "jfif", "transparency")
"""What Pillow holds as bytes and is read by parts, or tells of colours alone."""


def is_picture(data: bytes) -> bool:
    """Whether these bytes begin as one of the pictures that are read here."""
    starts = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"BM")
    return data.startswith(starts) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")


def read_picture(data: bytes, into: Gathering) -> None:
    """Gather what a picture says in words."""
    into.leave("pixels", "picture")
    Image.MAX_IMAGE_PIXELS = SOURCE_PIXELS_MOST // 2
    try:
        opened = Image.open(io.BytesIO(data), formats=tuple(set(PICTURES.values())))
        exif = opened.getexif()
    except Image.DecompressionBombError:
        into.leave("file", "limits")
        return
    except (OSError, ValueError, SyntaxError, KeyError, TypeError):
        into.leave("file", "damaged")
        return
    for key, value in opened.info.items():
        if key not in _PACKETS and isinstance(value, str | bytes):
            into.add(Layer.METADATA, f"picture: {key}", _text(value))
    tables = (("EXIF", dict(exif)), ("EXIF", exif.get_ifd(_EXIF)), ("GPS", exif.get_ifd(_GPS)))
    for name, held in tables:
        names = ExifTags.GPSTAGS if name == "GPS" else ExifTags.TAGS
        for tag, value in held.items():
            if not isinstance(value, dict) and tag not in (_EXIF, _GPS):
                into.add(Layer.METADATA, f"{name}: {names.get(tag, tag)}", _text(value))
    if exif.get_ifd(1).get(_PREVIEW):
        into.add(Layer.EMBEDDED, "preview")
    end = _end(data)
    if end is not None and data[end:].strip(b"\0\r\n"):
        into.add(Layer.LOOSE, "behind the picture", _text(data[end : end + 4096]))


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "ignore").replace("\0", "")[:65_536]
    return str(value)[:65_536]


def _end(data: bytes) -> int | None:
    """Where the picture ends, of the kinds that say so."""
    if data.startswith(b"\x89PNG"):
        at = 8
        while at + 12 <= len(data):
            size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
            at += 12 + size
            if kind == b"IEND":
                return at
        return None
    if data.startswith(b"\xff\xd8"):
        at = data.rfind(b"\xff\xd9")
        return None if at < 0 else at + 2
    return None
