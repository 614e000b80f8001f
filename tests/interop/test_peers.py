"""Unmodified OpenTDF clients open what we seal, we open what they seal, and a refusal reaches them
as one.
"""

import dataclasses
import io

import pytest

from sealane.sealing.keywrap import EC, HYBRID, RSA
from sealane.sealing.plan import KeyService
from tests.interop.conftest import SHARED
from tests.interop.opening import opened, share_of
from tests.kas import manifest_of

SIZES = {"empty": 0, "small": 19, "one segment": 2 << 20, "many segments": (5 << 20) + 7}


def content(size):
    return bytes(index * 31 % 251 for index in range(4096)) * (size // 4096 + 1)


@pytest.mark.parametrize("size", SIZES)
def test_otdf_python_opens_what_we_seal(node, otdf_python, size):
    plain = content(SIZES[size])[: SIZES[size]]
    container, sealed = node.seal(plain)
    assert otdf_python(node).load_tdf(container).payload == plain
    assert [(one.released, one.policy_uuid, one.caller.proof) for one in node.log] == [
        (True, sealed.policy_uuid, "address")
    ]


def test_we_open_what_otdf_python_seals_when_the_agreement_names_it(node, otdf_python):
    sdk, plain = otdf_python(node), content(100_000)
    sink = io.BytesIO()
    sdk.create_tdf(plain, sdk.new_tdf_config(attributes=[SHARED]), sink)
    assert opened(node, sink.getvalue()) == plain
    node.named = frozenset({SHARED})
    assert len(share_of(node, sink.getvalue())) == 32
    assert sdk.load_tdf(sink.getvalue()).payload == plain


def test_a_recalled_item_refuses_otdf_python_on_the_very_next_call(node, otdf_python):
    container, sealed = node.seal(b"secret")
    sdk = otdf_python(node)
    assert sdk.load_tdf(container).payload == b"secret"
    node.records[sealed.policy_uuid] = dataclasses.replace(
        node.records[sealed.policy_uuid], recalled=True
    )
    with pytest.raises(Exception, match="Unable to unwrap"):
        sdk.load_tdf(container)
    assert [one.reason for one in node.log] == ["", "key.recalled"]


def test_otdf_python_cannot_open_a_sovereign_object(node, otdf_python):
    container, _ = node.seal(b"secret", suite=HYBRID)
    with pytest.raises(Exception, match="Unable to unwrap"):
        otdf_python(node).load_tdf(container)
    assert [one.reason for one in node.log] == ["key.client_key_weak"]


@pytest.mark.peer
@pytest.mark.parametrize("suite", [RSA, EC])
@pytest.mark.parametrize("size", SIZES)
def test_the_go_sdk_opens_what_we_seal(node, go_sdk, files, suite, size):
    plain = content(SIZES[size])[: SIZES[size]]
    container, _ = node.seal(plain, suite=suite)
    assert go_sdk.open(node, files("in", container)) == plain
    assert [(one.released, one.caller.proof) for one in node.log] == [(True, "dpop")]


@pytest.mark.peer
def test_we_open_what_the_go_sdk_seals_and_so_does_it(node, go_sdk, files):
    plain = content(3 << 20)
    container = go_sdk.seal(node, files("in", plain), SHARED)
    assert opened(node, container) == plain
    node.named = frozenset({SHARED})
    assert go_sdk.open(node, files("tdf", container)) == plain


@pytest.mark.peer
@pytest.mark.parametrize(("recalled", "word"), [(True, "forbidden"), (False, "bad request")])
def test_a_refusal_and_a_tampered_object_reach_the_go_sdk_as_what_they_are(
    node, go_sdk, files, recalled, word
):
    container, sealed = node.seal(b"secret")
    change = {"recalled": True} if recalled else {"kao_digests": frozenset()}
    node.records[sealed.policy_uuid] = dataclasses.replace(
        node.records[sealed.policy_uuid], **change
    )
    done = go_sdk.run("decrypt", node, files("in", container))
    assert done.returncode == 1
    assert word in done.stderr


@pytest.mark.peer
@pytest.mark.parametrize(
    ("suite", "key"), [(RSA, "rsa:2048"), (EC, "rsa:2048"), (RSA, "ec:secp256r1")]
)
def test_the_web_sdk_opens_what_we_seal(node, web_sdk, files, suite, key):
    plain = content(SIZES["many segments"])
    container, _ = node.seal(plain, suite=suite)
    assert web_sdk.open(node, files("in", container), f"key={key}") == plain
    assert [(one.released, one.caller.proof) for one in node.log] == [(True, "dpop")]


@pytest.mark.peer
@pytest.mark.parametrize("size", ["empty", "small", "one segment"])
def test_the_web_sdk_opens_every_size(node, web_sdk, files, size):
    plain = content(SIZES[size])[: SIZES[size]]
    container, _ = node.seal(plain)
    assert web_sdk.open(node, files("in", container)) == plain


@pytest.mark.peer
def test_we_open_what_the_web_sdk_seals_and_so_does_it(node, web_sdk, files):
    plain = content(3 << 20)
    container = web_sdk.seal(node, files("in", plain), SHARED, "key=rsa:2048")
    assert opened(node, container) == plain
    node.named = frozenset({SHARED})
    assert web_sdk.open(node, files("tdf", container)) == plain


@pytest.mark.peer
def test_a_web_client_that_leaves_dpop_out_is_refused(node, web_sdk, files):
    container, _ = node.seal(b"secret")
    done = web_sdk.run("decrypt", node, files("in", container), "dpop=no")
    assert done.returncode != 0
    assert [one.released for one in node.log if one.released] == []


@pytest.mark.peer
def test_we_open_what_the_java_sdk_seals_by_the_older_rules_and_so_does_it(
    node_h2, java_sdk, files
):
    plain = content(3 << 20)
    container = java_sdk.seal(node_h2, files("in", plain), SHARED)
    assert "schemaVersion" not in manifest_of(container)
    assert opened(node_h2, container) == plain
    node_h2.named = frozenset({SHARED})
    assert java_sdk.open(node_h2, files("tdf", container)) == plain
    assert [(one.released, one.caller.proof) for one in node_h2.log] == [(True, "dpop")]
    assert {version for _, path, version in node_h2.calls if path.endswith("Rewrap")} == {"2"}


@pytest.mark.peer
def test_a_refusal_reaches_the_java_sdk_as_a_status(node_h2, java_sdk, files):
    container, sealed = node_h2.seal(b"secret")
    node_h2.records[sealed.policy_uuid] = dataclasses.replace(
        node_h2.records[sealed.policy_uuid], recalled=True
    )
    done = java_sdk.run("decrypt", node_h2, files("in", container))
    assert done.returncode == 1
    assert "PERMISSION_DENIED: forbidden" in done.stderr


@pytest.mark.peer
def test_the_go_sdk_speaks_to_the_http2_server_too(node_h2, go_sdk, files):
    container, _ = node_h2.seal(b"over hypercorn")
    assert go_sdk.open(node_h2, files("in", container)) == b"over hypercorn"


@pytest.fixture
def channel(node_h2):
    grpc = pytest.importorskip("grpc")
    with grpc.insecure_channel(node_h2.origin.removeprefix("http://")) as made:
        yield made


def test_grpc_over_h2c_answers_with_a_message_or_a_status(node_h2, channel):
    grpc = pytest.importorskip("grpc")
    kas_pb2 = pytest.importorskip("otdf_python_proto.kas.kas_pb2")
    call = channel.unary_unary(
        "/kas.AccessService/PublicKey",
        request_serializer=lambda one: one.SerializeToString(),
        response_deserializer=kas_pb2.PublicKeyResponse.FromString,
    )
    assert (
        call(kas_pb2.PublicKeyRequest(algorithm="rsa:2048")).kid
        == node_h2.published()["rsa:2048"][0]
    )
    with pytest.raises(grpc.RpcError) as caught:
        call(kas_pb2.PublicKeyRequest(algorithm="rsa:8"))
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED
    health = channel.unary_unary(
        "/grpc.health.v1.Health/Check", request_serializer=bytes, response_deserializer=bytes
    )
    assert health(b"") == b"\x08\x01"
    raw = channel.unary_unary(
        "/kas.AccessService/Rewrap", request_serializer=bytes, response_deserializer=bytes
    )
    with pytest.raises(grpc.RpcError) as caught:
        raw(b"\xff\xff")
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def in_two_shares(node, plain, names=("a", "b")):
    """An interop object whose key is split in two, both shares with this one service."""
    key = node.wrapping[RSA].public
    return node.seal(
        plain, services=[KeyService(sid=name, url=node.url, kid=key.kid, key=key) for name in names]
    )[0]


@pytest.mark.peer
def test_the_go_sdk_opens_a_split_key_in_one_bulk_call(node, go_sdk, files):
    assert go_sdk.open(node, files("in", in_two_shares(node, b"both"))) == b"both"
    assert [one.released for one in node.log] == [True, True]
    assert [path for _, path, _ in node.calls].count("/kas.AccessService/Rewrap") == 1


@pytest.mark.peer
def test_the_web_sdk_opens_a_split_key_call_by_call(node, web_sdk, files):
    assert web_sdk.open(node, files("in", in_two_shares(node, b"both"))) == b"both"
    assert [one.released for one in node.log] == [True, True]
    assert [path for _, path, _ in node.calls].count("/kas.AccessService/Rewrap") == 2


def test_otdf_python_cannot_open_a_split_key(node, otdf_python):
    container = in_two_shares(node, b"both")
    with pytest.raises(Exception):  # noqa: B017 - whatever that client raises, it takes one share for the key
        otdf_python(node).load_tdf(container)
