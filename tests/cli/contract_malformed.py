"""Requests that are no requests: unknown words, missing and unknown members, wrong types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.cli.contract.consent_cases import VISIT
from tests.cli.contract_cases import DROP, FAR, Case, changed, opening, release, yes

OPTIONAL = ("accept_unverified", "third_agreement")
"""Members that may be absent: these, and an authorisation's other half, which is judged apart."""


def places(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every member of a request, however deep, with its path."""
    listed = value.items() if isinstance(value, dict) else enumerate(value)
    for name, member in listed:
        place = f"{path}__{name}" if path else str(name)
        yield place, member
        if isinstance(member, dict | list):
            yield from places(member, place)


def taken_away(base: dict[str, Any]) -> Iterator[Case]:
    """Without any one member it is no request; with one more, neither."""
    for path, member in places(base):
        last = path.rpartition("__")[2]
        if not last.isdigit() and last not in OPTIONAL:
            yield Case(f"no {path}", changed(base, **{path: DROP}), "error")
        if isinstance(member, dict):
            yield Case(f"a member too many in {path}", changed(base, **{f"{path}__x": 1}), "error")


def emptied(base: dict[str, Any]) -> Iterator[Case]:
    """An empty text names nobody and nothing."""
    named = changed(
        base,
        third_agreement="jpn-aus-2022",
        item__project="P",
        item__joint_committee_ref="J",
        subject__duties=["auditor"],
        label__privacy_mark="M",
    )
    assert sum(isinstance(member, str) for _, member in places(named)) > 50
    for path, member in places(named):
        if isinstance(member, str):
            yield Case(f"{path} is empty", changed(named, **{path: ""}), "error")


def of_another_act() -> Iterator[Case]:
    """`target` belongs to downgrade, where it must stand, and `visit` to visit."""
    for action in ("open", "view", "copy", "new-purpose", "onward", "export", "visit", "translate"):
        yield Case(f"{action} with a target", opening(action=action, target="PROTECTED"), "error")
        yield Case(f"{action} with no target", opening(action=action, target=None), "error")
        if action != "visit":
            yield Case(f"{action} with a visit", opening(action=action, visit=VISIT), "error")
    yield Case("release with a target", release(target="PROTECTED"), "error")
    yield Case("release with a visit", release(visit=VISIT), "error")
    yield Case("downgrade to nothing", opening(action="downgrade", target=DROP), "error")
    yield Case("downgrade to null", opening(action="downgrade", target=None), "error")
    yield Case("downgrade with a visit", opening(action="downgrade", visit=VISIT), "error")
    for name in VISIT:
        short = {member: value for member, value in VISIT.items() if member != name}
        yield Case(f"a visit without {name}", opening(action="visit", visit=short), "error")
    more = {**VISIT, "escort": "x"}
    yield Case("a visit with a member too many", opening(action="visit", visit=more), "error")


def labels() -> Iterator[Case]:
    """What a scheme would not write: another type of tag, a tag or value it does not have."""
    releasable = release()["label"]["categories"][0]
    wrong = {
        "AUS": [
            ("Caveat", "informative", ["AUSTEO"]),
            ("Caveat", "permissive", ["AGAO"]),
            ("Foreign Government", "informative", ["x"]),
            ("Codeword", "informative", ["x"]),
            ("Note", "restrictive", ["x"]),
            ("Handling", "restrictive", ["複製禁止"]),
            ("Caveat", "restrictive", ["NO SUCH CAVEAT"]),
        ],
        "JPN": [
            ("Handling", "informative", ["複製禁止"]),
            ("Integrity", "restrictive", ["完全性1"]),
            ("Caveat", "restrictive", ["AUSTEO"]),
        ],
    }
    for provider, tags in wrong.items():
        word = {"AUS": "SECRET", "JPN": "極秘"}[provider]
        for tag, kind, values in tags:
            category = {"tag": tag, "type": kind, "values": values}
            for made in (release(provider, word), opening(provider, word)):
                yield Case(
                    f"{made['action']}: {tag} called {kind}",
                    changed(made, label__categories=[releasable, category]),
                    "error",
                )
    for kind in ("restrictive", "informative"):
        yield Case(
            f"Releasable To called {kind}", opening(label__categories__0__type=kind), "error"
        )
    for path, value in (
        ("label__categories__0__values", ["AUS", "ATLANTIS"]),
        ("label__succession", {"at": FAR}),
        ("label__succession", {"at": FAR, "label": {"policy": "AUS", "classification": "SECRET"}}),
    ):
        yield Case(f"{path} = {value!r}", opening(**{path: value}), "error")


def malformed() -> Iterator[Case]:
    """Unknown words, missing and unknown members, wrong types."""
    base = opening(consents=[yes("copy")], assurance=release()["assurance"])
    yield from taken_away(base)
    yield from emptied(base)
    yield from of_another_act()
    yield from labels()
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
        ("subject__duties", ["clerk"]),
        ("subject__duties", ["registry clerk"]),
        ("subject__duties", ["Registry_Clerk"]),
        ("subject__duties", ["auditor", "librarian"]),
        ("consents__0__purpose", "fun"),
        ("consents__0__purpose", None),
        ("consents__0__level", 3),
        ("consents__0__person", ["r"]),
        ("consents__0__paragraphs", "1"),
        ("label__originator", "Australia"),
        ("subject__authorisations__0__project", "P"),
        ("subject__authorisations__0__item", DROP),
    ]
    for path, value in wrong:
        yield Case(
            f"{path} = {'absent' if value is DROP else value!r}",
            changed(base, **{path: value}),
            "error",
        )
