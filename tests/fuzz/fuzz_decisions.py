"""Mutated requests and agreements: every answer is a decision or a typed refusal, and the quick
reader is never laxer.
"""

from __future__ import annotations

import json
import random

from sealane import shipped
from sealane.agreements.parse import parse_agreement
from sealane.base import canonical
from sealane.base.errors import Malformed
from sealane.decisions.asked import Request
from sealane.decisions.decide import decide
from sealane.decisions.request import request_from_bytes, request_from_json
from sealane.decisions.words import Words
from tests import cases

TOKENS = [
    b'"',
    b":",
    b",",
    b"{",
    b"}",
    b"[",
    b"]",
    b"null",
    b"true",
    b"7",
    b'"x":1,',
    b"\\u003a",
    b" ",
    b"\n",
    "秘".encode(),
    b"\xff",
]


def run(seed: int, rounds: int) -> None:
    """Raises AssertionError when an input is read in two ways,
    or anything but a Malformed escapes.
    """
    rng = random.Random(seed)
    agreements, schemes = shipped.agreements(), shipped.schemes()
    words = Words.of(agreements)
    for _ in range(rounds):
        data = mutated(
            rng, json.dumps(cases.case(rng), ensure_ascii=False).encode(), rng.randint(0, 3)
        )
        request = read(data, words)
        strict = read_strictly(data, words)
        assert (request is None) == (strict is None), data
        if request is not None and strict is not None:
            assert request.normal() == strict.normal(), data
            decision = decide(request, agreements=agreements, schemes=schemes)
            assert decision.permit == (not decision.unmet), data
    text = agreement_text()
    for _ in range(max(1, rounds // 50)):
        try:
            parse_agreement(mutated(rng, text, rng.randint(1, 4)))
        except Malformed:
            continue


def agreement_text() -> bytes:
    from sealane.adapters.policy import policy_root

    return (policy_root() / "agreements" / "jpn-aus-2022.toml").read_bytes()


def read(data: bytes, words: Words) -> Request | None:
    try:
        return request_from_bytes(data, words=words)
    except Malformed:
        return None


def read_strictly(data: bytes, words: Words) -> Request | None:
    try:
        return request_from_json(canonical.parse(data), words=words)
    except Malformed:
        return None


def mutated(rng: random.Random, data: bytes, times: int) -> bytes:
    for _ in range(times):
        place = rng.randrange(len(data) + 1)
        kind = rng.randrange(4)
        if kind == 0:
            data = data[:place] + rng.choice(TOKENS) + data[place:]
        elif kind == 1:
            data = data[:place] + data[place + rng.randint(1, 12) :]
        elif kind == 2:
            other = rng.randrange(len(data) + 1)
            data = data[:place] + data[other : other + rng.randint(1, 60)] + data[place:]
        elif data:
            place = min(place, len(data) - 1)
            data = data[:place] + bytes([rng.randrange(256)]) + data[place + 1 :]
    return data
