"""Notices change an agreement's life: signed, chained, dated, and only for the party that gives
them.
"""

import dataclasses
import functools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane.adapters.policy import policy_root
from sealane.agreements import endorsements, noticefile, signing
from sealane.agreements.history import stands
from sealane.agreements.notice import Draft, accept, current, give
from sealane.agreements.parse import parse_agreement
from sealane.agreements.signing import Paper
from sealane.base import canonical
from sealane.base.errors import Conflict, Malformed, SealaneError, Untrusted
from sealane.base.values import DAY, Instant, parse_instant
from sealane.crypto.keys import PrivateKey

DATA = (policy_root() / "agreements" / "jpn-aus-2022.toml").read_bytes()
WHOLE = parse_agreement(DATA)
PAPER = Paper.of(WHOLE, DATA)


def day(text):
    return parse_instant(f"{text}T00:00:00Z")


SIGNED = {"AUS": day("2022-10-01"), "JPN": day("2022-10-02")}
SUCCESSOR = {
    "id": "aus-agreement-2",
    "role": "agreement",
    "name": {"en": "New authority", "ja": "新当局"},
    "since": "2024-01-01T00:00:00Z",
    "until": None,
    "keys": [],
}


@functools.cache
def pair(owner):
    return tuple(PrivateKey.generate(alg) for alg in signing.SUITES)


KEYS = {party: tuple(key.public for key in pair(party)) for party in ("AUS", "JPN")}


def given_(*drafts, by=None):
    """Notices (kind, party, given, effective, detail) as the file beside the agreement."""
    beside = None
    for kind, party, at, effective, *detail in drafts:
        draft = Draft(
            kind=kind, party=party, effective=day(effective), detail=detail[0] if detail else {}
        )
        beside = give(WHOLE, PAPER, draft, beside=beside, at=day(at), signers=pair(by or party))
    return beside


def proven(*drafts):
    return accept(given_(*drafts), WHOLE, PAPER, KEYS)


SUSPEND = ("suspend", "JPN", "2023-01-01", "2023-02-01")
RESUME = ("resume", "JPN", "2023-05-01", "2023-06-01")
END = ("give-notice", "AUS", "2024-01-01", "2024-01-01", {"until": "2024-12-31T00:00:00Z"})


def in_force(notices, text):
    return current(WHOLE, notices, at=day(text)).in_force(day(text))


def test_a_suspension_stops_the_agreement_from_its_instant_until_it_is_lifted():
    notices = proven(SUSPEND, RESUME)
    assert [
        in_force(notices, text) for text in ("2023-01-31", "2023-02-01", "2023-05-31", "2023-06-01")
    ] == [True, False, False, True]
    assert not in_force(proven(SUSPEND), "2099-01-01")


def test_it_lasts_until_every_party_that_suspended_has_resumed():
    notices = proven(
        SUSPEND,
        ("suspend", "AUS", "2023-03-01", "2023-03-01"),
        RESUME,
        ("resume", "AUS", "2023-09-01", "2023-09-01"),
    )
    assert not in_force(notices, "2023-07-01")
    assert in_force(notices, "2023-09-01")
    assert stands(WHOLE, SIGNED, notices, at=day("2023-07-01")).state == "suspended"
    assert stands(WHOLE, SIGNED, notices, at=day("2023-09-01")).state == "in-force"


def test_a_notice_of_end_ends_it_and_duties_stay():
    notices = proven(END)
    assert in_force(notices, "2024-12-30")
    assert not in_force(notices, "2024-12-31")
    ended = stands(WHOLE, SIGNED, notices, at=day("2025-01-01"))
    assert (ended.state, ended.effect.releases, ended.effect.opens, ended.effect.duties) == (
        "ended",
        False,
        False,
        True,
    )
    assert "end" in stands(WHOLE, SIGNED, notices, at=day("2024-06-01")).clocks()


