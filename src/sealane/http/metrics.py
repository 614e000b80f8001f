"""A sample of the node in OpenMetrics, from a registry of its own.

The names are a contract: the dashboard, the alert rules and other people's use them. Labels hold
parties, agreements, codes, suites and key identifiers, whose number the node's register bounds.
Spec: spec/interfaces.md §5; OpenMetrics 1.0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest

from sealane.base.values import SECOND, Instant
from sealane.services.register.key_ends import KeyEnd
from sealane.services.watch.health import CheckState
from sealane.services.watch.sample import Sample

CONTENT_TYPE = CONTENT_TYPE_LATEST
MOST_SERIES = 1000
"""Series of one family, whatever the register holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrape:
    """What is told at one scrape: the newest sample, however old, and what needs none."""

    now: Instant
    version: str
    party: str
    sample: Sample | None
    age_seconds: float
    """How old the sample is."""
    checks: Mapping[str, Mapping[str, Any]]
    drift_seconds: float
    free_bytes: int
    keys: tuple[KeyEnd, ...]


def exposition(reading: Scrape) -> bytes:
    """The whole page."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Told(reading))
    ProcessCollector(registry=registry)
    page: bytes = generate_latest(registry)  # type: ignore[no-untyped-call]
    return page


class _Told:
    """A collector in prometheus-client's sense: families when asked."""

    def __init__(self, reading: Scrape) -> None:
        self._reading = reading

    def collect(self) -> Iterator[Metric]:
        """Every family of a node."""
        yield from _process(self._reading)
        yield from _checks(self._reading)
        # Without a sample the families stand empty: a name that is not there is no zero.
        yield from _outbox(self._reading)
        yield from _mail(self._reading)
        yield from _ledgers(self._reading)
        yield from _acts(self._reading.sample)
        yield from _people(self._reading.sample)


def _process(reading: Scrape) -> Iterator[Metric]:
    yield InfoMetricFamily(
        "sealane_build", "The program.", value={"version": reading.version, "party": reading.party}
    )
    yield GaugeMetricFamily(
        "sealane_clock_offset_seconds",
        "Seconds by which the clock was moved since this process began.",
        value=reading.drift_seconds,
    )
    yield GaugeMetricFamily(
        "sealane_data_free_bytes",
        "Bytes that are free where the node's data lies.",
        value=reading.free_bytes,
    )
    days = GaugeMetricFamily(
        "sealane_key_days_left", "Days until a key or certificate ends.", labels=["role", "kid"]
    )
    for key in reading.keys[:MOST_SERIES]:
        days.add_metric([key.role, key.kid], key.days_left(reading.now))
    yield days


def _checks(reading: Scrape) -> Iterator[Metric]:
    """The checks of `/readyz`."""
    check = GaugeMetricFamily(
        "sealane_check",
        "0: in order, 1: a warning, 2: failed, as /readyz says.",
        labels=["check"],
    )
    for name, found in reading.checks.items():
        check.add_metric([name], list(CheckState).index(CheckState(found["state"])))
    yield check
    yield GaugeMetricFamily(
        "sealane_sample_age_seconds",
        "How old what is told here of the register is; it grows while the store does not answer.",
        value=reading.age_seconds,
    )


def _outbox(reading: Scrape) -> Iterator[Metric]:
    sample = reading.sample
    depth = GaugeMetricFamily("sealane_outbox_depth", "Statements that wait for partners.")
    oldest = GaugeMetricFamily(
        "sealane_outbox_oldest_seconds", "How long the oldest of them has waited."
    )
    each = GaugeMetricFamily(
        "sealane_outbox_partner_depth", "Statements that wait for a partner.", labels=["partner"]
    )
    if sample is not None:
        depth.add_metric([], sum(sample.outbox.values()))
        waits = 0.0 if sample.oldest is None else (reading.now - sample.oldest) / SECOND
        oldest.add_metric([], max(0.0, waits))
        for partner, count in _bounded(sample.outbox):
            each.add_metric([partner], count)
    yield from (depth, oldest, each)


def _mail(reading: Scrape) -> Iterator[Metric]:
    sample = reading.sample
    depth = GaugeMetricFamily("sealane_mail_depth", "Messages that wait for the mail server.")
    oldest = GaugeMetricFamily(
        "sealane_mail_oldest_seconds", "How long the oldest of them has waited."
    )
    if sample is not None:
        depth.add_metric([], sample.mail)
        since = sample.oldest_mail
        oldest.add_metric([], 0.0 if since is None else max(0.0, (reading.now - since) / SECOND))
    yield from (depth, oldest)


def _ledgers(reading: Scrape) -> Iterator[Metric]:
    of_pair = ["agreement", "partner"]
    waits = GaugeMetricFamily(
        "sealane_ledger_uncosigned_seconds",
        "How long a ledger's tail has waited for the partner's cosignature.",
        labels=of_pair,
    )
    limit = GaugeMetricFamily(
        "sealane_ledger_uncosigned_limit_seconds",
        "How long it may wait before keys stop being released.",
        labels=of_pair,
    )
    for tail in () if reading.sample is None else reading.sample.tails[:MOST_SERIES]:
        waits.add_metric([tail.agreement, tail.partner], tail.seconds(reading.now))
        limit.add_metric([tail.agreement, tail.partner], tail.limit_seconds)
    yield from (waits, limit)
    held = GaugeMetricFamily(
        "sealane_verification_held", "1: every ledger re-derived at the last verification; 0: not."
    )
    due = GaugeMetricFamily(
        "sealane_verification_due_seconds", "Seconds until the next is due; below 0: it is late."
    )
    if reading.sample is not None:
        told = reading.sample.verification
        held.add_metric([], int(told.held))
        due.add_metric([], (told.due - reading.now) / SECOND)
    yield from (held, due)


def _acts(sample: Sample | None) -> Iterator[Metric]:
    refusals = CounterMetricFamily(
        "sealane_refusals", "Refusals that the ledger tells of, by code.", labels=["code"]
    )
    openings = CounterMetricFamily(
        "sealane_openings", "Items opened, here or by a partner of what this nation gave."
    )
    rewraps = CounterMetricFamily(
        "sealane_rewraps",
        "Key shares released, by the suite they were wrapped in.",
        labels=["suite"],
    )
    partners = CounterMetricFamily(
        "sealane_partner_refusals",
        "What partners were refused at their door, by code, ever.",
        labels=["partner", "code"],
    )
    if sample is not None:
        for code, count in _bounded(sample.refusals):
            refusals.add_metric([code], count)
        openings.add_metric([], sample.openings)
        for suite, count in _bounded(sample.rewraps):
            rewraps.add_metric([suite], count)
        for (partner, code), count in _bounded(sample.partner_refusals):
            partners.add_metric([partner, code], count)
    yield from (refusals, openings, rewraps, partners)


def _people(sample: Sample | None) -> Iterator[Metric]:
    desk = GaugeMetricFamily(
        "sealane_desk_queue", "Items that wait for a duty of this node's.", labels=["duty"]
    )
    alarms = CounterMetricFamily("sealane_sign_in_alarms", "Alarms of wrong tries to sign in.")
    open_ = GaugeMetricFamily(
        "sealane_equivocations_open", "Partners to which no key goes: they signed two histories."
    )
    if sample is not None:
        for duty, count in _bounded(sample.desk):
            desk.add_metric([duty], count)
        alarms.add_metric([], sample.alarms)
        open_.add_metric([], sample.equivocations)
    yield from (desk, alarms, open_)


def _bounded(held: Mapping[Any, int]) -> list[tuple[Any, int]]:
    return sorted(held.items())[:MOST_SERIES]
