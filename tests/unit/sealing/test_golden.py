"""The public golden files of other writers open with their published key; nothing is forgiven in
them.
"""

import hashlib
import io
import json
from pathlib import Path

import pytest

from sealane.base.errors import SealaneError
from sealane.sealing import container
from sealane.sealing.keywrap import KemPrivateKey, KeyRing

HERE = Path(__file__).parents[2] / "vectors" / "opentdf"
KEY = KemPrivateKey.from_pem(json.loads((HERE / "extra-keys.json").read_text())[0]["privateKey"])
FILES = sorted(path.name for path in HERE.glob("*.tdf"))


def plaintext(data):
    source = io.BytesIO(data)
    found = container.read(source)
    dek = container.unlock(found, KeyRing([KEY], any_kid=True), claims=None)
    sink = io.BytesIO()
    container.open_container(found, source, dek, sink, claims=None, recovery=True)
    return sink.getvalue()


@pytest.mark.parametrize("name", FILES)
def test_a_golden_file_opens(name):
    text = plaintext((HERE / name).read_bytes())
    if name.startswith("key-management"):
        assert text == b"hello\n"
    elif name.startswith("with-json"):
        assert text == b"text"
    elif name.startswith("xstext"):
        assert text.startswith(b"test secret data to encrypt by the Java ")
    else:
        assert text == bytes(5120), hashlib.sha256(text).hexdigest()


@pytest.mark.parametrize("name", FILES)
def test_a_golden_file_with_any_payload_bit_flipped_is_refused(name):
    data = bytearray((HERE / name).read_bytes())
    at = container.read(io.BytesIO(data)).payload_start + 20
    data[at] ^= 1
    with pytest.raises(SealaneError) as caught:
        plaintext(bytes(data))
    assert caught.value.code == "container.integrity"


def test_a_policy_without_attributes_opens_in_recovery_only():
    source = io.BytesIO((HERE / FILES[0]).read_bytes())
    found = container.read(source)
    dek = container.unlock(found, KeyRing([KEY], any_kid=True), claims=None)
    with pytest.raises(SealaneError) as caught:
        container.open_container(found, source, dek, io.BytesIO(), claims=None)
    assert caught.value.code == "container.no_attributes"
