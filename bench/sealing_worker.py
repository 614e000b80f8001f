"""One sealing or opening in a process of its own, so that its peak memory is its own; prints
seconds and kilobytes.

`python -m bench.sealing_worker MODE IN OUT KEYS`, where KEYS is the JSON file that `bench_sealing`
made.
"""

from __future__ import annotations

import base64
import json
import os
import resource
import sys
import time
import uuid
from pathlib import Path
from typing import Any

from sealane.adapters.streams import behind
from sealane.crypto.keys import PrivateKey
from sealane.labels.model.label import label_from_json
from sealane.sealing import container, origin
from sealane.sealing.keywrap import RSA, KemPrivateKey, KeyRing
from sealane.sealing.plan import KeyService, SealPlan
from sealane.sealing.writing import seal

LABEL = {
    "policy": "AUS",
    "classification": "SECRET",
    "originator": "AUS",
    "categories": [{"tag": "Releasable To", "type": "permissive", "values": ["AUS", "JPN"]}],
}
MIDDLE, RANGE = 0.6, 1_000_000
"""Where the ranged read begins, as a share of the file, and how many bytes it asks for."""


def make_keys(path: Path, profile: str) -> None:
    """Two signing keys, and the key services' keys of a profile."""
    suites = [RSA] if profile == "interop" else ["MLKEM1024-P384"] * 2
    signing = [PrivateKey.generate(alg) for alg in ("ES384", "ML-DSA-87")]
    wrapping = [KemPrivateKey.generate(suite) for suite in suites]
    path.write_text(
        json.dumps(
            {
                "profile": profile,
                "signing": [
                    [key.public.alg, base64.b64encode(key.private_bytes()).decode()]
                    for key in signing
                ],
                "wrapping": [
                    [key.public.suite, base64.b64encode(key.private_bytes()).decode()]
                    for key in wrapping
                ],
            }
        )
    )


class Keys:
    """What `make_keys` wrote."""

    def __init__(self, path: Path) -> None:
        value = json.loads(path.read_text())
        self.profile: str = value["profile"]
        self.signing = [PrivateKey(alg, base64.b64decode(raw)) for alg, raw in value["signing"]]
        self.wrapping = [
            KemPrivateKey(suite, base64.b64decode(raw)) for suite, raw in value["wrapping"]
        ]
        self.ring = {key.public.kid: key.public for key in self.signing}


def ours_seal(source: Path, target: Path, keys: Keys) -> None:
    sids = ["aus", "jpn"] if len(keys.wrapping) > 1 else [""]
    plan = SealPlan(
        policy_uuid=str(uuid.uuid4()),
        label=label_from_json(LABEL),
        agreement=("jpn-aus-2022", "ab" * 48),
        profile=keys.profile,
        media_type="application/octet-stream",
        signers=keys.signing,
        services=[
            KeyService(
                sid=sid,
                url=f"https://{sid or 'aus'}.example/kas",
                kid=key.public.kid,
                key=key.public,
            )
            for sid, key in zip(sids, keys.wrapping, strict=True)
        ],
        sealed_at="2026-11-22T00:00:00Z",
        entropy=os.urandom,
        size=source.stat().st_size,
        digests=False,
    )
    with (
        source.open("rb", buffering=0) as file,
        target.open("w+b", buffering=0) as raw,
        behind(raw) as sink,
    ):
        seal(file, sink, plan)


def unlocked(file: Any, keys: Keys) -> tuple[container.Container, bytes, Any]:
    found = container.read(file)
    claims = origin.verify(found.manifest, keys=keys.ring, required=list(keys.ring))
    return found, container.unlock(found, KeyRing(keys.wrapping), claims=claims), claims


def ours_open(source: Path, target: Path, keys: Keys) -> None:
    spool = target.with_suffix(".part")
    with (
        source.open("rb", buffering=0) as file,
        spool.open("wb", buffering=0) as raw,
        behind(raw) as sink,
    ):
        found, dek, claims = unlocked(file, keys)
        container.open_container(found, file, dek, sink, claims=claims)
    spool.replace(target)


def ours_range(source: Path, target: Path, keys: Keys) -> None:
    with source.open("rb", buffering=0) as file, target.open("wb", buffering=0) as sink:
        found, dek, claims = unlocked(file, keys)
        container.check_key(found, dek, claims=claims)
        at = int(found.plaintext_bytes * MIDDLE)
        for part in container.read_range(
            found, file, dek, at, min(RANGE, found.plaintext_bytes - at)
        ):
            sink.write(part)


def otdf_seal(source: Path, target: Path, keys: Keys) -> None:
    from otdf_python.config import KASInfo, TDFConfig
    from otdf_python.tdf import TDF

    config = TDFConfig(
        kas_info_list=[
            KASInfo(url="https://aus.example/kas", public_key=keys.wrapping[0].public.pem())
        ]
    )
    with source.open("rb") as file, target.open("w+b") as sink:
        TDF().create_tdf(file, config, sink)


def otdf_open(source: Path, target: Path, keys: Keys) -> None:
    from cryptography.hazmat.primitives import serialization
    from otdf_python.tdf import TDF, TDFReaderConfig

    pem = (
        keys.wrapping[0]
        .handle.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        .decode()
    )
    with source.open("rb") as file:
        target.write_bytes(TDF().load_tdf(file, TDFReaderConfig(kas_private_key=pem)).payload)


def main() -> None:
    mode, source, target, keyfile = sys.argv[1:]
    keys = Keys(Path(keyfile))
    work = globals()[mode.replace("-", "_")]
    started = time.perf_counter()
    work(Path(source), Path(target), keys)
    seconds = time.perf_counter() - started
    print(
        json.dumps(
            {"seconds": seconds, "peak_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}
        )
    )


if __name__ == "__main__":
    main()
