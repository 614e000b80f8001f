"""Laws of key access: what leaves was recorded, what was changed does not leave, and more doubt
never releases more.
"""

import base64
import copy
import dataclasses
import json

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane.base.errors import SealaneError
from sealane.base.values import SECOND, Instant
from sealane.protocol import tokens
from sealane.services.opentdf.model import KeyVerdict
from sealane.services.opentdf.rewrap import Call, rewrap
from tests.kas import Node, body_of
from tests.oauth import NOW, NOW_S, Key, access_claims, access_token, proof, request_token
from tests.unit.protocol.test_tokens import ISSUING, TRUST

NODE = Node()
READER = Key("ES256")
RSA_KEY = rsa.generate_private_key(65537, 2048)
PEM = (
    RSA_KEY.public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode()
)
SEALED = [NODE.seal(b"x" * size)[0] for size in (1, 2, 3)]
BODIES = [body_of(container, PEM) for container in SEALED]


def signed(claims):
    from sealane.protocol import jwt

    text = jwt.write({"alg": "ES384", "kid": NODE.issuer.key.thumbprint}, claims)
    return f"{text}.{jwt.b64(NODE.issuing.sign(text.encode()))}"


TOKEN = signed(access_claims(READER, iss=NODE.origin, aud=NODE.url))


def ask(body):
    NODE.log.clear()
    NODE.seen.clear()
    try:
        answer = rewrap(
            NODE.service,
            Call(
                request_token=request_token(READER, body),
                authorization=f"DPoP {TOKEN}",
                proof=proof(READER, token=TOKEN, htu=f"{NODE.origin}/kas.AccessService/Rewrap"),
                path="/kas.AccessService/Rewrap",
                peer="",
            ),
        )
    except SealaneError:
        return []
    return [
        one["status"] == "permit" for policy in answer["responses"] for one in policy["results"]
    ]


def flipped(text, bit):
    raw = bytearray(base64.b64decode(text))
    raw[bit // 8 % len(raw)] ^= 1 << bit % 8
    return base64.b64encode(raw).decode()


@settings(max_examples=60, deadline=None)
@given(which=st.sampled_from(["wrappedKey", "hash", "policy"]), bit=st.integers(0, 1 << 16))
def test_no_flipped_bit_of_what_is_asked_for_releases_anything(which, bit):
    body = copy.deepcopy(BODIES[0])
    kao = body["requests"][0]["keyAccessObjects"][0]["keyAccessObject"]
    if which == "policy":
        body["requests"][0]["policy"]["body"] = flipped(body["requests"][0]["policy"]["body"], bit)
    elif which == "hash":
        kao["policyBinding"]["hash"] = flipped(kao["policyBinding"]["hash"], bit)
    else:
        kao["wrappedKey"] = flipped(kao["wrappedKey"], bit)
    assert ask(body) == [False]
    assert [one.released for one in NODE.log] == [False]


@settings(max_examples=40, deadline=None)
@given(
    permits=st.tuples(st.booleans(), st.booleans(), st.booleans()),
    recalled=st.tuples(st.booleans(), st.booleans(), st.booleans()),
    order=st.permutations([0, 1, 2]),
)
def test_what_left_is_what_was_recorded_as_released_object_by_object(permits, recalled, order):
    uuids = [
        json.loads(base64.b64decode(body["requests"][0]["policy"]["body"]))["uuid"]
        for body in BODIES
    ]
    kept = dict(NODE.records)
    for uuid, gone in zip(uuids, recalled, strict=True):
        NODE.records[uuid] = dataclasses.replace(NODE.records[uuid], recalled=gone)
    NODE.verdict = lambda asked: KeyVerdict(
        permit=permits[uuids.index(asked.record.policy_uuid)], decision="ef" * 48, reason="no"
    )
    body = {"clientPublicKey": PEM, "requests": []}
    for place in order:
        one = copy.deepcopy(BODIES[place]["requests"][0])
        one["policy"]["id"] = str(place)
        body["requests"].append(one)
    try:
        found = ask(body)
    finally:
        NODE.records.update(kept)
        NODE.verdict = KeyVerdict(permit=True, decision="cd" * 48)
    assert found == [permits[place] and not recalled[place] for place in order]
    assert [one.released for one in NODE.log] == found


SHIFT = st.integers(-400, 400)


@settings(max_examples=200, deadline=None)
@given(issued=SHIFT, life=st.integers(1, 4000), now=SHIFT)
def test_an_access_token_holds_in_its_time_and_at_no_other(issued, life, now):
    text = access_token(ISSUING, READER, iat=NOW_S + issued, exp=NOW_S + issued + life)
    try:
        tokens.verify_access(text, TRUST, Instant(NOW + now * SECOND))
        held = True
    except SealaneError:
        held = False
    assert held == (issued - 60 <= now < issued + life and life <= 3600)


@settings(max_examples=200, deadline=None)
@given(
    issued=SHIFT,
    life=st.integers(1, 200),
    now=SHIFT,
    age=st.integers(60, 300),
    most=st.integers(60, 150),
)
def test_a_wider_window_never_refuses_what_a_narrower_one_takes(issued, life, now, age, most):
    text = request_token(READER, "{}", iat=NOW_S + issued, exp=NOW_S + issued + life)

    def holds(rule):
        try:
            tokens.verify_request(
                text, key=READER.public, rule=rule, at=Instant(NOW + now * SECOND)
            )
        except SealaneError:
            return False
        return True

    wide = tokens.ClientRule(request_age=age, request_life=most)
    assert not holds(tokens.STRICT) or holds(wide)
    assert holds(tokens.STRICT) == (
        issued - 60 <= now < issued + life and now <= issued + 60 and life <= 60
    )
