"""The OpenTDF surface: both encodings, gzip, GET, the words clients look for, and an issuer that
clients can validate.
"""

import base64
import gzip
import hashlib
import json

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.testclient import TestClient

from sealane.base.values import SECOND
from sealane.protocol import jwt, kasproto, protobuf
from tests.kas import SECRET, Node, body_of
from tests.oauth import NOW_S, Key, proof, request_token
from tests.serving import app_of

READER = Key("ES256")
RSA_KEY = rsa.generate_private_key(65537, 2048)
PEM = (
    RSA_KEY.public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode()
)
REWRAP = "/kas.AccessService/Rewrap"
PUBLIC = "/kas.AccessService/PublicKey"
CONFIGURATION = "/wellknownconfiguration.WellKnownService/GetWellKnownConfiguration"
SERVERS = "/policy.kasregistry.KeyAccessServerRegistryService/ListKeyAccessServers"


@pytest.fixture(scope="module")
def node():
    found = Node()
    found.calls = []
    return found


@pytest.fixture
def client(node):
    node.log.clear()
    return TestClient(app_of(node, cors=frozenset({"https://app.example"})), base_url=node.origin)


def token(client, node, *, basic=False, key=READER, client_id="cli", secret=SECRET, **form):
    path = "/oidc/token"
    headers = {"dpop": proof(key, htu=node.origin + path)} if key else {}
    data = {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": secret,
        **form,
    }
    if basic:
        headers["authorization"] = (
            "Basic "
            + base64.b64encode(
                f"{data.pop('client_id')}:{data.pop('client_secret')}".encode()
            ).decode()
        )
    return client.post(path, data=data, headers=headers)


def credentials(client, node):
    found = token(client, node).json()["access_token"]
    return {
        "authorization": f"DPoP {found}",
        "dpop": proof(READER, token=found, htu=node.origin + REWRAP),
    }


