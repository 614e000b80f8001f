"""Posts and rooms: everybody is looked at first, gaps are named, and only a signed exception places
somebody who lacks something.
"""

from __future__ import annotations

from typing import Any

import pytest

from sealane.base import canonical
from sealane.base.errors import SealaneError
from sealane.base.values import DAY, Instant, format_instant
from sealane.crypto import jws
from sealane.ledger import entries
from sealane.registry.post_life import GAP_WORDS, POST
from sealane.registry.post_records import PostKind
from sealane.services.deciding import lapsing
from sealane.services.inspection import tasks
from sealane.services.placing import posts, reading
from sealane.services.placing.posts import TYP, Defining
from sealane.services.register.acts import Actor
from tests import engines, nations
from tests.lane.test_bound_directory import found as altered_rows
from tests.lane.within import AUDITOR, CLERK, SECURITY, Typed, changed, one_more, typing
from tests.nations import AGREEMENT, PROJECT, Pair

OFFICER = Actor(SECURITY)
ASKS = ("--level", "極秘", "--agreement", AGREEMENT, "--project", PROJECT)
WHOLE = {"level": "極秘", "agreement": AGREEMENT, "project": PROJECT, "facility": "jpn.registry"}


@pytest.fixture
def typed(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> Typed:
    return typing(pair, monkeypatch)


def defined(pair: Pair, kind: PostKind = PostKind.POST, **asks: Any) -> str:
    wanted = Defining(id="desk", kind=kind, **{**WHOLE, **asks})
    return str(posts.define(pair.jpn, wanted, by=OFFICER)["id"])


def lacking(pair: Pair, *people: str, kind: PostKind = PostKind.POST, **asks: Any) -> set[Any]:
    """What people lack for a post or room that asks this; nothing: they are placed."""
    post = defined(pair, kind, **asks)
    caught = None
    try:
        posts.place(pair.jpn, post, people, kind=kind, by=OFFICER)
    except SealaneError as error:
        caught = error
    if caught is None:
        return set()
    assert caught.code == f"{kind}.gap"
    return {(gap["person"], gap["what"]) for gap in caught.as_json()["details"]["gaps"]}


def told(pair: Pair) -> Any:
    with pair.jpn.store.reading() as tx:
        return reading.told(pair.jpn, tx, reading.require(pair.jpn, tx, "desk", PostKind.POST))


def written(pair: Pair, kind: str) -> list[dict[str, Any]]:
    """The entries of a kind in Japan's internal log."""
    node = pair.jpn
    with node.store.reading() as tx:
        log = node.internal
        found = [entries.read(log.entry(tx, at)) for at in range(log.size(tx))]
    return [one.fields for one in found if one.kind == kind]


def test_a_post_lives_from_its_definition_to_the_end_of_its_holder(
    pair: Pair, typed: Typed
) -> None:
    status, found = typed("JPN", "post", "define", "desk", *ASKS, person=SECURITY)
    assert (status, found["state"], found["people"]) == (0, "vacant", [])
    status, found = typed("JPN", "post", "assign", "desk", "jpn.sato", person=SECURITY)
    assert (status, found["state"]) == (0, "filled"), found
    (holder,) = found["people"]
    assert (holder["person"], holder["gaps"], holder["excepted"], holder["exception"]) == (
        "jpn.sato",
        [],
        [],
        None,
    )
    for words in (("list",), ("show", "desk")):
        assert typed("JPN", "post", *words, person=AUDITOR)[0] == 0
        assert typed("JPN", "post", *words, text=True)[0] == 0
    status, found = typed("JPN", "post", "vacate", "desk", person=SECURITY)
    assert (status, found["state"]) == (0, "vacant")
    assert [one["people"] for one in written(pair, "post.filled")] == [["jpn.sato"]]
    assert [one["people"] for one in written(pair, "post.left")] == [["jpn.sato"]]


def test_the_gap_names_everything_that_is_lacking_and_nobody_is_placed(
    pair: Pair, typed: Typed
) -> None:
    typed("JPN", "post", "define", "desk", *ASKS, person=SECURITY)
    status, found = typed("JPN", "post", "assign", "desk", "jpn.tanaka", person=SECURITY)
    assert (status, found["error"]["code"]) == (1, "post.gap")
    (gap,) = found["error"]["details"]["gaps"]
    assert (gap["person"], gap["what"], gap["needs"]) == ("jpn.tanaka", "authorisation", PROJECT)
    assert told(pair)["state"] == "vacant"
    assert written(pair, "post.filled") == []


def test_each_fact_that_is_lacking_is_a_gap_of_its_own(pair: Pair) -> None:
    now = pair.clock.now()
    over = format_instant(Instant(now - DAY))
    long_ago = format_instant(Instant(now - 300 * DAY))
    with pair.jpn.store.reading() as tx:
        sato = pair.jpn.person(tx, "jpn.sato")
    for number, (members, what) in enumerate(
        [
            ({}, set()),
            ({"clearances": []}, {"clearance"}),
            ({"clearances": [{**sato["clearances"][0], "status": "suspended"}]}, {"clearance"}),
            ({"clearances": [{**sato["clearances"][0], "expires": over}]}, {"clearance"}),
            ({"briefings": []}, {"briefing"}),
            ({"briefings": [{**sato["briefings"][0], "until": over}]}, {"briefing"}),
            ({"nationality": ["NZL"]}, {"nationality"}),
            ({"nationality": ["NZL", "AUS"]}, set()),
            ({"organisation_country": "NZL"}, {"organisation", "clearance"}),
            ({"authorisations": []}, {"authorisation"}),
            (
                {"authorisations": [{**sato["authorisations"][0], "until": over}]},
                {"authorisation"},
            ),
        ]
    ):
        if members.get("clearances"):
            members["clearances"][0]["granted"] = long_ago  # type: ignore[index]
        person = one_more(pair.jpn, "jpn.sato", f"jpn.reader-{number}", **members)
        assert lacking(pair, person) == {(person, one) for one in what}, members
    assert lacking(pair, "jpn.sato", level="機密") == {
        ("jpn.sato", "clearance"),
        ("jpn.sato", "accreditation"),
    }
    assert lacking(pair, "jpn.suzuki", agreement=None, project=None) == {
        ("jpn.suzuki", "clearance")
    }
    # without an agreement the nation's own rule asks for its own citizens
    person = one_more(pair.jpn, "jpn.sato", "jpn.exchange", nationality=["AUS"])
    assert (person, "nationality") in lacking(pair, person, agreement=None, project=None)


def test_under_an_agreement_that_is_suspended_nobody_is_placed(pair: Pair) -> None:
    from sealane.services.register import agreement_life

    agreement_life.give(pair.jpn, AGREEMENT, "suspend")
    assert ("jpn.sato", "agreement") in lacking(pair, "jpn.sato")
    assert {what for _, what in lacking(pair, "jpn.sato")} <= set(GAP_WORDS)


def test_an_exception_is_signed_recorded_and_shown_and_covers_what_it_names_alone(
    pair: Pair, typed: Typed
) -> None:
    typed("JPN", "post", "define", "desk", *ASKS, person=SECURITY)
    words = ("post", "assign", "desk", "jpn.tanaka", "--exception")
    status, found = typed("JPN", *words, "needed at once", person=SECURITY)
    assert (status, found["state"]) == (0, "filled")
    (holder,) = found["people"]
    assert (holder["excepted"], holder["gaps"]) == (["authorisation"], [])
    signed = holder["exception"].encode()
    keys = pair.jpn.keys.publics("statement")
    said: Any = canonical.decode(jws.verify_by_suites(signed, keys=keys, typ=TYP).payload)
    assert (said["text"], said["by"], said["post"]) == ("needed at once", SECURITY, "desk")
    assert said["gaps"] == [{"person": "jpn.tanaka", "what": "authorisation", "needs": PROJECT}]
    (entry,) = written(pair, "post.excepted")
    assert (entry["record"], entry["actor"], entry["lacking"]) == (
        canonical.sha384(signed),
        SECURITY,
        ["authorisation"],
    )
    # what comes to be lacking afterwards was excepted by nobody
    changed(pair.jpn, "jpn.tanaka", briefings=[])
    assert [gap["what"] for gap in told(pair)["people"][0]["gaps"]] == ["briefing"]


def test_what_refuses_exits_with_its_code(pair: Pair, typed: Typed) -> None:
    typed("JPN", "post", "define", "desk", *ASKS, person=SECURITY)
    typed("JPN", "room", "define", "vault", "--level", "極秘", person=SECURITY)
    low = ("--level", "極秘")
    for words, person, status, code in (
        (("post", "define", "x", *low), None, 2, "usage.person"),
        (("post", "define", "x", *low), "nobody", 1, "person.unknown"),
        (("post", "define", "x", *low), CLERK, 1, "person.duty"),
        (("post", "define", "x", "--level", "HUSH"), SECURITY, 2, "post.level"),
        (("post", "define", "x", "--level", "SECRET"), SECURITY, 2, "post.level"),
        (("post", "define", "../x", *low), SECURITY, 2, "value.identifier"),
        (("post", "define", "x", *low, "--agreement", "none"), SECURITY, 4, "agreement.not_held"),
        (("post", "define", "x", *low, "--facility", "none"), SECURITY, 1, "facility.unknown"),
        (("post", "define", "vault", *low), SECURITY, 1, "post.taken"),
        (("post", "assign", "none", "jpn.sato"), SECURITY, 1, "post.unknown"),
        (("post", "assign", "vault", "jpn.sato"), SECURITY, 1, "post.unknown"),
        (("post", "assign", "desk", "nobody"), SECURITY, 1, "person.unknown"),
        (("post", "assign", "desk", "jpn.sato"), CLERK, 1, "person.duty"),
        (
            ("post", "assign", "desk", "jpn.tanaka", "--exception", " "),
            SECURITY,
            2,
            "post.exception",
        ),
        (("post", "assign", "desk", "jpn.tanaka", "--exception", "x"), CLERK, 1, "person.duty"),
        (("post", "vacate", "desk"), SECURITY, 1, "life.no_such_step"),
        (("post", "show", "none"), SECURITY, 1, "post.unknown"),
        (("post", "list"), CLERK, 1, "person.duty"),
        (("room", "enter", "none", "--person", "jpn.sato"), SECURITY, 1, "room.unknown"),
        (("room", "enter", "desk", "--person", "jpn.sato"), SECURITY, 1, "room.unknown"),
        (("room", "leave", "vault", "--person", "jpn.sato"), SECURITY, 1, "post.not_there"),
        (("room", "leave", "vault"), SECURITY, 1, "life.no_such_step"),
    ):
        found = typed("JPN", *words, person=person)
        assert (found[0], found[1]["error"]["code"]) == (status, code), words
    assert told(pair)["state"] == "vacant"
    assert written(pair, "post.excepted") == []


def test_a_room_is_entered_by_all_or_nobody_and_a_facility_is_a_room(
    pair: Pair, typed: Typed
) -> None:
    two = ("--person", "jpn.sato", "--person", "jpn.suzuki")
    status, found = typed("JPN", "room", "enter", "jpn.registry", *two, person=SECURITY)
    assert (status, found["error"]["code"]) == (1, "room.gap")
    gaps = found["error"]["details"]["gaps"]
    assert {(one["person"], one["what"]) for one in gaps} == {("jpn.suzuki", "clearance")}
    status, found = typed("JPN", "room", "show", "jpn.registry", person=SECURITY)
    assert (status, found["people"]) == (0, [])
    exception = ("--exception", "escorted all the time")
    status, found = typed("JPN", "room", "enter", "jpn.registry", *two, *exception, person=SECURITY)
    assert status == 0
    people = {one["person"]: one for one in found["people"]}
    assert (people["jpn.sato"]["excepted"], people["jpn.sato"]["exception"]) == ([], None)
    assert people["jpn.suzuki"]["excepted"] == ["clearance"]
    # who is within stays within, from the instant at which they came
    words = ("room", "enter", "jpn.registry", "--person", "jpn.sato")
    status, again = typed("JPN", *words, person=SECURITY)
    assert again["people"] == found["people"]
    status, found = typed("JPN", "room", "list", person=SECURITY)
    assert [one["id"] for one in found["rooms"]] == ["jpn.registry"]
    words = ("room", "leave", "jpn.registry", "--person", "jpn.suzuki")
    status, found = typed("JPN", *words, person=SECURITY)
    assert [one["person"] for one in found["people"]] == ["jpn.sato"]
    status, found = typed("JPN", "room", "leave", "jpn.registry", person=SECURITY)
    assert (status, found["state"]) == (0, "vacant")


def test_a_clearance_that_lapses_later_comes_back_as_a_warning(pair: Pair) -> None:
    post = defined(pair)
    posts.place(pair.jpn, post, ["jpn.sato"], kind=PostKind.POST, by=OFFICER)
    with pair.jpn.store.reading() as tx:
        (clearance,) = pair.jpn.person(tx, "jpn.sato")["clearances"]
    ends = format_instant(Instant(pair.clock.now() + 5 * DAY))
    changed(pair.jpn, "jpn.sato", clearances=[{**clearance, "expires": ends}])
    with pair.jpn.store.reading() as tx:
        rows = lapsing.horizon(pair.jpn, tx, days=10)["lapses"]
    assert [(one["what"], one["posts"]) for one in rows if one["person"] == "jpn.sato"] == [
        ("clearance", [post])
    ]
    assert not any(one["what"] == "post-gap" for one in tasks.tasks(pair.jpn)["duties"])
    pair.clock.pass_(6 * 86_400)
    (task,) = [one for one in tasks.tasks(pair.jpn)["duties"] if one["what"] == "post-gap"]
    assert (task["about"], task["ours"], task["overdue"]) == (post, True, True)
    assert [gap["what"] for gap in told(pair)["people"][0]["gaps"]] == ["clearance"]


def test_a_higher_level_asked_later_and_a_person_who_left_are_gaps_as_well(pair: Pair) -> None:
    from sealane.services.register import leaving

    post = defined(pair)
    posts.place(pair.jpn, post, ["jpn.sato"], kind=PostKind.POST, by=OFFICER)
    defined(pair, level="機密", facility=None)
    assert [gap["what"] for gap in told(pair)["people"][0]["gaps"]] == ["clearance"]
    defined(pair)
    assert told(pair)["people"][0]["gaps"] == []
    leaving.leave(pair.jpn, "jpn.sato", by=OFFICER)
    assert [gap["what"] for gap in told(pair)["people"][0]["gaps"]] == ["clearance"]


def test_the_next_holder_ends_the_former_one_s_time(pair: Pair) -> None:
    post = defined(pair)
    other = one_more(pair.jpn, "jpn.sato", "jpn.mori")
    for person in ("jpn.sato", other):
        posts.place(pair.jpn, post, [person], kind=PostKind.POST, by=OFFICER)
    assert [one["person"] for one in told(pair)["people"]] == [other]
    assert {row.event for row in POST.rows} == {"place", "leave", "empty"}


@pytest.mark.parametrize(
    "text",
    [
        "UPDATE placings SET ended = NULL",
        "UPDATE placings SET gaps = '[\"clearance\"]'",
        "UPDATE posts SET asks = '{}'",
    ],
)
def test_what_was_changed_by_hand_places_nobody_and_is_found(pair: Pair, text: str) -> None:
    post = defined(pair)
    other = one_more(pair.jpn, "jpn.sato", "jpn.mori")
    for person in ("jpn.sato", other):
        posts.place(pair.jpn, post, [person], kind=PostKind.POST, by=OFFICER)
    assert altered_rows(pair.jpn) == []
    with pair.jpn.store.writing() as tx:
        engines.by_hand(tx, text)
    assert {kind for kind, _ in altered_rows(pair.jpn)} == {"directory.altered"}
    with pair.jpn.store.reading() as tx:
        there = {one.person for one in reading.open_placings(pair.jpn, tx, post)}
        assert "jpn.sato" not in there
        assert list(reading.lapsed(pair.jpn, tx)) == []


def test_the_partner_hears_nothing_of_posts_and_rooms(pair: Pair) -> None:
    post = defined(pair)
    posts.place(pair.jpn, post, ["jpn.sato"], kind=PostKind.POST, by=OFFICER)
    pair.settle(2)
    pair.rounds(2)
    with pair.jpn.store.reading() as tx:
        log = nations.log_of(pair.jpn, AGREEMENT)
        found = [entries.read(log.entry(tx, at)).kind for at in range(log.size(tx))]
    assert not any(kind.startswith("post.") for kind in found)
