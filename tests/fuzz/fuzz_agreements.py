"""Agreement files, signatures, notices and registry facts: mutated bytes are refused by a code or
read, never a crash.

Whatever still parses must lint without a fault of ours, and no mutated signatures file may be
complete.
"""

from __future__ import annotations

import contextlib
import functools
import json
import random

from sealane.adapters.policy import policy_root
from sealane.agreements import check, endorsements, notice, signing
from sealane.agreements.lines import Lines
from sealane.agreements.parse import parse_agreement
from sealane.agreements.signing import Paper
from sealane.base import canonical
from sealane.base.errors import SealaneError
from sealane.base.values import parse_instant
from sealane.crypto.keys import PrivateKey, PublicKey
from sealane.decisions.outlook.facts import facts_from_json

FILES = [path.read_bytes() for path in sorted((policy_root() / "agreements").glob("*.toml"))]
AT = parse_instant("2026-11-22T00:00:00Z")
TOKENS = [
    b'"',
    b"[",
    b"]",
    b"{",
    b"}",
    b"=",
    b"\n",
    b"[[clause]]\n",
    b"[[party]]\n",
    b'id = "x"\n',
    b"#",
    b"'''",
    b'"""',
    b"\\u0000",
    b"\xff",
    b"99999999999999999999",
    b"nan",
    b"true",
    "条".encode(),
    b"levels = [4]\n",
    b"-1",
    b"1e400",
    b"2022-10-22T00:00:00Z",
]
FACTS = json.dumps({"items": [], "people": []}).encode()


def run(seed: int, rounds: int) -> None:
    rng = random.Random(seed)
    for number in range(rounds):
        if number % 4:
            _file(mutated(rng, rng.choice(FILES)))
        else:
            _beside(rng)


def mutated(rng: random.Random, data: bytes) -> bytes:
    out = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        place, kind = rng.randrange(len(out) + 1), rng.randrange(5)
        if kind == 0:
            out[place : place + rng.randint(1, 40)] = b""
        elif kind == 1:
            out[place:place] = rng.choice(TOKENS)
        elif kind == 2 and place < len(out):
            out[place] ^= 1 << rng.randrange(8)
        elif kind == 3:
            start = rng.randrange(len(out) + 1)
            out[place:place] = out[start : start + rng.randint(1, 200)]
        else:
            out[place : place + 1] = rng.choice(TOKENS)
    return bytes(out)


def _file(data: bytes) -> None:
    try:
        agreement = parse_agreement(data)
    except SealaneError:
        return
    lines = Lines(data.decode())
    for finding in check.lint(agreement):
        line = lines.of(finding.path)
        assert line is None or 1 <= line <= data.count(b"\n") + 1


@functools.cache
def signed() -> tuple[Paper, bytes, bytes, dict[str, tuple[PublicKey, ...]]]:
    data = FILES[-1]
    agreement = parse_agreement(data)
    paper = Paper.of(agreement, data)
    keys = {
        party: tuple(PrivateKey.generate(alg) for alg in signing.SUITES) for party in paper.parties
    }
    beside: bytes | None = None
    told: bytes | None = None
    for party, pair in keys.items():
        beside = endorsements.add(
            beside, signing.endorse(paper, party=party, at=AT, signers=pair), paper
        )
        told = notice.give(
            agreement,
            paper,
            notice.Draft(kind="suspend", party=party, effective=AT),
            beside=told,
            at=AT,
            signers=pair,
        )
    assert beside is not None
    assert told is not None
    return (
        paper,
        beside,
        told,
        {party: tuple(key.public for key in pair) for party, pair in keys.items()},
    )


def _beside(rng: random.Random) -> None:
    paper, beside, told, keys = signed()
    changed = mutated(rng, beside)
    try:
        rows = endorsements.examine(changed, paper, keys)
        assert (
            not endorsements.complete(rows)
            or canonical.parse(changed)["endorsements"] == canonical.parse(beside)["endorsements"]
        )
    except SealaneError:
        pass
    changed = mutated(rng, told)
    try:
        found = notice.accept(changed, parse_agreement(paper.data), paper, keys)
        assert (
            canonical.parse(changed)["notices"][: len(found)]
            == canonical.parse(told)["notices"][: len(found)]
        )
    except SealaneError:
        pass
    with contextlib.suppress(SealaneError):
        facts_from_json(canonical.parse(mutated(rng, FACTS)))
