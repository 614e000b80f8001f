"""Signing in by the nation's identity provider: an honest one, and every word that a thief, a proxy
or another provider would say instead.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from sealane.base.values import SECOND
from sealane.protocol import id_token, jwt
from sealane.registry.person_proof import PersonProof
from sealane.services.register import identities
from sealane.web import console
from tests.nations import Pair
from tests.oauth import Key, hs256, unsigned
from tests.web.provided import CLIENT, ISSUER, Desk, Ministry
from tests.web.test_passkeys import told
from tests.web.visiting import HOME, Console, Visitor


@pytest.fixture
def ministry() -> Ministry:
    return Ministry()


@pytest.fixture
def desk(tokyo: Console, ministry: Ministry) -> Desk:
    return Desk(tokyo, ministry)


def test_a_person_comes_back_to_the_page_they_wanted(desk: Desk, tokyo: Console) -> None:
    visitor, asked = desk.begun("/agreements")
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert asked["redirect_uri"] == f"{desk.node.settings.console_origin}/sign-in/oidc"
    desk.ministry.token = desk.signed(asked)
    page = desk.back(visitor, asked)
    # the strict cookie does not come with a redirect from another site: a page goes on by itself
    assert (page.status_code, '0;url=/agreements"' in page.text) == (200, True)
    assert desk.is_in(visitor)
    form = desk.ministry.asked[-2][2]
    assert form["code_verifier"]
    assert set(form) == {"grant_type", "code", "redirect_uri", "code_verifier", "client_id"}
    assert told(tokyo, "login.done")[-1]["means"] == "oidc"
    visitor.send("/account", "/account/passphrase", present="x" * 12, new="y" * 12)
    cookies = page.headers.get_list("set-cookie")
    session = next(one for one in cookies if "_device" not in one and "_way" not in one)
    assert "SameSite=strict" in session
    assert "HttpOnly" in session


def test_what_is_done_in_its_session_is_told_to_be_proven_by_it(desk: Desk, tokyo: Console) -> None:
    visitor, asked = desk.begun()
    desk.ministry.token = desk.signed(asked, preferred_username="jpn.security")
    desk.back(visitor, asked)
    visitor.send("/people", "/people/end", person="jpn.miller")
    assert told(tokyo, "person.left")[-1]["proof"] == PersonProof.SESSION_OIDC


@pytest.mark.parametrize(
    "query",
    [
        {"state": "other"},
        {"state": None},
        {"state": ""},
        {"code": None},
        {"code": "x" * 5000},
        {"error": "access_denied"},
        {"error": "<script>alert(1)</script>"},
        {"iss": "https://evil.example"},
        {"iss": f"{ISSUER}/"},
    ],
)
def test_a_way_that_was_not_this_ones_lets_nobody_in(desk: Desk, query: dict[str, Any]) -> None:
    visitor, asked = desk.begun()
    desk.ministry.token = desk.signed(asked)
    page = desk.back(visitor, asked, **query)
    assert page.status_code == 403
    assert "<script>alert" not in page.text
    assert not desk.is_in(visitor)
    # and the way is gone
    assert desk.back(visitor, asked).status_code == 403


def test_a_provider_that_promises_to_name_itself_is_held_to_it(desk: Desk) -> None:
    desk.ministry.described["authorization_response_iss_parameter_supported"] = True
    visitor, asked = desk.begun()
    desk.ministry.token = desk.signed(asked)
    assert desk.back(visitor, asked).status_code == 403
    visitor, asked = desk.begun()
    desk.ministry.token = desk.signed(asked)
    assert desk.back(visitor, asked, iss=ISSUER).status_code == 200


def test_a_stolen_or_repeated_answer_lets_nobody_in(desk: Desk, pair: Pair) -> None:
    visitor, asked = desk.begun()
    desk.ministry.token = desk.signed(asked)
    cookies = dict(visitor.client.cookies)
    # 1. in a browser that was not sent, or was sent another way
    stranger, _ = desk.begun()
    for other in (Visitor(desk, "en"), stranger):
        assert desk.back(other, asked).status_code == 403
        assert not desk.is_in(other)
    # 2. once
    assert desk.back(visitor, asked).status_code == 200
    thief = Visitor(desk, "en")
    thief.client.cookies.update(cookies)
    assert desk.back(thief, asked).status_code == 403
    assert not desk.is_in(thief)
    # 3. not too late
    visitor, asked = desk.begun()
    desk.ministry.token = desk.signed(asked)
    pair.clock.pass_(601)
    assert desk.back(visitor, asked).status_code == 403


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"iss": f"{ISSUER}/"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"aud": [CLIENT, "another"]},
        {"aud": [CLIENT], "azp": "another"},
        {"nonce": "of another question"},
        {"nonce": None},
        {"sub": None},
        {"sub": ""},
        {"exp": 1},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": True},
        {"exp": 1e300},
        {"iat": 1},
        {"iat": 1 << 39},
        {"iat": None},
        {"preferred_username": None},
        {"preferred_username": ""},
        {"preferred_username": ["jpn.sato"]},
        {"preferred_username": "nobody"},
        {"preferred_username": "jpn.sato "},
        {"preferred_username": "JPN.SATO"},
        {"preferred_username": "jpn.sato\x00"},
    ],
)
def test_an_id_token_that_says_otherwise_lets_nobody_in(
    desk: Desk, changes: dict[str, Any]
) -> None:
    visitor, asked = desk.begun()
    desk.ministry.token = desk.signed(asked, **changes)
    assert desk.back(visitor, asked).status_code == 403
    assert not desk.is_in(visitor)


def forged(desk: Desk, asked: Mapping[str, str]) -> dict[str, Any]:
    """Tokens that another key, another algorithm or the token's own key would prove."""
    claims, other, own = desk.claims(asked), Key("RS256"), desk.ministry.keys["one"]
    public = json.dumps(jwt.jwk(own.public)).encode()
    whole = desk.signed(asked)
    head, body, signature = whole.split(".")
    return {
        "another key": other.token(claims, kid="one"),
        "an unknown key": other.token(claims, kid="two"),
        "its own key": other.token(claims, kid="one", jwk=jwt.jwk(other.public)),
        "its own address": other.token(claims, kid="one", jku="https://evil.example/keys"),
        "its own chain": other.token(claims, kid="one", x5c=["AAAA"]),
        "another algorithm": Key("ES256").token(claims, kid="one"),
        "a shared secret": hs256(public, claims, kid="one"),
        "none": unsigned(claims, kid="one"),
        "no signature": f"{head}.{body}.",
        "another signature": f"{head}.{body}.{signature[:-4]}AAAA",
        "critical words": own.token(claims, kid="one", crit=["x"], x=1),
        "an access token": own.token(claims, kid="one", typ="at+jwt"),
        "a logout token": own.token(claims, kid="one", typ="logout+jwt"),
        "nothing": "",
        "no text": 7,
        "absent": None,
        "too long": "a" * (1 << 21) + ".b.c",
    }


