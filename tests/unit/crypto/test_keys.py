"""Keys of every algorithm, and signatures that others make with keys of theirs."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

from sealane.base.errors import Malformed, SealaneError, Untrusted
from sealane.crypto import foreign, keys
from sealane.crypto.keys import ALGORITHMS, PrivateKey, PublicKey

SECRET = bytes(range(48))


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_a_key_signs_is_kept_and_read_again_and_verifies_nothing_else(alg: str) -> None:
    key = PrivateKey.generate(alg)
    again = PrivateKey(alg, key.private_bytes())
    assert again.public == key.public
    public = PublicKey.from_json(key.public.as_json())
    public.verify(again.sign(b"said"), b"said")
    with pytest.raises(SealaneError):
        public.verify(again.sign(b"said"), b"unsaid")
    assert key.public.kid in repr(key)
    assert key.private_bytes().hex() not in repr(key)


def test_the_library_has_every_algorithm() -> None:
    keys.self_test()
    with pytest.raises(SealaneError) as unknown:
        PrivateKey.generate("ROT13")
    assert unknown.value.code == "key.unknown_algorithm"


def test_a_secret_and_a_purpose_make_one_key() -> None:
    made = PrivateKey.derived(SECRET, "issuer")
    assert made.public == PrivateKey.derived(SECRET, "issuer").public
    assert made.public != PrivateKey.derived(SECRET, "other").public
    assert made.public != PrivateKey.derived(SECRET[::-1], "issuer").public


@pytest.mark.parametrize(
    "told",
    [
        None,
        {"alg": "ES384"},
        {"alg": "ES384", "public": "?"},
        {"alg": "ES384", "public": "AAAA"},
        {"alg": "Ed25519", "public": 7},
        {"alg": "ROT13", "public": "AAAA"},
    ],
)
def test_what_is_no_key_is_refused(told: object) -> None:
    with pytest.raises(SealaneError) as refused:
        PublicKey.from_json(told)
    assert refused.value.code in ("key.malformed", "key.unknown_algorithm")


def test_private_bytes_of_another_kind_are_refused() -> None:
    other = ed25519.Ed25519PrivateKey.generate().private_bytes_raw()
    with pytest.raises(SealaneError) as refused:
        PrivateKey("ES384", other)
    assert refused.value.code == "key.malformed"


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def test_a_foreign_signature_counts_by_its_own_key_and_algorithm_alone() -> None:
    rsa_key = rsa.generate_private_key(65537, 2048)
    ec_key = ec.generate_private_key(ec.SECP256R1())
    by_rsa = rsa_key.sign(b"said", padding.PKCS1v15(), hashes.SHA256())
    r, s = utils.decode_dss_signature(ec_key.sign(b"said", ec.ECDSA(hashes.SHA256())))
    by_ec = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    rsa_public, ec_public = foreign.load_key(pem(rsa_key)), foreign.load_key(pem(ec_key))
    foreign.verify(rsa_public, "rsa-sha256", b"said", by_rsa)
    foreign.verify(ec_public, "ecdsa-sha256", b"said", by_ec)
    for key, algorithm, signature, data in (
        (rsa_public, "rsa-sha256", by_rsa, b"unsaid"),
        (rsa_public, "ecdsa-sha256", by_rsa, b"said"),
        (rsa_public, "rsa-sha1", by_rsa, b"said"),
        (ec_public, "ecdsa-sha256", by_ec[:-1], b"said"),
        (ec_public, "ecdsa-sha384", by_ec, b"said"),
        (ec_public, "rsa-sha256", by_ec, b"said"),
    ):
        with pytest.raises(Untrusted) as refused:
            foreign.verify(key, algorithm, data, signature)
        assert refused.value.code == "signature.foreign_invalid"


@pytest.mark.parametrize(
    "named",
    [
        b"no key",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        b"x" * (foreign.MAX_PEM + 1),
        pem(rsa.generate_private_key(65537, 1024)),
    ],
)
def test_what_a_person_names_and_is_no_key_to_rest_on_is_refused(named: bytes) -> None:
    with pytest.raises(Malformed) as refused:
        foreign.load_key(named)
    assert refused.value.code == "signature.foreign_key"
