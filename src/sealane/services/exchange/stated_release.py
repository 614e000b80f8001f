"""A release as a person or a program states it: a mark in the nation's own syntax, what was left
out filled in where there is only one choice.

The command line and the API read the same words by the same rules.
Spec: spec/interfaces.md §1, §5; R30, R31.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sealane.base import canonical
from sealane.base.errors import Malformed, declare
from sealane.base.values import DAY, Instant, parse_instant
from sealane.labels.model.label import Label, label_from_json
from sealane.labels.nations import SYNTAXES, syntaxes_of
from sealane.ports import Tx
from sealane.registry.records import Item
from sealane.services.cases.books import NO_CASE
from sealane.services.deciding.taking_part import Activities
from sealane.services.node import Node

NATIONAL_SYNTAX = {"AUS": "au-document", "JPN": "jp", "GBR": "gb-document", "USA": "us-banner"}
YEAR_DAYS = 365

WHICH_AGREEMENT = declare(
    "release.which_agreement",
    Malformed,
    "{count} agreements are held with {parties}; one release rests on one agreement.",
    "{parties} との取決めは {count} 件です。一つの提供は一つの取決めに基づきます。",
    "Name it with --agreement.",
    "--agreement で指定してください。",
)
WHICH_PERSON = declare(
    "release.which_person",
    Malformed,
    "{count} people hold the duty {duty}; name one.",
    "職務 {duty} を持つ人は {count} 人です。一人を指定してください。",
    "Name the person.",
    "人を指定してください。",
)
NO_PURPOSE = declare(
    "release.no_purpose",
    Malformed,
    "Item {item} was sealed for no purpose; a release has one.",
    "項目 {item} は目的なしで封緘されています。提供には目的が必要です。",
    "Name it with --purpose.",
    "--purpose で指定してください。",
)
TWO_PROJECTS = declare(
    "release.two_projects",
    Malformed,
    "A release for activity {activity} is of that project and of no other ({project}).",
    "活動 {activity} のための提供では、他の事業（{project}）を指定できません。",
    "Name the activity alone.",
    "活動だけを指定してください。",
)
NO_SYNTAX = declare(
    "release.no_syntax",
    Malformed,
    "{party} has no marking syntax here.",
    "{party} の標示の書式はここにありません。",
    "Give the label as JSON.",
    "ラベルを JSON で指定してください。",
)


def recipients(given: Iterable[str]) -> tuple[str, ...]:
    """Whom it goes to, as stated: each by itself, or several with commas; each recipient once."""
    parties = (party.strip() for text in given for party in text.split(","))
    return tuple(dict.fromkeys(parties))


def label_of(node: Node, stated: str | Mapping[str, Any]) -> Label:
    """The label that a text or an object states: JSON, or a mark as the own nation writes it.

    Raises: Malformed `label.*`, `json.*`, `release.no_syntax`.
    """
    if not isinstance(stated, str):
        return label_from_json(dict(stated))
    if stated.lstrip().startswith("{"):
        return label_from_json(canonical.parse(stated))
    syntax = NATIONAL_SYNTAX.get(node.party)
    if syntax is None and node.party in node.schemes:
        syntax = syntaxes_of(node.schemes[node.party])[0]
    if syntax is None:
        raise NO_SYNTAX(party=node.party)
    found = SYNTAXES[syntax].parse(stated, node.schemes, at=node.host.now()).label
    return replace(found, originator=node.party, created=node.now()[1])


def until_of(node: Node, stated: str | None) -> Instant:
    """The time limit that was given, or one year from now. Raises: Malformed `value.instant`."""
    if stated:
        return parse_instant(stated)
    return Instant(node.host.now() + YEAR_DAYS * DAY)


def until_within(node: Node, stated: str | None, row: Item) -> Instant:
    """The time limit that was given; else one year from now, or the item's own where it is sooner.
    Raises: Malformed `value.instant`.
    """
    until = until_of(node, stated)
    return until if stated else min(until, parse_instant(row.facts["until"]))


def agreement_of(node: Node, tx: Tx, stated: str | None, parties: Sequence[str]) -> str:
    """The agreement that was named, or the one on which a release to all of them may rest. Raises:
    Misconfigured `partner.unknown`; Malformed `release.which_agreement`.
    """
    for party in parties:
        node.partner(tx, party)
    if stated:
        return stated
    held = node.agreements(tx)
    found = [
        name
        for name in held
        if all(held[name].party(party) for party in parties) and "release" in held[name].actions
    ]
    if len(found) != 1:
        raise WHICH_AGREEMENT(count=len(found), parties=", ".join(parties))
    return found[0]


def project_of(node: Node, tx: Tx, project: str | None, activity: str | None) -> str | None:
    """The project that a release is of: an activity is one, by its case's number.

    Raises: NotFound `case.unknown`: no activity has this number; Malformed `release.two_projects`.
    """
    if activity is None:
        return project
    if project not in (None, activity):
        raise TWO_PROJECTS(activity=activity[:60], project=str(project)[:60])
    if Activities(node, tx).course(activity) is None:
        raise NO_CASE(case=activity[:60])
    return activity


def holder(node: Node, tx: Tx, duty: str) -> str:
    """The one person who holds a duty. Raises: Malformed `release.which_person`: none or several
    do.
    """
    found = [
        row.id
        for row in node.records.people.find(tx, order="id", ended=None)
        if duty in row.data["duties"]
    ]
    if len(found) != 1:
        raise WHICH_PERSON(count=len(found), duty=duty)
    return str(found[0])
