"""The program of a child: a line that says what to do, a document, and one answer; then it ends.

It is started with nothing of the node: no keys, no environment, no files, no arguments but where
its modules lie.
Spec: docs/console.md §Page by page.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from sealane.adapters.viewing import cage, drawing, office, system_calls
from sealane.adapters.viewing.limits import DRAWING_MEMORY, DRAWING_SECONDS

FONTS = ("/usr/share/fonts", "/usr/local/share/fonts", "/etc/fonts", "/var/cache/fontconfig")
"""All that a drawing child may read: typefaces that a document names and does not bring."""


def main() -> None:
    """Read, shut in, draw, answer."""
    head = json.loads(sys.stdin.buffer.readline())
    document = sys.stdin.buffer.read(head["size"])
    try:
        answer, body = _done(head, document)
    except drawing.NotDrawn as error:
        answer, body = {"no": str(error)}, b""
    except MemoryError:
        answer, body = {"no": "limits"}, b""
    except Exception:  # noqa: BLE001 - whatever the document did to its reader
        answer, body = {"no": "damaged"}, b""
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + body)
    sys.stdout.buffer.flush()


def _done(head: dict[str, Any], document: bytes) -> tuple[dict[str, Any], bytes]:
    if head["do"] == "pdf":
        return {"size": len(made := office.as_pdf(document, head["ending"], head["program"]))}, made
    drawing.warm_up()
    shut_in()
    page = drawing.drawn(head["type"], document, head["page"])
    facts = {"width": page.width, "height": page.height, "pages": page.pages}
    return facts, page.rgb


def shut_in() -> tuple[str, ...]:
    """Leave everything but memory, the pipe and typefaces; the layers that the system gave.

    Raises: NotDrawn `cage` where it gave none against the network, or none against files: nothing
    is drawn there.
    """
    found = []
    # 1. its own namespaces: no network interface, nobody to signal
    if cage.leave(cage.ALONE):
        found.append("namespaces")
    # 2. limits that the kernel holds
    cage.limit(memory=DRAWING_MEMORY, seconds=DRAWING_SECONDS, files=64, size=0, processes=0)
    # 3. no file but typefaces, to be read
    if cage.only({cage.READ: FONTS}):
        found.append("files")
    # 4. no calls that a drawing child never makes; where 3 is missing, none that opens a file
    groups = [system_calls.NETWORK, system_calls.PROCESSES, system_calls.REACH]
    if "files" not in found:
        groups.append(system_calls.FILES)
    if system_calls.refuse(*groups):
        found.append("calls")
    if "calls" not in found and not {"namespaces", "files"} <= set(found):
        raise drawing.NotDrawn("cage")
    return tuple(found)


if __name__ == "__main__":
    main()
