"""The life of a request for access, and whom each unmet clause reaches: who can mend it, by duty,
and by which act.

Granting is a word, never a key: what was missing is mended by an act of its own that is named
here, and the next opening is decided anew by both nations.
Spec: R36, R37; docs/console.md §Access requests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sealane.base.table import Row, Table
from sealane.base.values import Instant, parse_instant
from sealane.registry.access_records import AccessRequest, AccessState
from sealane.registry.records import Duty

OFFICER, DATE = "officer", "date"
DAYS = 30
"""How long a request stands without an answer."""
ACCESS = Table(
    life="access",
    start=AccessState.ASKED,
    rows=(
        Row(AccessState.ASKED, "grant", AccessState.GRANTED, OFFICER, "access.granted"),
        Row(AccessState.ASKED, "refuse", AccessState.REFUSED, OFFICER, "access.refused"),
        Row(AccessState.ASKED, "lapse", AccessState.LAPSED, DATE, None),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mending:
    """Who can mend what a clause misses, and by which act at the console."""

    duty: Duty
    """Whom the request reaches."""
    by: Duty
    """Whose act it then is."""
    path: str
    """The page of the act, at the form that does it; `{person}`, `{item}`, `{agreement}` stand for
    those of the request.
    """
    authority: str | None = None
    """The role of the agreement's own authority, where it is not this node's to mend."""


_SECURITY, _RELEASE = Duty.SECURITY_OFFICER, Duty.RELEASE_OFFICER


def _on_record(part: str, duty: Duty = _SECURITY, filled: str = "") -> Mending:
    """A part of the person's own record, whose form stands open and filled in so far."""
    path = f"/people/{{person}}?mend={part}{filled}#{part}"
    return Mending(duty=duty, by=_SECURITY, path=path)


_PROVIDER = Mending(duty=_RELEASE, by=_RELEASE, path="/items/{item}", authority="release")
_ACTIVITY = Mending(duty=_SECURITY, by=_SECURITY, path="/cases?kind=activity")
OTHER = Mending(duty=_SECURITY, by=_SECURITY, path="/agreements/{agreement}", authority="agreement")
"""What only the agreement's own authorities can mend."""
MENDINGS: Mapping[str, Mending] = MappingProxyType(
    {
        "access.not_cleared": _on_record("clearances"),
        "access.not_briefed": _on_record("briefings", filled="&agreement={agreement}"),
        "access.not_authorised": _on_record("authorisations", _RELEASE, "&about=item&name={item}"),
        "access.facility": Mending(duty=_SECURITY, by=_SECURITY, path="/facilities"),
        "access.not_releasable": _PROVIDER,
        "access.not_released": _PROVIDER,
        "activity.not_joined": _ACTIVITY,
        "activity.facility": _ACTIVITY,
        "activity.not_under_way": _ACTIVITY,
        "activity.purpose": _PROVIDER,
        "activity.level": _PROVIDER,
        "consent.missing": _PROVIDER,
        "item.area": _PROVIDER,
        "item.purposes": _PROVIDER,
        "item.recalled": _PROVIDER,
        "release.time_limit": _PROVIDER,
        "request.purpose_not_allowed": _PROVIDER,
        "request.purpose_not_listed": OTHER,
    }
)
"""By the code of the clause; every other is the agreement authority's."""


def mending(code: str) -> Mending:
    """Who mends what a clause of this code misses."""
    return MENDINGS.get(code, OTHER)


def standing(row: AccessRequest, now: Instant) -> AccessState:
    """Where a request stands at an instant: one that nobody answered lapses when its end comes."""
    if row.state == AccessState.ASKED and parse_instant(row.until) <= now:
        return AccessState(ACCESS.step(row.state, "lapse", by=DATE).to)
    return row.state
