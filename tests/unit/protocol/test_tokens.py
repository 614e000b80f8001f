"""The token chooses neither key nor algorithm, and what is bound to a key is useless without it."""

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sealane.base.errors import SealaneError
from sealane.base.values import SECOND
from sealane.protocol import jwt, tokens
from tests.oauth import (
    AUDIENCE,
    ISSUER,
    NOW,
    NOW_S,
    URL,
    Key,
    access_claims,
    access_token,
    hs256,
    proof,
    request_token,
    unsigned,
)

ISSUING = Key("ES384")
CLIENT = Key("ES256")
OTHER = Key("ES256")
RSA_CLIENT = Key("RS256")
UNBOUND = tokens.ClientRule(request_age=60, request_life=7200, unbound=True)
LOOSE = tokens.ClientRule(request_age=3660, request_life=7200, loose_proof=True)
TRUST = {
    ISSUER: tokens.Issuer(
        issuer=ISSUER,
        audience=AUDIENCE,
        keys={ISSUING.public.thumbprint: ISSUING.public},
        clients={"cli": tokens.STRICT, "otdf-python": UNBOUND, "web-sdk": LOOSE},
    )
}
KID = ISSUING.public.thumbprint
PEM = ISSUING.private.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)


def code_of(function, *args, **kwargs):
    with pytest.raises(SealaneError) as caught:
        function(*args, **kwargs)
    return caught.value.code


def test_a_bound_token_of_a_trusted_issuer_holds():
    access = tokens.verify_access(access_token(ISSUING, CLIENT), TRUST, NOW)
    assert (access.subject, access.client, access.jkt, access.once) == (
        "reader-1",
        "cli",
        CLIENT.public.thumbprint,
        (),
    )