def test_the_length_of_notice_that_the_agreement_asks_is_kept():
    with pytest.raises(Malformed, match="notice_too_short"):
        given_(
            ("give-notice", "AUS", "2024-01-01", "2024-01-01", {"until": "2024-06-01T00:00:00Z"})
        )


def test_an_authority_changes_by_dated_notice_and_the_old_one_still_signs_until_then():
    handover = ("change-authority", "AUS", "2023-12-01", "2024-01-01", SUCCESSOR)
    retire = (
        "change-authority",
        "AUS",
        "2023-12-02",
        "2024-01-01",
        {
            "id": "aus-agreement",
            "role": "agreement",
            "name": {"en": "Old", "ja": "旧"},
            "since": "2022-10-22T00:00:00Z",
            "until": "2024-01-01T00:00:00Z",
            "keys": [],
        },
    )
    later = proven(handover, retire, ("suspend", "AUS", "2024-02-01", "2024-02-01"))
    assert [one.authority for one in later] == ["aus-agreement", "aus-agreement", "aus-agreement-2"]
    names = {one.id for one in current(WHOLE, later, at=day("2024-01-01")).parties[0].authorities}
    assert "aus-agreement-2" in names
    assert "aus-agreement-2" not in {
        one.id for one in current(WHOLE, later, at=day("2023-12-31")).parties[0].authorities
    }


def test_keys_named_by_a_notice_are_the_only_ones_that_sign_from_then():
    pinned = SUCCESSOR | {"id": "aus-agreement", "keys": [key.public.kid for key in pair("new")]}
    beside = given_(("change-authority", "AUS", "2023-12-01", "2024-01-01", pinned))
    draft = Draft(kind="suspend", party="AUS", effective=day("2024-02-01"))
    with pytest.raises(Untrusted, match="wrong_key"):
        give(WHOLE, PAPER, draft, beside=beside, at=day("2024-02-01"), signers=pair("AUS"))
    both = KEYS | {"AUS": (*KEYS["AUS"], *(key.public for key in pair("new")))}
    signed = give(WHOLE, PAPER, draft, beside=beside, at=day("2024-02-01"), signers=pair("new"))
    assert len(accept(signed, WHOLE, PAPER, both)) == 2


def test_a_notice_never_takes_effect_before_it_was_given():
    with pytest.raises(Malformed, match="notice_backdated"):
        given_(("suspend", "JPN", "2023-02-01", "2023-01-01"))


def test_a_notice_in_anothers_name_is_refused():
    with pytest.raises(Untrusted, match="wrong_key"):
        accept(given_(SUSPEND, by="AUS"), WHOLE, PAPER, KEYS)
    with pytest.raises(Untrusted, match="unknown_party"):
        given_(("suspend", "USA", "2023-01-01", "2023-02-01"))
    with pytest.raises(Untrusted, match="signature_key_unknown"):
        accept(given_(SUSPEND), WHOLE, PAPER, {"AUS": KEYS["AUS"]})


def test_one_notice_left_out_doubled_or_moved_refuses_all():
    whole = json.loads(given_(SUSPEND, RESUME, ("suspend", "JPN", "2024-01-01", "2024-01-01")))
    first, second, third = whole["notices"]
    for notices in (
        [second, third],
        [first, third],
        [first, first, second],
        [second, first, third],
    ):
        with pytest.raises(Untrusted, match="notice_chain"):
            accept(canonical.encode({"v": 1, "notices": notices}), WHOLE, PAPER, KEYS)


def test_notices_of_two_parties_stand_side_by_side_in_any_order():
    whole = json.loads(given_(SUSPEND, END))
    turned = canonical.encode({"v": 1, "notices": list(reversed(whole["notices"]))})
    assert {one.party for one in accept(turned, WHOLE, PAPER, KEYS)} == {"AUS", "JPN"}


def test_a_notice_about_another_version_is_refused():
    other = dataclasses.replace(PAPER, data=DATA + b" ")
    with pytest.raises(Untrusted, match="notice_other_version"):
        accept(given_(SUSPEND), WHOLE, other, KEYS)


