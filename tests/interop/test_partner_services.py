"""We open through others' key services: a table, one token for each, and answers that must fit what
was asked.
"""

import base64
import dataclasses
import io
import os

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from sealane.adapters.calls import Line
from sealane.adapters.partner_kas import PATIENCE, Service, unlock
from sealane.base.errors import SealaneError
from sealane.sealing.container import open_container, read
from sealane.sealing.keywrap import RSA
from sealane.sealing.plan import KeyService
from tests.kas import SECRET, Node
from tests.serving import serving


@pytest.fixture
def other():
    with serving() as found:
        yield found


def table(*nodes, secret=SECRET):
    return {
        node.url: Service(
            url=node.url,
            origin=node.origin,
            token_url=f"{node.origin}/oidc/token",
            client_id="cli",
            client_secret=secret,
        )
        for node in nodes
    }


def opened(node, container, services):
    """The plaintext by way of others' services, the sealing node's signature proven."""
    found = read(io.BytesIO(container))
    sink = io.BytesIO()
    open_container(
        found,
        io.BytesIO(container),
        unlock(found, services, node.host),
        sink,
        claims=node.claims(found),
    )
    return sink.getvalue()


def split(first, second, plain=b"both must agree"):
    parts = [
        KeyService(
            sid=name, url=node.url, kid=node.wrapping[RSA].public.kid, key=node.wrapping[RSA].public
        )
        for name, node in (("a", first), ("b", second))
    ]
    container, sealed = first.seal(plain, services=parts)
    second.records[sealed.policy_uuid] = first.records[sealed.policy_uuid]
    return container, sealed


def test_one_service_gives_the_key_and_has_recorded_it(node):
    container, _ = node.seal(b"plain")
    assert opened(node, container, table(node)) == b"plain"
    assert [(one.released, one.caller.proof) for one in node.log] == [(True, "dpop")]


def test_both_nations_must_agree_and_each_records_alone(node, other):
    container, sealed = split(node, other)
    assert opened(node, container, table(node, other)) == b"both must agree"
    other.records[sealed.policy_uuid] = dataclasses.replace(
        other.records[sealed.policy_uuid], recalled=True
    )
    with pytest.raises(SealaneError) as caught:
        opened(node, container, table(node, other))
    assert caught.value.code == "partner_kas.refused"
    assert [one.released for one in node.log] == [True, True]
    assert [one.released for one in other.log] == [True, False]


def test_a_service_that_is_not_in_the_table_is_never_called(node, other):
    container, _ = split(node, other)
    with pytest.raises(SealaneError) as caught:
        opened(node, container, table(node))
    assert caught.value.code == "container.share_missing"
    assert other.calls == []


def test_a_wrong_secret_opens_nothing(node):
    container, _ = node.seal(b"plain")
    with pytest.raises(SealaneError) as caught:
        opened(node, container, table(node, secret="x" * 40))
    assert caught.value.code == "partner_kas.refused"


def test_a_service_that_is_down_is_unavailable(node):
    container, _ = node.seal(b"plain")
    gone = {
        node.url: dataclasses.replace(
            table(node)[node.url], origin="http://127.0.0.1:1", token_url="http://127.0.0.1:1/t"
        )
    }
    with pytest.raises(SealaneError) as caught:
        opened(node, container, gone)
    assert (caught.value.code, caught.value.exit_status) == ("partner_kas.unavailable", 3)


def lying(answer):
    """A key service that issues tokens and answers a rewrap as the test says."""

    async def token(_):
        return JSONResponse({"access_token": "t", "token_type": "DPoP"})

    async def rewrap(_):
        return answer

    app = Starlette(
        routes=[
            Route("/oidc/token", token, methods=["POST"]),
            Route("/kas.AccessService/Rewrap", rewrap, methods=["POST"]),
        ]
    )
    client = TestClient(app, base_url="https://kas.aus.example", follow_redirects=False)
    return Line(PATIENCE, client=client)


def result(**members):
    return {
        "responses": [
            {"policyId": "policy", "results": [{"keyAccessObjectId": "kao-0", **members}]}
        ]
    }


LIES = {
    "a redirect": (RedirectResponse("https://evil.example/", 307), "partner_kas.answer"),
    "no JSON": (RedirectResponse("/", 200), "partner_kas.answer"),
    "no results": (JSONResponse({}), "partner_kas.answer"),
    "two policies": (
        JSONResponse({"responses": result(status="fail")["responses"] * 2}),
        "partner_kas.answer",
    ),
    "another object": (
        JSONResponse(
            {"responses": [{"results": [{"keyAccessObjectId": "other", "status": "permit"}]}]}
        ),
        "partner_kas.answer",
    ),
    "a key for somebody else": (
        JSONResponse(
            result(status="permit", kasWrappedKey=base64.b64encode(os.urandom(256)).decode())
        ),
        "partner_kas.answer",
    ),
    "no key": (JSONResponse(result(status="permit")), "partner_kas.answer"),
    "a refusal": (JSONResponse(result(status="fail", error="no\x1b[31m")), "partner_kas.refused"),
    "an endless answer": (JSONResponse({"a": "x" * (2 << 20)}), "partner_kas.answer"),
    "a fault": (JSONResponse({"code": "internal"}, 500), "partner_kas.unavailable"),
}


@pytest.mark.parametrize("name", LIES)
def test_an_answer_that_does_not_fit_opens_nothing(name):
    node = Node()
    container, _ = node.seal(b"plain")
    answer, code = LIES[name]
    with pytest.raises(SealaneError) as caught:
        unlock(read(io.BytesIO(container)), table(node), node.host, lying(answer))
    assert caught.value.code == code
    assert "\x1b" not in caught.value.message


def test_a_share_that_is_not_bound_to_the_policy_is_refused():
    """A service that knows our key but gives another share."""
    import json

    from cryptography.hazmat.primitives import serialization

    from sealane.protocol.asking import _OAEP, Asker

    node = Node()
    container = read(io.BytesIO(node.seal(b"plain")[0]))
    asker = Asker()
    public = serialization.load_pem_public_key(asker.receiving_pem.encode())
    wrapped = base64.b64encode(public.encrypt(os.urandom(32), _OAEP)).decode()
    with pytest.raises(SealaneError) as caught:
        asker.shares(
            json.loads(json.dumps(result(status="permit", kasWrappedKey=wrapped))),
            container.manifest.key_access,
            container.manifest.policy.text,
            url=node.url,
        )
    assert caught.value.code == "partner_kas.answer"


def test_a_secret_is_not_in_a_services_repr(node):
    assert SECRET not in repr(table(node))
