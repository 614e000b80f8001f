"""What a key service answers is what the decision says of this very instant: recall, expiry,
labels, policy, and objects without a record.
"""

import base64
import json
import os

import pytest

from sealane.base.errors import SealaneError
from sealane.sealing import keywrap
from sealane.sealing.keywrap import RSA
from sealane.services.opentdf.issuer import issue
from sealane.services.opentdf.model import KeyVerdict
from tests import oauth
from tests.kas import AGREEMENT, LABEL, SECRET, Node, body_of
from tests.oauth import NOW_S, proof, request_token
from tests.rewraps import READER, RSA_KEY, ask, changed, flip, pem, results, share


def permits(*conditions):
    """A decision as the node would make it, from the facts of this instant."""

    def decide(asked):
        for reason, met in conditions:
            if not met(asked):
                return KeyVerdict(
                    permit=False, decision="ef" * 48, reason=reason, clauses=("JA-5(2)",)
                )
        return KeyVerdict(permit=True, decision="ef" * 48)

    return decide


def test_recall_expiry_and_re_labelling_take_effect_on_the_very_next_call(node, made):
    container, _sealed = made[1][RSA]
    end = oauth.NOW + 10 * 10**9
    node.verdict = permits(("clearance.expired", lambda asked: asked.at < end))
    assert results(ask(node, body_of(container, pem(RSA_KEY))))[0]["status"] == "permit"
    node.host.at = end
    late = {"iat": NOW_S + 10, "exp": NOW_S + 70}
    token = token_at(node, NOW_S + 10)
    given = {
        "token": token,
        "srt": request_token(READER, body_of(container, pem(RSA_KEY)), **late),
        "dpop": proof(READER, token=token, iat=NOW_S + 10),
    }
    (found,) = results(ask(node, None, **given))
    assert (found["error"], node.log[-1].reason) == (
        "rpc error: code = PermissionDenied desc = forbidden",
        "clearance.expired",
    )


def token_at(node, seconds):
    url = f"{node.origin}/oidc/token"
    form = {"grant_type": "client_credentials", "client_id": "cli", "client_secret": SECRET}
    return issue(
        node.issuer,
        form,
        authorization="",
        proof=proof(READER, htu=url, iat=seconds),
        url=url,
        peer="",
    )["access_token"]


REFUSED = {
    "a recalled item": (
        lambda node, uid: node.records.update({uid: changed(node, uid, recalled=True)}),
        "key.recalled",
    ),
    "an ended agreement": (
        lambda node, uid: setattr(
            node, "verdict", permits(("agreement.not_in_force", lambda asked: False))
        ),
        "agreement.not_in_force",
    ),
    "a clearance that lapsed a second ago": (
        lambda node, uid: setattr(
            node,
            "verdict",
            permits(("clearance.expired", lambda asked: asked.at <= oauth.NOW - 10**9)),
        ),
        "clearance.expired",
    ),
    "a label that changed": (
        lambda node, uid: node.records.update(
            {uid: changed(node, uid, label=_higher(), label_digest=_higher().digest())}
        ),
        "key.attributes_differ",
    ),
    "a recorded attribute set that is another": (
        lambda node, uid: node.records.update(
            {uid: changed(node, uid, attributes=frozenset({"https://x/attr/y/value/z"}))}
        ),
        "key.attributes_differ",
    ),
    "another agreement than the attributes name": (
        lambda node, uid: node.records.update(
            {uid: changed(node, uid, agreement=("jpn-aus-2007", AGREEMENT[1]))}
        ),
        "key.attributes_differ",
    ),
}


def _higher():
    import dataclasses

    return dataclasses.replace(LABEL, classification="SECRET")


@pytest.mark.parametrize("name", REFUSED)
def test_what_policy_refuses_is_forbidden_and_recorded(node, made, name):
    change, reason = REFUSED[name]
    container, sealed = made[1][RSA]
    change(node, sealed.policy_uuid)
    (found,) = results(ask(node, body_of(container, pem(RSA_KEY))))
    assert (found["status"], found["error"]) == (
        "fail",
        "rpc error: code = PermissionDenied desc = forbidden",
    )
    assert found["metadata"] == {"x-sealane-code": "key.forbidden"}
    assert (node.log[-1].released, node.log[-1].reason) == (False, reason)


@pytest.mark.parametrize(
    ("recalled", "code"), [(True, "key.forbidden"), (False, "key.bad_request")]
)
def test_a_v1_caller_is_refused_by_an_error(node, made, recalled, code):
    container, sealed = made[1][RSA]
    body = body_of(container, pem(RSA_KEY), v1=True)
    if recalled:
        node.records[sealed.policy_uuid] = changed(node, sealed.policy_uuid, recalled=True)
    else:
        body["keyAccess"]["wrappedKey"] = flip(body["keyAccess"]["wrappedKey"])
    with pytest.raises(SealaneError) as caught:
        ask(node, body)
    assert caught.value.code == code
    assert not node.log[-1].released


def foreign_body(node, attributes, dissem=()):
    """An object that a plain OpenTDF client sealed to this service: no record here, the nil policy
    uuid.
    """
    dek = os.urandom(32)
    policy = base64.b64encode(
        json.dumps(
            {
                "uuid": "00000000-0000-0000-0000-000000000000",
                "body": {
                    "dataAttributes": [{"attribute": one} for one in attributes],
                    "dissem": list(dissem),
                },
            }
        ).encode()
    ).decode()
    wrapped = keywrap.wrap(node.wrapping[RSA].public, dek, b"")
    object_ = {
        "type": "wrapped",
        "url": node.url,
        "protocol": "kas",
        "kid": node.wrapping[RSA].public.kid,
        "wrappedKey": base64.b64encode(wrapped).decode(),
        "policyBinding": base64.b64encode(keywrap.policy_binding(dek, policy).encode()).decode(),
    }
    return dek, {
        "clientPublicKey": pem(RSA_KEY),
        "requests": [
            {
                "policy": {"id": "policy", "body": policy},
                "keyAccessObjects": [{"keyAccessObjectId": "kao-0", "keyAccessObject": object_}],
            }
        ],
    }


NAMED = "https://peer.example/attr/project/value/shared"


def test_an_object_without_a_record_opens_only_when_an_agreement_names_it(node):
    dek, body = foreign_body(node, [NAMED])
    assert results(ask(node, body))[0]["error"].endswith("bad request")
    assert node.log[-1].reason == "key.no_record"
    node.named = frozenset({NAMED})
    assert share(ask(node, body)) == dek


def test_a_policy_without_attributes_is_refused(node):
    _, body = foreign_body(node, [])
    node.foreign = lambda *given: Node.foreign(node, None, "0", frozenset({NAMED}), None, 0)
    node.named = frozenset({NAMED})
    try:
        (found,) = results(ask(node, body))
    finally:
        del node.foreign
    assert (found["status"], node.log[-1].reason) == ("fail", "key.no_attributes")


def test_dissem_is_enforced(node):
    node.named = frozenset({NAMED})
    assert results(ask(node, foreign_body(node, [NAMED], ["reader-1"])[1]))[0]["status"] == "permit"
    assert (
        results(ask(node, foreign_body(node, [NAMED], ["someone-else"])[1]))[0]["status"] == "fail"
    )
    assert node.log[-1].reason == "key.dissem"
