"""Mutated calls, tokens and bodies: each is answered or refused by a typed error, and no share
leaves that was not asked for well.
"""

from __future__ import annotations

import base64
import gzip
import json
import random
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sealane.base.errors import SealaneError
from sealane.protocol import connect, kasproto, protobuf
from sealane.services.opentdf.rewrap import Call, rewrap
from tests.kas import Node, body_of
from tests.oauth import Key, access_claims, proof, request_token

PATH = "/kas.AccessService/Rewrap"


def _mutate(rng: random.Random, data: Any) -> Any:
    data = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8))):
        at = rng.randrange(len(data) + 1)
        kind = rng.randrange(5)
        if kind == 0 and at < len(data):
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            data[at:at] = rng.randbytes(rng.randrange(1, 9))
        elif kind == 2:
            del data[at : at + rng.randrange(1, 64)]
        elif kind == 3:
            data[at:at] = rng.choice(
                [
                    b'"',
                    b"{",
                    b"[",
                    b"null",
                    b"\\ud800",
                    b"1e999",
                    b"\xff",
                    b"\x00",
                    b'{"a":1,"a":2}',
                ]
            )
        else:
            data[at : at + 4] = data[:4]
    return bytes(data)


def _twist(rng: random.Random, value: Any) -> Any:
    """One member of a JSON value replaced by something of
    another type or another member's value.
    """
    places = []

    def walk(node: Any) -> None:
        for name in list(node) if isinstance(node, dict) else range(len(node)):
            places.append((node, name))
            if isinstance(node[name], dict | list):
                walk(node[name])

    walk(value)
    node, name = rng.choice(places)
    other, there = rng.choice(places)
    node[name] = rng.choice(
        [
            None,
            1,
            -1,
            True,
            [],
            {},
            "",
            "x" * 300,
            [[]],
            json.loads(json.dumps(other[there])),
            rng.randbytes(8).hex(),
        ]
    )
    return value


def run(seed: int, rounds: int) -> None:
    rng = random.Random(seed)
    node = Node()
    key, plain = Key("ES256"), rng.randbytes(32)
    private = rsa.generate_private_key(65537, 2048)
    pem = (
        private.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )
    container, _ = node.seal(plain)
    token = _token(node, key)
    good = json.dumps(body_of(container, pem))
    for turn in range(rounds):
        body = (
            _mutate(rng, good.encode()).decode("utf-8", "replace")
            if turn % 2
            else json.dumps(_twist(rng, json.loads(good)))
        )
        _call(node, key, token, body)
        _wire(rng, body)
        _tokens(rng, node, key, token)
        if len(node.log) > 64:
            node.log.clear()
            node.seen.clear()


def _token(node: Any, key: Any) -> Any:
    from sealane.protocol import jwt
    from tests.oauth import NOW_S

    claims = access_claims(key, iss=node.origin, aud=node.url, exp=NOW_S + 300)
    signing = jwt.write({"alg": "ES384", "kid": node.issuer.key.thumbprint}, claims)
    return f"{signing}.{jwt.b64(node.issuing.sign(signing.encode()))}"


def _call(node: Any, key: Any, token: Any, body: Any) -> None:
    """An honest caller with a mutated body: only an object that still is the recorded one may be
    released.
    """
    before = len(node.log)
    try:
        answer = rewrap(
            node.service,
            Call(
                request_token=request_token(key, body),
                authorization=f"DPoP {token}",
                proof=proof(key, token=token, htu=node.origin + PATH),
                path=PATH,
                peer="",
            ),
        )
    except SealaneError:
        answer = {"responses": []}
    given = sum(
        one["status"] == "permit" for policy in answer["responses"] for one in policy["results"]
    )
    recorded = [one.released for one in node.log[before:]]
    if not recorded or given != sum(recorded):
        raise AssertionError(f"released {given}, recorded {recorded}: {body[:200]}")
    for one in node.log[before:]:
        if one.released and (one.record is None or one.record.recalled):
            raise AssertionError("released without a record")


def _wire(rng: random.Random, body: Any) -> None:
    """Mutated wire bytes in every dress."""
    value = {"signedRequestToken": body[:500]}
    for codec, data in (
        ("application/json", json.dumps(value).encode()),
        ("application/proto", protobuf.encode(kasproto.REWRAP_REQUEST, value)),
    ):
        zipped = rng.random() < 0.3
        data = _mutate(rng, gzip.compress(data) if zipped else data)
        try:
            connect.read_post(kasproto.REWRAP_REQUEST, codec, "gzip" if zipped else "", data)
            protobuf.decode(kasproto.REWRAP_RESPONSE, data)
        except SealaneError:
            continue
    try:
        connect.read_get(
            kasproto.PUBLIC_KEY_REQUEST,
            {
                "encoding": "proto",
                "base64": "1",
                "message": base64.urlsafe_b64encode(rng.randbytes(12)).decode(),
            },
        )
    except SealaneError:
        return


def _tokens(rng: random.Random, node: Any, key: Any, token: Any) -> None:
    """A caller whose token, proof or request is mutated gets nothing, and is recorded."""
    signed, shown = request_token(key, "{}"), proof(key, token=token, htu=node.origin + PATH)
    which = rng.randrange(3)
    parts = [token, shown, signed]
    changed = _mutate(rng, parts[which].encode()).decode("latin-1")
    if changed.strip() == parts[which]:
        return
    parts[which] = changed
    before = len(node.log)
    try:
        rewrap(
            node.service,
            Call(
                request_token=parts[2],
                authorization=f"DPoP {parts[0]}",
                proof=parts[1],
                path=PATH,
                peer="",
            ),
        )
    except SealaneError as error:
        if error.code != "key.unauthenticated" or [one.released for one in node.log[before:]] != [
            False
        ]:
            raise AssertionError(f"{error.code}: {changed[:200]}") from error
    else:
        raise AssertionError(f"a mutated token was accepted: {changed[:200]}")
