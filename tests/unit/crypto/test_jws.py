"""Both signatures or nothing; the token chooses neither key nor algorithm."""

import base64

import pytest

from sealane.base import canonical
from sealane.base.errors import SealaneError
from sealane.crypto import jws
from sealane.crypto.keys import ALGORITHMS, PrivateKey, PublicKey

KEYS = [PrivateKey.generate("ES384"), PrivateKey.generate("ML-DSA-87")]
RING = {key.public.kid: key.public for key in KEYS}
SIGNED = jws.sign(b"payload", KEYS, typ="t")


def verify(data, *, keys=RING, typ="t"):
    return jws.verify(data, keys=keys, required=list(RING), typ=typ)


def test_what_both_keys_signed_verifies():
    assert verify(SIGNED).payload == b"payload"


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_every_algorithm_survives_a_keystore(alg):
    key = PrivateKey.generate(alg)
    again = PrivateKey(alg, key.private_bytes())
    again.public.verify(key.sign(b"x"), b"x")
    assert PublicKey.from_json(key.public.as_json()) == key.public


def tampered(change):
    value = canonical.decode(SIGNED)
    change(value)
    return canonical.encode(value)


def header(**members):
    return base64.urlsafe_b64encode(canonical.encode(members)).rstrip(b"=").decode()


CASES = {
    "payload": (lambda v: v.update(payload="cGF5bG9hZA_"[:-1] + "Q"), None),
    "one signature dropped": (lambda v: v["signatures"].pop(), "jws.signature_missing"),
    "signed twice": (lambda v: v["signatures"].append(v["signatures"][0]), "jws.malformed"),
    "alg none": (
        lambda v: v["signatures"][0].update(
            protected=header(alg="none", kid=KEYS[0].public.kid, typ="t")
        ),
        "jws.header",
    ),
    "embedded key": (
        lambda v: v["signatures"][0].update(
            protected=header(alg="ES384", kid=KEYS[0].public.kid, typ="t", jwk={})
        ),
        "jws.header",
    ),
    "crit": (
        lambda v: v["signatures"][0].update(
            protected=header(alg="ES384", crit=["x"], kid=KEYS[0].public.kid, typ="t")
        ),
        "jws.header",
    ),
    "unknown key": (
        lambda v: v["signatures"][0].update(protected=header(alg="ES384", kid="00", typ="t")),
        "jws.unknown_key",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_changed_statement_is_refused(name):
    change, code = CASES[name]
    with pytest.raises(SealaneError) as caught:
        verify(tampered(change))
    assert code is None or caught.value.code == code


def test_another_type_is_refused():
    with pytest.raises(SealaneError):
        verify(SIGNED, typ="other")
