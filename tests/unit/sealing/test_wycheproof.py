"""The key agreement and the encryption that OpenTDF containers use, against cases that break
implementations.
"""

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sealane.base.errors import SealaneError
from sealane.sealing.keywrap import EC, EC_SALT, RSA, KemPrivateKey, unwrap
from tests.wycheproof import cases

SHARE = bytes(range(32))


def opened(suite, private, blob):
    """The share, or None where it is refused; anything else it raises is a fault."""
    try:
        return unwrap(KemPrivateKey(suite, private), blob, b"")
    except SealaneError:
        return None


def test_rsa_opens_exactly_what_is_whole_and_a_share():
    wrong = []
    for case in cases("rsa-oaep"):
        message = bytes.fromhex(case["message"])
        whole = case["valid"] and not case["label"] and len(message) == len(SHARE)
        found = opened(RSA, bytes.fromhex(case["key"]), bytes.fromhex(case["ciphertext"]))
        if found != (message if whole else None):
            wrong.append(case["id"])
    assert wrong == []


def p256(scalar):
    return ec.derive_private_key(int(scalar, 16), ec.SECP256R1()).private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def test_the_agreed_key_is_the_one_that_both_sides_derive():
    """Each whole point wraps a share under the key derived from the agreed secret that the case
    names; ours must open it. Compressed points are no part of the format.
    """
    wrong, seen = [], 0
    for case in cases("p256-agreement"):
        point = bytes.fromhex(case["point"])
        if case["result"] != "valid" or len(point) != 65:
            continue
        seen += 1
        secret = bytes.fromhex(case["shared"])
        key = HKDF(algorithm=hashes.SHA256(), length=32, salt=EC_SALT, info=b"").derive(secret)
        blob = point + bytes(12) + AESGCM(key).encrypt(bytes(12), SHARE, None)
        if opened(EC, p256(case["private"]), blob) != SHARE:
            wrong.append(case["id"])
    assert seen > 100
    assert wrong == []


@pytest.mark.parametrize("shared", [b"\x00" * 32, None])
def test_a_point_that_is_not_on_the_curve_agrees_on_nothing(shared):
    for case in cases("p256-agreement"):
        if case["result"] != "invalid":
            continue
        secret = shared or bytes.fromhex(case["shared"]) or b"\x01" * 32
        key = HKDF(algorithm=hashes.SHA256(), length=32, salt=EC_SALT, info=b"").derive(secret)
        sealed = bytes(12) + AESGCM(key).encrypt(bytes(12), SHARE, None)
        blob = bytes.fromhex(case["point"]) + sealed
        assert opened(EC, p256(case["private"]), blob) is None, case["id"]