CLAIMS = access_claims(CLIENT)
FORGED = {
    "alg none": (unsigned(CLAIMS, kid=KID), "token.algorithm"),
    "alg none without kid": (unsigned(CLAIMS), "token.algorithm"),
    "the public key as an HMAC secret": (hs256(PEM, CLAIMS, kid=KID), "token.algorithm"),
    "its own key in jwk": (OTHER.token(CLAIMS, kid=KID, jwk=jwt.jwk(OTHER.public)), "token.header"),
    "its own key by jku": (
        OTHER.token(CLAIMS, kid=KID, jku="https://evil.example/jwks"),
        "token.header",
    ),
    "its own key by x5u": (
        OTHER.token(CLAIMS, kid=KID, x5u="https://evil.example/x"),
        "token.header",
    ),
    "its own chain in x5c": (OTHER.token(CLAIMS, kid=KID, x5c=["MIIB"]), "token.header"),
    "an unknown crit": (ISSUING.token(CLAIMS, kid=KID, crit=["exp"], exp=1), "token.header"),
    "b64 false": (ISSUING.token(CLAIMS, kid=KID, b64=False), "token.header"),
    "an unknown kid": (ISSUING.token(CLAIMS, kid="other"), "token.unknown_key"),
    "another key under a known kid": (OTHER.token(CLAIMS, kid=KID), "token.algorithm"),
    "another key of the same algorithm": (Key("ES384").token(CLAIMS, kid=KID), "token.signature"),
    "a DPoP proof in place of a token": (
        ISSUING.token(CLAIMS, kid=KID, typ="dpop+jwt"),
        "token.header",
    ),
    "an unknown issuer": (
        access_token(ISSUING, CLIENT, iss="https://evil.example"),
        "token.issuer",
    ),
    "no issuer": (access_token(ISSUING, CLIENT, iss=None), "token.issuer"),
    "another audience": (
        access_token(ISSUING, CLIENT, aud="https://kas.jpn.example/kas"),
        "token.audience",
    ),
    "no audience": (access_token(ISSUING, CLIENT, aud=None), "token.audience"),
    "an audience that is a prefix": (
        access_token(ISSUING, CLIENT, aud=AUDIENCE + "/x"),
        "token.audience",
    ),
    "expired this very second": (
        access_token(ISSUING, CLIENT, iat=NOW_S - 300, exp=NOW_S),
        "token.expired",
    ),
    "without an end": (access_token(ISSUING, CLIENT, exp=None), "token.expired"),
    "from the future": (
        access_token(ISSUING, CLIENT, iat=NOW_S + 120, exp=NOW_S + 400),
        "token.expired",
    ),
    "not yet valid": (access_token(ISSUING, CLIENT, nbf=NOW_S + 120), "token.expired"),
    "valid for a year": (access_token(ISSUING, CLIENT, exp=NOW_S + 31_536_000), "token.expired"),
    "an unknown client": (access_token(ISSUING, CLIENT, client_id="stranger"), "token.client"),
    "not bound to a key": (access_token(ISSUING, CLIENT, cnf=None), "token.proof_missing"),
    "bound to an address only, for a strict client": (
        access_token(ISSUING, CLIENT, cnf={"peer": "127.0.0.1"}),
        "token.proof_missing",
    ),
    "not three parts": ("a.b", "token.malformed"),
    "a token over its limit": (
        access_token(ISSUING, CLIENT, padding="x" * 9000),
        "token.malformed",
    ),
    "padding in base64url": (access_token(ISSUING, CLIENT) + "=", "token.malformed"),
    "two issuers": (
        "eyJhbGciOiJub25lIn0." + jwt.b64(b'{"iss":"a","iss":"b"}') + ".",
        "json.duplicate_key",
    ),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_or_misplaced_access_token_is_refused(name):
    text, code = FORGED[name]
    assert code_of(tokens.verify_access, text, TRUST, NOW) == code


def test_an_unbound_token_is_for_one_use_and_only_for_a_client_the_agreement_excepts():
    text = access_token(ISSUING, CLIENT, client_id="otdf-python", cnf={"peer": "10.0.0.9"})
    access = tokens.verify_access(text, TRUST, NOW)
    assert access.jkt is None
    assert access.peer == "10.0.0.9"
    assert [once.until for once in access.once] == [(NOW_S + 300) * SECOND]


@pytest.mark.parametrize("key", [CLIENT, RSA_CLIENT, Key("ES384")])
def test_a_fresh_proof_for_this_call_holds(key):
    found = tokens.verify_proof(
        proof(key, token="t"), method="POST", url=URL, at=NOW, access_token="t"
    )
    assert found.key.thumbprint == key.public.thumbprint


SMALL = rsa.generate_private_key(65537, 1024).public_key().public_numbers()
SMALL_JWK = {"kty": "RSA", "n": jwt.b64(SMALL.n.to_bytes(128, "big")), "e": "AQAB"}
BAD_PROOFS = {
    "another method": (proof(CLIENT, token="t", htm="GET"), "token.proof"),
    "another address": (
        proof(CLIENT, token="t", htu="https://evil.example/kas.AccessService/Rewrap"),
        "token.proof",
    ),
    "another path": (proof(CLIENT, token="t", htu=URL + "x"), "token.proof"),
    "the path alone": (proof(CLIENT, token="t", htu="/kas.AccessService/Rewrap"), "token.proof"),
    "user information in the address": (
        proof(
            CLIENT, token="t", htu="https://kas.aus.example@evil.example/kas.AccessService/Rewrap"
        ),
        "token.proof",
    ),
    "made for another token": (proof(CLIENT, token="other"), "token.proof"),
    "made for no token": (proof(CLIENT), "token.proof"),
    "too old": (proof(CLIENT, token="t", iat=NOW_S - 61), "token.proof"),
    "from the future": (proof(CLIENT, token="t", iat=NOW_S + 61), "token.proof"),
    "without a time": (proof(CLIENT, token="t", iat=None), "token.proof"),
    "without an id": (proof(CLIENT, token="t", jti=None), "token.proof"),
    "another typ": (proof(CLIENT, token="t", header={"typ": "JWT"}), "token.header"),
    "unknown crit": (proof(CLIENT, token="t", header={"crit": ["x"]}), "token.header"),
    "another key's jwk": (
        proof(CLIENT, token="t", header={"jwk": jwt.jwk(OTHER.public)}),
        "token.signature",
    ),
    "no jwk": (proof(CLIENT, token="t", header={"jwk": None}), "token.jwk"),
    "a secret jwk": (
        proof(CLIENT, token="t", header={"jwk": {"kty": "oct", "k": "AAAA"}}),
        "token.jwk",
    ),
    "a private jwk": (
        proof(CLIENT, token="t", header={"jwk": {**jwt.jwk(CLIENT.public), "d": "AAAA"}}),
        "token.jwk",
    ),
    "a weak RSA key": (proof(CLIENT, token="t", header={"jwk": SMALL_JWK}), "token.jwk"),
    "a point off the curve": (
        proof(
            CLIENT, token="t", header={"jwk": {"kty": "EC", "crv": "P-256", "x": "AQ", "y": "AQ"}}
        ),
        "token.jwk",
    ),
}


@pytest.mark.parametrize("name", BAD_PROOFS)
def test_a_proof_that_does_not_fit_is_refused(name):
    text, code = BAD_PROOFS[name]
    assert (
        code_of(tokens.verify_proof, text, method="POST", url=URL, at=NOW, access_token="t") == code
    )


def test_addresses_compare_as_addresses_not_as_text():
    text = proof(CLIENT, token="t", htu="HTTPS://KAS.aus.example:443/kas.AccessService/Rewrap")
    assert tokens.verify_proof(text, method="POST", url=URL, at=NOW, access_token="t")


def test_a_client_with_a_loose_proof_may_name_the_path_and_leave_the_token_hash_out():
    text = proof(CLIENT, htu="/kas.AccessService/Rewrap")
    assert tokens.verify_proof(text, method="POST", url=URL, at=NOW, access_token="t", rule=LOOSE)
    wrong = proof(CLIENT, token="other")
    assert (
        code_of(
            tokens.verify_proof, wrong, method="POST", url=URL, at=NOW, access_token="t", rule=LOOSE
        )
        == "token.proof"
    )


def request(text, key=CLIENT.public, rule=tokens.STRICT):
    return tokens.verify_request(text, key=key, rule=rule, at=NOW)


def test_a_request_signed_now_by_the_bound_key_holds():
    assert request(request_token(CLIENT, "{}")).body == "{}"


BAD_REQUESTS = {
    "alg none": (
        unsigned({"requestBody": "{}", "iat": NOW_S, "exp": NOW_S + 60}),
        "token.algorithm",
    ),
    "another key": (request_token(OTHER, "{}"), "token.signature"),
    "its own key in jwk": (
        request_token(OTHER, "{}", header={"jwk": jwt.jwk(OTHER.public)}),
        "token.header",
    ),
    "unknown crit": (request_token(CLIENT, "{}", header={"crit": ["x"]}), "token.header"),
    "expired this very second": (
        request_token(CLIENT, "{}", iat=NOW_S - 60, exp=NOW_S),
        "token.request",
    ),
    "an hour old": (
        request_token(CLIENT, "{}", iat=NOW_S - 3600, exp=NOW_S + 3600),
        "token.request",
    ),
    "two hours ahead": (request_token(CLIENT, "{}", exp=NOW_S + 7200), "token.request"),
    "without times": (request_token(CLIENT, "{}", iat=None, exp=None), "token.request"),
    "with text for times": (request_token(CLIENT, "{}", iat="now"), "token.request"),
    "without a body": (CLIENT.token({"iat": NOW_S, "exp": NOW_S + 60}), "token.request"),
}


@pytest.mark.parametrize("name", BAD_REQUESTS)
def test_a_request_that_is_stale_or_signed_otherwise_is_refused(name):
    text, code = BAD_REQUESTS[name]
    assert code_of(request, text) == code


def test_an_unproven_request_is_refused_unless_the_client_is_excepted():
    text = request_token(OTHER, "{}", exp=NOW_S + 7200)
    assert code_of(request, text, key=None) == "token.request"
    assert request(text, key=None, rule=UNBOUND).body == "{}"
    assert (
        code_of(
            request,
            unsigned({"requestBody": "{}", "iat": NOW_S, "exp": NOW_S + 60}),
            key=None,
            rule=UNBOUND,
        )
        == "token.request"
    )


def test_the_window_of_a_client_is_its_own():
    assert request(request_token(CLIENT, "{}", iat=NOW_S - 3600, exp=NOW_S + 3600), rule=LOOSE)
    assert (
        code_of(
            request, request_token(CLIENT, "{}", iat=NOW_S - 3700, exp=NOW_S + 3500), rule=LOOSE
        )
        == "token.request"
    )


def test_a_re_encoded_signature_is_the_same_request():
    text = request_token(CLIENT, "{}")
    head, body, signature = text.split(".")
    raw = jwt.unb64(signature)
    order = int("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", 16)
    mirrored = raw[:32] + (order - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")
    other = f"{head}.{body}.{jwt.b64(mirrored)}"
    assert other != text
    assert request(other).once == request(text).once


@pytest.mark.parametrize("key", [CLIENT, RSA_CLIENT, ISSUING])
def test_a_key_survives_its_json_form(key):
    assert jwt.key_from_jwk(jwt.jwk(key.public)).thumbprint == key.public.thumbprint


def test_the_thumbprint_is_rfc_7638s():
    n = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMst"
        "n64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1"
        "n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    )
    assert (
        jwt.key_from_jwk({"kty": "RSA", "n": n, "e": "AQAB"}).thumbprint
        == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    )
