"""Both encodings meet in one JSON form, and OpenTDF's own generated classes read what we write."""

import base64
import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane.base.errors import SealaneError
from sealane.protocol import connect, kasproto, protobuf

NAMES = st.text(max_size=20)
B64 = st.binary(min_size=1, max_size=40).map(lambda data: base64.b64encode(data).decode())
RESULTS = st.one_of(
    st.fixed_dictionaries(
        {"keyAccessObjectId": NAMES, "status": st.just("permit"), "kasWrappedKey": B64}
    ),
    st.fixed_dictionaries(
        {
            "keyAccessObjectId": NAMES,
            "status": st.just("fail"),
            "error": st.text(min_size=1, max_size=20),
        }
    ),
)
RESPONSES = st.fixed_dictionaries(
    {},
    optional={
        "entityWrappedKey": B64,
        "sessionPublicKey": st.text(min_size=1, max_size=20),
        "responses": st.lists(
            st.fixed_dictionaries({"policyId": NAMES, "results": st.lists(RESULTS, max_size=3)}),
            max_size=3,
        ),
    },
)


def without_defaults(value):
    if isinstance(value, dict):
        return {
            name: without_defaults(item)
            for name, item in value.items()
            if item not in ("", 0, [], False)
        }
    return [without_defaults(item) for item in value] if isinstance(value, list) else value


@given(RESPONSES)
def test_a_message_survives_the_wire_but_for_its_defaults(value):
    again = protobuf.decode(
        kasproto.REWRAP_RESPONSE, protobuf.encode(kasproto.REWRAP_RESPONSE, value)
    )
    assert without_defaults(again) == without_defaults(value)


@given(RESPONSES)
def test_the_peers_generated_classes_read_the_same(value):
    kas_pb2 = pytest.importorskip("otdf_python_proto.kas.kas_pb2")
    json_format = pytest.importorskip("google.protobuf.json_format")
    theirs = kas_pb2.RewrapResponse.FromString(protobuf.encode(kasproto.REWRAP_RESPONSE, value))
    assert without_defaults(json_format.MessageToDict(theirs)) == without_defaults(value)
    back = protobuf.decode(kasproto.REWRAP_RESPONSE, theirs.SerializeToString())
    assert without_defaults(back) == without_defaults(value)


def test_structs_and_values_read_as_the_peers_do():
    pb2 = pytest.importorskip(
        "otdf_python_proto.wellknownconfiguration.wellknown_configuration_pb2"
    )
    json_format = pytest.importorskip("google.protobuf.json_format")
    value = {
        "configuration": {"idp": {"issuer": "https://x"}, "list": ["a", True, None], "flag": False}
    }
    theirs = pb2.GetWellKnownConfigurationResponse.FromString(
        protobuf.encode(kasproto.CONFIGURATION_RESPONSE, value)
    )
    assert json_format.MessageToDict(theirs) == value


def test_metadata_of_a_result_is_a_map_of_values():
    kas_pb2 = pytest.importorskip("otdf_python_proto.kas.kas_pb2")
    value = {
        "responses": [
            {"results": [{"metadata": {"X-Required-Obligations": ["https://o/obl/x/value/y"]}}]}
        ]
    }
    theirs = kas_pb2.RewrapResponse.FromString(protobuf.encode(kasproto.REWRAP_RESPONSE, value))
    found = theirs.responses[0].results[0].metadata["X-Required-Obligations"]
    assert [item.string_value for item in found.list_value.values] == ["https://o/obl/x/value/y"]


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_as_malformed(data):
    for message in (kasproto.REWRAP_REQUEST, kasproto.REWRAP_RESPONSE, kasproto.PUBLIC_KEY_REQUEST):
        code = ""
        try:
            protobuf.decode(message, data)
        except SealaneError as error:
            code = error.code
        assert code in ("", "protobuf.malformed")


@pytest.mark.parametrize(
    "data",
    [
        b"\x0a",
        b"\x0a\x05ab",
        b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
        b"\x00\x00",
        b"\x0b",
        b"\x08\x01",
        b"\x0a\x01\xff",
        b"\x2a\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01",
        b"\x0a\x00" * 20_000,
    ],
)
def test_hostile_wire_bytes_are_refused(data):
    with pytest.raises(SealaneError) as caught:
        protobuf.decode(kasproto.REWRAP_REQUEST, data)
    assert caught.value.code == "protobuf.malformed"


@pytest.mark.parametrize("codec", ["application/json; charset=utf-8", "application/proto"])
@pytest.mark.parametrize("zipped", [False, True])
def test_one_call_reads_the_same_in_every_dress(codec, zipped):
    value = {"signedRequestToken": "a.b.c"}
    body = (
        json.dumps(value).encode()
        if "json" in codec
        else protobuf.encode(kasproto.REWRAP_REQUEST, value)
    )
    call = connect.read_post(
        kasproto.REWRAP_REQUEST,
        codec,
        "gzip" if zipped else "",
        gzip.compress(body) if zipped else body,
    )
    assert call.request == value


def test_a_get_carries_the_same_call_in_its_query():
    raw = protobuf.encode(kasproto.PUBLIC_KEY_REQUEST, {"algorithm": "rsa:2048"})
    query = {
        "connect": "v1",
        "encoding": "proto",
        "base64": "1",
        "message": base64.urlsafe_b64encode(raw).rstrip(b"=").decode(),
    }
    assert connect.read_get(kasproto.PUBLIC_KEY_REQUEST, query).request == {"algorithm": "rsa:2048"}
    assert connect.read_get(
        kasproto.PUBLIC_KEY_REQUEST, {"encoding": "json", "message": '{"v":"2"}'}
    ).request == {"v": "2"}


BOMB = gzip.compress(bytes(connect.MAX_INFLATED + 1))
HOSTILE = {
    "a deflate bomb": ("application/json", "gzip", BOMB, "connect.too_large"),
    "a bomb within the other encoding": ("application/proto", "gzip", BOMB, "connect.too_large"),
    "broken gzip": ("application/json", "gzip", b"\x1f\x8b\x08xx", "connect.malformed"),
    "gzip cut short": ("application/json", "gzip", gzip.compress(b"{}")[:-3], "connect.malformed"),
    "gzip with a tail": (
        "application/json",
        "gzip",
        gzip.compress(b"{}") + b"tail",
        "connect.malformed",
    ),
    "brotli": ("application/json", "br", b"x", "connect.malformed"),
    "grpc": ("application/grpc", "", b"", "connect.malformed"),
    "two members of one name": ("application/json", "", b'{"a":1,"a":2}', "json.duplicate_key"),
    "deep nesting": (
        "application/json",
        "",
        b'{"a":' + b"[" * 100 + b"]" * 100 + b"}",
        "json.too_deep",
    ),
    "a list": ("application/json", "", b"[]", "connect.malformed"),
    "too long": ("application/json", "", b" " * (connect.MAX_BODY + 1), "connect.too_large"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_call_is_refused(name):
    content_type, encoding, body, code = HOSTILE[name]
    with pytest.raises(SealaneError) as caught:
        connect.read_post(kasproto.REWRAP_REQUEST, content_type, encoding, body)
    assert caught.value.code == code


def test_errors_are_json_with_the_status_of_their_code():
    reply = connect.failure("permission_denied", "forbidden", machine_code="key.forbidden")
    assert (reply.status, json.loads(reply.body)) == (
        403,
        {"code": "permission_denied", "message": "forbidden"},
    )
    assert reply.headers["x-sealane-code"] == "key.forbidden"
