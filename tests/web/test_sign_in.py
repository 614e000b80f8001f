"""Signing in: no default credentials, every try recorded, sessions and forms that cannot be
borrowed.
"""

import re
import threading
from contextlib import ExitStack

import pytest

from sealane.base.errors import Malformed, Refused, SealaneError
from sealane.services.register import accounts, sign_in_tries
from sealane.services.statements.refusal_limits import Crowd
from tests import nations
from tests.web.visiting import PASSPHRASE, Console


def entries(node, kind):
    with node.store.reading() as tx:
        return len(node.records.entry_refs.find(tx, order="index", kind=kind))


def test_right_and_wrong_tries_are_both_recorded(tokyo):
    visitor = tokyo.visitor()
    assert visitor.sign_in("jpn.sato", "not the passphrase").status_code == 403
    assert entries(tokyo.node, "login.denied") == 1
    assert visitor.sign_in("jpn.sato").status_code == 303
    assert entries(tokyo.node, "login.done") == 1


def test_unknown_people_and_wrong_passphrases_read_the_same(tokyo):
    said = [
        tokyo.visitor().sign_in(person, "not the passphrase").text
        for person in ("jpn.sato", "nobody")
    ]
    # a passkey's question is another one each time
    read = [re.sub(r'\s|data-options="[^"]*"', "", text) for text in said]
    assert read[0] == read[1]


def test_nobody_without_a_passphrase_signs_in(tokyo):
    for tried in ("", "jpn.auditor", "operator", "password", "a" * 5000):
        assert tokyo.visitor().sign_in("jpn.auditor", tried or "x").status_code in (403, 429)
        tokyo.node.host.pass_(1000)
    assert tokyo.visitor().sign_in("operator", "operator").status_code == 403


def test_many_tries_must_wait_and_the_right_one_waits_too(tokyo, pair):
    visitor = tokyo.visitor()
    for _ in range(5):
        assert visitor.sign_in("jpn.sato", "wrong wrong wrong").status_code == 403
    assert visitor.sign_in("jpn.sato").status_code == 429
    assert tokyo.visitor().sign_in("jpn.clerk").status_code == 303
    pair.clock.pass_(400)
    assert visitor.sign_in("jpn.sato").status_code == 303


def test_a_restart_does_not_give_new_tries(tokyo, pair):
    visitor = tokyo.visitor()
    for _ in range(5):
        visitor.sign_in("jpn.sato", "wrong wrong wrong")
    again = Console(pair, "JPN")
    assert again.visitor().sign_in("jpn.sato").status_code == 429
    assert again.visitor().sign_in("jpn.clerk").status_code == 303
    pair.clock.pass_(400)
    assert again.visitor().sign_in("jpn.sato").status_code == 303
    assert Console(pair, "JPN").visitor().sign_in("jpn.sato").status_code == 303


def signed_in(console, cookies):
    """Whether a browser with these cookies is let in at this process."""
    made = console.visitor()
    made.client.cookies.update(cookies)
    return made.client.get("/", follow_redirects=False).status_code == 200


def test_a_restart_signs_nobody_out_and_never_brings_an_ended_session_back(tokyo, pair):
    visitor = tokyo.visitor("jpn.sato")
    copied = dict(visitor.client.cookies)
    assert signed_in(Console(pair, "JPN"), copied)
    visitor.send("/", "/sign-out")
    assert not signed_in(Console(pair, "JPN"), copied)


def test_what_is_ended_at_one_process_is_ended_at_every_other_at_once(tokyo, pair):
    visitor, elsewhere = tokyo.visitor("jpn.sato"), Console(pair, "JPN")
    copied = dict(visitor.client.cookies)
    there = elsewhere.visitor()
    there.client.cookies.update(copied)
    there.send("/", "/sign-out")
    assert visitor.client.get("/", follow_redirects=False).status_code == 303
    assert not signed_in(tokyo, copied)


def test_the_store_holds_a_digest_of_a_session_and_nothing_that_signs_in(tokyo):
    secret = accounts.Accounts(tokyo.node, tokyo.site.secret).sign_in("jpn.sato", PASSPHRASE)
    with tokyo.node.store.reading() as tx:
        (row,) = tokyo.node.records.sessions.find(tx, order="digest")
    held = accounts.Accounts(tokyo.node, tokyo.site.secret)
    for word in (row.digest, row.bound, row.seat):
        with pytest.raises(Refused, match=r"login\.required"):
            held.who(word, accounts.SESSION)
    for path in tokyo.site.folder.rglob("*"):
        assert not path.is_file() or secret.encode() not in path.read_bytes(), path


