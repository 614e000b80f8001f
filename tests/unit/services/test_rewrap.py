"""A key leaves only for a proven caller, our own record and a permitting decision; and never before
it is recorded.
"""

import base64
import hashlib
import json

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sealane.base import canonical
from sealane.base.errors import SealaneError
from sealane.protocol import jwt
from sealane.sealing import keywrap
from sealane.sealing.keywrap import EC, HYBRID, RSA, X_WING, KemPrivateKey
from sealane.sealing.plan import KeyService
from sealane.services.opentdf.model import KeyVerdict
from tests import oauth
from tests.kas import body_of
from tests.oauth import request_token
from tests.rewraps import (
    OAEP,
    READER,
    RSA_KEY,
    TEXT,
    ask,
    changed,
    flip,
    opens,
    pem,
    results,
    share,
)


@pytest.mark.parametrize("suite", [RSA, EC])
def test_an_interop_object_opens_for_an_rsa_client(node, made, suite):
    container, sealed = made[1][suite]
    assert opens(node, container, share(ask(node, body_of(container, pem(RSA_KEY))))) == TEXT
    assert [(one.released, one.policy_uuid, one.suite) for one in node.log] == [
        (True, sealed.policy_uuid, suite)
    ]


@pytest.mark.parametrize("suite", [HYBRID, X_WING])
def test_a_hybrid_share_never_leaves_under_a_classical_client_key(node, made, suite):
    container, _ = made[1][suite]
    (found,) = results(ask(node, body_of(container, pem(RSA_KEY))))
    assert (found["status"], node.log[-1].reason, node.asked) == ("fail", "key.client_key_weak", [])


def hybrid_body(container, private, **extra):
    return body_of(container, canonical.encode(private.public.as_json()).decode(), **extra)


def hybrid_share(answer, private, policy_uuid, srt):
    info = {
        "object": "kao-0",
        "policy": policy_uuid,
        "request": jwt.read(srt).digest,
        "use": "sealane-rewrap",
    }
    return keywrap.unwrap(
        private, base64.b64decode(results(answer)[0]["kasWrappedKey"]), canonical.encode(info)
    )


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()])
def test_an_ec_client_gets_the_share_under_the_answers_session_key(node, container, curve):
    private = ec.generate_private_key(curve)
    answer = ask(node, body_of(container, pem(private)))
    session = serialization.load_pem_public_key(answer["sessionPublicKey"].encode())
    secret = HKDF(
        algorithm=hashes.SHA256(), length=32, salt=hashlib.sha256(b"TDF").digest(), info=b""
    ).derive(private.exchange(ec.ECDH(), session))
    sealed = base64.b64decode(results(answer)[0]["kasWrappedKey"])
    assert opens(node, container, AESGCM(secret).decrypt(sealed[:12], sealed[12:], None)) == TEXT


@pytest.mark.parametrize("wrapped", [HYBRID, X_WING])
@pytest.mark.parametrize("suite", [HYBRID, X_WING])
def test_a_hybrid_client_key_authenticates_the_request_it_answers(node, made, wrapped, suite):
    container, sealed = made[1][wrapped]
    private = KemPrivateKey.generate(suite)
    srt = request_token(READER, hybrid_body(container, private))
    answer = ask(node, None, srt=srt)
    assert opens(node, container, hybrid_share(answer, private, sealed.policy_uuid, srt)) == TEXT
    with pytest.raises(SealaneError):
        hybrid_share(answer, private, sealed.policy_uuid, request_token(READER, "{}"))


def test_a_v1_body_is_answered_for_clients_that_read_one_key(node, container):
    answer = ask(node, body_of(container, pem(RSA_KEY), v1=True))
    assert (
        opens(node, container, RSA_KEY.decrypt(base64.b64decode(answer["entityWrappedKey"]), OAEP))
        == TEXT
    )


def test_many_objects_are_asked_for_at_once_and_each_is_judged_alone(node, made):
    first, second = made[1][RSA], made[1][EC]
    node.records[second[1].policy_uuid] = changed(node, second[1].policy_uuid, recalled=True)
    body = body_of(first[0], pem(RSA_KEY))
    other = body_of(second[0], pem(RSA_KEY))["requests"][0]
    other["policy"]["id"] = "second"
    body["requests"].append(other)
    answer = ask(node, body)
    assert [(one["policyId"], one["results"][0]["status"]) for one in answer["responses"]] == [
        ("policy", "permit"),
        ("second", "fail"),
    ]
    assert [(one.released, one.reason) for one in node.log] == [(True, ""), (False, "key.recalled")]


def test_a_split_gives_this_service_its_own_share_only(node):
    mine, theirs = node.wrapping[HYBRID].public, KemPrivateKey.generate(HYBRID)
    container, sealed = node.seal(
        TEXT,
        suite=HYBRID,
        services=[
            KeyService(sid="a", url=node.url, kid=mine.kid, key=mine),
            KeyService(
                sid="b", url="https://kas.jpn.example/kas", kid=theirs.public.kid, key=theirs.public
            ),
        ],
    )
    private = KemPrivateKey.generate(HYBRID)
    srt = request_token(READER, hybrid_body(container, private))
    answer = ask(node, None, srt=srt)
    assert [one["status"] for one in results(answer)] == ["permit", "fail"]
    with pytest.raises(SealaneError):
        opens(node, container, hybrid_share(answer, private, sealed.policy_uuid, srt))


def test_nothing_is_released_when_the_record_cannot_be_made_durable(node, container):
    node.service.store.fails = True
    with pytest.raises(SealaneError) as caught:
        ask(node, body_of(container, pem(RSA_KEY)))
    assert caught.value.code == "store.unavailable"
    assert node.host.steps == []


