"""The synthetic staff of the demonstration: posts, nationalities, clearances of both regimes,
briefings, duties.

Who they are stands in `cast.toml`. Every instant is relative to the moment the demonstration
starts.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from sealane.base.values import DAY, SECOND, Instant, format_instant

AGREEMENT, RESTS_ON = "jpn-aus-2022", "jpn-aus-2012-isa"
PROJECT = "harbour-watch"


def cast(now: Instant) -> dict[str, dict[str, Any]]:
    """People and facilities of both nodes, in the form that `sealane people add` takes."""
    nations = tomllib.loads(files("sealane.cli.demo").joinpath("cast.toml").read_text("utf-8"))
    bureau = _Bureau.at(now)
    return {
        country: {
            "facilities": [bureau.facility(country, staff["facility"])],
            "people": [bureau.person(country, described) for described in staff["people"]],
        }
        for country, staff in nations.items()
    }


@dataclass(frozen=True, slots=True)
class _Bureau:
    """Who writes the records: one clock, so that all of them fit together."""

    past: str
    lapsed: str
    future: str

    @classmethod
    def at(cls, now: Instant) -> _Bureau:
        return cls(
            past=format_instant(Instant(now - 200 * DAY)),
            lapsed=format_instant(Instant(now - 60 * SECOND)),
            future=format_instant(Instant(now + 400 * DAY)),
        )

    def person(self, country: str, described: dict[str, Any]) -> dict[str, Any]:
        """A person's record from what the file says of them."""
        own = country.lower()
        return {
            "id": described["id"],
            "name": described["name"],
            "name_ja": described["name_ja"],
            "post": described["post"],
            "post_ja": described["post_ja"],
            "facility": f"{own}.registry",
            "nationality": described.get("nationality", [country]),
            "organisation": f"{own}.defence",
            "organisation_country": country,
            "clearances": self._clearances(country, described),
            "briefings": [{"agreement": AGREEMENT, "on": self.past, "until": self.future}],
            "authorisations": self._authorisations(own, described),
            "roles": [],
            "duties": described["duties"],
        }

    def facility(self, country: str, level: str) -> dict[str, Any]:
        """The registry where the nation's people read, accredited to a level of its scheme."""
        return {
            "id": f"{country.lower()}.registry",
            "country": country,
            "accredited": {"policy": country, "level": level},
            "until": self.future,
        }

    def _clearances(self, country: str, described: dict[str, Any]) -> list[dict[str, Any]]:
        if "cleared" not in described:
            return []
        clearance = {
            "issuer": country,
            "policy": country,
            "level": described["cleared"],
            "basis": "assessed",
            "granted": self.past,
            "expires": self.lapsed if described.get("lapsed") else self.future,
            "sponsor": f"{country.lower()}.defence",
            "status": "active",
        }
        return [clearance]

    def _authorisations(self, own: str, described: dict[str, Any]) -> list[dict[str, Any]]:
        if not described.get("authorised"):
            return []
        named = {
            "project": PROJECT,
            "by": f"{own}.security",
            "from": self.past,
            "until": self.future,
        }
        return [named]