def test_a_restored_folder_brings_no_session_back(tokyo):
    visitor = tokyo.visitor("jpn.sato")
    copied = dict(visitor.client.cookies)
    assert signed_in(tokyo, copied)
    with tokyo.node.store.reading() as tx:
        tokyo.node.seat.take(tx)  # as a folder that lies elsewhere
    assert not signed_in(tokyo, copied)


def test_sessions_that_are_over_are_forgotten(tokyo, pair):
    held = accounts.Accounts(tokyo.node, tokyo.site.secret)
    for _ in range(3):
        held.sign_in("jpn.sato", PASSPHRASE)
    pair.clock.pass_(8 * 3600 + 1)
    held.sign_in("jpn.sato", PASSPHRASE)
    with tokyo.node.store.reading() as tx:
        assert len(tokyo.node.records.sessions.find(tx, order="digest")) == 1


def test_wrong_tries_are_counted_together_by_all_processes(tokyo, pair):
    several = [tokyo, Console(pair, "JPN"), Console(pair, "JPN")]
    for number in range(5):
        sent = several[number % 3].visitor().sign_in("jpn.sato", "wrong wrong wrong")
        assert sent.status_code == 403
    for console in several:
        assert console.visitor().sign_in("jpn.sato").status_code == 429
    pair.clock.pass_(61)
    assert several[1].visitor().sign_in("jpn.sato").status_code == 303
    assert several[2].visitor().sign_in("jpn.sato", "wrong wrong wrong").status_code == 403


def test_what_was_typed_for_a_name_is_not_kept_in_the_store(tokyo):
    tokyo.visitor().sign_in("my secret passphrase", "jpn.sato")
    tokyo.visitor().sign_in("jpn.clerk", "wrong wrong wrong")
    with tokyo.node.store.reading() as tx:
        rows = tokyo.node.records.tries.find(tx, order="person")
    assert len(rows) == 2
    assert all(re.fullmatch("[0-9a-f]{64}", row.person) for row in rows)


def test_the_session_cookie_is_hidden_from_scripts_and_other_sites(tokyo):
    cookie = tokyo.visitor().sign_in("jpn.sato").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Max-Age=28800" in cookie


def test_a_session_ends_by_signing_out_even_for_a_copied_cookie(tokyo):
    visitor = tokyo.visitor("jpn.sato")
    copied = dict(visitor.client.cookies)
    visitor.send("/", "/sign-out")
    again = tokyo.visitor()
    again.client.cookies.update(copied)
    assert again.client.get("/", follow_redirects=False).headers["location"] == "/sign-in"


def test_a_session_ends_after_eight_hours_and_with_a_new_passphrase(tokyo, pair):
    visitor = tokyo.visitor("jpn.sato")
    accounts.set_passphrase(tokyo.node, "jpn.sato", "another passphrase")
    assert visitor.client.get("/", follow_redirects=False).status_code == 303
    visitor = tokyo.visitor()
    assert visitor.sign_in("jpn.sato", "another passphrase").status_code == 303
    assert visitor.client.get("/", follow_redirects=False).status_code == 200
    pair.clock.pass_(8 * 3600 + 1)
    assert visitor.client.get("/", follow_redirects=False).status_code == 303


def test_a_forged_or_foreign_ticket_is_nobody(tokyo, canberra, pair):
    held = accounts.Accounts(tokyo.node, tokyo.site.secret)
    good = held.token("jpn.sato", 1)
    other = accounts.Accounts(tokyo.node, canberra.site.secret)
    assert held.who(good, accounts.TOKEN)[1]["id"] == "jpn.sato"
    body, mac = good.split(".")
    flipped = "A" if body[5] != "A" else "B"
    for text in (
        "",
        ".",
        "a.b",
        good[:-2],
        body[:5] + flipped + body[6:] + "." + mac,
        "x" * 5000,
        good + ".x",
        "é.é",
    ):
        with pytest.raises(Refused, match=r"login\.required"):
            held.who(text, accounts.TOKEN)
    with pytest.raises(Refused, match=r"login\.required"):
        other.who(good, accounts.TOKEN)
    session = held.sign_in("jpn.sato", PASSPHRASE)
    for text, kind in (
        (good, accounts.SESSION),
        (session, accounts.TOKEN),
        (session[:-1], accounts.SESSION),
        (session.swapcase(), accounts.SESSION),
        (session + "A", accounts.SESSION),
        ("A" * 43, accounts.SESSION),
        ("é" * 43, accounts.SESSION),
    ):
        with pytest.raises(Refused, match=r"login\.required"):
            held.who(text, kind)


