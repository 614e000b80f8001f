"""Our own vectors, as spec/container.md promises them to another implementation."""

import base64
import io
import json
from pathlib import Path

import pytest

from sealane.base.errors import SealaneError
from sealane.crypto.keys import PublicKey
from sealane.labels.model.label import label_from_json
from sealane.sealing import container, origin
from sealane.sealing.fqn import attributes
from sealane.sealing.keywrap import KemPrivateKey, KeyRing

HERE = Path(__file__).parents[2] / "vectors" / "container"
TOLD = json.loads((HERE / "vectors.json").read_text())
RING = {key.kid: key for key in map(PublicKey.from_json, TOLD["originator"])}


@pytest.mark.parametrize("name", TOLD["files"])
def test_a_vector_opens_to_its_plaintext_and_digests(name):
    told = TOLD["files"][name]
    source = io.BytesIO((HERE / name).read_bytes())
    found = container.read(source)
    claims = origin.verify(found.manifest, keys=RING, required=list(RING))
    assert claims.label == label_from_json(TOLD["label"])
    assert {
        member: getattr(claims, member)
        for member in ("seal_digest", "aggregate_digest", "key_access_digest", "policy_digest")
    } == {
        member: told[member]
        for member in ("seal_digest", "aggregate_digest", "key_access_digest", "policy_digest")
    }
    keys = [KemPrivateKey(key["suite"], base64.b64decode(key["private"])) for key in told["keys"]]
    assert [key.public.kid for key in keys] == [key["kid"] for key in told["keys"]]
    dek = container.unlock(found, KeyRing(keys), claims=claims)
    assert dek.hex() == told["dek"]
    sink = io.BytesIO()
    container.open_container(found, source, dek, sink, claims=claims)
    assert sink.getvalue() == base64.b64decode(TOLD["plaintext"])


def test_attributes_come_from_the_label_and_the_agreement_alone():
    label = label_from_json(
        {
            "policy": "JPN",
            "classification": "極秘",
            "originator": "JPN",
            "categories": [{"tag": "Releasable To", "type": "permissive", "values": ["AUS"]}],
        }
    )
    assert attributes(label, "jpn-aus-2022") == (
        "https://jpn.sealane.invalid/attr/agreement/value/jpn-aus-2022",
        "https://jpn.sealane.invalid/attr/classification/value/%e6%a5%b5%e7%a7%98",
        "https://jpn.sealane.invalid/attr/originator/value/jpn",
        "https://jpn.sealane.invalid/attr/permissive-releasable%20to/value/aus",
    )
    assert set(attributes(label, None)) < set(attributes(label, "jpn-aus-2022"))


def test_a_flipped_bit_never_arrives_unseen():
    """Every 23rd byte of a vector: refused on arrival, or among what the key alone vouches for and
    refused at opening, or in a zip field that nothing relies on and then the text is unharmed.
    """
    name = "sovereign.tdf"
    good = (HERE / name).read_bytes()
    keys = KeyRing(
        [
            KemPrivateKey(key["suite"], base64.b64decode(key["private"]))
            for key in TOLD["files"][name]["keys"]
        ]
    )
    harmless = 0
    for at in range(0, len(good), 23):
        data = bytearray(good)
        data[at] ^= 1 << (at % 8)
        source = io.BytesIO(data)
        sink = io.BytesIO()
        try:
            found = container.read(source)
            claims = origin.verify(found.manifest, keys=RING, required=list(RING))
            container.open_container(
                found, source, container.unlock(found, keys, claims=claims), sink, claims=claims
            )
        except SealaneError:
            continue
        assert sink.getvalue() == base64.b64decode(TOLD["plaintext"])
        harmless += 1
    assert harmless < 12
