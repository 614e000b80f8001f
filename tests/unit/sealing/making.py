"""What the tests of this floor seal with: two nations' keys, a label, a plan."""

from __future__ import annotations

import io
import os
import uuid
from typing import Any

from sealane.crypto.keys import PrivateKey
from sealane.labels.model.label import label_from_json
from sealane.sealing import container, origin
from sealane.sealing.keywrap import HYBRID, RSA, KemPrivateKey, KeyRing
from sealane.sealing.plan import KeyService, SealPlan
from sealane.sealing.writing import seal

LABEL = label_from_json(
    {
        "policy": "AUS",
        "classification": "SECRET",
        "originator": "AUS",
        "categories": [{"tag": "Releasable To", "type": "permissive", "values": ["AUS", "JPN"]}],
    }
)
AGREEMENT = ("jpn-aus-2022", "ab" * 48)
SIGNERS = [PrivateKey.generate("ES384"), PrivateKey.generate("ML-DSA-87")]
RING = {key.public.kid: key.public for key in SIGNERS}
KEM = {
    suite: (KemPrivateKey.generate(suite), KemPrivateKey.generate(suite)) for suite in (HYBRID, RSA)
}


def service(sid: str, key: Any, *, host: str | None = None) -> Any:
    return KeyService(
        sid=sid,
        url=f"https://{host or sid or 'aus'}.example/kas",
        kid=key.public.kid,
        key=key.public,
    )


def plan(profile: str = "sovereign", *, keys: Any = None, **changes: Any) -> Any:
    if keys is None:
        keys = KEM[HYBRID] if profile == "sovereign" else KEM[RSA][:1]
    sids = ["aus", "jpn", "third"] if len(keys) > 1 else [""]
    members: dict[str, Any] = {
        "policy_uuid": str(uuid.uuid4()),
        "label": LABEL,
        "agreement": AGREEMENT,
        "profile": profile,
        "media_type": "text/plain",
        "services": [service(sid, key) for sid, key in zip(sids, keys, strict=False)],
        "signers": SIGNERS,
        "sealed_at": "2026-11-22T00:00:00Z",
        "entropy": os.urandom,
        "segment": 16 << 10,
    }
    return SealPlan(**(members | changes))


def sealed(data: bytes = b"plain", profile: str = "sovereign", **changes: Any) -> Any:
    """A sealed container in memory and what its sealing told."""
    sink = io.BytesIO()
    told = seal(io.BytesIO(data), sink, plan(profile, **changes))
    return sink.getvalue(), told


def provider(*keys: Any) -> Any:
    return KeyRing(keys or [*KEM[HYBRID], *KEM[RSA]])


def verified(data: bytes) -> Any:
    """The container, its source and its proven claims."""
    source = io.BytesIO(data)
    found = container.read(source)
    return found, source, origin.verify(found.manifest, keys=RING, required=list(RING))


def opened(data: bytes, *, keys: Any = None) -> Any:
    """The plaintext, after every check of an opening."""
    found, source, claims = verified(data)
    dek = container.unlock(found, keys or provider(), claims=claims)
    sink = io.BytesIO()
    container.open_container(found, source, dek, sink, claims=claims)
    return sink.getvalue()