def test_the_decision_sees_record_caller_purpose_and_instant(node, container):
    ask(node, body_of(container, pem(RSA_KEY), statement="signed facts"))
    seen = node.asked[0]
    assert (seen.caller.subject, seen.caller.proof, seen.record.item, seen.at) == (
        "reader-1",
        "dpop",
        "item-1",
        oauth.NOW,
    )
    assert (seen.statement, seen.client_key_digest) == (
        "signed facts",
        canonical.sha384(pem(RSA_KEY).encode()),
    )


def test_obligations_travel_in_the_metadata_clients_read(node, container):
    node.verdict = KeyVerdict(
        permit=False,
        reason="obligation.unmet",
        obligations=("https://o.example/obl/watermark/value/yes",),
    )
    (found,) = results(ask(node, body_of(container, pem(RSA_KEY))))
    assert found["metadata"]["X-Required-Obligations"] == [
        "https://o.example/obl/watermark/value/yes"
    ]
    assert found["status"] == "fail"


def policy_of(body, change):
    value = json.loads(base64.b64decode(body["requests"][0]["policy"]["body"]))
    change(value)
    body["requests"][0]["policy"]["body"] = base64.b64encode(json.dumps(value).encode()).decode()


def rebound(body, dek, change):
    """What a former recipient can do: change the policy and bind it anew, for the share is known to
    it.
    """
    policy_of(body, change)
    text = body["requests"][0]["policy"]["body"]
    kao(body)["policyBinding"]["hash"] = base64.b64encode(
        keywrap.policy_binding(dek, text).encode()
    ).decode()


def kao(body):
    return body["requests"][0]["keyAccessObjects"][0]["keyAccessObject"]


TAMPERED = {
    "policy changed": (
        lambda body, _: policy_of(body, lambda value: value["body"].update(dissem=[])),
        None,
    ),
    "policy given more attributes": (
        lambda body, _: policy_of(
            body,
            lambda value: value["body"]["dataAttributes"].append(
                {"attribute": "https://x/attr/y/value/z"}
            ),
        ),
        "key.binding",
    ),
    "binding flipped": (
        lambda body, _: kao(body)["policyBinding"].update(
            hash=flip(kao(body)["policyBinding"]["hash"])
        ),
        "key.binding",
    ),
    "wrapped key flipped": (
        lambda body, _: kao(body).update(wrappedKey=flip(kao(body)["wrappedKey"])),
        "key.unwrap_failed",
    ),
    "policy re-bound by a former recipient": (
        lambda body, dek: rebound(
            body,
            dek,
            lambda value: value["body"].update(dataAttributes=value["body"]["dataAttributes"][:1]),
        ),
        "key.policy_differs",
    ),
    "policy re-bound without attributes": (
        lambda body, dek: rebound(body, dek, lambda value: value["body"].update(dataAttributes=[])),
        "key.policy_differs",
    ),
    "policy of another object": (
        lambda body, dek: rebound(
            body, dek, lambda value: value.update(uuid="00000000-0000-4000-8000-000000000001")
        ),
        "key.no_record",
    ),
    "address changed": (
        lambda body, _: kao(body).update(url="https://evil.example/kas"),
        "key.object_foreign",
    ),
    "part of a split renamed": (
        lambda body, _: kao(body).update(sid="other"),
        "key.object_foreign",
    ),
    "unknown kind of wrapping": (
        lambda body, _: kao(body).update(type="remote"),
        "container.unknown_wrapping",
    ),
    "null object": (
        lambda body, _: body["requests"][0]["keyAccessObjects"][0].update(keyAccessObject=None),
        "key.object_malformed",
    ),
    "policy that is not base64": (
        lambda body, _: body["requests"][0]["policy"].update(body="%%%"),
        "key.object_malformed",
    ),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_tampered_object_gets_one_generic_answer(node, container, name):
    change, reason = TAMPERED[name]
    dek = share(ask(node, body_of(container, pem(RSA_KEY))))
    node.log.clear()
    body = body_of(container, pem(RSA_KEY))
    change(body, dek)
    (found,) = results(ask(node, body))
    assert (found["status"], found["error"]) == (
        "fail",
        "rpc error: code = InvalidArgument desc = bad request",
    )
    assert found["metadata"] == {"x-sealane-code": "key.bad_request"}
    assert [one.released for one in node.log] == [False]
    assert reason is None or node.log[0].reason == reason


def test_an_object_wrapped_anew_by_a_former_recipient_is_foreign(node, container):
    dek = share(ask(node, body_of(container, pem(RSA_KEY))))
    body = body_of(container, pem(RSA_KEY))
    sealed = keywrap.wrap(node.wrapping[RSA].public, dek, b"")
    kao(body)["wrappedKey"] = base64.b64encode(sealed).decode()
    (found,) = results(ask(node, body))
    assert (found["metadata"]["x-sealane-code"], node.log[-1].reason) == (
        "key.bad_request",
        "key.object_foreign",
    )


def test_terms_of_another_record_make_the_hybrid_unwrap_itself_fail(node, made):
    container, sealed = made[1][HYBRID]
    node.records[sealed.policy_uuid] = changed(
        node, sealed.policy_uuid, agreement=("jpn-aus-2022", "ef" * 48)
    )
    (found,) = results(ask(node, body_of(container, pem(RSA_KEY))))
    assert (found["status"], node.log[-1].reason) == ("fail", "key.unwrap_failed")
