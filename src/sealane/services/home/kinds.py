"""The kinds of things that wait: for whom each waits, and the query that finds it. A kind is a row
of the table and nothing else.

Spec: docs/console.md §Home; R42, R44, R47.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sealane.base.values import DAY, Instant, format_instant, parse_instant
from sealane.ports import Tx
from sealane.registry.access_life import standing
from sealane.registry.access_records import AccessState
from sealane.registry.export_records import ExportState
from sealane.registry.records import Duty, ItemState
from sealane.registry.who_may import WHO_MAY, Act
from sealane.services.access import told as access
from sealane.services.deciding import lapsing
from sealane.services.exchange import outbox
from sealane.services.home import waiting_acts, waiting_cases
from sealane.services.home.rows import HomeRow
from sealane.services.node import Node
from sealane.services.placing import reading
from sealane.services.register import (
    equivocations,
    identities,
    inventories,
    key_ends,
    partner_cards,
    sign_in_tries,
    suspense,
)
from sealane.services.register.suspense import TO_SIGN, UNDER_WAY, Waiting

LAPSE_DAYS, ANSWERED_DAYS = 30, 14


@dataclass(slots=True)
class HomeAsked:
    """Whose home, at one instant; what several kinds are found by is asked once."""

    node: Node
    tx: Tx
    person: Mapping[str, Any]
    limit: int
    _copies: list[Waiting] | None = field(default=None)

    @property
    def duties(self) -> set[str]:
        return set(self.person["duties"])

    def of_copies(self, what: str, *, here: bool) -> list[HomeRow]:
        """What waits for numbered copies: of this nation's own, or of a partner's."""
        if self._copies is None:
            self._copies = suspense.of_copies(self.node, self.tx)
        return [
            HomeRow(
                kind=f"{what}-here" if here else f"{what}-there",
                since=one.since,
                due=one.due,
                item=one.item,
                party=one.party,
                link=f"/items/{one.item}#copies",
            )
            for one in self._copies
            if one.what == what and (one.party == self.node.party) is here
        ]


@dataclass(frozen=True, slots=True)
class HomeFound:
    """Of a kind the first, and how many there are."""

    rows: Sequence[HomeRow]
    count: int


Find = Callable[[HomeAsked], HomeFound]


@dataclass(frozen=True, slots=True)
class HomeKind:
    """One row: the duties that it waits for; None: everybody."""

    name: str
    duties: frozenset[Duty] | None
    find: Find


def _whole(find: Callable[[HomeAsked], Iterable[HomeRow]]) -> Find:
    """Of what is few: all of it is found, and counted."""

    def found(asked: HomeAsked) -> HomeFound:
        rows = list(find(asked))
        return HomeFound(rows, len(rows))

    return found


def _transfers(kind: str, states: Sequence[ItemState], *, ours: bool, part: str = "") -> Find:
    """Of what may be many: the first by query, and the number of all."""

    def found(asked: HomeAsked) -> HomeFound:
        waits, party = asked.node.records.waits, asked.node.party
        rows = waits.transfers(asked.tx, states, to=party, ours=ours, limit=asked.limit)
        count = len(rows)
        if count == asked.limit:
            count = waits.transfers_count(asked.tx, states, to=party, ours=ours)
        told = [
            HomeRow(
                kind=kind,
                since=one.since,
                due=one.due,
                item=one.item,
                party=one.to,
                link=f"/items/{one.item}{part}",
            )
            for one in rows
        ]
        return HomeFound(told, count)

    return found


def _copies(what: str, *, here: bool) -> Find:
    return _whole(lambda asked: asked.of_copies(what, here=here))


def _access(asked: HomeAsked) -> Iterator[HomeRow]:
    for row in access.reaching(asked.node, asked.tx, asked.person):
        yield _request("access", row, row.since, row.until)


def _mend(asked: HomeAsked) -> Iterator[HomeRow]:
    for row, how in access.to_mend(asked.node, asked.tx, asked.duties):
        yield HomeRow(
            kind="access-mend",
            since=row.at or row.since,
            due=row.until,
            item=row.item,
            person=row.person,
            about=row.id,
            link=str(how["path"]),
        )


def _answered(asked: HomeAsked) -> Iterator[HomeRow]:
    """One's own requests that were answered, or lapsed, in the last days."""
    now = asked.node.host.now()
    since = now - ANSWERED_DAYS * DAY
    for row in access.of_person(asked.node, asked.tx, str(asked.person["id"])):
        state = standing(row, now)
        at = row.until if state == AccessState.LAPSED else row.at
        if state != AccessState.ASKED and at and parse_instant(at) > since:
            yield _request(f"access-{state}", row, at, None)


