"""An issuer is trusted by what is written of it, within bounds that no document can widen."""

import copy

import pytest

from sealane.base.errors import SealaneError
from sealane.protocol import jwt, tokens
from sealane.protocol.trust import issuer_from_json
from tests.oauth import AUDIENCE, ISSUER, NOW, Key, access_token

ISSUING, READER = Key("ES384"), Key("ES256")
GOOD = {
    "issuer": ISSUER,
    "audience": AUDIENCE,
    "keys": [jwt.jwk(ISSUING.public)],
    "clients": {
        "cli": {},
        "web-sdk": {"request_age": 3660, "request_life": 7200, "loose_proof": True},
    },
}


def test_an_issuer_from_its_written_form_verifies_its_tokens():
    trusted = issuer_from_json(GOOD)
    assert (
        tokens.verify_access(access_token(ISSUING, READER), {ISSUER: trusted}, NOW).subject
        == "reader-1"
    )
    assert trusted.clients["cli"] == tokens.STRICT


BAD = {
    "a member more": lambda value: value.update(jwks_uri="https://evil.example/jwks"),
    "a member less": lambda value: value.pop("audience"),
    "no key": lambda value: value.update(keys=[]),
    "a secret key": lambda value: value.update(keys=[{"kty": "oct", "k": "AAAA"}]),
    "a private key": lambda value: value["keys"][0].update(d="AAAA"),
    "another algorithm than the key's": lambda value: value["keys"][0].update(alg="HS256"),
    "one kid twice": lambda value: value["keys"].append(value["keys"][0]),
    "an unknown exception": lambda value: value["clients"]["cli"].update(skip_verify=True),
    "a request that lives a day": lambda value: value["clients"]["cli"].update(request_life=86400),
    "a truth for a number": lambda value: value["clients"]["cli"].update(request_age=True),
    "a text for a truth": lambda value: value["clients"]["cli"].update(unbound="yes"),
    "no address": lambda value: value.update(issuer="issuer"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_written_otherwise_is_refused(name):
    value = copy.deepcopy(GOOD)
    BAD[name](value)
    with pytest.raises(SealaneError) as caught:
        issuer_from_json(value)
    assert caught.value.code in ("issuer.malformed", "token.jwk")