FORGED = sorted(
    [
        "another key",
        "an unknown key",
        "its own key",
        "its own address",
        "its own chain",
        "another algorithm",
        "a shared secret",
        "none",
        "no signature",
        "another signature",
        "critical words",
        "an access token",
        "a logout token",
        "nothing",
        "no text",
        "absent",
        "too long",
    ]
)


@pytest.mark.parametrize("kind", FORGED)
def test_a_forged_token_lets_nobody_in(desk: Desk, kind: str) -> None:
    visitor, asked = desk.begun()
    tokens = forged(desk, asked)
    assert sorted(tokens) == FORGED
    desk.ministry.token = tokens[kind]
    page = desk.back(visitor, asked)
    assert page.status_code == 403
    assert not desk.is_in(visitor)


def test_the_levels_of_assurance_that_let_in_are_asked_and_held_to(
    tokyo: Console, ministry: Ministry
) -> None:
    desk = Desk(tokyo, ministry, oidc_acr="urn:loa:3 urn:loa:4")
    for acr, status in (("urn:loa:2", 403), (None, 403), (["urn:loa:3"], 403), ("urn:loa:4", 200)):
        visitor, asked = desk.begun()
        assert asked["acr_values"] == "urn:loa:3 urn:loa:4"
        ministry.token = desk.signed(asked, acr=acr)
        assert desk.back(visitor, asked).status_code == status


