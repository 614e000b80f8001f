"""People are told by e-mail that something waits: to a proven address alone, once for each thing,
and nothing of what it is; through a real mail server, under a clock that we turn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sealane.base.errors import (
    Conflict,
    Malformed,
    NotFound,
    Refused,
    Unavailable,
)
from sealane.base.values import DAY, SECOND
from sealane.registry.reminder_records import MailKind
from sealane.services.exchange import arrival
from sealane.services.home import desk
from sealane.services.register import leaving, preferences
from sealane.services.register.acts import Actor
from sealane.services.reminders import wishes
from sealane.services.reminders.wishes import ReminderWish
from tests import nations
from tests.lane.reminded import ADDRESS, CLERK, HOUR, TITLE, Tokyo
from tests.nations import Pair
from tests.post_office import PostOffice, post_office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[PostOffice]:
    with post_office(tmp_path / "post") as made:
        yield made


@pytest.fixture
def tokyo(pair: Pair, office: PostOffice) -> Tokyo:
    return Tokyo(pair, office)


def arrive(pair: Pair, number: int = 0) -> str:
    """Something arrives in Japan, and waits for the clerk."""
    item = nations.share(pair, title=TITLE, reference=f"number-{number}")
    for _ in range(3):
        pair.settle(1)
    return item


def test_an_arrival_is_told_once_and_what_came_meanwhile_is_told_after_the_pause(
    pair: Pair, tokyo: Tokyo
) -> None:
    tokyo.proven(minutes=30)
    assert tokyo.told() == []
    arrive(pair)
    assert tokyo.told() == [ADDRESS]
    assert tokyo.told() == []
    arrive(pair, 1)
    assert tokyo.told() == []  # within half an hour of the first
    pair.clock.pass_(31 * 60)
    assert tokyo.told() == [ADDRESS]
    pair.clock.pass_(10 * HOUR)
    assert tokyo.told() == []  # both still wait, and both were told
    assert len(tokyo.entered("reminder.made")) == 2


def test_what_was_done_and_comes_again_is_new(pair: Pair, tokyo: Tokyo) -> None:
    tokyo.proven(minutes=5)
    item = arrive(pair)
    assert tokyo.told() == [ADDRESS]
    arrival.accept(pair.jpn, item, CLERK)
    pair.clock.pass_(HOUR)
    assert tokyo.told() == []
    arrive(pair, 1)
    pair.clock.pass_(HOUR)
    assert tokyo.told() == [ADDRESS]


def test_nothing_goes_to_an_address_that_nobody_proved(pair: Pair, tokyo: Tokyo) -> None:
    tokyo.wish(address=ADDRESS)
    arrive(pair)
    tokyo.rounds.look()
    tokyo.rounds.send()
    (only,) = tokyo.office.arrived
    assert "confirm" not in only.text
    assert [mail.kind for mail in mails(tokyo)] == [MailKind.CODE]


def mails(tokyo: Tokyo) -> list[Any]:
    with tokyo.node.store.reading() as tx:
        return tokyo.node.records.reminder_mails.find(tx, order="made")


def test_another_address_gets_nothing_before_its_code_and_the_earlier_one_stays(
    pair: Pair, tokyo: Tokyo
) -> None:
    tokyo.proven(minutes=5)
    tokyo.wish(address="new@tokyo.jpn.example")
    arrive(pair)
    assert sorted(tokyo.told()) == [ADDRESS, "new@tokyo.jpn.example"]  # and there only the code
    told = wishes.shown(tokyo.node, CLERK)
    assert (told["address"], told["wanted"]) == (ADDRESS, "new@tokyo.jpn.example")


def test_a_code_is_the_persons_own_counts_for_half_an_hour_and_ends_after_five_wrong_ones(
    pair: Pair, tokyo: Tokyo
) -> None:
    def code() -> str:
        tokyo.wish(address=ADDRESS)
        tokyo.rounds.send()
        found = re.search(r"[0-9]{8}", tokyo.office.arrived.pop().text)
        assert found
        return found[0]

    def refused(who: Actor, given: str) -> None:
        with pytest.raises(Refused, match=r"reminder\.code"):
            wishes.confirm(tokyo.node, tokyo.secret, who, given)

    # another person's code for the same address
    first = code()
    tokyo.wish(Actor("jpn.sato"), address=ADDRESS)
    refused(Actor("jpn.sato"), first)
    # too late
    pair.clock.pass_(31 * 60)
    refused(CLERK, first)
    # an earlier one
    second, third = code(), code()
    refused(CLERK, second)
    # five wrong ones end the right one
    for number in range(4):
        refused(CLERK, f"{(int(third) + 1 + number) % 10**8:08}")
    refused(CLERK, third)
    # the right one, as people type it
    fourth = code()
    wishes.confirm(tokyo.node, tokyo.secret, CLERK, f" {fourth[:4]} {fourth[4:]} ")
    assert wishes.shown(tokyo.node, CLERK)["address"] == ADDRESS
    assert [one["actor"] for one in tokyo.entered("reminder.proven")] == ["jpn.clerk"]
    refused(CLERK, fourth)


def test_nobody_is_sent_more_than_five_codes_a_day(pair: Pair, tokyo: Tokyo) -> None:
    for number in range(wishes.CODES_A_DAY):
        tokyo.wish(address=f"clerk{number}@tokyo.jpn.example")
    with pytest.raises(Unavailable, match=r"reminder\.codes"):
        tokyo.wish(address=ADDRESS)
    pair.clock.pass_(DAY // SECOND + 1)
    tokyo.wish(address=ADDRESS)


def test_codes_that_were_overtaken_do_not_leave(tokyo: Tokyo) -> None:
    for number in range(3):
        tokyo.wish(address=f"clerk{number}@tokyo.jpn.example")
    assert tokyo.told() == ["clerk2@tokyo.jpn.example"]


def test_daily_is_once_a_day_at_the_hour_of_the_own_time_zone(pair: Pair, tokyo: Tokyo) -> None:
    # the clock of tests begins at midnight UTC, nine in the morning in Tokyo
    preferences.prefer(tokyo.node, "jpn.clerk", "ja", "Asia/Tokyo")
    tokyo.proven(often="daily", hour=8)
    arrive(pair)
    assert tokyo.told() == []
    pair.clock.pass_(21 * HOUR)
    assert tokyo.told() == []
    pair.clock.pass_(2 * HOUR)
    assert tokyo.told() == [ADDRESS]
    arrive(pair, 1)
    pair.clock.pass_(20 * HOUR)
    assert tokyo.told() == []
    pair.clock.pass_(4 * HOUR)
    assert tokyo.told() == [ADDRESS]


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_message_is_in_the_persons_language_and_tells_nothing_of_what_waits(
    pair: Pair, tokyo: Tokyo, lang: str
) -> None:
    tokyo.proven(lang=lang)
    item = arrive(pair)
    tokyo.rounds.look()
    tokyo.rounds.send()
    (one,) = tokyo.office.arrived
    message = one.message
    assert (message["Content-Language"], message["Auto-Submitted"]) == (lang, "auto-generated")
    assert ("待っている" if lang == "ja" else "waits") in one.text
    assert f"{tokyo.node.settings.console_origin}/" in one.text
    whole = str(message) + str(message["Subject"]) + one.text
    for word in (item, TITLE, "AUS", "Australia", "harbour", "SECRET", "jpn.clerk", "canberra"):
        assert word not in whole
    assert all(len(row) <= 998 and row.isascii() for row in one.data.splitlines())


def test_the_word_of_a_message_ends_the_messages_and_no_other_word_does(
    pair: Pair, tokyo: Tokyo
) -> None:
    tokyo.proven()
    tokyo.proven(Actor("jpn.sato"), "sato@tokyo.jpn.example")
    arrive(pair)
    tokyo.rounds.look()
    tokyo.rounds.send()
    (one,) = tokyo.office.arrived
    found = re.search(r"/reminders/end\?word=([0-9a-f.]+)", one.text)
    assert found
    assert found[0] in str(one.message["List-Unsubscribe"])
    for wrong in ("", ".", found[1][:-1], found[1] + "0", found[1].swapcase() + "x", "あ"):
        with pytest.raises(NotFound, match=r"reminder\.none"):
            wishes.end_by_word(tokyo.node, tokyo.secret, wrong)
    wishes.end_by_word(tokyo.node, tokyo.secret, found[1])
    assert wishes.shown(tokyo.node, CLERK)["address"] is None
    assert wishes.shown(tokyo.node, Actor("jpn.sato"))["address"] is not None
    assert [one["people"] for one in tokyo.entered("reminder.ended")] == [["jpn.clerk"]]
    with pytest.raises(NotFound):
        wishes.end_by_word(tokyo.node, tokyo.secret, found[1])


def test_who_left_is_told_nothing_and_returns_without_an_address(pair: Pair, tokyo: Tokyo) -> None:
    tokyo.proven()
    arrive(pair)
    tokyo.rounds.look()
    leaving.leave(pair.jpn, "jpn.clerk")
    assert tokyo.told() == []
    assert [mail.trouble for mail in mails(tokyo)] == [None, "over"]
    leaving.come_back(pair.jpn, "jpn.clerk")
    pair.clock.pass_(HOUR)
    assert tokyo.told() == []
    with tokyo.node.store.reading() as tx:
        assert tokyo.node.records.reminders.get(tx, person="jpn.clerk").address is None


def test_what_is_done_before_the_server_answers_is_told_no_more(pair: Pair, tokyo: Tokyo) -> None:
    tokyo.proven()
    item = arrive(pair)
    tokyo.office.sender = "451 not now"
    assert tokyo.told() == []
    arrival.accept(pair.jpn, item, CLERK)
    pair.clock.pass_(HOUR)
    tokyo.office.sender = ""
    assert tokyo.told() == []
    assert mails(tokyo)[-1].trouble == "over"


def test_a_server_that_is_away_is_asked_less_and_less_and_then_everything_leaves_once(
    pair: Pair, tokyo: Tokyo
) -> None:
    tokyo.proven()
    tokyo.proven(Actor("jpn.security"), "security@tokyo.jpn.example")
    arrive(pair)
    tokyo.office.sender = "421 away"
    tried = []
    for _ in range(8 * 60):
        tokyo.told()
        tries = max((mail.tries for mail in mails(tokyo) if mail.done is None), default=0)
        if not tried or tries != tried[-1]:
            tried.append(tries)
        pair.clock.now_ += 30 * SECOND
    # 30 seconds, doubled, and never more than an hour: four hours hold nine or ten tries
    assert 8 <= tried[-1] <= 10
    assert [one["kind"] for one in home(tokyo, "jpn.operator")] == ["mail"]
    tokyo.office.sender = ""
    pair.clock.pass_(HOUR)
    assert ADDRESS in tokyo.told()
    assert tokyo.told() == []


def home(tokyo: Tokyo, person: str) -> list[dict[str, Any]]:
    with tokyo.node.store.reading() as tx:
        data = {**tokyo.node.person(tx, "jpn.clerk"), "id": person, "duties": ["operator"]}
    return [one for one in desk.home(tokyo.node, data)["waiting"] if one["kind"] == "mail"]


def test_an_address_that_the_server_refuses_keeps_nobody_elses_back(
    pair: Pair, tokyo: Tokyo
) -> None:
    tokyo.proven(minutes=5)
    tokyo.proven(Actor("jpn.sato"), "sato@tokyo.jpn.example", minutes=5)
    arrive(pair)
    tokyo.office.answers = {ADDRESS: "550 no such mailbox"}
    tokyo.wish(Actor("jpn.sato"), address="sato2@tokyo.jpn.example")
    assert tokyo.told() == ["sato2@tokyo.jpn.example"]
    assert wishes.shown(tokyo.node, CLERK)["trouble"] == "mail.refused"
    assert [mail for mail in mails(tokyo) if mail.done is None] == []


def test_a_process_that_ends_after_the_servers_yes_sends_the_same_message_again_and_no_other(
    pair: Pair, tokyo: Tokyo
) -> None:
    tokyo.proven()
    arrive(pair)

    def killed(step: str) -> None:
        if step == "reminder.sent":
            raise KeyboardInterrupt

    pair.clock.at = killed
    tokyo.rounds.look()
    with pytest.raises(KeyboardInterrupt):
        tokyo.rounds.send()
    pair.clock.at = lambda _: None
    second = tokyo.leader()
    for _ in range(3):
        second.look()
        second.send()
    first, again = tokyo.office.arrived
    assert first.data == again.data
    assert first.message["Message-ID"] == again.message["Message-ID"]


def test_a_process_that_ends_before_it_sends_leaves_the_message_to_the_next(
    pair: Pair, tokyo: Tokyo
) -> None:
    tokyo.proven()
    arrive(pair)
    assert tokyo.rounds.look()
    assert tokyo.entered("reminder.made")
    assert tokyo.office.arrived == []
    second = tokyo.leader()
    assert not second.look()
    assert second.send()
    assert [one.to for one in tokyo.office.arrived] == [[ADDRESS]]


def test_a_message_is_entered_before_the_server_hears_of_it(pair: Pair, tokyo: Tokyo) -> None:
    tokyo.proven()
    arrive(pair)
    seen: list[int] = []
    tokyo.office.on_taken = lambda: seen.append(len(tokyo.entered("reminder.made")))
    assert tokyo.told() == [ADDRESS]
    assert seen == [1]


def test_a_restart_tells_nobody_again(pair: Pair, tokyo: Tokyo) -> None:
    tokyo.proven(minutes=5)
    arrive(pair)
    assert tokyo.told() == [ADDRESS]
    pair.clock.pass_(HOUR)
    tokyo.rounds = tokyo.leader()
    assert tokyo.told() == []


def test_addresses_of_other_domains_are_refused_where_the_node_names_its_own(
    pair: Pair, office: PostOffice
) -> None:
    tokyo = Tokyo(pair, office, mail_domains="jpn.example mod.example")
    for address in (
        "a@example",
        "a@evil.example",
        "a@notjpn.example",
        "a@jpn.example.evil.example",
    ):
        with pytest.raises((Refused, Malformed)) as caught:
            tokyo.wish(address=address)
        assert caught.value.code in ("reminder.domain", "mail.address")
    tokyo.wish(address="a@mod.example")
    tokyo.wish(address="a@tokyo.jpn.example")


@pytest.mark.parametrize(
    "address",
    ["clerk@tokyo.jpn.example\r\nBcc: x@y.example", "x" * 300 + "@y.example", "担当@y.example"],
)
def test_a_hostile_address_is_refused_and_nothing_of_it_is_kept(tokyo: Tokyo, address: str) -> None:
    with pytest.raises(Malformed, match=r"mail\.address"):
        tokyo.wish(address=address)
    assert mails(tokyo) == []
    assert tokyo.entered("reminder.set") == []


def test_an_address_of_an_international_domain_gets_its_code(tokyo: Tokyo) -> None:
    tokyo.proven(address="clerk@防衛.example")
    assert wishes.shown(tokyo.node, CLERK)["address"] == "clerk@xn--yn2a96z.example"


def test_without_a_mail_server_nobody_is_promised_anything(pair: Pair) -> None:
    with pytest.raises(Conflict, match=r"reminder\.no_mail"):
        wishes.wish(pair.jpn, CLERK, ReminderWish(address=ADDRESS))
    assert wishes.shown(pair.jpn, CLERK)["mail"] is False


def test_a_record_that_was_altered_is_told_nothing_and_keeps_nobody_else_back(
    pair: Pair, tokyo: Tokyo
) -> None:
    tokyo.proven()
    tokyo.proven(Actor("jpn.sato"), "sato@tokyo.jpn.example")
    arrive(pair)
    # somebody writes into the store, past the ledger
    node, people = tokyo.node, tokyo.node.records.people
    with node.store.writing() as tx:
        row = people.get(tx, id="jpn.clerk")
        people.change(tx, {"id": "jpn.clerk"}, data={**row.data, "post": "x"})
    assert tokyo.told() == []
    with node.store.writing() as tx:
        people.change(tx, {"id": "jpn.clerk"}, data=row.data)
        other = people.get(tx, id="jpn.sato")
        people.change(tx, {"id": "jpn.sato"}, data={**other.data, "post": "x"})
    assert tokyo.told() == [ADDRESS]
