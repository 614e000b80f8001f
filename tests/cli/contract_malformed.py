"""Requests that are no requests: unknown words, missing and unknown members, wrong types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.cli.contract_cases import DROP, Case, changed, opening, release, yes


def malformed() -> Iterator[Case]:
    """Unknown words, missing and unknown members, wrong types."""
    base = opening(consents=[yes("copy")], assurance=release()["assurance"])
    members = [name for name in base if name != "accept_unverified"]
    for name in members:
        yield Case(f"no {name}", changed(base, **{name: DROP}), "error")
    for record, path in (
        ("item", "item"),
        ("subject", "subject"),
        ("facility", "facility"),
        ("assurance", "assurance"),
    ):
        for name in base[record]:
            yield Case(f"no {record}.{name}", changed(base, **{f"{path}__{name}": DROP}), "error")
        yield Case(
            f"a member too many in {record}", changed(base, **{f"{path}__extra": 1}), "error"
        )
    for path in (
        "subject__clearances__0",
        "subject__briefings__0",
        "consents__0",
        "facility__accredited",
    ):
        place: Any = base
        for name in path.split("__"):
            place = place[int(name) if name.isdigit() else name]
        for name in place:
            yield Case(f"no {path}.{name}", changed(base, **{f"{path}__{name}": DROP}), "error")
        yield Case(f"a member too many in {path}", changed(base, **{f"{path}__extra": 1}), "error")
    wrong: list[tuple[str, Any]] = [
        ("extra", 1),
        ("action", "teleport"),
        ("action", "Open"),
        ("action", 7),
        ("purpose", "fun"),
        ("purpose", None),
        ("item__area", "astrology"),
        ("item__kind", "hologram"),
        ("item__purposes", ["fun"]),
        ("item__purposes", "assessment"),
        ("item__recalled", "false"),
        ("item__recalled", 0),
        ("item__recalled", None),
        ("item__id", 5),
        ("item__provider", None),
        ("item__released_to", ["Japan"]),
        ("item__released_to", "JPN"),
        ("subject__nationality", ["jpn"]),
        ("recipient", "Japan"),
        ("recipient", None),
        ("subject__clearances__0__basis", "guessed"),
        ("subject__clearances__0__status", "lapsed"),
        ("subject__clearances__0__granted", None),
        ("subject__clearances", None),
        ("consents__0__answer", "maybe"),
        ("consents__0__answer", True),
        ("consents__0__act", "dance"),
        ("consents", None),
        ("consents", {}),
        ("assurance__need", "yes"),
        ("assurance__at", None),
        ("facility", "base"),
        ("facility__accredited", "SECRET"),
        ("at", "2026-11-25T00:00:00+00:00"),
        ("at", "2026-11-25T00:00:00"),
        ("at", "2026-11-25"),
        ("at", "2026-13-01T00:00:00Z"),
        ("at", "2026-02-30T00:00:00Z"),
        ("at", 1795305600),
        ("at", None),
        ("item__until", "never"),
        ("item__until", "2028-01-01T00:00:00+09:00"),
        ("subject__briefings__0__on", "yesterday"),
        ("accept_unverified", "true"),
        ("accept_unverified", 1),
        ("accept_unverified", None),
        ("third_agreement", 7),
        ("agreement", ""),
        ("agreement", None),
        ("label", None),
        ("label", "SECRET"),
        ("label__policy", DROP),
        ("label__classification", DROP),
        ("label__classification", None),
        ("label__extra", 1),
        ("label__categories", {}),
        ("label__categories__0__type", "loose"),
        ("label__categories__0__values", "JPN"),
        ("label__created", "today"),
        ("subject__authorisations__0__project", "P"),
        ("subject__authorisations__0__item", DROP),
    ]
    for path, value in wrong:
        yield Case(
            f"{path} = {'absent' if value is DROP else value!r}",
            changed(base, **{path: value}),
            "error",
        )
