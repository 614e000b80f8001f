"""Strict DER, time-stamp queries, replies and tokens: mutations are refused with one of our errors,
and none is ever proven.
"""

from __future__ import annotations

import random

from sealane.base.errors import SealaneError
from sealane.ledger.proofs import der, timestamp
from sealane.ledger.proofs.der import INTEGER, OCTETS, OID, SEQUENCE, SET, TIME
from tests.fuzz.fuzz_ledger import mutate

QUERY = timestamp.query(b"part", 77)


def _token() -> bytes:
    """A token in shape, signed by nobody."""
    imprint = der.read(QUERY).parts[1].raw
    info = der.write(
        SEQUENCE,
        der.write(INTEGER, b"\x01"),
        der.write(OID, b"\x2a\x03"),
        imprint,
        der.write(INTEGER, b"\x05"),
        der.write(TIME, b"20261123000000Z"),
        der.write(INTEGER, b"\x4d"),
    )
    digests = der.write(SEQUENCE, der.write(OID, timestamp.SHA384))
    attributes = der.write(
        0xA0,
        der.write(
            SEQUENCE,
            der.write(OID, timestamp.CONTENT_TYPE),
            der.write(SET, der.write(OID, timestamp.TST_INFO)),
        ),
    )
    signer = der.write(
        SEQUENCE,
        der.write(INTEGER, b"\x01"),
        der.write(SEQUENCE),
        digests,
        attributes,
        digests,
        der.write(OCTETS, bytes(96)),
    )
    content = der.write(
        SEQUENCE, der.write(OID, timestamp.TST_INFO), der.write(0xA0, der.write(OCTETS, info))
    )
    signed = der.write(
        SEQUENCE,
        der.write(INTEGER, b"\x03"),
        der.write(SET, digests),
        content,
        der.write(SET, signer),
    )
    return der.write(SEQUENCE, der.write(OID, timestamp.SIGNED_DATA), der.write(0xA0, signed))


TOKEN = _token()
REPLY = der.write(SEQUENCE, der.write(SEQUENCE, der.write(INTEGER, b"\x00")), TOKEN)


def run(seed: int, rounds: int) -> None:
    rng = random.Random(seed)
    assert timestamp.granted(REPLY, nonce=77) == TOKEN
    assert timestamp.judge(TOKEN, {"x": b"part"}, [])["state"] == "unverifiable"
    for _ in range(rounds):
        data = mutate(rng, rng.choice([QUERY, TOKEN, REPLY]))
        for parse in (
            der.read,
            timestamp.parse,
            timestamp.nonce_of,
            lambda data: timestamp.granted(data, nonce=77),
        ):
            try:
                parse(data)
            except SealaneError:
                continue
        assert timestamp.judge(data, {"x": b"part"}, [])["state"] in {"failed", "unverifiable"}
