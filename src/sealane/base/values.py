"""Parsed values: instants, countries, identifiers; never bare strings inside the core."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta
from typing import NewType

from sealane.base.errors import Malformed, declare

Instant = NewType("Instant", int)
"""Nanoseconds since 1970-01-01T00:00:00Z; an integer, so that comparing and expiring are exact."""

BAD_INSTANT = declare(
    "value.instant",
    Malformed,
    "{text!r} is not an RFC 3339 instant in UTC ending in Z.",
    "{text!r} は Z で終わる RFC 3339 の協定世界時ではありません。",
    "Write 2026-11-22T00:00:00Z.",
    "2026-11-22T00:00:00Z の形で書いてください。",
)
BAD_IDENTIFIER = declare(
    "value.identifier",
    Malformed,
    "{text!r} is not an identifier.",
    "{text!r} は識別子ではありません。",
    "Use 1 to 128 of a-z A-Z 0-9 . _ : - and start with a letter or digit.",
    "a-z A-Z 0-9 . _ : - を 1～128 字で使い、英数字で始めてください。",
)
BAD_COUNTRY = declare(
    "value.country",
    Malformed,
    "{text!r} is not an ISO 3166-1 alpha-3 code.",
    "{text!r} は ISO 3166-1 alpha-3 の符号ではありません。",
    "Write AUS, JPN, USA ...",
    "AUS、JPN、USA などと書いてください。",
)

_INSTANT = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z", re.ASCII)
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}", re.ASCII)
_COUNTRY = re.compile(r"[A-Z]{3}", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = 1_000_000_000
HOUR = 3_600 * SECOND
DAY = 86_400 * SECOND


def parse_instant(text: str) -> Instant:
    """The instant that RFC 3339 text in UTC names, exact to the nanosecond.

    Raises: Malformed `value.instant`: another zone, a leap second, more than nine decimals, an
    impossible date.
    """
    found = _INSTANT.fullmatch(text) if isinstance(text, str) and len(text) <= 40 else None
    if found is None:
        raise BAD_INSTANT(text=str(text)[:40])
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise BAD_INSTANT(text=text) from None
    elapsed = moment - _EPOCH
    nanos = int((found[7] or "").ljust(9, "0"))
    return Instant((elapsed.days * 86_400 + elapsed.seconds) * SECOND + nanos)


def format_instant(instant: Instant) -> str:
    """RFC 3339 text in UTC; decimals only when there are any, so that one instant has one text."""
    seconds, nanos = divmod(instant, SECOND)
    text = (_EPOCH + timedelta(seconds=seconds)).isoformat()[:19]
    return f"{text}.{nanos:09d}".rstrip("0") + "Z" if nanos else text + "Z"


def years_later(instant: Instant, years: int) -> Instant:
    """The same date and time so many calendar years later; 29 February becomes the 28th where there
    is none.
    """
    return months_later(instant, 12 * years)


def months_later(instant: Instant, months: int) -> Instant:
    """The same day and time so many calendar months later, or the month's last day where it has no
    such day. Beyond the year 9999 it is later than any clock, and never before it began.
    """
    seconds, nanos = divmod(instant, SECOND)
    date = _EPOCH + timedelta(seconds=seconds)
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    if year > 9999:
        return max(instant, Instant(1 << 62))
    day = min(date.day, calendar.monthrange(year, month + 1)[1])
    elapsed = date.replace(year=year, month=month + 1, day=day) - _EPOCH
    return Instant((elapsed.days * 86_400 + elapsed.seconds) * SECOND + nanos)


def identifier(text: object) -> str:
    """A name that is safe in paths, logs and origins. Raises: Malformed `value.identifier`."""
    if not isinstance(text, str) or _IDENTIFIER.fullmatch(text) is None or ".." in text:
        raise BAD_IDENTIFIER(text=str(text)[:140])
    return text


def country(text: object) -> str:
    """The shape of an ISO 3166-1 alpha-3 code; membership is a scheme's matter. Raises: Malformed
    `value.country`.
    """
    if not isinstance(text, str) or _COUNTRY.fullmatch(text) is None:
        raise BAD_COUNTRY(text=str(text)[:40])
    return text
