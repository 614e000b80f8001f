"""The program of a child that reads a file: a line, a document, and one answer; then it ends.

It is started as the child that draws is, and shuts itself out of the same.
Spec: docs/console.md §Page by page; spec/residue.md §2.
"""

from __future__ import annotations

import importlib
import json
import sys
from dataclasses import replace

import msgspec

from sealane.adapters.policy import policy_root
from sealane.adapters.reading import reading
from sealane.adapters.reading.carried import carried
from sealane.adapters.schemes import load_schemes
from sealane.adapters.viewing import drawing
from sealane.adapters.viewing.child import shut_in
from sealane.contents.found import FileContents, Unread
from sealane.contents.plain import texts_of
from sealane.labels.model.scheme import Schemes

LATE = (
    "pyhanko.pdf_utils.crypt",
    "pyhanko.pdf_utils.filters",
    "pyhanko.pdf_utils.writer",
    "sealane.labels.binding.pdf_update",
)
"""What readers load only when a file needs it, and no file is read any more by then."""


def main() -> None:
    """Read, shut in, look, answer."""
    head = json.loads(sys.stdin.buffer.readline())
    document = sys.stdin.buffer.read(head["size"])
    try:
        warm_up()
        schemes = shipped_schemes() if head.get("marks") else None
        shut_in()
        found = reading.read(document)
        if schemes is not None:
            found = replace(found, marks=carried(document, schemes))
    except drawing.NotDrawn as error:
        found = unread(str(error))
    except MemoryError:
        found = unread("limits")
    except Exception:  # noqa: BLE001 - whatever the file did to its reader
        found = unread("damaged")
    sys.stdout.buffer.write(msgspec.json.encode(found))
    sys.stdout.buffer.flush()


def shipped_schemes() -> Schemes:
    """The schemes by which a label in a file is read."""
    return load_schemes(policy_root())


def unread(why: str) -> FileContents:
    """A file of which nothing was read."""
    return FileContents("other", (), (Unread("file", why),))


def warm_up() -> None:
    """Load whatever is loaded when it is first used, while files can still be read."""
    drawing.warm_up()
    for name in LATE:
        importlib.import_module(name)
    texts_of(b"\x1b\xff")
    reading.read(empty_page())


_OBJECTS = (
    b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n",
    b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n",
    b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>\nendobj\n",
)


def empty_page() -> bytes:
    """A PDF of one empty page."""
    out, places = b"%PDF-1.4\n", []
    for one in _OBJECTS:
        places.append(len(out))
        out += one
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    told = b"trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(out)
    return out + b"xref\n0 4\n0000000000 65535 f \n" + rows + told


if __name__ == "__main__":
    main()
