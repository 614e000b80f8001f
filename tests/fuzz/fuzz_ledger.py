"""Notes, checkpoints, keys, policies, proofs, tile paths, bundles, uploads, witness requests, fraud
proofs and evidence.

Each parser gets mutations of something good. It must answer or refuse with one of our errors,
quickly; what it accepts must encode back to the same bytes, and nothing mutated may verify.
"""

from __future__ import annotations

import functools
import itertools
import random
import tempfile
from collections.abc import Callable
from pathlib import Path

from sealane.base import canonical
from sealane.base.errors import SealaneError
from sealane.ledger.log import equivocation, mirror, note, policy, rederive, tiles, witness
from sealane.ledger.log.checkpoint import parse_checkpoint, require, sign_head
from sealane.ledger.log.mirror import Package
from sealane.ledger.proofs import archive, evidence, proof
from tests import tilelogs
from tests.nations_evidence import Story
from tests.tilelogs import AT, fixed

LOG = fixed("log.example/a")
WITNESS = fixed("w.example", note.COSIGN_ED25519)
ENTRIES = [b"entry %d" % one for one in range(300)]
GOOD = sign_head(tilelogs.head(LOG.name, ENTRIES), [LOG, WITNESS], AT).encode()
PROOF = tilelogs.proof([LOG, WITNESS], ENTRIES, 77, extra=b"x")
POLICY = b"".join(
    line.encode() + b"\n"
    for line in (
        f"log {LOG.verifier.vkey}",
        f"witness W {WITNESS.verifier.vkey}",
        "group g all W",
        "quorum g",
    )
)
LEAF = tilelogs.leaves_of(ENTRIES)[77]


