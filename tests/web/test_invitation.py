"""An invitation redeemed at the console: by the person it is for, once, in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from sealane.base.errors import Refused
from sealane.ledger import entries
from sealane.services.register.accounts import Accounts, set_passphrase
from sealane.services.register.acts import OPERATOR
from sealane.services.register.invitations import CLIENT, PASSPHRASE, TOKEN, Invitations
from tests.web.visiting import Console

NEW = "a passphrase of my own"


def redeemed(console: Console, invitation: str, **changes: str) -> Any:
    form = {"person": "jpn.auditor", "invitation": invitation, "passphrase": NEW, **changes}
    return console.visitor().client.post("/invitation", data=form, follow_redirects=False)


@pytest.fixture
def issued(tokyo: Console) -> Invitations:
    return Invitations(tokyo.node, tokyo.site.secret)


def test_an_invited_person_sets_their_own_passphrase_once(
    tokyo: Console, issued: Invitations
) -> None:
    text = issued.issue("jpn.auditor", PASSPHRASE, by=OPERATOR)
    page = tokyo.visitor(lang="ja").get("/invitation").text
    assert "パスフレーズの設定" in page
    assert "/invitation" in tokyo.visitor().get("/sign-in").text
    done = redeemed(tokyo, text)
    assert (done.status_code, done.headers["location"].partition("?")[0]) == (303, "/sign-in")
    assert tokyo.visitor().sign_in("jpn.auditor", NEW).status_code == 303
    again = redeemed(tokyo, text, passphrase="another of somebody else's")
    assert again.status_code == 403
    assert "not good" in again.text
    assert tokyo.visitor().sign_in("jpn.auditor", NEW).status_code == 303


def test_whose_it_is_not_what_is_late_altered_or_short_sets_nothing(
    tokyo: Console, issued: Invitations, pair: Any
) -> None:
    text = issued.issue("jpn.auditor", PASSPHRASE, by=OPERATOR)
    head, _, seal = text.partition(".")
    for wrong in (text[:-2] + "AA", f"{head[:-4]}AAAA.{seal}", "", "x.y", "x" * 5000):
        assert redeemed(tokyo, wrong).status_code == 403, wrong
    assert redeemed(tokyo, text, person="jpn.sato").status_code == 403
    assert redeemed(tokyo, text, person="nobody").status_code == 403
    other = issued.issue("jpn.auditor", TOKEN, by=OPERATOR, days=7)
    assert redeemed(tokyo, other).status_code == 403
    assert redeemed(tokyo, text, passphrase="short").status_code == 400
    pair.clock.pass_(8 * 86_400)
    assert redeemed(tokyo, text).status_code == 403
    assert tokyo.visitor().sign_in("jpn.auditor", NEW).status_code == 403


def test_an_invitation_to_a_token_is_redeemed_once_whatever_its_spelling(
    tokyo: Console, issued: Invitations
) -> None:
    set_passphrase(tokyo.node, "jpn.auditor", NEW)
    held = Accounts(tokyo.node, tokyo.site.secret)
    text = issued.issue("jpn.auditor", TOKEN, by=OPERATOR, days=7)
    assert issued.accept(held, text, "jpn.auditor", NEW).terms == {"days": 7}
    for again in (text, f" {text}\n"):
        with pytest.raises(Refused, match=r"login\.invitation"):
            issued.accept(held, again, "jpn.auditor", NEW)
    # after a restart too, and another one of the same instant is another one
    fresh = Invitations(tokyo.node, tokyo.site.secret)
    with pytest.raises(Refused, match=r"login\.invitation"):
        fresh.accept(held, text, "jpn.auditor", NEW)
    assert fresh.accept(
        held, issued.issue("jpn.auditor", TOKEN, by=OPERATOR, days=7), "jpn.auditor", NEW
    )


def test_the_ledger_tells_who_took_a_client_by_an_invitation(
    tokyo: Console, issued: Invitations
) -> None:
    set_passphrase(tokyo.node, "jpn.auditor", NEW)
    terms = {"id": "jpn.viewer", "rule": {}, "purpose": None}
    text = issued.issue("jpn.auditor", CLIENT, by=OPERATOR, **terms)
    form = {"person": "jpn.auditor", "invitation": text, "own": NEW}
    answer = tokyo.visitor().client.post("/api/v1/invitations/redeem", json=form)
    assert answer.status_code == 200, answer.text
    with tokyo.node.store.reading() as tx:
        log = tokyo.node.internal
        told = [entries.read(data) for data in log.entries(tx, 0, log.size(tx))]
    (made,) = [one.fields for one in told if one.kind == "client.enrolled"]
    assert (made["actor"], made["proof"]) == ("jpn.auditor", "passphrase")


def test_a_wrong_passphrase_or_person_does_not_use_an_invitation_up(
    tokyo: Console, issued: Invitations
) -> None:
    set_passphrase(tokyo.node, "jpn.auditor", NEW)
    held = Accounts(tokyo.node, tokyo.site.secret)
    text = issued.issue("jpn.auditor", TOKEN, by=OPERATOR, days=7)
    with pytest.raises(Refused, match=r"login\.denied"):
        issued.accept(held, text, "jpn.auditor", "somebody else's words")
    with pytest.raises(Refused, match=r"login\.invitation"):
        issued.accept(held, text, "jpn.sato", NEW)
    assert issued.accept(held, text, "jpn.auditor", NEW).what == TOKEN