def _request(kind: str, row: Any, since: str, due: str | None) -> HomeRow:
    return HomeRow(
        kind=kind,
        since=since,
        due=due,
        item=row.item,
        person=row.person,
        about=row.id,
        link=f"/access#{row.id}",
    )


def _cases(asked: HomeAsked) -> HomeFound:
    """The cases in which this nation's word is waited for, by whoever has the duty to say it."""
    rows, count = waiting_cases.of(asked.node, asked.tx, asked.duties, limit=asked.limit)
    return HomeFound(rows, count)


def _notices(asked: HomeAsked) -> Iterator[HomeRow]:
    """Open cases that a partner opened to tell something, whoever's word is due next."""
    node = asked.node
    for kind in node.case_kinds.values():
        if asked.duties.isdisjoint(kind.open.notice):
            continue
        for row in node.records.cases.find(
            asked.tx, order="seen", limit=asked.limit, kind=kind.kind, over=0, with_=node.party
        ):
            yield HomeRow(
                kind="case-notice",
                since=row.opened,
                due=row.due,
                party=row.opener,
                about=row.id,
                link=f"/cases/{row.id}",
            )


def _lapses(asked: HomeAsked) -> Iterator[HomeRow]:
    for one in lapsing.ends_within(asked.node, asked.tx, days=LAPSE_DAYS):
        yield HomeRow(
            kind=f"lapse-{one.what}",
            since=_days_before(one.at, LAPSE_DAYS),
            due=format_instant(one.at),
            person=one.person,
            about=one.of,
            link=f"/people/{one.person}" if one.person else "/facilities",
        )


def _own_lapses(asked: HomeAsked) -> Iterator[HomeRow]:
    for one in lapsing.ends_of(asked.node, asked.person, days=LAPSE_DAYS):
        yield HomeRow(
            kind=f"own-{one.what}",
            since=_days_before(one.at, LAPSE_DAYS),
            due=format_instant(one.at),
            about=one.of,
            link=f"/people/{asked.person['id']}",
        )


def _alarms(asked: HomeAsked) -> Iterator[HomeRow]:
    for one in sign_in_tries.alarms(asked.node, asked.tx):
        about = ", ".join(one["people"])
        yield HomeRow(kind="alarm", since=one["at"], due=one["at"], about=about, link="/ledger")


def _contradictions(asked: HomeAsked) -> Iterator[HomeRow]:
    for one in equivocations.told(asked.node, asked.tx):
        if one["settled"] is None:
            yield HomeRow(
                kind="contradiction",
                since=one["since"],
                due=one["since"],
                party=one["party"],
                link="/ledger",
            )


def _cards(asked: HomeAsked) -> Iterator[HomeRow]:
    for one in partner_cards.told(asked.node, asked.tx)["cards_waiting"]:
        yield HomeRow(
            kind="card",
            since=one["since"],
            party=one["party"],
            about=str(one["number"]),
            link="/partners",
        )


def _keys(asked: HomeAsked) -> Iterator[HomeRow]:
    for one in key_ends.keys_ending(asked.node):
        since = _days_before(parse_instant(one["until"]), max(key_ends.WARNED))
        yield HomeRow(kind="key", since=since, due=one["until"], about=one["role"], link="/upkeep")


def _days_before(end: Instant, days: int) -> str:
    """Since when something that ends is told of."""
    return format_instant(Instant(end - days * DAY))


def _proposals(asked: HomeAsked) -> Iterator[HomeRow]:
    for one in identities.proposals(asked.node, asked.tx):
        yield HomeRow(kind="proposal", since=one.since, about=one.name, link="/people")


def _troubled(asked: HomeAsked) -> Iterator[HomeRow]:
    """What could not be sent, one row a partner."""
    found = dict[str, str]()
    for row in outbox.rows_waiting(asked.node, asked.tx):
        if row.trouble:
            found.setdefault(row.partner, row.created)
    for party, since in sorted(found.items()):
        yield HomeRow(kind="trouble", since=since, party=party, link="/upkeep")


def _counts(asked: HomeAsked) -> Iterator[HomeRow]:
    """One's own counts, and for every clerk those that are due soon."""
    mine = str(asked.person["id"])
    for row in inventories.under_way(asked.node, asked.tx):
        if row.assigned == mine:
            yield HomeRow(
                kind="inventory",
                since=row.since,
                due=row.due,
                about=row.id,
                link=f"/inventories/{row.id}",
            )


def _exports(asked: HomeAsked) -> Iterator[HomeRow]:
    """Files that are held for a domain of lower protection, by somebody else."""
    node, mine = asked.node, str(asked.person["id"])
    for row in node.records.exports.find(
        asked.tx, order="id", limit=asked.limit, state=ExportState.HELD
    ):
        if row.held_by != mine:
            yield HomeRow(
                kind="export",
                since=row.since,
                person=row.held_by,
                about=row.id,
                link=f"/exports/{row.id}",
            )


