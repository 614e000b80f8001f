"""National marks: parse, check and canonicalise a second, growth with length, merge of a thousand
portions, access.

No parser of Australian, Japanese or British marks was found in the package registries.
`bench_labels_us` measures US banners and STIX markings beside the peers there are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bench.table import Table, median_seconds
from sealane import shipped
from sealane.base.values import parse_instant
from sealane.labels.model.clearance import clearance_from_json
from sealane.labels.nations import SYNTAXES
from sealane.labels.rules.access import access
from sealane.labels.rules.rollup import merge

NOW = parse_instant("2026-11-23T00:00:00Z")
MARKS = (
    ("au-document", "SECRET//AUSTEO"),
    ("au-document", "SECRET//REL AUS/JPN"),
    ("au-subject", "[SEC=SECRET, CAVEAT=RI:REL AUS/JPN]"),
    ("au-subject", "Exercise planning [SEC=PROTECTED, CAVEAT=SH:CABINET]"),
    (
        "au-header",
        (
            "X-Protective-Marking: VER=2025.1, NS=gov.au, SEC=SECRET, CAVEAT=RI:REL AUS/JPN,"
            " ORIGIN=a@defence.gov.au"
        ),
    ),
    (
        "au-header",
        (
            "X-Protective-Marking: VER=2018.6, NS=gov.au, SEC=SECRET, CAVEAT=C:WOMBAT,"
            " EXPIRES=2030-01-01, DOWNTO=OFFICIAL"
        ),
    ),
    ("jp", "極秘"),
    ("jp", "極秘(開示先:AUS/JPN)"),
    ("gb-document", "SECRET - UK EYES ONLY"),
    ("gb-document", "UK SECRET - REL GBR/JPN"),
    ("tlp", "TLP:AMBER+STRICT"),
)
PORTIONS = (
    "SECRET//REL AUS/JPN",
    "PROTECTED//CABINET//REL AUS/JPN/USA",
    "OFFICIAL: Sensitive//NATIONAL CABINET",
    "SECRET//CODEWORD WOMBAT",
    "OFFICIAL",
)


def tables() -> Iterable[Table]:
    """Marks a second, one growing mark, a thousand portions, one access decision."""
    schemes = shipped.schemes()
    table = Table(
        "National marks: parse, check and canonicalise",
        ["syntax", "mark", "a second"],
        note="One core, no cache between marks.",
    )
    for syntax, text in MARKS:
        parse = SYNTAXES[syntax].parse
        seconds = median_seconds(
            lambda parse=parse, text=text: parse(text, schemes), runs=9, calls=2000
        )  # type: ignore[misc]
        table.rows.append([syntax, f"`{text}`", f"{1 / seconds:,.0f}"])
    yield table
    yield _length(schemes)
    portions = [SYNTAXES["au-document"].parse(text, schemes).label for text in PORTIONS]
    repeated = [portions[at % len(portions)] for at in range(1000)]
    different = [
        replace(label, created=f"2026-01-01T00:00:00.{at + 1:06d}Z")
        for at, label in enumerate(repeated)
    ]
    merged = Table("Merge of 1,000 Australian portions", ["portions", "milliseconds"])
    for name, labels in (
        ("five that repeat, as documents have them", repeated),
        ("all different", different),
    ):
        seconds = median_seconds(lambda labels=labels: merge(labels, schemes, at=NOW), runs=9)  # type: ignore[misc]
        merged.rows.append([name, f"{seconds * 1e3:.1f}"])
    yield merged
    person = clearance_from_json(
        {
            "policy": "AUS",
            "classifications": ["SECRET"],
            "categories": [],
            "citizenships": ["JPN"],
            "organisation": "MOD",
            "organisation_country": "JPN",
        }
    )
    seconds = median_seconds(
        lambda: access(portions[0], person, schemes, at=NOW, trusted=True), runs=9, calls=2000
    )
    yield Table(
        "Access by label alone",
        ["", "a second"],
        [["every condition listed", f"{1 / seconds:,.0f}"]],
    )


def _length(schemes: object) -> Table:
    table = Table(
        "An Australian mark of growing length", ["countries in REL", "microseconds", "a country"]
    )
    words = sorted(schemes.groups.countries)  # type: ignore[attr-defined]
    for count in (10, 50, 249):
        text = "SECRET//REL " + "/".join(words[:count])
        seconds = median_seconds(
            lambda text=text: SYNTAXES["au-document"].parse(text, schemes), runs=9, calls=50
        )  # type: ignore[misc]
        table.rows.append([count, f"{seconds * 1e6:.0f}", f"{seconds * 1e6 / count:.2f}"])
    return table
