"""The registers on paper and in a table of one's own: the same question, with marks, page numbers,
who and when. That a list was taken is on record.

Spec: R11, R12, R24, R57; docs/console.md §The register, §People.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sealane.base.errors import Malformed
from sealane.base.visible import visible
from sealane.labels.model.scheme import Schemes
from sealane.ports import Tx
from sealane.services.node import Node
from sealane.services.register.listing import note_taken
from sealane.web import acting, shown
from sealane.web.pages.register import taken
from sealane.web.shell import Shell
from sealane.web.visit import Page, Reply, Visit, saved

CSV_MOST, SHEET_MOST, DAY_END = 20_000, 2_000, "T23:59:59Z"
COLUMNS = (
    "number",
    "mark",
    "handled",
    "title",
    "direction",
    "party",
    "state",
    "area",
    "kind",
    "project",
    "registered",
    "due",
)
ACTIVE = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""How a cell begins that a spreadsheet would reckon with; the wide ones in Japanese."""


def table(shell: Shell, visit: Visit) -> Reply:
    """The list as CSV: its marks, who and when in the first line, each row with its own mark."""
    node = shell.node
    rows, total, _, _ = taken(shell, visit, CSV_MOST)
    note_taken(node, visit.actor, len(rows))
    out = io.StringIO()
    # every cell in quotes: where lists are parted by semicolons, none inside makes a cell
    write = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_ALL).writerow
    marks = [shown.mark_of(node.schemes, one["label"]).text for one in rows]
    banner = visit.t(
        "register.csv_banner",
        count=len(rows),
        total=total,
        person=visit.person["id"],
        at=node.now()[1],
        marks=" | ".join(one.text for one in highest(node.schemes, rows)) or "-",
    )
    write([_cell(banner)])
    write([visit.t(f"csv.{name}") for name in COLUMNS])
    for one, mark in zip(rows, marks, strict=True):
        write([_cell(value) for value in _row(visit, one, mark)])
    # with its byte order mark, for spreadsheets that guess
    return saved(out.getvalue().encode("utf-8-sig"), "register.csv", "text/csv")


def _row(visit: Visit, one: Mapping[str, Any], mark: str) -> list[str | None]:
    dues = [each["due"] for each in one["transfers"] if each["due"]]
    return [
        one["id"],
        mark,
        one["handle_as"],
        one["title"] if one["title"] is not None else visit.t("register.withheld"),
        one["direction"],
        one["provider"] if one["direction"] == "in" else " ".join(one["released_to"]),
        "recalled" if one["recalled"] else one["state"],
        one["area"],
        one["kind"],
        one["project"],
        one["created"],
        min(dues, default=None),
    ]


def _cell(value: str | None) -> str:
    """A text that is shown as what it is, and that no spreadsheet takes for a formula."""
    text = visible(value or "")
    return f"'{text}" if text.lstrip().startswith(ACTIVE) else text


def highest(schemes: Schemes, rows: Iterable[Mapping[str, Any]]) -> list[shown.Mark]:
    """Of each scheme the highest level among these: no sheet is marked below one of its rows."""
    found: dict[str, tuple[int, str]] = {}
    for one in rows:
        policy, word = one["label"]["policy"], one["label"]["classification"]
        scheme = schemes.get(policy)
        level = None if scheme is None else scheme.level(word)
        found[policy] = max(
            found.get(policy, (-1, word)), (0 if level is None else level.order, word)
        )
    return [shown.level_mark(schemes, policy, word) for policy, (_, word) in sorted(found.items())]


def sheet(shell: Shell, visit: Visit) -> Reply:
    """The list as it is printed."""
    node = shell.node
    rows, total, more, asked = taken(shell, visit, SHEET_MOST)
    note_taken(node, visit.actor, len(rows))
    with node.store.reading() as tx:
        areas = shown.area_names(node.agreements(tx).values(), visit.lang)
    told = [
        {
            **one,
            "mark": shown.mark_of(node.schemes, one["label"]),
            "ours": shown.held_as(node.schemes, node.party, one["handle_as"]),
        }
        for one in rows
    ]
    return Page(
        "register_sheet.html",
        {
            "rows": told,
            "total": total,
            "more": more,
            "asked": asked,
            "areas": areas,
            "highest": highest(node.schemes, rows),
        },
    )


def people(shell: Shell, visit: Visit) -> Reply:
    """The register of people as it stood at the end of a day, of one facility or all. Raises:
    Refused `person.duty`.
    """
    node, trouble = shell.node, None
    facility = visit.query.get("facility", "")[:128] or None
    asked = {} if facility is None else {"facility": facility}
    day_asked = visit.query.get("at", "")[:10]
    try:
        end = {"at": acting.day_of(day_asked).replace("T00:00:00Z", DAY_END)} if day_asked else {}
        told = acting.asked(shell, visit, "people.register", **asked, **end)
    except Malformed as error:
        trouble, day_asked = acting.told_of(visit, error), ""
        told = acting.asked(shell, visit, "people.register", **asked)
    with node.store.reading() as tx:
        places = [one.id for one in node.records.facilities.find(tx, order="id")]
        marks = people_mark(node, tx, told["people"])
    rows = [{**one, "clearances": [*_marked(node.schemes, one)]} for one in told["people"]]
    data = {
        "told": {**told, "people": rows},
        "facility": facility,
        "places": places,
        "day_asked": day_asked or told["at"][:10],
        "trouble": trouble,
        "highest": marks,
    }
    return Page("people_sheet.html", data, 200 if trouble is None else 400)


def people_mark(node: Node, tx: Tx, people: Iterable[Mapping[str, Any]]) -> list[shown.Mark]:
    """What a list of people bears: what its nation says of such lists, and never less than an item
    that one of its rows names; empty: neither says anything.
    """
    named = {given.get("item") for one in people for given in one["authorisations"]} - {None}
    rows: list[Mapping[str, Any]] = [
        {"label": row.label}
        for row in (node.records.items.get(tx, id=each) for each in sorted(named))
        if row is not None
    ]
    if node.settings.people_mark:
        own = {"policy": node.party, "classification": node.settings.people_mark}
        rows.append({"label": own})
    return highest(node.schemes, rows)


def _marked(schemes: Schemes, one: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Each clearance of a person with its mark."""
    for held in one["clearances"]:
        yield {**held, "mark": shown.level_mark(schemes, held["policy"], held["level"])}