def mutate(rng: random.Random, data: bytes) -> bytes:
    out = bytearray(data)
    for _ in range(rng.randrange(1, 4)):
        at, kind = rng.randrange(len(out) + 1), rng.randrange(5)
        if kind == 0 and at < len(out):
            out[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            out[at:at] = rng.choice(
                [
                    b"\n",
                    b"\x00",
                    b" ",
                    b"+",
                    b"\xe2\x80\x94 ",
                    b"=",
                    b"9" * 20,
                    bytes([rng.randrange(256)]),
                ]
            )
        elif kind == 2:
            del out[at : at + rng.randrange(1, 20)]
        elif kind == 3:
            start = rng.randrange(len(out) + 1)
            out[at:at] = out[start : start + rng.randrange(1, 60)]
        else:
            del out[at:]
    return bytes(out)


def checkpoint(data: bytes) -> None:
    found = parse_checkpoint(data)
    require(found, [LOG.verifier, WITNESS.verifier])
    assert found.note.text.encode() == GOOD[: len(found.note.text.encode())], (
        "another text is signed"
    )


def vkey(data: bytes) -> None:
    assert note.parse_vkey(data.decode("utf-8", errors="replace")).vkey.encode() == data


def a_policy(data: bytes) -> None:
    policy.parse_policy(data)


def a_proof(data: bytes) -> None:
    found = proof.parse_proof(data)
    assert found.encode() == data
    shown = proof.check_proof(found, LEAF, policy.parse_policy(POLICY))
    assert shown.index == 77


def a_path(data: bytes) -> None:
    text = data.decode("latin-1")
    assert tiles.parse_path(text).path == text


def a_bundle(data: bytes) -> None:
    assert tiles.encode_bundle(tiles.decode_bundle(data, 3)) == data


def a_request(data: bytes) -> None:
    request = witness.parse_request(data)
    assert request.encode() == data
    assert witness.rule(request, [LOG.verifier], None).status in {200, 400, 403, 409, 422}


def an_upload(data: bytes) -> None:
    upload = mirror.parse_upload(data)
    offset = upload.offset
    for span in itertools.islice(upload.spans(), 2):
        _, offset = mirror.read_package(data, offset, span)


def a_fraud(data: bytes) -> None:
    equivocation.verify(equivocation.read(data), [LOG.verifier])


def an_evidence(data: bytes) -> None:
    evidence.verify(data)


def a_log(data: bytes) -> None:
    """One mutated resource among good ones."""

    def fetch(path: str) -> bytes | None:
        tile = tiles.parse_path(path)
        if tile.level == tiles.ENTRIES:
            return data if tile.index == 0 else tiles.encode_bundle(ENTRIES[256:])
        leaves = tilelogs.leaves_of(ENTRIES)
        row = leaves if tile.level == 0 else [tilelogs.mth(leaves[:256])]
        return b"".join(row[tile.index * 256 : tile.index * 256 + tile.width])

    assert rederive.rederive(parse_checkpoint(GOOD), fetch).entries == 300
    assert data == tiles.encode_bundle(ENTRIES[:256]), "a changed bundle was accepted"


@functools.cache
def story() -> dict[str, bytes]:
    """The members of a real item's evidence."""
    with tempfile.TemporaryDirectory() as folder:
        made = Story(Path(folder))
        members = archive.unpack(made.evidence())
        made.close()
    return members


def a_forged_evidence(rng: random.Random) -> None:
    """One member mutated, and the digests made to fit: what a forger would do.

    A policy's comment and a signature line by an unknown key say nothing; every other change must
    be refused.
    """
    members = dict(story())
    name = rng.choice([name for name in members if name not in {"manifest.sha384", "verify.html"}])
    members[name] = (
        mutate(rng, members[name])
        if rng.random() < 0.7 or name == "manifest.json"
        else members[rng.choice(list(members))]
    )
    if members[name] == story()[name]:
        return
    manifest = members["manifest.json"]
    if name != "manifest.json":
        value = canonical.decode(manifest, limit=1 << 23)
        value["files"][name] = canonical.sha384(members[name])
        if name == "agreement.toml":
            value["agreement"]["digest"] = canonical.sha384(members[name])
        manifest = canonical.encode(value)
    elif rng.random() < 0.8:
        manifest = changed_json(rng, story()["manifest.json"])
    members["manifest.json"], members["manifest.sha384"] = (
        manifest,
        f"{canonical.sha384(manifest)}\n".encode(),
    )
    try:
        evidence.verify(archive.pack(members))
    except SealaneError:
        return
    harmless = (
        name.startswith(("policies/", "proofs/"))
        or manifest == story()["manifest.json"]
        or name == "manifest.json"
    )
    assert harmless, f"a forged {name} was accepted"


def changed_json(rng: random.Random, data: bytes) -> bytes:
    """A manifest with one value anywhere replaced by another kind."""
    value = canonical.decode(data, limit=1 << 23)
    at, key = value, rng.choice(list(value))
    while isinstance(at[key], dict | list) and at[key] and rng.random() < 0.8:
        at = at[key]
        key = rng.choice(list(at) if isinstance(at, dict) else range(len(at)))
    at[key] = rng.choice([None, 0, -1, "", "x", [], {}, [[]], {"a": 1}, True, "A" * 300, [1, 2]])
    return canonical.encode(value)


OTHER = sign_head(tilelogs.head(LOG.name, [*ENTRIES[:299], b"x"]), [LOG], AT).encode()
FRAUD = equivocation.Fraud(GOOD, OTHER, (LOG.verifier,)).encode()
CASES: list[tuple[Callable[[bytes], None], bytes]] = [
    (checkpoint, GOOD),
    (vkey, LOG.verifier.vkey.encode()),
    (a_policy, POLICY),
    (a_proof, PROOF),
    (a_path, b"tile/0/x001/234.p/5"),
    (a_bundle, tiles.encode_bundle(ENTRIES[:3])),
    (a_request, witness.encode_request(0, [], GOOD)),
    (
        an_upload,
        mirror.encode_upload(
            LOG.name, 0, 300, b"t", [Package(0, tuple(ENTRIES[:256]), (bytes(32),))]
        ),
    ),
    (a_fraud, FRAUD),
    (an_evidence, archive.pack({"manifest.json": b"{}", "manifest.sha384": b"x", "a": b"b"})),
    (a_log, tiles.encode_bundle(ENTRIES[:256])),
]


def run(seed: int, rounds: int) -> None:
    """Every case gets its share of the rounds; an unforeseen exception or a wrong acceptance is
    raised.
    """
    rng = random.Random(seed)
    for _ in range(rounds // 20):
        a_forged_evidence(rng)
    for at in range(rounds):
        check, good = CASES[at % len(CASES)]
        data = mutate(rng, good)
        try:
            check(data)
        except SealaneError:
            continue
        except RecursionError as error:
            raise AssertionError(f"{check.__name__}: {data!r}") from error
