"""Binding a label inside a PDF and a DOCX of 100 MB, beside copying the same file: each in a
process of its own, so that its peak of memory is its own.

Copying is what a careful copy does: read, write, synchronise, in the blocks that binding uses. Both
are measured in the same round, so that a busy machine bears on both alike. Python's start is in
neither figure.
"""

from __future__ import annotations

import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

from tests.made_files import docx, parts_of, pdf

from bench.table import Table

SIZE, ROUNDS = 100 * 1_000_000, 5
WORKER = """
import json, os, re, shutil, sys, time
what, file, out = sys.argv[1:]
from sealane import shipped
from sealane.cli.labels import carriers
from sealane.labels.binding import ooxml, pdf, pdf_document
from tests.carriers import LABEL
pdf_document._reader()
schemes = shipped.schemes()
def copy():
    with open(file, "rb") as source, open(out, "wb") as sink:
        shutil.copyfileobj(source, sink, 1 << 18)
        sink.flush()
        os.fsync(sink.fileno())
def bind():
    carriers.bind_inside(
        file, out, carriers.carrier_of(file), LABEL, schemes=schemes, sign=None, sensitivity=None
    )
begun = time.perf_counter()
def verify():
    carriers.one_of(carriers.carried(file, schemes))
{"copy": copy, "bind": bind, "verify": verify}[what]()
peak = int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
print(json.dumps([time.perf_counter() - begun, peak / 1024]))
"""


def tables() -> Iterable[Table]:
    """One table for both kinds."""
    heads = ["file", "what", "seconds", "of copying", "peak memory"]
    table = Table("Labels inside files of 100 MB, on disk", heads)
    makers = (
        large_pdf,
        lambda folder: large_docx(folder, zipfile.ZIP_STORED),
        lambda folder: large_docx(folder, zipfile.ZIP_DEFLATED),
    )
    with tempfile.TemporaryDirectory() as name:
        for make in makers:
            file = make(Path(name))
            rows = rounds(file, file.with_name(f"out{file.suffix}"))
            copied = rows["copy"][0]
            for what, (seconds, peak) in rows.items():
                told = [f"{seconds:.2f}", f"{seconds / copied:.2f}", f"{peak:.0f} MB"]
                table.rows.append([file.stem, what, *told])
            file.unlink()
    table.note = (
        "Aim: binding within 1.5 times of copying, under 300 MB. The digest of every byte is worked"
        " out by a thread of its own while the copy is written; packed parts stay packed, and are"
        " unpacked for their digest alone. Where the disk is faster than SHA-384 on one core, the"
        " digest decides."
    )
    yield table


def rounds(file: Path, out: Path) -> dict[str, tuple[float, float]]:
    """Seconds and peak of each, the median of all rounds."""
    found: dict[str, list[tuple[float, float]]] = {"copy": [], "bind": [], "verify": []}
    for _ in range(ROUNDS):
        for what, runs in found.items():
            source = out if what == "verify" else file
            runs.append(run(what, source, out))
            if what == "copy":
                out.unlink()
        out.unlink()
    return {
        what: (statistics.median(one for one, _ in runs), max(peak for _, peak in runs))
        for what, runs in found.items()
    }


def run(what: str, file: Path, out: Path) -> tuple[float, float]:
    made = subprocess.run(
        [sys.executable, "-c", WORKER, what, str(file), str(out)], capture_output=True, check=True
    )
    seconds, peak = json.loads(made.stdout)
    return seconds, peak


def large_pdf(folder: Path) -> Path:
    path = folder / "PDF.pdf"
    body = os.urandom(SIZE)
    path.write_bytes(pdf(more=(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(body), body),)))
    return path


def large_docx(folder: Path, packing: int) -> Path:
    """Ten pictures that do not pack further, as cameras write them, stored or packed anyway."""
    path = folder / f"DOCX, {'packed' if packing else 'stored'} pictures.docx"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as package:
        for name, held in parts_of(docx()).items():
            package.writestr(name, held)
        for number in range(10):
            package.writestr(f"word/media/image{number}.jpeg", os.urandom(SIZE // 10))
    path.write_bytes(out.getvalue())
    return path
