"""The life of an agreement, row by row, and what each state lets anybody do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane.agreements import lifecycle
from sealane.agreements.lifecycle import CLOCK, EFFECTS, LIFE, Event, signing_event, standing
from sealane.base.errors import Conflict
from sealane.base.values import Instant, parse_instant

SIGNED = [("2022-10-01", "propose", "AUS"), ("2022-10-02", "countersign", "JPN")]
IN_FORCE = [*SIGNED, ("2022-10-22", "enter-into-force", CLOCK)]


def events(rows):
    return [
        Event(at=parse_instant(f"{day}T00:00:00Z"), event=event, by=by) for day, event, by in rows
    ]


def at(day):
    return parse_instant(f"{day}T00:00:00Z")


@pytest.mark.parametrize(
    ("rows", "state"),
    [
        ([], "draft"),
        (SIGNED[:1], "proposed"),
        (SIGNED, "countersigned"),
        (IN_FORCE, "in-force"),
        ([*IN_FORCE, ("2023-01-01", "suspend", "JPN")], "suspended"),
        (
            [*IN_FORCE, ("2023-01-01", "suspend", "JPN"), ("2023-02-01", "resume", "JPN")],
            "in-force",
        ),
        ([*IN_FORCE, ("2023-01-01", "amend", CLOCK)], "amended"),
        ([*IN_FORCE, ("2023-01-01", "give-notice", "AUS"), ("2023-07-01", "end", CLOCK)], "ended"),
    ],
)
def test_events_lead_to_the_state_the_table_says(rows, state):
    assert standing(events(rows), at=at("2026-01-01")).state == state


def test_an_event_dated_later_does_not_count_yet_and_counts_at_its_very_instant():
    assert standing(events(IN_FORCE), at=Instant(at("2022-10-22") - 1)).state == "countersigned"
    assert standing(events(IN_FORCE), at=at("2022-10-22")).state == "in-force"


def test_since_is_when_the_state_was_reached_not_the_last_event():
    rows = [*IN_FORCE, ("2023-01-01", "change-authority", "JPN")]
    assert standing(events(rows), at=at("2026-01-01")).since == at("2022-10-22")


@pytest.mark.parametrize(
    "row", [("2022-10-02", "countersign", "AUS"), ("2022-10-02", "sign", "AUS")]
)
def test_the_proposer_signs_no_second_time(row):
    with pytest.raises(Conflict, match=r"life\.not_yours"):
        standing(events([*SIGNED[:1], row]), at=at("2026-01-01"))


@pytest.mark.parametrize(
    "rows",
    [
        [("2022-10-01", "countersign", "AUS")],
        [*SIGNED, ("2022-10-03", "suspend", "JPN")],
        [*IN_FORCE, ("2023-01-01", "end", CLOCK), ("2023-02-01", "resume", "AUS")],
        [*IN_FORCE, ("2023-01-01", "amend", CLOCK), ("2023-02-01", "enter-into-force", CLOCK)],
    ],
)
def test_a_step_outside_the_table_is_refused(rows):
    with pytest.raises(Conflict, match=r"life\.no_such_step"):
        standing(events(rows), at=at("2026-01-01"))


def test_events_out_of_order_are_refused():
    with pytest.raises(Conflict, match=r"agreement\.event_out_of_order"):
        standing(
            events([("2022-10-02", "propose", "AUS"), ("2022-10-01", "countersign", "JPN")]),
            at=at("2026-01-01"),
        )


def test_new_releases_stop_on_suspension_and_end_while_duties_stay():
    assert set(EFFECTS) == set(LIFE.states())
    assert [state for state, effect in EFFECTS.items() if effect.releases] == ["in-force"]
    assert {state for state, effect in EFFECTS.items() if effect.duties} == {
        "in-force",
        "amended",
        "suspended",
        "ended",
    }


def test_every_row_but_signatures_and_the_end_leaves_an_entry_and_only_the_last_states_stay():
    unrecorded = {row.event for row in LIFE.rows if row.entry is None}
    assert unrecorded == {"propose", "sign", "countersign", "end"}
    assert all(row.entry is None or row.entry.startswith("agreement.") for row in LIFE.rows)
    final = {
        state
        for state in LIFE.states()
        if all(row.to == state for row in LIFE.rows if row.state == state)
    }
    assert final == {"amended", "ended"}


def test_a_notice_of_end_starts_a_clock_that_countersigning_does_not_stop():
    rows = [*IN_FORCE, ("2023-01-01", "give-notice", "AUS")]
    assert standing(events(rows), at=at("2026-01-01")).clocks() == ("end",)
    assert standing(events(SIGNED), at=at("2026-01-01")).clocks() == ()


def test_the_first_signature_proposes_and_the_last_countersigns():
    parties = ("AUS", "JPN", "USA")
    assert signing_event(frozenset(), "JPN", parties) == "propose"
    assert signing_event(frozenset({"JPN"}), "USA", parties) == "sign"
    assert signing_event(frozenset({"JPN", "USA"}), "AUS", parties) == "countersign"


@given(
    st.lists(
        st.tuples(
            st.sampled_from([row.event for row in LIFE.rows]),
            st.sampled_from(["AUS", "JPN", CLOCK]),
        ),
        max_size=8,
    )
)
def test_no_sequence_of_events_permits_a_release_without_both_signatures(steps):
    happened = [
        Event(at=Instant(place), event=event, by=by) for place, (event, by) in enumerate(steps)
    ]
    try:
        found = standing(happened, at=Instant(100))
    except Conflict:
        return
    if found.effect.releases:
        who = {event.by for event in happened if event.event in ("propose", "sign", "countersign")}
        assert who == {"AUS", "JPN"}
        assert lifecycle.EFFECTS[found.state].duties
