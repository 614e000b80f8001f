"""Changing a container as an attacker would: the zip is rebuilt soundly around whatever was changed
inside.
"""

from __future__ import annotations

import base64
import io
import json
import zipfile
from typing import Any

from sealane.base import canonical
from sealane.sealing import archive, assertions, container, segments
from sealane.sealing.keywrap import policy_binding

from .making import provider, verified


def taken_apart(data: bytes) -> Any:
    """The payload bytes and the manifest as a value."""
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        name = next(name for name in found.namelist() if name.endswith("manifest.json"))
        return found.read("0.payload"), json.loads(found.read(name))


def put_together(payload: bytes, manifest: Any, *, name: str = archive.MANIFEST) -> Any:
    """A sound zip of a payload and a manifest (a value or bytes)."""
    text = manifest if isinstance(manifest, bytes) else json.dumps(manifest).encode()
    sums = segments.crc32(payload), segments.crc32(text)
    out = archive.local_header(archive.PAYLOAD, len(payload), sums[0], wide=False) + payload
    at = len(out)
    out += archive.local_header(name, len(text), sums[1], wide=False) + text
    return out + archive.directory(
        [(archive.PAYLOAD, len(payload), sums[0], 0), (name, len(text), sums[1], at)]
    )


def changed(data: bytes, change: Any) -> Any:
    """The container after `change(payload, manifest)` gave back what to write instead (None:
    changed in place).
    """
    payload, manifest = taken_apart(data)
    made = change(payload, manifest)
    payload, manifest = made if made is not None else (payload, manifest)
    return put_together(payload, manifest)


def list_of(manifest: dict[str, Any]) -> Any:
    return manifest["encryptionInformation"]["integrityInformation"]


def blocks(payload: bytes, manifest: dict[str, Any]) -> Any:
    """The payload cut into its encrypted segments."""
    out, at = [], 0
    for one in list_of(manifest)["segments"]:
        out.append(payload[at : at + one["encryptedSegmentSize"]])
        at += one["encryptedSegmentSize"]
    return out


def insider(data: bytes, change: Any) -> Any:
    """As `changed`, by somebody who once held the key: root, bindings and assertions are made good
    again, the seal cannot be.
    """
    found, _, claims = verified(data)
    dek = container.unlock(found, provider(), claims=claims)
    shares = {}
    for kao in found.manifest.key_access:
        info = kao.info(
            policy_uuid=claims.policy_uuid,
            agreement=claims.agreement,
            label_digest=claims.label_digest,
        )
        shares[kao.sid] = provider().unwrap(kao.suite, kao.envelope(), info, kid=kao.kid)
    payload, manifest = taken_apart(data)
    made = change(payload, manifest)
    payload, manifest = made if made is not None else (payload, manifest)
    rebind(manifest, dek, shares)
    return put_together(payload, manifest)


def rebind(manifest: dict[str, Any], dek: bytes, shares: Any) -> None:
    """Sign everything that the key alone signs."""
    encryption = manifest["encryptionInformation"]
    aggregate = b"".join(base64.b64decode(one["hash"]) for one in list_of(manifest)["segments"])
    list_of(manifest)["rootSignature"]["sig"] = base64.b64encode(
        segments.root_signature(dek, aggregate)
    ).decode()
    for kao in encryption["keyAccess"]:
        if (sid := kao.get("sid", "")) in shares:
            binding = policy_binding(shares[sid], encryption["policy"])
            kao["policyBinding"]["hash"] = base64.b64encode(binding.encode()).decode()
    made = []
    for one in manifest.get("assertions", []):
        statement = one["statement"]
        made.append(
            assertions.write(
                name=one["id"],
                kind=one["type"],
                scope=one["scope"],
                state=one["appliesToState"],
                schema=statement["schema"],
                value=statement["value"],
                dek=dek,
                aggregate=aggregate,
            )
        )
    manifest["assertions"] = made


def with_policy(manifest: dict[str, Any], change: Any) -> None:
    """The policy with `change(value)` applied."""
    encryption = manifest["encryptionInformation"]
    value = json.loads(base64.b64decode(encryption["policy"]))
    change(value)
    encryption["policy"] = base64.b64encode(canonical.encode(value)).decode()
