"""Mutated containers: refused by a typed code or opened to exactly the sealed bytes; never a crash,
never much memory.

Half of the inputs are byte flips, cuts and splices of the file; half are changes inside the
manifest, put back into a sound zip, so that every check behind the zip is reached too. Each input
goes through arrival and, with the keys in hand and the seal's signatures ignored, through an
opening.
"""

from __future__ import annotations

import contextlib
import copy
import io
import json
import random
import resource
from typing import Any

from sealane.base.errors import SealaneError
from sealane.sealing import container, origin
from tests.unit.sealing.making import provider, sealed, verified
from tests.unit.sealing.tampering import put_together, taken_apart

LIMIT_KB = 256 << 10
TEXT = bytes(range(256)) * 200 + b"end"
INTERESTING = (
    b"\0",
    b"\xff\xff\xff\xff",
    b"PK\x05\x06",
    b"PK\x01\x02",
    b"PK\x03\x04",
    b"\xff\xff",
    b'"',
    b"[",
    b"{",
)
VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    28,
    1 << 20,
    1 << 62,
    1.5,
    "",
    "A" * 24,
    "HS256",
    "GMAC",
    "none",
    [],
    {},
    [[]],
    {"a": {}},
    "\ud7ff",
    "AAAA",
    "=",
    "https://x.example",
    [None] * 300,
)


def run(seed: int, rounds: int) -> None:
    """Raise when an input crashes, yields a wrong byte, or the process passes 256 MB."""
    chance = random.Random(seed)
    limit = max(LIMIT_KB, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    seeds = [sealed(TEXT, profile)[0] for profile in ("sovereign", "interop")] + [sealed(b"")[0]]
    texts = [TEXT, TEXT, b""]
    parts = [taken_apart(data) for data in seeds]
    for at in range(rounds):
        which = chance.randrange(len(seeds))
        if at % 2:
            data = flipped(chance, seeds[which], seeds[chance.randrange(len(seeds))])
        else:
            payload, manifest = parts[which]
            data = put_together(payload, altered(chance, json.loads(json.dumps(manifest))))
        attempt(data, texts[which])
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if used > limit:
        raise AssertionError(f"{used >> 10} MB used")


def attempt(data: bytes, text: bytes) -> None:
    """Arrival, then an opening that believes the seal's text; what comes out is the sealed text or
    nothing.
    """
    with contextlib.suppress(SealaneError):
        found, source, _ = verified(data)
        container.check_payload(found, source)
    sink = io.BytesIO()
    try:
        source = io.BytesIO(data)
        found = container.read(source)
        claims = origin.read(found.manifest) if origin.has_seal(found.manifest) else None
        dek = container.unlock(found, provider(), claims=claims)
        container.open_container(found, source, dek, sink, claims=claims, recovery=True)
    except SealaneError:
        opened = False
    else:
        opened = True
    if opened and sink.getvalue() != text:
        raise AssertionError("wrong plaintext was accepted")
    if not text.startswith(sink.getvalue()):
        raise AssertionError("a byte of wrong plaintext was written")


def flipped(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """One to four flips, cuts, repeats or splices."""
    out = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = (
            chance.randrange(len(out) or 1)
            if chance.random() < 0.5
            else max(0, len(out) - chance.randint(1, 220))
        )
        kind = chance.randrange(6)
        if kind == 0 and out:
            out[at % len(out)] ^= 1 << chance.randrange(8)
        elif kind == 1:
            piece = chance.choice(INTERESTING)
            out[at : at + len(piece)] = piece
        elif kind == 2:
            del out[at : at + chance.randint(1, 64)]
        elif kind == 3:
            out[at:at] = out[at : at + chance.randint(1, 64)]
        elif kind == 4:
            del out[at:]
            out += other[at:]
        else:
            out[at:at] = chance.choice(INTERESTING)
    return bytes(out)


def altered(chance: random.Random, manifest: Any) -> Any:
    """One to three members replaced, removed, repeated or exchanged, anywhere in the tree."""
    for _ in range(chance.randint(1, 3)):
        places = list(walk(manifest))
        holder, name = chance.choice(places)
        kind = chance.randrange(4)
        if kind == 0:
            holder[name] = copy.deepcopy(chance.choice(VALUES))
        elif kind == 1:
            del holder[name]
        elif kind == 2 and isinstance(holder, list):
            holder.insert(chance.randrange(len(holder) + 1), holder[name])
        elif kind == 3 and isinstance(holder[name], str) and holder[name]:
            text = holder[name]
            at = chance.randrange(len(text))
            holder[name] = text[:at] + chance.choice("Aa0=/+\x00é") + text[at + 1 :]
        else:
            other_holder, other_name = chance.choice(places)
            holder[name] = json.loads(
                json.dumps(other_holder[other_name] if other_name in _names(other_holder) else None)
            )
        if not manifest:
            break
    return manifest


def _names(holder: Any) -> Any:
    return range(len(holder)) if isinstance(holder, list) else holder


def walk(value: Any) -> Any:
    """Every (holder, name) of a tree."""
    names = list(value) if isinstance(value, dict) else range(len(value))
    for name in names:
        yield value, name
        if isinstance(value[name], dict | list):
            yield from walk(value[name])
