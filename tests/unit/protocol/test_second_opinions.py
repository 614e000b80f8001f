"""Other people's libraries read what ours writes, and ours reads what theirs write: Google's
protocol buffers and PyJWT. Where they differ, ours is the stricter.
"""

import base64

import jwt as pyjwt
import pytest
from google.protobuf import json_format
from google.protobuf.message import DecodeError
from hypothesis import given
from hypothesis import strategies as st
from otdf_python_proto.kas import kas_pb2

from sealane.base.errors import SealaneError
from sealane.protocol import jwt, kasproto, protobuf
from tests.oauth import Key

KEYS = {alg: Key(alg) for alg in ("RS256", "ES256", "ES384")}
WHOLE = kas_pb2.RewrapResponse(
    session_public_key="-----BEGIN PUBLIC KEY-----",
    entity_wrapped_key=b"\x00\xff",
    responses=[
        kas_pb2.PolicyRewrapResult(
            policy_id="p",
            results=[kas_pb2.KeyAccessRewrapResult(key_access_object_id="k", status="permit")],
        )
    ],
).SerializeToString()


def theirs(data):
    """What Google's reader makes of bytes, or None where it refuses."""
    try:
        return json_format.MessageToDict(kas_pb2.RewrapResponse.FromString(data))
    except (DecodeError, UnicodeDecodeError):
        return None


def ours(data):
    try:
        return protobuf.decode(kasproto.REWRAP_RESPONSE, data)
    except SealaneError:
        return None


def names_a_map(data):
    """The one difference: ours writes `metadata`, field 1, and passes over it when it reads."""
    fields = list(protobuf.read_fields(data))
    policies = [raw for number, _, raw in fields if number == 5]
    results = [
        raw for policy in policies for number, _, raw in protobuf.read_fields(policy) if number == 2
    ]
    inner = [number for result in results for number, _, _ in protobuf.read_fields(result)]
    return 1 in inner or 1 in [number for number, _, _ in fields]


def without_maps(value):
    """Ours reads no maps and no values: it only ever writes them."""
    if isinstance(value, dict):
        return {
            name: without_maps(item)
            for name, item in value.items()
            if name != "metadata" and item not in ("", [], {}, 0, False)
        }
    return [without_maps(item) for item in value] if isinstance(value, list) else value


@given(place=st.integers(0, len(WHOLE) - 1), byte=st.integers(0, 255), cut=st.integers(0, 9))
def test_what_ours_reads_of_spoilt_bytes_google_s_reads_alike(place, byte, cut):
    spoilt = WHOLE[:place] + bytes([byte]) + WHOLE[place + 1 : len(WHOLE) - cut]
    read = ours(spoilt)
    if read is None or names_a_map(spoilt):
        return
    other = theirs(spoilt)
    assert other is not None
    assert without_maps(read) == without_maps(other)


@pytest.mark.parametrize("alg", KEYS)
def test_pyjwt_takes_our_tokens_and_we_take_theirs(alg):
    key = KEYS[alg]
    claims = {"iss": "https://issuer.aus.example", "sub": "reader-1"}
    assert pyjwt.decode(key.token(claims), key.private.public_key(), algorithms=[alg]) == claims
    made = pyjwt.encode(claims, key.private, algorithm=alg, headers={"typ": None})
    token = jwt.read(made)
    token.verify(key.public)
    assert token.claims == claims


@given(
    alg=st.sampled_from(sorted(KEYS)),
    place=st.floats(0, 1, exclude_max=True),
    letter=st.sampled_from("AQgw_-.=+/ \n{"),
)
def test_a_spoilt_token_that_ours_accepts_pyjwt_accepts_too(alg, place, letter):
    whole = KEYS[alg].token({"sub": "reader-1"})
    at = int(place * len(whole))
    spoilt = whole[:at] + letter + whole[at + 1 :]
    try:
        token = jwt.read(spoilt)
        token.verify(KEYS[alg].public)
    except SealaneError:
        return
    public = KEYS[alg].private.public_key()
    assert pyjwt.decode(spoilt, public, algorithms=[alg]) == token.claims


def test_a_second_spelling_of_the_same_bytes_is_refused_by_both():
    whole = KEYS["RS256"].token({"sub": "reader-1"})
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = whole[:-1] + alphabet[alphabet.index(whole[-1]) ^ 1]
    same = [base64.urlsafe_b64decode(one.rpartition(".")[2] + "==") for one in (whole, other)]
    assert same[0] == same[1]
    with pytest.raises(SealaneError):
        jwt.read(other)
    with pytest.raises(pyjwt.DecodeError):
        pyjwt.decode(other, KEYS["RS256"].private.public_key(), algorithms=["RS256"])