def _of_acts(find: Callable[[Node, Tx, Mapping[str, Any]], Iterable[HomeRow]]) -> Find:
    return _whole(lambda asked: find(asked.node, asked.tx, asked.person))


def _of_inventories(what: str) -> Find:
    def found(asked: HomeAsked) -> Iterator[HomeRow]:
        for one in suspense.of_inventories(asked.node, asked.tx):
            if one.what == what:
                yield HomeRow(
                    kind=what,
                    since=one.since,
                    due=one.due,
                    item=one.item,
                    about=one.about,
                    link=f"/inventories/{one.about}" if one.item else "/inventories",
                )

    return _whole(found)


def _gaps(asked: HomeAsked) -> Iterator[HomeRow]:
    """People in posts and rooms who lack something by now."""
    for placing, _ in reading.lapsed(asked.node, asked.tx):
        yield HomeRow(
            kind="post-gap",
            since=placing.since,
            due=placing.since,
            person=placing.person,
            about=placing.post,
            link=f"/posts/{placing.post}",
        )


def _mail(asked: HomeAsked) -> Iterator[HomeRow]:
    """That reminders by e-mail do not leave."""
    waits = asked.node.records.reminder_mails.find(asked.tx, order="made", limit=1, done=None)
    for one in waits:
        if one.trouble:
            since = format_instant(Instant(one.made))
            yield HomeRow(kind="mail", since=since, link="/upkeep")


def _of(act: Act) -> frozenset[Duty] | None:
    """Whoever may do the act that something waits for."""
    return WHO_MAY[act].duties


_OPERATOR = frozenset({Duty.OPERATOR})
_KEEPERS = _OPERATOR | {Duty.SECURITY_OFFICER}
_BACK = (ItemState.SENT_BACK,)

KINDS: tuple[HomeKind, ...] = (
    HomeKind("alarm", _KEEPERS, _whole(_alarms)),
    HomeKind("contradiction", _of(Act.READMIT), _whole(_contradictions)),
    HomeKind("recall-here", _of(Act.DESTROY), _copies("recall", here=True)),
    HomeKind("recall-there", _of(Act.RECALL), _copies("recall", here=False)),
    HomeKind("accept", _of(Act.ACCEPT), _transfers("accept", (ItemState.DELIVERED,), ours=True)),
    HomeKind("sign", _of(Act.COUNTERSIGN), _transfers("sign", TO_SIGN, ours=False, part="/sign")),
    HomeKind(
        "sent-back", _of(Act.RESUBMIT), _transfers("sent-back", _BACK, ours=False, part="/sign")
    ),
    HomeKind("receipt", _of(Act.RELEASE), _transfers("receipt", UNDER_WAY, ours=False)),
    HomeKind("return-or-destroy-here", _of(Act.DESTROY), _copies("return-or-destroy", here=True)),
    HomeKind("return-or-destroy-there", _of(Act.RELEASE), _copies("return-or-destroy", here=False)),
    HomeKind("remark-here", _of(Act.REMARK), _copies("remark", here=True)),
    HomeKind("access", _of(Act.ANSWER_ACCESS), _whole(_access)),
    HomeKind("access-mend", _of(Act.ANSWER_ACCESS), _whole(_mend)),
    HomeKind("access-answered", None, _whole(_answered)),
    HomeKind("act", None, _of_acts(waiting_acts.reaching)),
    HomeKind("act-ended", None, _of_acts(waiting_acts.ended)),
    HomeKind("case-notice", None, _whole(_notices)),
    HomeKind("case", None, _cases),
    HomeKind("lapse", _of(Act.VET), _whole(_lapses)),
    HomeKind("own-lapse", None, _whole(_own_lapses)),
    HomeKind("post-gap", _of(Act.PLACE), _whole(_gaps)),
    HomeKind("discrepancy", _of(Act.SETTLE), _of_inventories("discrepancy")),
    HomeKind("export", _of(Act.PASS_EXPORT), _whole(_exports)),
    HomeKind("inventory", _of(Act.COUNT), _whole(_counts)),
    HomeKind("inventory-due", _of(Act.COUNT), _of_inventories("inventory-due")),
    HomeKind("proposal", _of(Act.NAME), _whole(_proposals)),
    HomeKind("card", _of(Act.ENROL), _whole(_cards)),
    HomeKind("key", _OPERATOR, _whole(_keys)),
    HomeKind("trouble", _OPERATOR, _whole(_troubled)),
    HomeKind("mail", _OPERATOR, _whole(_mail)),
)
"""Every kind, the gravest first where two are due alike."""