def test_an_endorsement_is_no_notice_and_a_notice_no_endorsement():
    endorsement = json.loads(
        signing.endorse(PAPER, party="AUS", at=day("2023-01-01"), signers=pair("AUS"))
    )
    with pytest.raises(SealaneError):
        accept(canonical.encode({"v": 1, "notices": [endorsement]}), WHOLE, PAPER, KEYS)
    [told] = json.loads(given_(SUSPEND))["notices"]
    with pytest.raises(SealaneError):
        endorsements.examine(
            canonical.encode({"v": 1, "endorsements": [told], "keys": {}}), PAPER, KEYS
        )


def test_resuming_what_nobody_suspended_is_no_step_of_a_life():
    with pytest.raises(Conflict, match="no_such_step"):
        stands(WHOLE, SIGNED, proven(RESUME), at=day("2024-01-01"))


@pytest.mark.parametrize(
    ("signed", "text", "state"),
    [
        ({}, "2026-01-01", "draft"),
        ({"JPN": SIGNED["JPN"]}, "2026-01-01", "proposed"),
        (SIGNED, "2022-10-21", "countersigned"),
        (SIGNED, "2022-10-22", "in-force"),
        ({**SIGNED, "JPN": day("2023-01-01")}, "2022-12-31", "proposed"),
    ],
)
def test_signatures_and_dates_lead_to_the_state(signed, text, state):
    assert stands(WHOLE, signed, (), at=day(text)).state == state


def test_a_later_version_amends_this_one_and_its_duties_stay():
    found = stands(WHOLE, SIGNED, (), at=day("2025-01-01"), successor=day("2024-01-01"))
    assert (found.state, found.effect.duties, found.effect.releases) == ("amended", True, False)


@pytest.mark.parametrize(
    "junk",
    [
        b"",
        b"{}",
        b'{"v":1,"notices":{}}',
        b'{"v":1,"notices":[{}]}',
        b'{"v":2,"notices":[]}',
        b'{"v":1,"notices":[{"payload":"e30","signatures":[]}]}',
        b"\xff",
    ],
)
def test_a_malformed_notices_file_is_refused(junk):
    with pytest.raises(Malformed):
        accept(junk, WHOLE, PAPER, KEYS)


@pytest.mark.parametrize("detail", [{"x": 1}, {"until": 1}, {"until": "soon"}, {}])
def test_a_detail_of_the_wrong_shape_is_refused(detail):
    with pytest.raises(Malformed):
        given_(("give-notice", "AUS", "2024-01-01", "2024-01-01", detail))


@pytest.mark.parametrize(
    "change",
    [
        {"id": "../x"},
        {"keys": ["x"]},
        {"role": "king"},
        {"since": "soon"},
        {"name": {"en": "x"}},
        {"x": 1},
    ],
)
def test_an_authority_of_the_wrong_shape_is_refused(change):
    with pytest.raises(Malformed):
        given_(("change-authority", "AUS", "2024-01-01", "2024-01-01", SUCCESSOR | change))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["suspend", "resume"]),
            st.sampled_from(["AUS", "JPN"]),
            st.integers(0, 3),
        ),
        max_size=6,
    )
)
def test_no_notice_ever_makes_an_instant_in_force_that_was_not(steps):
    clock, notices = day("2023-01-01"), []
    for kind, party, wait in steps:
        clock = Instant(clock + wait * DAY)
        notices.append(
            noticefile.Notice(
                kind=kind, party=party, authority="x", time=clock, effective=clock, detail={}
            )
        )
    for at in (
        day("2022-01-01"),
        *(Instant(day("2023-01-01") + place * DAY) for place in range(20)),
    ):
        assert WHOLE.in_force(at) or not current(WHOLE, notices, at=at).in_force(at)
        silent = [one for one in notices if one.kind == "suspend"]
        assert current(WHOLE, notices, at=at).in_force(at) or not current(
            WHOLE, silent, at=at
        ).in_force(at)
