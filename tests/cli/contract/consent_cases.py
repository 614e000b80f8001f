"""Acts that need a consent, who may not act alone, and what is asked elsewhere."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from tests.cli.contract_cases import AFTER, AT, Case, opening, release, yes


def bad_consents(act: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Consents that are none."""
    yield "silence", []
    yield "a no", [yes(act, answer="no")]
    yield "a no beside a yes", [yes(act), yes(act, answer="no")]
    yield (
        "an old no beside a yes",
        [yes(act), yes(act, answer="no", at="2025-01-01T00:00:00Z", until="2025-02-01T00:00:00Z")],
    )
    yield "for another item", [yes(act, item="I-2")]
    yield "by somebody else", [yes(act, by="JPN")]
    yield "dated later", [yes(act, at=AFTER)]
    yield "expired at T", [yes(act, until=AT)]
    yield "without an end", [yes(act, until=None)]


def consents() -> Iterator[Case]:
    """Onward, new purpose, downgrade, copies at row 4, export."""
    need = frozenset({"consent.missing"})
    for action in ("new-purpose", "downgrade"):
        yield Case(f"{action} with consent", opening(action=action), "permit")
        yield Case(
            f"{action} needs all that opening needs",
            opening(action=action, subject__briefings=[]),
            "refuse",
            frozenset({"access.not_briefed"}),
        )
        for name, given in bad_consents(action):
            yield Case(f"{action}: {name}", opening(action=action, consents=given), "refuse", need)
        yield Case(
            f"{action}: a later no does not count yet",
            opening(action=action, consents=[yes(action), yes(action, answer="no", at=AFTER)]),
            "permit",
        )
        yield Case(
            f"{action}: at the instant",
            opening(action=action, consents=[yes(action, at=AT, until=AFTER)]),
            "permit",
        )
    yield Case("copy at row 3 needs none", opening(action="copy", consents=[]), "permit")
    yield Case(
        "copy at row 4 with consent", opening("AUS", "TOP SECRET", "defence", "copy"), "permit"
    )
    for name, given in bad_consents("copy"):
        yield Case(
            f"copy at row 4: {name}",
            opening("AUS", "TOP SECRET", "defence", "copy", consents=given),
            "refuse",
            need,
        )
    onward: dict[str, Any] = {
        "recipient": "USA",
        "consents": [yes("onward", to="USA")],
        "label__categories__0__values": ["AUS", "JPN", "USA"],
    }
    yield Case(
        "onward without a third agreement",
        opening(action="onward", **onward),
        "refuse",
        frozenset({"consent.no_third_agreement"}),
    )
    for third_agreement in ("jpn-aus-2022", "nonsense", "jpn-aus-2007", None):
        yield Case(
            f"onward under {third_agreement}",
            opening(action="onward", third_agreement=third_agreement, **onward),
            "refuse",
            frozenset({"consent.no_third_agreement"}),
        )
    third: dict[str, Any] = {**onward, "third_agreement": "aus-jpn-usa-trilateral"}
    yield Case("onward with both", opening(action="onward", **third), "permit")
    for name, given in bad_consents("onward"):
        yield Case(
            f"onward: {name}",
            opening(
                action="onward", **{**third, "consents": [{**one, "to": "USA"} for one in given]}
            ),
            "refuse",
            need,
        )
    yield Case(
        "onward: consent for another third party",
        opening(action="onward", **{**third, "consents": [yes("onward", to="GBR")]}),
        "refuse",
        need,
    )
    yield Case(
        "onward: consent for nobody",
        opening(action="onward", **{**third, "consents": [yes("onward")]}),
        "refuse",
        need,
    )
    yield Case(
        "onward to the provider",
        opening(action="onward", **{**third, "recipient": "AUS"}),
        "refuse",
        frozenset({"consent.no_third_agreement"}),
    )
    yield Case(
        "onward to the holder",
        opening(action="onward", **{**third, "recipient": "JPN"}),
        "refuse",
        frozenset({"consent.no_third_agreement"}),
    )
    yield Case(
        "no clause permits export",
        opening(action="export"),
        "refuse",
        frozenset({"decision.no_permit"}),
    )
    yield Case(
        "no clause permits export by the provider",
        release(action="export"),
        "refuse",
        frozenset({"decision.no_permit"}),
    )


def separation() -> Iterator[Case]:
    """No two of the five for one item."""
    two = frozenset({"duties.not_separated"})
    for person in ("a", "b", "c"):
        yield Case(
            f"the reader is one of the item's people: {person}",
            opening(subject__id=person),
            "permit",
        )
        for duty in ("registry-clerk", "auditor", "registry clerk", "Registry_Clerk"):
            yield Case(
                f"and holds {duty}",
                opening(subject__id=person, subject__duties=[duty]),
                "refuse",
                two,
            )
    yield Case("one declared duty", opening(subject__duties=["auditor"]), "permit")
    yield Case(
        "two declared duties", opening(subject__duties=["auditor", "registry-clerk"]), "refuse", two
    )
    for person, duty in (("a", "originator"), ("b", "release-officer"), ("c", "second signer")):
        yield Case(
            f"the same duty twice over: {duty}",
            opening(subject__id=person, subject__duties=[duty]),
            "permit",
        )
        yield Case(
            f"{duty} declared beside another",
            opening(subject__id=person, subject__duties=[duty, "auditor"]),
            "refuse",
            two,
        )
    for person, duty in (("a", "release-officer"), ("b", "second-signer"), ("c", "originator")):
        yield Case(
            f"{person} declares {duty}",
            opening(subject__id=person, subject__duties=[duty]),
            "refuse",
            two,
        )
    for first, second in itertools.combinations(
        ("originator", "release_officer", "second_signer"), 2
    ):
        yield Case(
            f"{first} is {second}, opened",
            opening(**{f"item__{first}": "z", f"item__{second}": "z"}),
            "refuse",
            two,
        )


def elsewhere() -> Iterator[Case]:
    """An agreement not in force or unknown is a decision."""
    yield Case(
        "before it is in force",
        opening(at="2022-10-21T23:59:59Z"),
        "refuse",
        frozenset({"agreement.not_in_force"}),
    )
    yield Case(
        "an agreement that nobody loaded",
        opening(agreement="no-such-agreement"),
        "refuse",
        frozenset({"agreement.unknown"}),
    )
    yield Case(
        "an ended agreement",
        opening(agreement="jpn-aus-2007"),
        "refuse",
        frozenset({"agreement.not_in_force"}),
    )
    yield Case(
        "every unmet clause is listed",
        opening(
            subject__clearances=[],
            subject__briefings=[],
            subject__authorisations=[],
            facility=None,
            purpose="research",
        ),
        "refuse",
        frozenset(
            {
                "access.not_cleared",
                "access.not_briefed",
                "access.not_authorised",
                "access.facility",
                "request.purpose_not_allowed",
            }
        ),
    )
