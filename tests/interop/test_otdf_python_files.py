"""otdf-python 0.11, unmodified: it opens what we seal and we open what it seals, with a key
service's key in hand.

It judges good files only: it accepts many bad ones, so it is no oracle for refusals.
"""

import io

import pytest
from cryptography.hazmat.primitives import serialization

from sealane.sealing import container
from sealane.sealing.keywrap import RSA, KeyRing
from tests.unit.sealing.making import KEM, sealed

otdf_tdf = pytest.importorskip("otdf_python.tdf", reason="the peer otdf-python is not installed")
otdf_config = pytest.importorskip("otdf_python.config")

KEY = KEM[RSA][0]
PEM = KEY.handle.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()
SEGMENT = 16 << 10
SIZES = [1, 100, SEGMENT - 1, SEGMENT, SEGMENT + 1, 5 * SEGMENT + 3]


@pytest.mark.peer
@pytest.mark.parametrize("size", [0, *SIZES])
def test_otdf_python_opens_what_we_seal(size):
    text = bytes(at % 251 for at in range(size))
    data, _ = sealed(text, "interop")
    reader = otdf_tdf.TDF().load_tdf(
        io.BytesIO(data), otdf_tdf.TDFReaderConfig(kas_private_key=PEM)
    )
    assert reader.payload == text


@pytest.mark.peer
@pytest.mark.parametrize("size", SIZES)
def test_we_open_what_otdf_python_seals(size):
    text = bytes(at % 251 for at in range(size))
    config = otdf_config.TDFConfig(
        kas_info_list=[
            otdf_config.KASInfo(
                url="https://kas.aus.example/kas", public_key=KEY.public.pem(), kid="r1"
            )
        ],
        attributes=["https://aus.example/attr/a/value/b"],
        default_segment_size=SEGMENT,
    )
    sink = io.BytesIO()
    otdf_tdf.TDF().create_tdf(text, config, sink)
    found = container.read(sink)
    container.check_payload(found, sink)
    dek = container.unlock(found, KeyRing([KEY], any_kid=True), claims=None)
    out = io.BytesIO()
    container.open_container(
        found, sink, dek, out, claims=None, recovery=not found.manifest.policy.attributes
    )
    assert out.getvalue() == text
