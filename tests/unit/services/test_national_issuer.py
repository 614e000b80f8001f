"""A nation's own issuer stands in place of the built-in one: its tokens count, its endpoints are
told, nothing else issues.
"""

import json

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from sealane.base.errors import SealaneError
from sealane.base.values import SECOND
from sealane.protocol import jwt
from sealane.protocol.trust import ENDPOINTS, national_from_json
from sealane.wiring.opentdf_routes import opentdf_routes
from tests.kas import body_of
from tests.oauth import Key, proof, request_token
from tests.opentdf_platform import ORIGIN, PATH, PEM, READER, Platform

ISSUING, ISSUER = Key("ES384"), "https://issuer.aus.example"
SAID = {
    "trusted": {
        "issuer": ISSUER,
        "audience": f"{ORIGIN}/kas",
        "keys": [jwt.jwk(ISSUING.public)],
        "clients": {"platform": {}},
    },
    "endpoints": {name: f"{ISSUER}/{name}" for name in ENDPOINTS},
}


def served(tmp_path, **how):
    platform = Platform(tmp_path / "node.db")
    routes = opentdf_routes(
        platform.node,
        origin=ORIGIN,
        wrapping=lambda: [key.public for key in platform.maker.wrapping.values()],
        **how,
    )
    return platform, TestClient(Starlette(routes=routes), base_url=ORIGIN)


def ask(platform, client, *, key=ISSUING, **claims):
    now = platform.host.at // SECOND
    token = key.token(
        {
            "iss": ISSUER,
            "aud": f"{ORIGIN}/kas",
            "sub": "jpn-reader",
            "client_id": "platform",
            "iat": now,
            "exp": now + 300,
            "jti": "t",
            "cnf": {"jkt": READER.public.thumbprint},
            "purpose": "assessment",
        }
        | claims,
        typ="at+jwt",
        kid=ISSUING.public.thumbprint,
    )
    body = json.dumps(body_of(platform.container, PEM))
    return client.post(
        PATH,
        json={"signedRequestToken": request_token(READER, body, iat=now, exp=now + 60)},
        headers={
            "Authorization": f"DPoP {token}",
            "DPoP": proof(READER, token=token, iat=now, htu=ORIGIN + PATH),
        },
    )


def test_its_token_opens_for_the_person_it_names_and_nobody_elses_does(tmp_path):
    platform, client = served(tmp_path, issuer=national_from_json(SAID))
    assert ask(platform, client).json()["responses"][0]["results"][0]["status"] == "permit"
    assert (
        ask(platform, client, sub="nobody").json()["responses"][0]["results"][0]["status"] == "fail"
    )
    assert ask(platform, client, key=Key("ES384")).status_code == 401
    assert ask(platform, client, client_id="stranger").status_code == 401


def test_clients_are_told_of_it_and_nothing_else_issues(tmp_path):
    _, client = served(tmp_path, issuer=national_from_json(SAID))
    told = client.get("/.well-known/opentdf-configuration").json()
    assert (told["platform_issuer"], told["idp"]["token_endpoint"]) == (
        ISSUER,
        f"{ISSUER}/token_endpoint",
    )
    assert [
        client.post(path).status_code for path in ("/oidc/token", "/protocol/openid-connect/token")
    ] == [404, 404]


def test_in_production_without_one_nobody_issues_and_nobody_is_let_in(tmp_path):
    platform, client = served(tmp_path, built_in=False)
    assert client.post("/oidc/token").status_code == 404
    assert ask(platform, client).status_code == 401
    assert client.get("/.well-known/opentdf-configuration").json()["platform_issuer"] == ""


@pytest.mark.parametrize("change", [{"endpoints": {}}, {"trusted": {}}, {"more": 1}])
def test_what_is_written_otherwise_is_refused(change):
    with pytest.raises(SealaneError) as caught:
        national_from_json(SAID | change)
    assert caught.value.code == "issuer.malformed"
