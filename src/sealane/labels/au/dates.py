"""The twelve date forms of the Australian email standard, and the one in which we write an instant.

Spec: Email Protective Marking Standard (EXPIRES: a date with optional time, fraction and zone).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from sealane.labels.model.errors import BAD_DATE

_FORM = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?(Z|[+-]\d\d:\d\d)?",
    re.ASCII,
)
_LIKE = re.compile(r"[0-9]{4}-[0-9]").match


def looks_like_date(text: str) -> bool:
    """Whether a text means to be a date, so that a wrong one is refused and never taken for an
    event's name.
    """
    return _LIKE(text) is not None or text[:4].isdigit()


def instant_of(text: str, position: int) -> tuple[str, bool]:
    """RFC 3339 UTC text of a date form, and whether its zone had to be taken as UTC.

    Raises: Malformed `label.date`.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise BAD_DATE(position=position, text=text[:40])
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        moment = datetime(
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            tzinfo=_zone(zone),
        )
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BAD_DATE(position=position, text=text[:40]) from None
    decimals = (fraction or "").rstrip("0")
    whole = moment.isoformat(timespec="seconds")[: len("2030-01-01T00:00:00")]
    return f"{whole}{'.' + decimals if decimals else ''}Z", zone is None


def _zone(zone: str | None) -> timezone:
    if zone is None or zone == "Z":
        return UTC
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    if hours > 14 or minutes > 59:
        raise ValueError(zone)
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if zone[0] == "-" else offset)


def shortest(instant: str) -> str:
    """The date form of an RFC 3339 UTC instant: the bare date at midnight, else the whole."""
    return instant[:10] if instant.endswith("T00:00:00Z") else instant