def test_short_passphrases_are_refused(tokyo):
    with pytest.raises(Malformed, match=r"login\.weak_passphrase"):
        accounts.set_passphrase(tokyo.node, "jpn.sato", "eleven char")


def test_forms_without_this_sessions_key_or_from_elsewhere_change_nothing(tokyo, pair):
    item = nations.share(pair)
    visitor, other = tokyo.visitor("jpn.clerk"), tokyo.visitor("jpn.clerk")
    key = re.search(r'name="form_key" value="([0-9a-f]+)"', visitor.get("/").text)[1]
    path = f"/items/{item}/accept"
    for form, headers in (
        ({}, {}),
        ({"form_key": "0" * 64}, {}),
        ({"form_key": "é"}, {}),
        ({"form_key": key}, {"origin": "http://evil.example"}),
        ({"form_key": key}, {"sec-fetch-site": "cross-site"}),
    ):
        assert visitor.client.post(path, data=form, headers=headers).status_code == 403
    assert other.client.post(path, data={"form_key": key}).status_code == 403
    with pair.jpn.store.reading() as tx:
        assert pair.jpn.item(tx, item).state == "delivered"
    assert (
        visitor.client.post(
            path, data={"form_key": key}, headers={"origin": "http://127.0.0.1"}
        ).status_code
        == 200
    )


def test_a_name_rebound_onto_loopback_is_not_answered(tokyo):
    visitor = tokyo.visitor("jpn.sato")
    page = visitor.client.get("/", headers={"host": "evil.example"})
    assert page.status_code == 403
    assert "AUS-" not in page.text


def test_a_form_is_not_even_read_before_somebody_is_signed_in(tokyo):
    def never():
        raise AssertionError("the body was read")
        yield b""

    page = tokyo.visitor().client.post(
        "/release",
        content=never(),
        headers={"content-type": "multipart/form-data; boundary=x"},
        follow_redirects=False,
    )
    assert (page.status_code, page.headers["location"]) == (303, "/sign-in")


def test_a_form_larger_than_any_of_ours_is_refused(tokyo):
    page = tokyo.visitor().client.post(
        "/sign-in", data={"person": "jpn.sato", "passphrase": "x" * 70_000}
    )
    assert page.status_code == 403
    assert "web.form" in page.text


def test_oversized_forms_and_unasked_files_are_refused(tokyo, pair):
    item = nations.share(pair)
    visitor = tokyo.visitor("jpn.clerk")
    key = re.search(r'name="form_key" value="([0-9a-f]+)"', visitor.get("/").text)[1]
    page = visitor.client.post(
        f"/items/{item}/accept", data={"form_key": key}, files={"file": ("x", b"x")}
    )
    assert page.status_code == 403
    page = visitor.client.post(
        f"/items/{item}/accept", data={f"f{n}": "x" for n in range(200)} | {"form_key": key}
    )
    assert page.status_code in (400, 403)
    with pair.jpn.store.reading() as tx:
        assert pair.jpn.item(tx, item).state == "delivered"


def test_a_flood_of_unknown_names_is_measured_and_recorded_in_sums_while_the_right_one_enters(
    tokyo,
):
    crowd = Crowd(1)
    held = accounts.Accounts(tokyo.node, tokyo.site.secret, crowd=crowd)
    for code in ("login.denied", *["login.wait"] * 2):
        with pytest.raises(SealaneError) as caught:
            held.sign_in("nobody", "x" * 20)
        assert caught.value.code == code
    assert caught.value.details["retry_after"] > 0
    assert crowd.settle(tokyo.node.host.now(), everything=True) == {"sign-in": 2}


def test_wrong_tries_from_one_place_lock_nobody_out_at_another(tokyo):
    held = accounts.Accounts(tokyo.node, tokyo.site.secret)
    for number in range(30):
        with pytest.raises(SealaneError):
            held.sign_in("jpn.sato", f"wrong wrong wrong {number}", address="192.0.2.1")
    assert held.sign_in("jpn.sato", PASSPHRASE, address="192.0.2.2")
    with pytest.raises(SealaneError) as refused:
        held.sign_in("jpn.sato", PASSPHRASE, address="192.0.2.1")
    assert refused.value.code == "login.wait"
    assert refused.value.details["retry_after"] <= 60


