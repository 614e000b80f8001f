"""Makes the container vectors anew: `python -m tests.vectors.container.make`. Their keys are public
and protect nothing.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
from pathlib import Path
from typing import Any

from sealane.base import canonical
from sealane.crypto.keys import PrivateKey
from sealane.labels.model.label import label_from_json
from sealane.sealing.kao import make_key_access
from sealane.sealing.keywrap import EC, HYBRID, RSA, X_WING, KemPrivateKey, wrapping_info
from sealane.sealing.plan import KeyService, SealPlan
from sealane.sealing.writing import seal

HERE = Path(__file__).parent
TEXT = "Sealed between two nations.\n二国の間で封緘された。\n".encode()
LABEL = {
    "policy": "AUS",
    "classification": "SECRET",
    "originator": "AUS",
    "privacy_mark": None,
    "categories": [{"tag": "Releasable To", "type": "permissive", "values": ["AUS", "JPN"]}],
    "created": "2026-11-22T00:00:00Z",
    "review": None,
    "succession": None,
}
FILES = {
    "sovereign": (HYBRID, HYBRID),
    "x-wing": (X_WING, X_WING),
    "interop-rsa": (RSA,),
    "interop-ec": (EC,),
}


def counted(seed: str) -> Any:
    """Entropy that anybody can make again: SHAKE-256 of a name and a counter."""
    calls = iter(range(100))
    return lambda size: hashlib.shake_256(f"{seed}/{next(calls)}".encode()).digest(size)


def alone() -> dict[str, Any]:
    """One share wrapped for the own node: no `sid` and no agreement."""
    key, share = KemPrivateKey.generate(HYBRID), counted("alone")(32)
    named = {"kid": key.public.kid, "url": "https://kas.aus.example/kas"}
    policy, label = "00000000-0000-4000-8000-000000000004", label_from_json(LABEL)
    info = wrapping_info(
        policy_uuid=policy,
        sid="",
        agreement=None,
        label_digest=canonical.digest(label.as_json()),
        **named,
    )
    text = base64.b64encode(
        canonical.encode({"uuid": policy, "body": {"dataAttributes": [], "dissem": []}})
    ).decode()
    return {
        "suite": HYBRID,
        "private": base64.b64encode(key.private_bytes()).decode(),
        "policy": policy,
        "policy_text": text,
        "label": canonical.digest(label.as_json()),
        "info": info.decode(),
        "share": share.hex(),
        "key_access": make_key_access(share, text, to=key.public, sid="", info=info, **named),
    }


def write(name: str, told: dict[str, Any]) -> None:
    (HERE / name).write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")


def main() -> None:
    write("alone.json", alone())
    signing = [PrivateKey.generate(alg) for alg in ("ES384", "ML-DSA-87")]
    told: dict[str, Any] = {
        "plaintext": base64.b64encode(TEXT).decode(),
        "label": LABEL,
        "originator": [key.public.as_json() for key in signing],
        "files": {},
    }
    for at, (name, suites) in enumerate(FILES.items()):
        keys = [KemPrivateKey.generate(suite) for suite in suites]
        sids = ["aus", "jpn"] if len(keys) == 2 else [""]
        plan = SealPlan(
            policy_uuid=f"00000000-0000-4000-8000-00000000000{at}",
            label=label_from_json(LABEL),
            agreement=("jpn-aus-2022", "5e" * 48),
            profile="sovereign" if len(keys) == 2 else "interop",
            media_type="text/plain; charset=utf-8",
            signers=signing,
            sealed_at="2026-11-22T00:00:01Z",
            entropy=counted(name),
            size=len(TEXT),
            segment=16 << 10,
            services=[
                KeyService(
                    sid=sid,
                    url=f"https://kas.{sid or 'aus'}.example/kas",
                    kid=key.public.kid,
                    key=key.public,
                )
                for sid, key in zip(sids, keys, strict=True)
            ],
        )
        sink = io.BytesIO()
        sealed = seal(io.BytesIO(TEXT), sink, plan)
        (HERE / f"{name}.tdf").write_bytes(sink.getvalue())
        told["files"][f"{name}.tdf"] = {
            "dek": counted(name)(32).hex(),
            "seal_digest": sealed.seal_digest,
            "aggregate_digest": sealed.aggregate_digest,
            "key_access_digest": sealed.key_access_digest,
            "policy_digest": sealed.policy_digest,
            "keys": [
                {
                    "suite": key.public.suite,
                    "kid": key.public.kid,
                    "public": key.public.as_json()["public"],
                    "private": base64.b64encode(key.private_bytes()).decode(),
                }
                for key in keys
            ],
        }
    write("vectors.json", told)


if __name__ == "__main__":
    main()