@pytest.mark.parametrize("codec", ["json", "proto"])
@pytest.mark.parametrize("zipped", [False, True])
def test_a_rewrap_is_answered_in_the_callers_encoding(client, node, codec, zipped):
    container, _ = node.seal(b"x" * 100)
    asked = {"signedRequestToken": request_token(READER, body_of(container, PEM))}
    data = (
        json.dumps(asked).encode()
        if codec == "json"
        else protobuf.encode(kasproto.REWRAP_REQUEST, asked)
    )
    headers = {"content-type": f"application/{codec}", **credentials(client, node)}
    if zipped:
        data, headers["content-encoding"] = gzip.compress(data), "gzip"
    answer = client.post(REWRAP, content=data, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == f"application/{codec}"
    found = (
        answer.json()
        if codec == "json"
        else protobuf.decode(kasproto.REWRAP_RESPONSE, answer.content)
    )
    assert found["responses"][0]["results"][0]["status"] == "permit"


def test_a_caller_without_credentials_is_told_so_and_nothing_more(client, node):
    answer = client.post(REWRAP, json={"signedRequestToken": "a.b.c"})
    assert (answer.status_code, answer.json()) == (
        401,
        {"code": "unauthenticated", "message": "unauthenticated"},
    )
    assert answer.headers["x-sealane-code"] == "key.unauthenticated"
    assert [one.released for one in node.log] == [False]


def test_a_body_that_cannot_be_read_is_a_bad_request(client, node):
    asked = {"signedRequestToken": request_token(READER, "[]")}
    answer = client.post(REWRAP, json=asked, headers=credentials(client, node))
    assert (answer.status_code, answer.json()) == (
        400,
        {"code": "invalid_argument", "message": "bad request"},
    )


def test_the_store_being_away_is_unavailable_and_releases_nothing(client, node):
    container, _ = node.seal(b"x")
    asked = {"signedRequestToken": request_token(READER, body_of(container, PEM))}
    node.service.store.fails = True
    try:
        answer = client.post(REWRAP, json=asked, headers=credentials(client, node))
    finally:
        node.service.store.fails = False
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


@pytest.mark.parametrize(
    ("content_type", "status"), [("application/grpc", 415), ("text/plain", 415), ("", 415)]
)
def test_other_encodings_are_refused_as_connect_has_it(client, content_type, status):
    assert (
        client.post(REWRAP, content=b"x", headers={"content-type": content_type}).status_code
        == status
    )


def test_a_deflate_bomb_stops_at_the_cap(client):
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    answer = client.post(REWRAP, content=gzip.compress(bytes(50 << 20)), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (429, "resource_exhausted")


def test_a_body_over_the_cap_is_not_read_to_its_end(client):
    answer = client.post(
        REWRAP, content=bytes(5 << 20), headers={"content-type": "application/json"}
    )
    assert answer.status_code == 429


def test_a_rewrap_has_side_effects_and_is_no_get(client):
    assert (
        client.get(
            REWRAP, params={"connect": "v1", "encoding": "json", "message": "{}"}
        ).status_code
        == 405
    )


@pytest.mark.parametrize(
    ("algorithm", "start"),
    [("rsa:2048", "-----BEGIN PUBLIC KEY"), ("", "-----BEGIN"), ("ec:secp256r1", "-----BEGIN")],
)
def test_the_public_key_is_given_with_its_kid(client, node, algorithm, start):
    found = client.post(PUBLIC, json={"algorithm": algorithm}).json()
    assert found["publicKey"].startswith(start)
    assert found["kid"] == node.published()[algorithm or "rsa:2048"][0]


def test_an_algorithm_that_is_not_offered_is_unimplemented(client):
    answer = client.post(PUBLIC, json={"algorithm": "rsa:512"})
    assert (answer.status_code, answer.json()["code"]) == (501, "unimplemented")


def test_configuration_is_the_same_by_post_get_and_well_known(client, node):
    posted = client.post(CONFIGURATION, json={}).json()["configuration"]
    got = client.get(
        CONFIGURATION, params={"connect": "v1", "encoding": "json", "base64": "1", "message": ""}
    ).json()["configuration"]
    known = client.get("/.well-known/opentdf-configuration").json()
    assert posted == got == known["configuration"]
    assert known["platform_issuer"] == node.origin
    assert "base_key" not in known


def test_key_servers_and_health_are_listed(client, node):
    assert [one["uri"] for one in client.post(SERVERS, json={}).json()["keyAccessServers"]] == [
        node.url
    ]
    assert (
        client.post(
            "/grpc.health.v1.Health/Check",
            content=b"",
            headers={"content-type": "application/proto"},
        ).content
        == b"\x08\x01"
    )
    assert client.post("/grpc.health.v1.Health/Check", json={}).json() == {"status": "SERVING"}


def test_browsers_may_call_from_named_origins_only(client):
    asked = {"access-control-request-method": "POST"}
    named = client.options(REWRAP, headers={"origin": "https://app.example", **asked})
    assert named.headers["access-control-allow-origin"] == "https://app.example"
    assert (
        "access-control-allow-origin"
        not in client.options(REWRAP, headers={"origin": "https://evil.example", **asked}).headers
    )


def test_discovery_is_complete_and_its_key_verifies_the_token(client, node):
    found = client.get("/.well-known/openid-configuration").json()
    assert {
        "issuer",
        "jwks_uri",
        "token_endpoint",
        "authorization_endpoint",
        "response_types_supported",
        "subject_types_supported",
        "id_token_signing_alg_values_supported",
    } <= set(found)
    assert found["issuer"] == node.origin
    key = jwt.key_from_jwk(client.get(found["jwks_uri"]).json()["keys"][0])
    issued = jwt.read(token(client, node).json()["access_token"])
    issued.verify(key, typ=("at+jwt",))
    assert issued.claims["aud"] == node.url


@pytest.mark.parametrize("basic", [False, True])
def test_a_token_is_bound_to_the_proofs_key_by_form_and_by_basic(client, node, basic):
    answer = token(client, node, basic=basic, scope="openid purpose:assessment")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["token_type"] == "DPoP"
    claims = jwt.read(answer.json()["access_token"]).claims
    assert (claims["cnf"], claims["purpose"]) == ({"jkt": READER.public.thumbprint}, "assessment")
    assert claims["exp"] - claims["iat"] == 300


REFUSED = {
    "a wrong secret": ({"secret": SECRET[:-1] + "x"}, 401, "invalid_client"),
    "an unknown client": ({"client_id": "nobody"}, 401, "invalid_client"),
    "another grant": ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    "no proof from a client that must have one": ({"key": None}, 400, "invalid_dpop_proof"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_issuer_refuses(client, node, name):
    changes, status, code = REFUSED[name]
    answer = token(client, node, **changes)
    assert (answer.status_code, answer.json()) == (status, {"error": code})


def test_a_proof_made_elsewhere_or_earlier_gets_no_token(client, node):
    form = {"grant_type": "client_credentials", "client_id": "cli", "client_secret": SECRET}
    for changes in (
        {"htu": "https://evil.example/oidc/token"},
        {"htu": node.origin + "/oidc/token", "iat": NOW_S - 61},
    ):
        assert (
            client.post(
                "/oidc/token", data=form, headers={"dpop": proof(READER, **changes)}
            ).status_code
            == 400
        )


def test_a_form_with_a_name_twice_is_refused(client):
    body = f"grant_type=client_credentials&client_id=cli&client_id=cli&client_secret={SECRET}"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/oidc/token", content=body, headers=headers).json() == {
        "error": "invalid_request"
    }


def test_secrets_and_tokens_are_in_no_record(client, node):
    container, _ = node.seal(b"x")
    signed = request_token(READER, body_of(container, PEM))
    headers = credentials(client, node)
    client.post(REWRAP, json={"signedRequestToken": signed}, headers=headers)
    told = repr(node.log)
    assert signed not in told
    assert headers["authorization"].split()[1] not in told
    assert hashlib.sha256(SECRET.encode()).hexdigest() not in told
    assert node.host.at == NOW_S * SECOND