def test_a_browser_that_signed_in_before_is_known_where_others_flood_from_the_same_address(tokyo):
    held = accounts.Accounts(tokyo.node, tokyo.site.secret)
    device = held.device("jpn.sato")
    for _ in range(6):
        with pytest.raises(SealaneError):
            held.sign_in("jpn.sato", "wrong wrong wrong", address="192.0.2.1")
    assert held.sign_in("jpn.sato", PASSPHRASE, address="192.0.2.1", device=device)
    for other in ("", "x.y", held.device("jpn.clerk"), held.sign_in("jpn.sato", PASSPHRASE)):
        with pytest.raises(SealaneError, match=r"login\.wait"):
            held.sign_in("jpn.sato", PASSPHRASE, address="192.0.2.1", device=other)
    with pytest.raises(Refused, match=r"login\.required"):
        held.who(device, accounts.SESSION)


def test_the_browser_gets_its_device_word_with_the_session_and_only_for_the_door(tokyo):
    cookies = tokyo.visitor().sign_in("jpn.sato").headers.get_list("set-cookie")
    (device,) = [one for one in cookies if "_device=" in one]
    assert "HttpOnly" in device
    assert "Path=/sign-in" in device


def test_many_wrong_tries_for_one_person_are_an_alarm_once_in_ledger_status_and_console(tokyo):
    held = accounts.Accounts(tokyo.node, tokyo.site.secret)
    for number in range(40):
        with pytest.raises(SealaneError):
            held.sign_in("jpn.sato", "wrong wrong wrong", address=f"192.0.2.{number}")
    assert entries(tokyo.node, "login.alarm") == 1
    with tokyo.node.store.reading() as tx:
        (told,) = sign_in_tries.alarms(tokyo.node, tx)
    assert (told["people"], told["count"]) == (["jpn.sato"], sign_in_tries.ALARM_TRIES)
    assert "Alarm:" in tokyo.visitor("jpn.security").get("/").text
    assert "Alarm:" not in tokyo.visitor("jpn.clerk").get("/").text


def test_a_clock_that_ran_ahead_keeps_nobody_out(tokyo, pair):
    pair.clock.set(300 * 86_400)
    held = accounts.Accounts(tokyo.node, tokyo.site.secret)
    for _ in range(5):
        with pytest.raises(SealaneError):
            held.sign_in("jpn.sato", "wrong wrong wrong")
    pair.clock.set(-300 * 86_400)
    for again in (held, accounts.Accounts(tokyo.node, tokyo.site.secret)):
        with pytest.raises(SealaneError) as refused:
            again.sign_in("jpn.sato", PASSPHRASE)
        assert refused.value.details["retry_after"] <= 60
    pair.clock.pass_(61)
    assert held.sign_in("jpn.sato", PASSPHRASE)
    assert accounts.Accounts(tokyo.node, tokyo.site.secret).sign_in("jpn.sato", PASSPHRASE)


def test_a_flood_takes_few_turns_and_the_rest_is_refused_at_once():
    hashing = sign_in_tries.Hashing()
    leave, room = threading.Event(), sign_in_tries.AT_ONCE + sign_in_tries.WAITING

    def take(place):
        with hashing.turn(place):
            leave.wait(60)

    crowd = [threading.Thread(target=take, args=(f"place {one}",)) for one in range(room)]
    for one in crowd:
        one.start()
    while hashing.held() < room:
        pass
    with pytest.raises(SealaneError, match=r"login\.busy"), hashing.turn("another"):
        pass
    leave.set()
    for one in crowd:
        one.join(60)
    assert hashing.held() == 0
    with ExitStack() as turns:
        turns.enter_context(hashing.turn("another"))
        assert hashing.held() == 1


def test_one_place_has_few_turns_at_once():
    hashing, leave = sign_in_tries.Hashing(), threading.Event()

    def take():
        with hashing.turn("one place"):
            leave.wait(60)

    crowd = [threading.Thread(target=take) for _ in range(sign_in_tries.OF_ONE_PLACE)]
    for one in crowd:
        one.start()
    while hashing.held() < len(crowd):
        pass
    with pytest.raises(SealaneError, match=r"login\.busy"), hashing.turn("one place"):
        pass
    leave.set()
    for one in crowd:
        one.join(60)
