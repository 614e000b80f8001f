"""Acts that need a consent, who may not act alone, and what is asked elsewhere."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from tests.cli.contract_cases import (
    AFTER,
    AT,
    FAR,
    GIVEN,
    LONG_AGO,
    NEW_PURPOSE,
    NO_ROW,
    OTHER,
    PURPOSES,
    Case,
    opening,
    release,
    yes,
)

MUST_NAME = {
    "new-purpose": "purpose",
    "downgrade": "level",
    "exempt-by-law": "person",
    "temporary": "person",
}
"""What a consent to the act has to name to count."""
VISIT = {
    "case": "AUS-CASE-1",
    "level": "SECRET",
    "subject": "talks",
    "from": LONG_AGO,
    "until": FAR,
    "facility": "f",
    "people": ["r", "s"],
}


def bad_consents(act: str, to: str = "JPN") -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Consents that are none, each one change away from a standing yes to `to`."""

    def said(**changes: Any) -> dict[str, Any]:
        return yes(act, **{"to": to, **changes})

    yield "silence", []
    yield "a no", [said(answer="no")]
    yield "a no beside a yes", [said(), said(answer="no")]
    yield "an old no beside a yes", [said(), said(answer="no", at="2025-01-01T00:00:00Z")]
    yield "a no that ends just after T", [said(), said(answer="no", until=AFTER)]
    yield "for another item", [said(item="I-2")]
    yield "by somebody else", [said(by="JPN")]
    yield "dated later", [said(at=AFTER)]
    yield "expired at T", [said(until=AT)]
    yield "without an end", [said(until=None)]
    yield "to nobody", [said(to=None)]
    yield "to somebody else", [said(to="GBR")]
    yield "to the provider", [said(to="AUS")]
    yield "for some paragraphs alone", [said(paragraphs=["1", "3"])]
    yield "for another person", [said(person="q")]
    yield "for another purpose", [said(purpose="acquisition")]
    yield "for another level", [said(level="PROTECTED")]
    member = MUST_NAME.get(act)
    if member is not None:
        unnamed = said()
        del unnamed[member]
        yield f"that names no {member}", [unnamed]


def good_consents(act: str, to: str = "JPN") -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A standing yes, and what beside it takes nothing away."""

    def said(**changes: Any) -> dict[str, Any]:
        return yes(act, **{"to": to, **changes})

    yield "at the instant, for a second", [said(at=AT, until=AFTER)]
    yield "for this very person", [said(person="r")]
    yield "beside a yes that is none", [said(until=AT), said()]
    for name, changes in (
        ("a later no", {"at": AFTER}),
        ("a no that ended at T", {"until": AT}),
        ("a no without an end", {"until": None}),
        ("a no to somebody else", {"to": "GBR"}),
        ("a no about another item", {"item": "I-2"}),
        ("a no for another purpose", {"purpose": "acquisition"}),
        ("a no for another level", {"level": "PROTECTED"}),
        ("a no for another person", {"person": "q"}),
        ("a no by somebody else", {"by": "JPN"}),
        ("a no to another act", {"act": "export"}),
    ):
        yield f"beside {name}", [said(), said(answer="no", **changes)]


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
        for name, given in good_consents(action):
            yield Case(f"{action}: {name}", opening(action=action, consents=given), "permit")
    yield from new_purposes()
    yield from lower_levels()
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
    for name, given in good_consents("copy"):
        yield Case(
            f"copy at row 4: {name}",
            opening("AUS", "TOP SECRET", "defence", "copy", consents=given),
            "permit",
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
    for name, given in bad_consents("onward", "USA"):
        yield Case(
            f"onward: {name}",
            opening(action="onward", **{**third, "consents": given}),
            "refuse",
            need,
        )
    for name, given in good_consents("onward", "USA"):
        yield Case(
            f"onward: {name}",
            opening(action="onward", **{**third, "consents": given}),
            "permit",
        )
    yield Case(
        "onward: consent to the holder, and not to the third party",
        opening(action="onward", **{**third, "consents": [yes("onward", to="JPN")]}),
        "refuse",
        need,
    )
    yield Case(
        "onward: consent for nobody",
        opening(action="onward", **{**third, "consents": [yes("onward", to=None)]}),
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
    for action in ("visit", "translate"):
        yield Case(
            f"no clause permits {action}",
            opening(action=action, consents=[yes(action)]),
            "refuse",
            frozenset({"decision.no_permit"}),
        )
    yield Case(
        "no clause permits visit, approved as it may be",
        opening(action="visit", visit=VISIT),
        "refuse",
        frozenset({"decision.no_permit"}),
    )
    yield Case(
        "no clause permits export by the provider",
        release(action="export"),
        "refuse",
        frozenset({"decision.no_permit"}),
    )


def new_purposes() -> Iterator[Case]:
    """The purpose is the new one: of the list, the consent's, and not asked of the item."""
    for new in PURPOSES:
        named = [yes("new-purpose", purpose=new)]
        yield Case(
            f"new-purpose: {new}, named",
            opening(action="new-purpose", purpose=new, consents=named),
            "permit",
        )
        yield Case(
            f"new-purpose: {new}, an item without purposes",
            opening(action="new-purpose", purpose=new, consents=named, item__purposes=[]),
            "permit",
        )
        if new != NEW_PURPOSE:
            yield Case(
                f"new-purpose: {new}, another named",
                opening(action="new-purpose", purpose=new),
                "refuse",
                frozenset({"consent.missing"}),
            )
    yield Case(
        "new-purpose: two named, each by its own yes",
        opening(
            action="new-purpose",
            purpose="training",
            consents=[yes("new-purpose"), yes("new-purpose", purpose="training")],
        ),
        "permit",
    )


def lower_levels() -> Iterator[Case]:
    """The target is a level of the provider's scheme, with a row of its own, below the label's."""
    rows = {
        "AUS": ["OFFICIAL: Sensitive", "PROTECTED", "SECRET", "TOP SECRET"],
        "JPN": ["取扱注意", "極秘", "特定秘密", "機密"],
    }
    level_of = {**GIVEN["AUS"], **GIVEN["JPN"]}
    for provider, words in rows.items():
        others = [*words, *NO_ROW[provider], *rows[OTHER[provider]]]
        for word, target in itertools.product(words, others):
            for area in ("defence", "maritime", "energy", "health"):
                here = {"defence": 4, "maritime": 3, "energy": 2, "health": 1}[area]
                if level_of[word] > here or (level_of[word] == 2 and here != 2):
                    continue
                lower = (
                    target in words
                    and level_of[target] < level_of[word]
                    and (level_of[target] != 2 or here == 2)
                )
                yield Case(
                    f"downgrade of {word} to {target} in {area}",
                    opening(
                        provider,
                        word,
                        area,
                        "downgrade",
                        target=target,
                        consents=[yes("downgrade", provider, level=target)],
                    ),
                    "permit" if lower else "refuse",
                    frozenset() if lower else frozenset({"downgrade.no_lower_level"}),
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
        for duty in ("registry-clerk", "auditor"):
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
    for person, duty in (("a", "originator"), ("b", "release-officer"), ("c", "second-signer")):
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
    """An agreement not in force or unknown is a decision; a label made later is refused."""
    for made in (opening, release):
        yield Case(
            f"{made.__name__}: a label made after the instant",
            made(label__created=AFTER),
            "refuse",
            frozenset({"label.no_equivalent"}),
        )
        yield Case(f"{made.__name__}: a label made at it", made(label__created=AT), "permit")
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
