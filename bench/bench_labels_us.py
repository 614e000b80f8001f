"""US and STIX marks: parse and canonicalise a second, growth with length, roll-up of a thousand
portions, beside peers.

Banners stand beside `assemblyline-markings` (crates.io, Rust), built here with cargo where there is
one; STIX markings beside `stix2`. No parser of banners was found among Python or npm packages.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import stix2

from bench.table import Table, median_seconds
from sealane.adapters.policy import policy_root
from sealane.adapters.schemes import load_schemes
from sealane.base.errors import SealaneError
from sealane.base.values import parse_instant
from sealane.labels.nations import SYNTAXES
from sealane.labels.us.product import merge_us

NOW = parse_instant("2026-11-23T00:00:00Z")
MARKS = (
    ("us-banner", "SECRET//NOFORN"),
    ("us-banner", "SECRET//REL TO USA, AUS, JPN"),
    ("us-banner", "TOP SECRET//SI/TK//NOFORN"),
    ("us-banner", "TOP SECRET//HCS-P/SI-G ABCD/TK//FGI DEU//RSEN/ORCON/NOFORN/FISA"),
    ("us-portion", "(U)"),
    ("us-portion", "(S//NF)"),
    ("us-portion", "(TS//SI//REL TO USA, AUS, JPN)"),
)
FAULTY = (
    "SECRET//BOGUS",
    "SECRET//",
    "SECRET//NOFORN/NOFORN",
    "SECRET//NOFORN//REL TO USA, AUS",
    "SECRET//REL TO AUS, JPN",
)
PORTIONS = (
    "(S//REL TO USA, FVEY)",
    "(TS//SI//REL TO USA, AUS, JPN)",
    "(U)",
    "(C//REL TO USA, AUS)",
    "(S//FGI DEU//REL TO USA, AUS, DEU)",
)
TLP = (
    '{"type":"marking-definition","spec_version":"2.1","id":"marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",'
    '"created":"2022-10-01T00:00:00.000Z","name":"TLP:AMBER+STRICT","extensions":{'
    '"extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d":{"extension_type":"property-extension","tlp_2_0":"amber+strict"}}}'
)


def tables() -> Iterable[Table]:
    """Marks a second, one long mark at growing length, one roll-up, and the peer."""
    schemes = load_schemes(policy_root())
    yield _marks(schemes)
    yield _length(schemes)
    portions = [
        SYNTAXES["us-portion"].parse(PORTIONS[at % len(PORTIONS)], schemes).label
        for at in range(1000)
    ]
    different = [
        replace(label, created=f"2026-01-01T00:00:00.{at + 1:06d}Z")
        for at, label in enumerate(portions)
    ]
    table = Table("Roll-up of 1,000 US portions", ["portions", "milliseconds"])
    for name, labels in (
        ("five that repeat, as documents have them", portions),
        ("all different", different),
    ):
        seconds = median_seconds(
            lambda labels=labels: merge_us(labels, schemes["USA"], NOW), runs=9
        )  # type: ignore[misc]
        table.rows.append([name, f"{seconds * 1e3:.1f}"])
    yield table
    yield _banners(schemes)
    yield _peer(schemes)


def _marks(schemes: object) -> Table:
    table = Table(
        "US marks: parse, check and canonicalise",
        ["mark", "a second"],
        note="One core, no cache between marks.",
    )
    for syntax, text in MARKS:
        parse = SYNTAXES[syntax].parse
        seconds = median_seconds(
            lambda parse=parse, text=text: parse(text, schemes), runs=9, calls=2000
        )  # type: ignore[misc]
        table.rows.append([f"`{text}`", f"{1 / seconds:,.0f}"])
    return table


def _length(schemes: object) -> Table:
    table = Table(
        "A US banner of growing length", ["countries in REL TO", "microseconds", "a country"]
    )
    words = sorted(schemes["USA"].groups.vocabularies["genc"] - {"USA"})  # type: ignore[index]
    for count in (10, 50, 250):
        text = "SECRET//REL TO USA, " + ", ".join(words[:count])
        seconds = median_seconds(
            lambda text=text: SYNTAXES["us-banner"].parse(text, schemes), runs=9, calls=50
        )  # type: ignore[misc]
        table.rows.append([count, f"{seconds * 1e6:.0f}", f"{seconds * 1e6 / count:.2f}"])
    return table


def _banners(schemes: object) -> Table:
    """The peer's banners beside ours: both parse and write out again; ours also judges the whole
    under the scheme.
    """
    table = Table(
        "US banners beside a peer",
        [
            "banner",
            "Sealane, µs",
            "Sealane says",
            "assemblyline-markings 0.2.0 (Rust), µs",
            "it says",
        ],
    )
    marks = (*[text for syntax, text in MARKS[:3] if syntax == "us-banner"], *FAULTY)
    peer = _peer_said(marks)
    for text in marks:
        seconds = median_seconds(lambda text=text: _said(text, schemes), runs=9, calls=500)  # type: ignore[misc]
        theirs = peer.get(text, ("not built here", ""))
        table.rows.append([f"`{text}`", f"{seconds * 1e6:.1f}", _said(text, schemes), *theirs])
    table.note = (
        "The peer's vocabulary is its configuration: here four levels, three controls and six"
        " countries, as bench/peers/banners has it."
    )
    return table


def _said(text: str, schemes: object) -> str:
    try:
        return f"`{SYNTAXES['us-banner'].parse(text, schemes).canonical}`"  # type: ignore[arg-type]
    except SealaneError as error:
        return f"refused ({error.code})"


def _peer_said(marks: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    """Microseconds and answer of each mark; empty where cargo is
    missing or cannot build the peer.
    """
    cargo = shutil.which("cargo")
    if cargo is None:
        return {}
    here = Path(__file__).parent
    target = here / "out" / "banners"
    built = subprocess.run(
        [cargo, "build", "-q", "--release", "--locked", "--target-dir", str(target)],
        cwd=here / "peers" / "banners",
        capture_output=True,
    )
    if built.returncode:
        return {}
    told = subprocess.run(
        [str(target / "release" / "banners"), *marks], capture_output=True, check=True
    ).stdout.decode()
    rows = [line.partition("\t")[::2] for line in told.splitlines()]
    return {
        mark: (f"{int(time) / 1e3:.1f}", answer if answer == "refused" else f"`{answer}`")
        for mark, (time, answer) in zip(marks, rows, strict=True)
    }


def _peer(schemes: object) -> Table:
    ours = median_seconds(lambda: SYNTAXES["stix-marking"].parse(TLP, schemes), runs=9, calls=500)
    theirs = median_seconds(lambda: stix2.parse(TLP, allow_custom=True), runs=9, calls=100)
    twin = TLP.replace("939a9414", "00000000")
    try:
        stix2.parse(twin, allow_custom=True)
        accepts = "accepted"
    except (ValueError, stix2.exceptions.STIXError) as error:
        accepts = f"refused ({type(error).__name__})"
    return Table(
        "STIX TLP 2.0 marking: parse and validate",
        ["", "a second", "the same object under a forged id"],
        [
            ["Sealane", f"{1 / ours:,.0f}", "refused (stix.malformed)"],
            [f"stix2 {stix2.__version__}", f"{1 / theirs:,.0f}", accepts],
        ],
    )
