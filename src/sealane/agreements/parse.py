"""From the exact bytes of an agreement's file to an `Agreement`, or a refusal that names the line.

Nothing is skipped with a warning: an unknown member, a dangling word or a doubled number refuses
the whole file.
Spec: spec/agreement.md §2; R1, R3, R7.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec

from sealane.agreements.agreement import Agreement, Period, Scenario
from sealane.agreements.cohesion import WRONG, AgreementFile, Cohesion, place
from sealane.agreements.lines import Lines
from sealane.base import canonical, toml
from sealane.base.described import described
from sealane.base.errors import Malformed, declare
from sealane.base.values import parse_instant

MAX_BYTES = 1 << 20
described(AgreementFile)

TOO_LARGE = declare(
    "agreement.too_large",
    Malformed,
    "The agreement's file has more than {limit} bytes.",
    "取決めのファイルは {limit} バイトを超えます。",
    "An agreement fits in one mebibyte; look for data that does not belong to it.",
    "取決めは 1 MiB に収まります。余分なデータがないか確かめてください。",
)
NOT_TOML = declare(
    "agreement.not_toml",
    Malformed,
    "The agreement's file is not valid TOML: {why}.",
    "取決めのファイルは正しい TOML ではありません：{why}。",
    "Mend the line; a key may stand only once in a table.",
    "その行を直してください。一つの表に同じキーは一度しか書けません。",
)


@lru_cache(maxsize=32)  # a node reads the same few files at every start, adoption and notice
def parse_agreement(data: bytes) -> Agreement:
    """The agreement that these exact bytes are; the same object for the same bytes.

    Args:
        data: the file, UTF-8 TOML, at most 1 MiB.
    Raises: Malformed: `agreement.too_large`, `agreement.not_toml`, `agreement.malformed`,
    `agreement.duplicate`,
        `agreement.dangling`; `position` is the line where one can be told.
    Spec: spec/agreement.md §2.

    Example:
        >>> from pathlib import Path
        >>> data = Path("policy/agreements/jpn-aus-2022.toml").read_bytes()
        >>> sealane.parse_agreement(data).rests_on
        ('jpn-aus-2012-isa',)
        >>> sealane.parse_agreement(b"id = 1")
        Traceback (most recent call last):
        sealane.base.errors.Malformed: agreement.malformed: ...
    """
    if len(data) > MAX_BYTES:
        raise TOO_LARGE(limit=MAX_BYTES)
    try:
        raw = toml.parse(data)
    except Malformed as error:
        raise NOT_TOML(position=error.position, why=(error.details or {})["why"]) from None
    text = data.decode("utf-8")
    try:
        file = msgspec.convert(raw, AgreementFile)
    except (msgspec.ValidationError, RecursionError) as error:
        where = found[1] if (found := re.search(r"at `\$\.?([^`]*)`", str(error))) else ""
        unknown = re.search(r"unknown field `([^`]*)`", str(error))
        line = Lines(text).of(place(f"{where}.{unknown[1]}" if unknown else where))
        raise WRONG(
            position=line, where=where or "the file", why=str(error).split(" - at")[0][:200]
        ) from None
    Cohesion(file, text).all()
    return _build(file, canonical.sha384(data))


def _build(file: AgreementFile, digest: str) -> Agreement:
    until = None if file.period.until == "indefinite" else parse_instant(file.period.until)
    return Agreement(
        id=file.id,
        version=file.version,
        digest=digest,
        previous=file.previous,
        title=file.title,
        notice=file.notice,
        model=file.model,
        parties=file.party,
        period=Period(since=parse_instant(file.period.since), until=until),
        suspensions=tuple(
            Period(since=parse_instant(gap.since), until=parse_instant(gap.until))
            for gap in file.period.suspended
        ),
        succeeds=file.succeeds,
        rests_on=file.rests_on,
        survives=file.survives,
        actions=file.actions,
        areas=file.area,
        purposes=file.purpose,
        rows=file.row,
        rows_article=file.rows_article,
        clearances=file.clearance,
        articles=file.article,
        clauses=file.clause,
        clocks=file.clock,
        cases=file.cases,
        refusals=file.refusal,
        suites=file.suite,
        custody=file.custody,
        groups=file.group,
        fixtures=file.fixture,
        scenarios=file.scenario,
    )


def scenario_requests(agreement: Agreement) -> Iterator[tuple[Scenario, dict[str, Any]]]:
    """Each scenario with its whole request: its fixture, with the dotted members of `set` put in
    place.
    """
    for scenario in agreement.scenarios:
        request = _copy(agreement.fixtures[scenario.base])
        for path, value in scenario.set.items():
            *folders, last = path.split(".")
            place = request
            for folder in folders:
                place = place.setdefault(folder, {})
            place[last] = None if value == "null" else value
        yield scenario, _nulls(request)


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copy(member) for name, member in value.items()}
    return [_copy(member) for member in value] if isinstance(value, list) else value


def _nulls(value: Any) -> Any:
    """TOML has no null; the text `null` stands for it in fixtures and scenarios."""
    if isinstance(value, dict):
        return {name: _nulls(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_nulls(member) for member in value]
    return None if value == "null" else value
