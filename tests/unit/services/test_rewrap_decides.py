"""Key access under the real agreement: the decision is the shipped one, at the call's own instant,
with the facts of that instant.
"""

import base64
import copy
import json

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sealane.agreements.parse import scenario_requests
from sealane.base.values import SECOND, format_instant, parse_instant
from sealane.labels.model.label import label_from_json
from sealane.services.opentdf.issuer import issue
from sealane.services.opentdf.model import KeyVerdict
from sealane.services.opentdf.rewrap import Call, rewrap
from tests.decisions import decided, the_agreement
from tests.kas import SECRET, Node, body_of
from tests.oauth import Key, proof, request_token

PATH = "/kas.AccessService/Rewrap"
READER = Key("ES256")
RSA_KEY = rsa.generate_private_key(65537, 2048)
PEM = (
    RSA_KEY.public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode()
)
FACTS = next(
    request
    for scenario, request in scenario_requests(the_agreement())
    if scenario.expect == "permit" and request["action"] == "open"
)
LABEL = label_from_json(FACTS["label"])
START = parse_instant(FACTS["at"])


def at(seconds):
    return format_instant(START + seconds * SECOND)


@pytest.fixture
def node():
    """Key access whose decision asks the shipped agreement about `node.facts` at the instant of the
    call.
    """
    found = Node()
    found.host.at = START
    found.facts = copy.deepcopy(FACTS)

    def decide(asked):
        request = {
            **found.facts,
            "label": asked.record.label.as_json(),
            "at": format_instant(asked.at),
        }
        request["item"] = {**found.facts["item"], "recalled": asked.record.recalled}
        decision = decided(request)
        return KeyVerdict(
            permit=decision.permit,
            decision=decision.digest,
            clauses=tuple(one.clause for one in decision.unmet),
            reason="" if decision.permit else decision.unmet[0].code,
        )

    found.verdict = decide
    return found


def opens(node, container):
    seconds = node.host.at // SECOND
    url = f"{node.origin}/oidc/token"
    form = {"grant_type": "client_credentials", "client_id": "cli", "client_secret": SECRET}
    token = issue(
        node.issuer,
        form,
        authorization="",
        proof=proof(READER, htu=url, iat=seconds),
        url=url,
        peer="",
    )["access_token"]
    answer = rewrap(
        node.service,
        Call(
            request_token=request_token(
                READER, json.dumps(body_of(container, PEM)), iat=seconds, exp=seconds + 60
            ),
            authorization=f"DPoP {token}",
            proof=proof(READER, token=token, iat=seconds),
            path=PATH,
            peer="",
        ),
    )
    found = answer["responses"][0]["results"][0]
    if found["status"] == "permit":
        oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None)
        assert len(RSA_KEY.decrypt(base64.b64decode(found["kasWrappedKey"]), oaep)) == 32
        return True
    assert found["error"] == "rpc error: code = PermissionDenied desc = forbidden"
    return False


def test_a_cleared_named_and_briefed_reader_opens_and_both_have_the_decisions_digest(node):
    container, _ = node.seal(b"secret", label=LABEL)
    assert opens(node, container)
    assert node.log[-1].verdict.decision == decided({**FACTS, "label": LABEL.as_json()}).digest


def clearance(until):
    return lambda facts: facts["subject"]["clearances"][0].update(expires=until)


LAPSES = {
    "clearance": (clearance(at(10)), "5.1"),
    "briefing": (lambda facts: facts["subject"]["briefings"][0].update(until=at(10)), "4.6"),
    "authorisation": (
        lambda facts: facts["subject"]["authorisations"][0].update(until=at(10)),
        "4.5",
    ),
    "facility": (lambda facts: facts["facility"].update(until=at(10)), "4.9"),
    "the item's own end": (lambda facts: facts["item"].update(until=at(10)), "4.3"),
}


@pytest.mark.parametrize("name", LAPSES)
def test_what_lapses_at_an_instant_opens_a_second_before_and_not_at_it(node, name):
    change, clause = LAPSES[name]
    change(node.facts)
    container, _ = node.seal(b"secret", label=LABEL)
    node.later(9)
    assert opens(node, container)
    node.later(1)
    assert not opens(node, container)
    assert clause in node.log[-1].verdict.clauses
    node.later(1)
    assert not opens(node, container)


def test_a_suspended_clearance_counts_at_once(node):
    container, _ = node.seal(b"secret", label=LABEL)
    assert opens(node, container)
    node.facts["subject"]["clearances"][0]["status"] = "suspended"
    assert not opens(node, container)


def test_a_call_before_the_agreement_is_in_force_is_refused(node):
    container, _ = node.seal(b"secret", label=LABEL)
    node.host.at = parse_instant("2022-10-21T23:59:59Z")
    assert not opens(node, container)
    assert "1.1" in node.log[-1].verdict.clauses


def test_a_recall_is_refused_and_the_refusal_is_recorded(node):
    import dataclasses

    container, sealed = node.seal(b"secret", label=LABEL)
    node.records[sealed.policy_uuid] = dataclasses.replace(
        node.records[sealed.policy_uuid], recalled=True
    )
    assert not opens(node, container)
    assert [(one.released, one.reason) for one in node.log] == [(False, "key.recalled")]


def test_a_partners_issuer_is_trusted_only_while_its_agreement_is_in_force(node):
    trusted = node.trusted
    end = START + 10 * SECOND
    import dataclasses

    node.service = dataclasses.replace(
        node.service, issuers=lambda now: trusted if now < end else {}
    )
    container, _ = node.seal(b"secret", label=LABEL)
    assert opens(node, container)
    node.later(10)
    from sealane.base.errors import SealaneError

    with pytest.raises(SealaneError) as caught:
        opens(node, container)
    assert (caught.value.code, node.log[-1].reason) == ("key.unauthenticated", "token.issuer")
