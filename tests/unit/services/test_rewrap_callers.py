"""Who is not proven to the key access service gets nothing, no word why, and leaves an entry; nor
does what cannot be read.
"""

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sealane.base.errors import SealaneError
from sealane.protocol import jwt
from tests.kas import body_of
from tests.oauth import NOW_S, Key, hs256, proof, request_token, unsigned
from tests.rewraps import OTHER, READER, RSA_KEY, TEXT, ask, opens, pem, share, token_for


def claims_of(node, **changes):
    now = NOW_S
    claims = {
        "iss": node.origin,
        "sub": "reader-1",
        "aud": node.url,
        "client_id": "cli",
        "iat": now,
        "exp": now + 60,
        "cnf": {"jkt": READER.public.thumbprint},
    }
    return {**claims, **changes}


def kid_of(node):
    return node.issuer.key.thumbprint


def issuing_pem(node):
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    return load_der_public_key(node.issuing.public.data).public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


TOKENS = {
    "alg none": (
        lambda node: {"token": unsigned(claims_of(node), kid=kid_of(node))},
        "token.algorithm",
    ),
    "the public key as an HMAC secret": (
        lambda node: {"token": hs256(issuing_pem(node), claims_of(node), kid=kid_of(node))},
        "token.algorithm",
    ),
    "its own key": (
        lambda node: {
            "token": (
                Key("ES384").token(claims_of(node), kid=kid_of(node), jwk=jwt.jwk(OTHER.public))
            )
        },
        "token.header",
    ),
    "a token for another key service": (
        lambda node: {"token": _signed(node, aud="https://kas.jpn.example/kas")},
        "token.audience",
    ),
    "an expired token": (
        lambda node: {"token": _signed(node, iat=NOW_S - 60, exp=NOW_S)},
        "token.expired",
    ),
    "no proof of possession": (lambda node: {"dpop": ""}, "token.proof_missing"),
    "a proof of another key": (lambda node: _with_proof(node, OTHER), "token.proof"),
    "a stolen token with the thief's own proof and request": (
        lambda node: _stolen(node),
        "token.proof",
    ),
    "a request signed by another key": (
        lambda node: {"srt": request_token(OTHER, "{}")},
        "token.signature",
    ),
    "an expired request": (
        lambda node: {"srt": request_token(READER, "{}", iat=NOW_S - 60, exp=NOW_S)},
        "token.request",
    ),
    "an unsigned request": (
        lambda node: {"srt": unsigned({"requestBody": "{}", "iat": NOW_S, "exp": NOW_S + 60})},
        "token.algorithm",
    ),
    "another scheme": (lambda node: {"scheme": "Basic"}, "key.unauthenticated"),
}


def _signed(node, **changes):
    signing = jwt.write(
        {"alg": "ES384", "kid": kid_of(node), "typ": "at+jwt"}, claims_of(node, **changes)
    )
    return f"{signing}.{jwt.b64(node.issuing.sign(signing.encode()))}"


def _with_proof(node, key):
    token = token_for(node, READER)
    return {"token": token, "dpop": proof(key, token=token)}


def _stolen(node):
    token = token_for(node, READER)
    return {"token": token, "dpop": proof(OTHER, token=token), "srt": request_token(OTHER, "{}")}


@pytest.mark.parametrize("name", TOKENS)
def test_a_caller_that_is_not_proven_gets_nothing_and_is_recorded(node, container, name):
    make, reason = TOKENS[name]
    with pytest.raises(SealaneError) as caught:
        ask(node, body_of(container, pem(RSA_KEY)), **make(node))
    assert caught.value.code == "key.unauthenticated"
    assert [(one.released, one.reason) for one in node.log] == [(False, reason)]


@pytest.mark.parametrize("again", ["request", "proof", "both"])
def test_a_replayed_request_or_proof_is_refused_and_recorded(node, container, again):
    token = token_for(node, READER)
    srt = request_token(READER, body_of(container, pem(RSA_KEY)))
    dpop = proof(READER, token=token)
    ask(node, None, token=token, srt=srt, dpop=dpop)
    if again == "request":
        dpop = proof(READER, token=token)
    if again == "proof":
        srt = request_token(READER, body_of(container, pem(RSA_KEY)), jti="other")
    with pytest.raises(SealaneError) as caught:
        ask(node, None, token=token, srt=srt, dpop=dpop)
    assert caught.value.code == "key.unauthenticated"
    assert [(one.released, one.reason) for one in node.log] == [
        (True, ""),
        (False, "token.replayed"),
    ]


def test_an_excepted_client_without_a_key_has_one_use_from_one_address(node, container):
    token = token_for(node, None, "otdf-python")
    given = {"token": token, "dpop": "", "scheme": "Bearer"}
    with pytest.raises(SealaneError):
        ask(node, body_of(container, pem(RSA_KEY)), **given, peer="10.0.0.66")
    assert (
        opens(node, container, share(ask(node, body_of(container, pem(RSA_KEY)), **given))) == TEXT
    )
    with pytest.raises(SealaneError):
        ask(node, body_of(container, pem(RSA_KEY)), **given)
    assert [one.reason for one in node.log] == ["token.proof_missing", "", "token.replayed"]


BODIES = {
    "not an object": "[]",
    "asks for nothing": {"clientPublicKey": "PEM"},
    "no client key": {
        "requests": [{"policy": {}, "keyAccessObjects": [{"keyAccessObjectId": "a"}]}]
    },
    "two ids alike": {
        "clientPublicKey": pem(RSA_KEY),
        "requests": [
            {
                "policy": {},
                "keyAccessObjects": [{"keyAccessObjectId": "a"}, {"keyAccessObjectId": "a"}],
            }
        ],
    },
    "too many": {
        "clientPublicKey": pem(RSA_KEY),
        "requests": [
            {
                "policy": {},
                "keyAccessObjects": [{"keyAccessObjectId": str(index)} for index in range(300)],
            }
        ],
    },
    "a weak client key": {
        "clientPublicKey": pem(rsa.generate_private_key(65537, 1024)),
        "keyAccess": {},
        "policy": "",
    },
    "a private key": {
        "clientPublicKey": "-----BEGIN PRIVATE KEY-----",
        "keyAccess": {},
        "policy": "",
    },
    "deep nesting": '{"requests":' + "[" * 1000 + "]" * 1000 + "}",
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_cannot_be_read_is_refused_and_recorded(node, name):
    with pytest.raises(SealaneError) as caught:
        ask(node, BODIES[name])
    assert caught.value.code == "key.request_malformed"
    assert [one.released for one in node.log] == [False]
