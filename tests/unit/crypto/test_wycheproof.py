"""Signatures and tokens against cases that break implementations."""

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sealane.base import canonical
from sealane.base.errors import SealaneError
from sealane.crypto import foreign
from sealane.crypto.keys import PublicKey
from sealane.protocol import jwt
from tests.wycheproof import cases

FILES = {"ES384": "es384", "Ed25519": "ed25519", "ML-DSA-87": "mldsa87"}


def holds(act):
    """Whether an act is silent; anything it raises is ours."""
    try:
        act()
    except SealaneError:
        return False
    return True


@pytest.mark.parametrize("alg", FILES)
def test_a_signature_holds_exactly_where_it_should(alg):
    wrong = [
        (case["id"], case["about"])
        for case in cases(FILES[alg])
        if holds(
            lambda case=case: PublicKey(alg, bytes.fromhex(case["key"])).verify(
                bytes.fromhex(case["signature"]), bytes.fromhex(case["message"])
            )
        )
        != case["valid"]
    ]
    assert wrong == []


def test_a_foreign_ecdsa_signature_holds_exactly_where_it_should():
    def check(case):
        key = serialization.load_der_public_key(bytes.fromhex(case["key"]))
        assert isinstance(key, ec.EllipticCurvePublicKey)
        signature, data = bytes.fromhex(case["signature"]), bytes.fromhex(case["message"])
        foreign.verify(key, "ecdsa-sha384", data, signature)

    wrong = [
        case["id"] for case in cases("es384") if holds(lambda c=case: check(c)) != case["valid"]
    ]
    assert wrong == []


def verified(case):
    """A compact token's header and signature judged as ours are; its payload is not JSON."""
    parts = case["token"].split(".")
    if len(parts) != 3:
        jwt.read(case["token"])
        raise AssertionError("a token has three parts")
    head, payload, signature = parts
    key = jwt.key_from_jwk(case["key"])
    token = jwt.CompactToken(
        header=canonical.parse(jwt.unb64(head), limit=4096, depth=16),
        claims={},
        signed=f"{head}.{payload}".encode(),
        signature=jwt.unb64(signature),
    )
    jwt.unb64(payload)
    token.verify(key)


def test_a_token_s_signature_holds_only_where_it_should():
    held = [
        case["id"]
        for case in cases("jws")
        if case["valid"] != "valid" and holds(lambda case=case: verified(case))
    ]
    assert held == []


def test_tokens_of_our_algorithms_are_read():
    ours = [
        case
        for case in cases("jws")
        if case["valid"] == "valid" and case["key"].get("alg") in ("RS256", "ES256")
    ]
    assert len(ours) == 10
    assert [case["id"] for case in ours if not holds(lambda case=case: verified(case))] == []
