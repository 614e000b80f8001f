"""Time-stamps of an evidence file: what they may be made over, and a file with one more. Spec:
spec/evidence.md §6.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from cryptography import x509

from sealane.base import canonical
from sealane.base.errors import NotFound, declare
from sealane.ledger.log.checkpoint import parse_checkpoint
from sealane.ledger.proofs import archive, evidence, order, timestamp
from sealane.ledger.proofs.proof import parse_proof

TOKEN = re.compile(r"extras/[a-z0-9._-]+\.tsr")

NO_PART = declare(
    "timestamp.no_part",
    NotFound,
    "The evidence has no part {name!r}; it has: {parts}.",
    "証拠に {name!r} という部分はありません。あるもの：{parts}。",
)


def parts(members: dict[str, bytes]) -> dict[str, bytes]:
    """What a token may be made over: the newest checkpoint of each log as `heads/<party>`, and each
    member but the manifest.
    """
    heads: dict[str, tuple[int, bytes]] = {}
    for name, data in members.items():
        if name.startswith("proofs/"):
            raw = parse_proof(data).checkpoint
            party, size = name.split("/")[1], parse_checkpoint(raw).head.size
            if party not in heads or size > heads[party][0]:
                heads[party] = (size, raw)
    found = {f"heads/{party}": raw for party, (_, raw) in sorted(heads.items())}
    return found | {
        name: data
        for name, data in members.items()
        if not name.startswith(("manifest.", "extras/"))
    }


def part(data: bytes, name: str | None) -> tuple[str, bytes]:
    """The named part, or the first log's newest checkpoint. Raises: NotFound `timestamp.no_part`;
    as `evidence.verify`.
    """
    evidence.verify(data)
    held = parts(archive.unpack(data))
    name = next(iter(held)) if name is None else name
    if name not in held:
        raise NO_PART(
            name=name,
            parts=", ".join(one for one in held if one.startswith(("heads/", "statements/"))),
        )
    return name, held[name]


def stamped(data: bytes, token: bytes) -> bytes:
    """The evidence with one more token; it verifies. Raises: as `evidence.verify`."""
    evidence.verify(data)
    members = archive.unpack(data)
    number = 1 + sum(1 for name in members if TOKEN.fullmatch(name))
    members[f"extras/{number:03d}.tsr"] = token
    manifest = canonical.decode(members["manifest.json"], limit=8 << 20)
    manifest["files"] = {
        name: canonical.sha384(one)
        for name, one in members.items()
        if not name.startswith("manifest.")
    }
    members["manifest.json"] = canonical.encode(manifest)
    members["manifest.sha384"] = f"{canonical.sha384(members['manifest.json'])}\n".encode()
    names = order.arranged(members, [one["party"] for one in manifest["parties"]])
    made = archive.pack({name: members[name] for name in names})
    evidence.verify(made)
    return made


def judged(data: bytes, authorities: Sequence[x509.Certificate]) -> list[dict[str, Any]]:
    """Every token of a verified evidence file, judged."""
    members = archive.unpack(data)
    held = parts(members)
    return [
        {"token": name, **timestamp.judge(one, held, authorities)}
        for name, one in members.items()
        if TOKEN.fullmatch(name)
    ]
