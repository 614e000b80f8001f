"""Seal, open and ranged read, beside `cp`, `age` and otdf-python; on tmpfs and on disk, each in its
own process.

Every tool works on the same file in the same round, so that a busy machine bears on all alike.
otdf-python runs without any key service (its own key is given to it), which flatters it. 4 GiB run
where there is room for three such files.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench.sealing_worker import RANGE, make_keys
from bench.table import Table, median_seconds

MB, GIB = 1_000_000, 1 << 30
SIZES = (("1 MB", MB, 5), ("64 MB", 64 * MB, 3), ("512 MB", 512 * MB, 3))
LARGE = ("4 GiB", 4 * GIB + 1, 1)
OTDF_LIMIT, ONCE = 512 * MB, 100 * MB
"""otdf-python's opening is quadratic: nothing beyond 512 MB, and above 100 MB one round only."""
_BLOCK = os.urandom(4 << 20)

Run = tuple[float, int | None]


def tables() -> Iterable[Table]:
    """One table a place, and the raw cipher rate beside them."""
    raw = raw_rate()
    places = [
        Path(path) for path in ("/dev/shm", tempfile.gettempdir()) if os.access(path, os.W_OK)
    ]
    for place in places:
        yield from measured(place, raw)


def measured(place: Path, raw: float) -> Iterable[Table]:
    kind = "tmpfs" if place == Path("/dev/shm") else "disk"
    speed = Table(
        f"Sealing and opening on {kind}",
        ["size", "what", "MB/s", "of cp", "seconds", "peak memory", "share of raw AES-256-GCM"],
    )
    ranged = Table(f"Ranged read of 1 MB on {kind}", ["from", "milliseconds", "peak memory"])
    wanted = [*SIZES, *([LARGE] if room(place) else [])]
    for name, size, rounds in wanted:
        with tempfile.TemporaryDirectory(dir=place) as folder:
            rows = one_size(Path(folder), size, rounds)
        copy = rows["cp"][0]
        for what, (seconds, peak) in rows.items():
            if what == "ranged read":
                ranged.rows.append([name, f"{seconds * 1000:.1f}", f"{peak or 0:.0f} MB"])
                continue
            rate = size / seconds / MB
            speed.rows.append(
                [
                    name,
                    what,
                    f"{rate:,.0f}",
                    f"{copy / seconds:.2f}",
                    f"{seconds:.3f}",
                    f"{peak:.0f} MB" if peak else "-",
                    f"{rate / raw:.2f}" if what.startswith("Sealane") else "-",
                ]
            )
    speed.note = (
        f"Raw AES-256-GCM, one thread, 2 MiB blocks, reused buffer: {raw:,.0f} MB/s. Sealane: every"
        " check, both seal signatures, both key parts (sovereign) or RSA-2048 (interop);"
        " otdf-python 0.11 without a key service; Python's start (about 0.2 s) is in none of the"
        " figures for Sealane and otdf-python, in those of cp and age their own start is. None"
        " synchronises to the medium. Peak memory includes Python itself."
    )
    ranged.note = (
        f"{RANGE:,} bytes at 60 % of the file: structure, seal, keys, root and assertions checked"
        " first."
    )
    yield speed
    yield ranged


def room(place: Path) -> bool:
    """Whether four files of 4 GiB fit; tmpfs also needs the memory."""
    if place == Path("/dev/shm"):
        found = re.search(
            r"^MemAvailable:\s+(\d+) kB", Path("/proc/meminfo").read_text(), re.MULTILINE
        )
        if found is None or int(found[1]) * 1024 < 6 * LARGE[1]:
            return False
    return shutil.disk_usage(place).free > 4 * LARGE[1]


def raw_rate() -> float:
    """MB/s of the cipher alone, as the sealing uses it."""
    aes, block, out = AESGCM(bytes(32)), bytearray(2 << 20), bytearray((2 << 20) + 16)
    nonce = bytes(12)
    return (
        (2 << 20)
        / median_seconds(lambda: aes.encrypt_into(nonce, block, None, out), runs=9, calls=50)
        / MB
    )


def one_size(folder: Path, size: int, rounds: int) -> dict[str, tuple[float, float | None]]:
    """Medians by tool; the rounds take turns."""
    source = folder / "in"
    fill(source, size)
    keys = {profile: folder / f"{profile}.json" for profile in ("sovereign", "interop")}
    for profile, path in keys.items():
        make_keys(path, profile)
    tools = list(steps(folder, source, keys, size))
    taken: dict[str, list[Run]] = {name: [] for name, _, _ in tools}
    for at in range(rounds):
        for name, action, leavings in tools:
            if at and size > ONCE and name.startswith("otdf"):
                continue
            taken[name].append(action())
            for path in leavings:
                path.unlink(missing_ok=True)
    return {
        name: (
            statistics.median(run[0] for run in runs),
            max((run[1] or 0) for run in runs) * 1024 / MB or None,
        )
        for name, runs in taken.items()
    }


def steps(
    folder: Path, source: Path, keys: dict[str, Path], size: int
) -> Iterable[tuple[str, Callable[[], Run], list[Path]]]:
    """(name, work, files to remove afterwards) in the order of a round."""
    out, clear, peer = folder / "out", folder / "clear", folder / "peer"
    yield "cp", lambda: timed(["cp", str(source), str(out)]), [out]
    for profile, path in keys.items():
        sealed = folder / f"{profile}.tdf"
        yield (
            f"Sealane seal, {profile}",
            lambda t=sealed, k=path: worker("ours-seal", source, t, k),
            [],
        )
        yield (
            f"Sealane open, {profile}",
            lambda t=sealed, k=path: worker("ours-open", t, clear, k),
            ([clear, sealed] if profile == "interop" else [clear]),
        )
    sovereign = folder / "sovereign.tdf"
    yield (
        "ranged read",
        lambda: worker("ours-range", sovereign, clear, keys["sovereign"]),
        [clear, sovereign],
    )
    if shutil.which("age"):
        identity = folder / "age.key"
        subprocess.run(["age-keygen", "-o", str(identity)], check=True, capture_output=True)
        public = subprocess.run(
            ["age-keygen", "-y", str(identity)], check=True, capture_output=True, text=True
        ).stdout
        yield (
            "age encrypt",
            lambda: timed(["age", "-r", public.strip(), "-o", str(peer), str(source)]),
            [],
        )
        yield (
            "age decrypt",
            lambda: timed(["age", "-d", "-i", str(identity), "-o", str(clear), str(peer)]),
            [clear, peer],
        )
    if size <= OTDF_LIMIT:
        yield "otdf-python seal", lambda: worker("otdf-seal", source, peer, keys["interop"]), []
        yield (
            "otdf-python open",
            lambda: worker("otdf-open", peer, clear, keys["interop"]),
            [clear, peer],
        )


def fill(path: Path, size: int) -> None:
    with path.open("wb") as file:
        while size > 0:
            size -= file.write(_BLOCK[:size])


def timed(command: list[str]) -> Run:
    started = time.perf_counter()
    subprocess.run(command, check=True)
    return time.perf_counter() - started, None


def worker(mode: str, source: Path, target: Path, keys: Path) -> Run:
    done = subprocess.run(
        [sys.executable, "-m", "bench.sealing_worker", mode, str(source), str(target), str(keys)],
        check=True,
        capture_output=True,
        text=True,
    )
    told = json.loads(done.stdout)
    return told["seconds"], told["peak_kb"]