def test_keys_are_kept_and_asked_anew_for_one_that_is_new_but_not_too_often(
    desk: Desk, pair: Pair
) -> None:
    def asked_for_keys() -> int:
        return sum(url.endswith("/keys") for _, url, _ in desk.ministry.asked)

    def tried(kid: str) -> int:
        visitor, asked = desk.begun()
        key = desk.ministry.keys.get(kid) or Key("RS256")
        desk.ministry.token = key.token(desk.claims(asked), kid=kid)
        return int(desk.back(visitor, asked).status_code)

    assert [tried("one"), tried("one"), asked_for_keys()] == [200, 200, 1]
    # 1. a key that is not there is asked for once a minute, however often it is named
    assert [tried("gone"), tried("gone"), tried("gone"), asked_for_keys()] == [403, 403, 403, 1]
    # 2. the provider renews its keys, and takes the old one away
    pair.clock.pass_(61)
    old = desk.ministry.keys["one"]
    desk.ministry.keys = {"next": Key("ES256")}
    assert [tried("next"), asked_for_keys()] == [200, 2]
    visitor, asked = desk.begun()
    desk.ministry.token = old.token(desk.claims(asked), kid="one")
    assert desk.back(visitor, asked).status_code == 403


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://login.mod.example/token"},
        {"jwks_uri": "http://169.254.169.254/"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": None},
        {"code_challenge_methods_supported": ["plain"]},
    ],
)
def test_a_provider_that_describes_itself_otherwise_is_not_used(
    desk: Desk, changes: dict[str, Any]
) -> None:
    desk.ministry.described |= changes
    visitor = Visitor(desk, "en")
    page = visitor.client.get("/sign-in/oidc/begin", follow_redirects=False)
    assert (page.status_code, "does not answer as it should" in page.text) == (503, True)


def test_a_person_is_known_by_the_name_that_the_officer_gave_alone(
    desk: Desk, tokyo: Console
) -> None:
    identities.name_person(tokyo.node, "jpn.sato", "sato@mod.example")
    for name, status in (("sato@mod.example", 200), ("jpn.sato", 403), ("SATO@mod.example", 403)):
        visitor, asked = desk.begun()
        desk.ministry.token = desk.signed(asked, preferred_username=name)
        assert desk.back(visitor, asked).status_code == status


def logout(desk: Desk, key: str = "one", **changes: Any) -> str:
    now = desk.node.host.now() // SECOND
    claims = {
        "iss": ISSUER,
        "aud": CLIENT,
        "iat": now,
        "exp": now + 120,
        "jti": "j-1",
        "sid": "s-1",
        "events": {id_token.EVENT: {}},
        **changes,
    }
    held = {name: value for name, value in claims.items() if value is not None}
    return str(desk.ministry.keys[key].token(held, typ="logout+jwt", kid=key))


def told_out(desk: Desk, token: str) -> int:
    client = TestClient(desk.app, base_url=HOME)
    return int(client.post("/sign-in/oidc/logout", data={"logout_token": token}).status_code)


def test_a_session_that_ended_at_the_provider_ends_here_at_once(desk: Desk, pair: Pair) -> None:
    visitor, asked = desk.begun()
    desk.ministry.token = desk.signed(asked)
    desk.back(visitor, asked)
    elsewhere, asked = desk.begun()
    desk.ministry.token = desk.signed(asked, sid="s-2")
    desk.back(elsewhere, asked)
    pair.clock.pass_(5)
    for changes in (
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"events": {}},
        {"events": None},
        {"nonce": "n"},
        {"sid": None},
        {"jti": None},
        {"iat": 1},
    ):
        assert told_out(desk, logout(desk, **changes)) == 400, changes
    assert told_out(desk, "x.y.z") == 400
    assert told_out(desk, "") == 400
    assert (desk.is_in(visitor), desk.is_in(elsewhere)) == (True, True)
    token = logout(desk)
    assert told_out(desk, token) == 200
    assert (desk.is_in(visitor), desk.is_in(elsewhere)) == (False, True)
    # said again, it ends nothing that began since
    pair.clock.pass_(5)
    again, asked = desk.begun()
    desk.ministry.token = desk.signed(asked)
    desk.back(again, asked)
    assert told_out(desk, token) == 200
    assert desk.is_in(again)
    pair.clock.pass_(5)
    assert told_out(desk, logout(desk, sid=None, sub="f3a1")) == 200
    assert (desk.is_in(again), desk.is_in(elsewhere)) == (False, False)


def test_a_means_that_the_deployment_does_not_take_is_not_there(
    desk: Desk, tokyo: Console, ministry: Ministry
) -> None:
    page = desk.begun()[0].get("/sign-in").text
    assert "ministry" in page
    assert "data-passkey" not in page
    sent = Visitor(desk, "en").client.post(
        "/sign-in/recovery", data={"person": "jpn.sato", "code": "x"}, follow_redirects=False
    )
    assert (sent.status_code, "does not take" in sent.text) == (403, True), sent.text
    only = Desk(tokyo, ministry)
    settings = replace(only.node.settings, sign_in="oidc")
    node = replace(only.node, settings=settings)
    shown = Starlette(routes=console.routes(node, secret=tokyo.site.secret, known=only.provider))
    client = TestClient(shown, base_url=HOME)
    assert 'name="passphrase"' not in client.get("/sign-in").text
    form = {"person": "jpn.sato", "passphrase": "a passphrase of one's own"}
    assert client.post("/sign-in", data=form, follow_redirects=False).status_code == 403
