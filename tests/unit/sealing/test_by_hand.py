"""The wrapping worked out by hand from spec/container.md §5: combiner, key schedule, `info`.

What a library or a later draft changes shows here before a container is stranded by it.
"""

import base64
import hashlib
import hmac
import io
import json
import zipfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, mlkem, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sealane.base import canonical
from sealane.labels.model.label import label_from_json
from sealane.sealing.fqn import attributes
from sealane.sealing.kao import key_access_from_json
from sealane.sealing.keywrap import KemPrivateKey, unwrap, wrapping_info

VECTORS = Path(__file__).parents[2] / "vectors" / "container"
TOLD = json.loads((VECTORS / "vectors.json").read_text())
ALONE = json.loads((VECTORS / "alone.json").read_text())
IDS = {"MLKEM1024-P384": "005100020002", "X-Wing": "647a00020002"}


def combined(suite, private, enc):
    """The shared secret of the KEM: SHA3-256 of both secrets, the curve's ciphertext and key, and
    the label.
    """
    seed, rest = private[:64], private[64:]
    if suite == "MLKEM1024-P384":
        lattice, curve = enc[:1568], enc[1568:]
        first = mlkem.MLKEM1024PrivateKey.from_seed_bytes(seed).decapsulate(lattice)
        key = serialization.load_der_private_key(rest, password=None)
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP384R1(), curve)
        second = key.exchange(ec.ECDH(), point)
        own = key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        label = b"MLKEM1024-P384"
    else:
        lattice, curve = enc[:1088], enc[1088:]
        first = mlkem.MLKEM768PrivateKey.from_seed_bytes(seed).decapsulate(lattice)
        key = x25519.X25519PrivateKey.from_private_bytes(rest)
        second = key.exchange(x25519.X25519PublicKey.from_public_bytes(curve))
        own = key.public_key().public_bytes_raw()
        label = bytes.fromhex("5c2e2f2f5e5c")
    return hashlib.sha3_256(first + second + curve + own + label).digest()


def opened(suite, secret, info, sealed):
    """RFC 9180 §5.1, base mode, HKDF-SHA384 and AES-256-GCM."""
    suite_id = b"HPKE" + bytes.fromhex(IDS[suite])

    def extract(salt, label, ikm):
        return hmac.digest(salt or bytes(48), b"HPKE-v1" + suite_id + label + ikm, "sha384")

    def expand(prk, label, context, length):
        text = length.to_bytes(2, "big") + b"HPKE-v1" + suite_id + label + context
        return hmac.digest(prk, text + b"\x01", "sha384")[:length]

    context = b"\x00" + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", info)
    prk = extract(secret, b"secret", b"")
    key, nonce = expand(prk, b"key", context, 32), expand(prk, b"base_nonce", context, 12)
    return AESGCM(key).decrypt(nonce, sealed, b"")


def by_hand(suite, private, kao, terms):
    envelope = base64.b64decode(kao["wrappedKey"])
    head = b"\x01" + bytes.fromhex(IDS[suite])
    assert envelope[:7] == head
    info = head + canonical.encode(
        {**terms, "kid": kao["kid"], "sid": kao.get("sid", ""), "url": kao["url"]}
    )
    size = {"MLKEM1024-P384": 1665, "X-Wing": 1120}[suite]
    enc, sealed = envelope[7 : 7 + size], envelope[7 + size :]
    return opened(suite, combined(suite, private, enc), info, sealed)


@pytest.mark.parametrize("name", ["sovereign.tdf", "x-wing.tdf"])
def test_the_shares_of_a_vector_open_by_hand_and_make_its_data_key(name):
    told = TOLD["files"][name]
    with zipfile.ZipFile(io.BytesIO((VECTORS / name).read_bytes())) as held:
        manifest = json.loads(held.read("0.manifest.json"))["encryptionInformation"]
    policy = json.loads(base64.b64decode(manifest["policy"]))
    terms = {
        "agreement": {"id": "jpn-aus-2022", "digest": "5e" * 48},
        "label": canonical.digest(label_from_json(TOLD["label"]).as_json()),
        "policy": policy["uuid"],
    }
    shares = [
        by_hand(key["suite"], base64.b64decode(key["private"]), kao, terms)
        for key, kao in zip(told["keys"], manifest["keyAccess"], strict=True)
    ]
    whole = bytes(one ^ other for one, other in zip(*shares, strict=True))
    assert whole.hex() == told["dek"]


def test_an_object_without_sid_has_an_empty_one_in_its_info():
    kao, key = (
        ALONE["key_access"],
        KemPrivateKey(ALONE["suite"], base64.b64decode(ALONE["private"])),
    )
    assert "sid" not in kao
    read = key_access_from_json(kao)
    info = wrapping_info(
        policy_uuid=ALONE["policy"],
        sid=read.sid,
        kid=read.kid,
        url=read.url,
        agreement=None,
        label_digest=ALONE["label"],
    )
    assert info.decode() == ALONE["info"]
    assert '"agreement":null' in ALONE["info"]
    assert '"sid":""' in ALONE["info"]
    assert unwrap(key, read.wrapped_key, info).hex() == ALONE["share"]
    terms = {"agreement": None, "label": ALONE["label"], "policy": ALONE["policy"]}
    share = by_hand(ALONE["suite"], base64.b64decode(ALONE["private"]), kao, terms)
    assert share.hex() == ALONE["share"]


@pytest.mark.parametrize(
    ("policy", "host"),
    [
        ("AUS", "aus"),
        ("GENSER:AUS", "x67656e7365723a617573"),
        ("特定秘密", "xe789b9e5ae9ae7a798e5af86"),
        (
            "特定秘密の保護に関する法律",
            "xe789b9e5ae9ae7a798e5af86e381aee4bf9de8adb7e381abe996a2e38199",
        ),
    ],
)
def test_a_host_part_is_x_and_at_most_sixty_digits(policy, host):
    label = label_from_json({**TOLD["label"], "policy": policy, "categories": []})
    found = [one for one in attributes(label, None) if "/classification/" in one]
    assert found == [f"https://{host}.sealane.invalid/attr/classification/value/secret"]
    assert len(host) <= 61
