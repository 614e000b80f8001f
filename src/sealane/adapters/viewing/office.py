"""An Office file made a PDF by the machine's LibreOffice, in a file system of memory that nobody
else sees and that ends with it. Runs in a child alone.

Spec: docs/console.md §Page by page.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from pathlib import Path

from sealane.adapters.viewing import cage, system_calls
from sealane.adapters.viewing.drawing import NotDrawn
from sealane.adapters.viewing.limits import (
    DOCUMENT_MOST,
    MIB,
    OFFICE_DISK,
    OFFICE_MEMORY,
    OFFICE_SECONDS,
)

ROOM = Path("/tmp")  # noqa: S108 - a place to mount upon; what others have there is not seen
_PRIVATE, _RECURSIVE, _NOSUID, _NODEV = 1 << 18, 1 << 14, 2, 4
_PR_SET_PDEATHSIG = 1
PROGRAMS = ("/usr", "/lib", "/lib64", "/bin", "/opt", "/etc")
"""What LibreOffice may read and run; the node's own folder is nowhere among it."""
HIDDEN = ("/run",)
"""Where other programs of the machine have their sockets."""


def as_pdf(document: bytes, ending: str, program: str) -> bytes:
    """The PDF that LibreOffice prints of a document. Raises: NotDrawn `cage`, `limits`, `damaged`.

    The document is written nowhere but in a file system of memory, within namespaces of this
    process. Where the system gives no such namespaces, nothing is made.
    """
    # 1. no network, and file systems and processes of its own
    if not cage.leave(cage.WITH_FILES):
        raise NotDrawn("cage")
    _own_room()
    # 2. in the new space of processes all end when its first ends, and that one with us
    reader, writer = os.pipe()
    first = os.fork()
    if first == 0:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        os.close(reader)
        os._exit(_convert(document, ending, program, writer))
    os.close(writer)
    with os.fdopen(reader, "rb") as answer:
        made = answer.read(DOCUMENT_MOST + 1)
    _, status = os.waitpid(first, 0)
    if status or not made or len(made) > DOCUMENT_MOST:
        raise NotDrawn("damaged" if not status and not made else "limits")
    return made


def _own_room() -> None:
    """Memory to work in, mounted where only we see it. Raises: NotDrawn `cage`."""
    library = ctypes.CDLL(None, use_errno=True)
    if library.mount(b"none", b"/", None, _PRIVATE | _RECURSIVE, None):
        raise NotDrawn("cage")
    for place in (str(ROOM), *HIDDEN):
        told = f"size={OFFICE_DISK if place == str(ROOM) else MIB},mode=0700".encode()
        if library.mount(b"tmpfs", place.encode(), b"tmpfs", _NOSUID | _NODEV, told):
            raise NotDrawn("cage")


def _convert(document: bytes, ending: str, program: str, writer: int) -> int:
    """Exit code of the first process: 0 with the PDF written, or nothing where it is none."""
    try:
        (ROOM / f"in.{ending}").write_bytes(document)
        cage.limit(
            memory=OFFICE_MEMORY,
            seconds=OFFICE_SECONDS,
            files=1024,
            size=OFFICE_DISK,
            processes=256,
        )
        reached = {
            cage.READ | cage.EXECUTE: PROGRAMS,
            cage.READ: ("/proc", "/sys/devices/system/cpu", "/dev/urandom"),
            cage.EVERYTHING: (str(ROOM), "/dev/null"),
        }
        # 3. the node's folder and everybody's files are out of reach, or nothing is made
        if not cage.only(reached) or not system_calls.refuse(system_calls.REACH):
            return 1
        _print(program, ending)
        made = ROOM / "in.pdf"
        if made.is_file() and not made.is_symlink():
            with os.fdopen(writer, "wb") as answer, made.open("rb") as source:
                answer.write(source.read(DOCUMENT_MOST + 1))
    except Exception:  # noqa: BLE001 - a child says nothing but its code
        return 1
    return 0


def _print(program: str, ending: str) -> None:
    """Run LibreOffice once, without a window, a profile of anybody, or macros."""
    subprocess.run(  # noqa: S603 - a program of the machine, by its full path
        [
            program,
            "--headless",
            "--norestore",
            "--nologo",
            "--nolockcheck",
            f"-env:UserInstallation=file://{ROOM}/profile",
            "--convert-to",
            "pdf",
            "--outdir",
            str(ROOM),
            str(ROOM / f"in.{ending}"),
        ],
        cwd=ROOM,
        env={
            "HOME": str(ROOM),
            "TMPDIR": str(ROOM),
            "PATH": "/usr/bin:/bin",
            "LC_ALL": "C.UTF-8",
            "SAL_USE_VCLPLUGIN": "svp",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=OFFICE_SECONDS,
        check=False,
    )
