"""The originator seal: who sealed this, under which agreement, and every member of the container it
speaks for.

It travels as the text of one assertion, so that any OpenTDF client still opens the file, and needs
no key to check.
Spec: spec/container.md §8; R56, R62.
"""

from __future__ import annotations

import hashlib
import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sealane.base import canonical
from sealane.base.errors import Untrusted, declare
from sealane.crypto import jws
from sealane.crypto.keys import PublicKey, Signer
from sealane.labels.model.label import Label, label_from_json
from sealane.sealing import assertions
from sealane.sealing.fqn import attributes, folded
from sealane.sealing.kao import HPKE, key_access_digest
from sealane.sealing.manifest import Manifest

TYPE = "sealane-seal+json"
SEAL_ID, SEAL_SCHEMA = "sealane-seal", "urn:sealane:seal:1"
LABEL_ID, LABEL_SCHEMA = "sealane-label", "urn:sealane:label:1"
PROFILES = ("sovereign", "interop")

SEAL_MISSING = declare(
    "container.seal_missing",
    Untrusted,
    "The container carries no originator seal.",
    "コンテナに作成国の封緘がありません。",
    "Objects of a party must be sealed by it; ask for it again.",
    "当事国の文書には封緘が要ります。再送を求めてください。",
)
SEAL_MISMATCH = declare(
    "container.seal_mismatch",
    Untrusted,
    "The originator's seal does not cover this container: {member} differs.",
    "作成国の封緘とコンテナが一致しません：{member} が異なります。",
    "The container was altered after sealing; ask for it again.",
    "封緘後に変えられています。再送を求めてください。",
)
LABEL_MISMATCH = declare(
    "container.label_mismatch",
    Untrusted,
    "The label and the attributes of the container disagree.",
    "コンテナのラベルと属性が一致しません。",
    "Refuse it and tell the originator.",
    "受け取りを拒み、作成国に知らせてください。",
)
ORIGIN_UNPROVEN = declare(
    "container.origin_unproven",
    Untrusted,
    "The seal was not checked against the originator's keys.",
    "封緘を作成国の鍵で検証していません。",
    "Give the originator's public keys.",
    "作成国の公開鍵を渡してください。",
)
BAD_PROFILE = declare(
    "container.profile",
    Untrusted,
    "The keys are not wrapped as the profile {profile!r} demands.",
    "鍵の包装がプロファイル {profile!r} の求めに合いません。",
    "Ask the originator to seal it again.",
    "作成国に封緘し直すよう求めてください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealClaims:
    """What a seal says and the container bears out; `proven` tells whether the required keys signed
    it.
    """

    policy_uuid: str
    label: Label
    label_digest: str
    agreement: tuple[str, str] | None
    profile: str
    media_type: str
    sealed_at: str
    supersedes: str | None
    plaintext_bytes: int
    policy_digest: str
    key_access_digest: str
    aggregate_digest: str
    seal_digest: str
    kids: tuple[str, ...]
    proven: bool


def claims_of(
    manifest: Manifest,
    *,
    label: Label,
    agreement: tuple[str, str] | None,
    profile: str,
    sealed_at: str,
    supersedes: str | None,
) -> dict[str, Any]:
    """The statement that covers a manifest (its seal assertion excepted): one line per member that
    anyone could alter.
    """
    integrity = manifest.integrity
    others = [one for one in manifest.assertions if one.id != SEAL_ID]
    return {
        "agreement": None if agreement is None else {"id": agreement[0], "digest": agreement[1]},
        "aggregate_digest": canonical.sha384(integrity.aggregate),
        "algorithm": "AES-256-GCM",
        "assertions": [{"id": one.id, "digest": assertions.digest(one.received)} for one in others],
        "encrypted_segment_size_default": integrity.encrypted_default_size,
        "is_encrypted": True,
        "key_access_digest": key_access_digest([one.received for one in manifest.key_access]),
        "label_digest": label.digest(),
        "media_type": manifest.media_type,
        "plaintext_bytes": sum(integrity.sizes),
        "policy_digest": canonical.sha384(manifest.policy.text.encode()),
        "policy_uuid": manifest.policy.uuid,
        "profile": profile,
        "root_algorithm": integrity.root_alg,
        "schema_version": manifest.schema_version,
        "sealed_at": sealed_at,
        "segment_algorithm": integrity.segment_alg,
        "segment_size_default": integrity.default_size,
        "segment_sizes_digest": sizes_digest(integrity.sizes),
        "segments": integrity.count,
        "supersedes": supersedes,
        "type": "sealane-seal",
        "version": 1,
    }


def sizes_digest(sizes: array[int]) -> str:
    """SHA-384 hex over the plaintext sizes in order, each as 8 bytes, most significant first."""
    ordered = array("Q", sizes)
    if sys.byteorder == "little":
        ordered.byteswap()
    return hashlib.sha384(ordered.tobytes()).hexdigest()


def sign(claims: Mapping[str, Any], signers: Sequence[Signer]) -> bytes:
    """The seal statement: every signer signs the same canonical claims."""
    return jws.sign(canonical.encode(dict(claims)), signers, typ=TYPE)


def statement(manifest: Manifest) -> bytes:
    """The seal statement carried by a container. Raises: Untrusted `container.seal_missing`: none,
    or more than one.
    """
    found = [one for one in manifest.assertions if one.id == SEAL_ID]
    if len(found) != 1 or not isinstance(found[0].value, str):
        raise SEAL_MISSING()
    return found[0].value.encode()


def has_seal(manifest: Manifest) -> bool:
    """Whether the container carries a seal at all, proven or not."""
    return any(one.id == SEAL_ID for one in manifest.assertions)


def label_of(manifest: Manifest) -> Label:
    """The label carried by a container; not proven. Raises: Untrusted `container.label_mismatch`:
    none, or several.
    """
    found = [one for one in manifest.assertions if one.id == LABEL_ID]
    if len(found) != 1 or not isinstance(found[0].value, str):
        raise LABEL_MISMATCH()
    return label_from_json(canonical.decode(found[0].value.encode()))


def verify(
    manifest: Manifest, *, keys: Mapping[str, PublicKey], required: Iterable[str]
) -> SealClaims:
    """Prove who sealed a container and that nothing the seal covers was altered; no secret key is
    needed.

    Args:
        keys: the originator's keys that may seal under the agreement, by kid.
        required: kids that must all have signed; at least one.
    Raises:
        Untrusted `container.seal_missing`, `container.seal_mismatch`, `container.label_mismatch`,
        `container.profile`, `signature.invalid`, `jws.*`; Malformed.
    Spec: spec/container.md §9 (steps 3 and 4).
    """
    required = tuple(required)
    if not required:
        raise ORIGIN_UNPROVEN()
    data = statement(manifest)
    signed = jws.verify(data, keys=keys, required=required, typ=TYPE)
    return _compare(manifest, signed.payload, data, signed.kids)


def read(manifest: Manifest) -> SealClaims:
    """What the seal claims and the container bears out, signatures unchecked: `proven` is false.
    Raises: as `verify`.
    """
    data = statement(manifest)
    return _compare(manifest, jws.peek(data), data, ())


def _compare(manifest: Manifest, payload: bytes, data: bytes, kids: tuple[str, ...]) -> SealClaims:
    # Step 1: the few things that only the seal says: agreement, profile, when, instead of what.
    stated = canonical.decode(payload)
    if not isinstance(stated, dict):
        raise SEAL_MISMATCH(member="type")
    agreement, profile, sealed_at, supersedes = _terms(stated)
    # Step 2: write the seal that this container would have under those, and compare every member.
    # Nothing of the container is left out by accident: what the seal covers is one list.
    label = label_of(manifest)
    wanted = claims_of(
        manifest,
        label=label,
        agreement=agreement,
        profile=profile,
        sealed_at=sealed_at,
        supersedes=supersedes,
    )
    for member in sorted(set(wanted) | set(stated)):
        if member not in stated or member not in wanted or stated[member] != wanted[member]:
            raise SEAL_MISMATCH(member=member[:40])
    # Step 3: the attributes that key services ask for are those of the sealed label, all and no
    # other, or a service would decide on something that the originator did not say.
    listed = manifest.policy.attributes
    names = attributes(label, agreement[0] if agreement else None)
    if len(listed) != len(names) or folded(listed) != folded(names):
        raise LABEL_MISMATCH()
    # Step 4: the wrapping is as strong as the profile that was sealed.
    check_profile(manifest, profile, shared=agreement is not None)
    return SealClaims(
        policy_uuid=manifest.policy.uuid,
        label=label,
        label_digest=wanted["label_digest"],
        agreement=agreement,
        profile=profile,
        media_type=manifest.media_type,
        sealed_at=sealed_at,
        supersedes=supersedes,
        plaintext_bytes=wanted["plaintext_bytes"],
        policy_digest=wanted["policy_digest"],
        key_access_digest=wanted["key_access_digest"],
        aggregate_digest=wanted["aggregate_digest"],
        seal_digest=canonical.sha384(data),
        kids=kids,
        proven=bool(kids),
    )


def _terms(stated: dict[str, Any]) -> tuple[tuple[str, str] | None, str, str, str | None]:
    agreement, profile = stated.get("agreement"), stated.get("profile")
    sealed_at, supersedes = stated.get("sealed_at"), stated.get("supersedes")
    pair: tuple[str, str] | None = None
    if agreement is not None:
        if not isinstance(agreement, dict) or set(agreement) != {"id", "digest"}:
            raise SEAL_MISMATCH(member="agreement")
        pair = (str(agreement["id"]), str(agreement["digest"]))
    if profile not in PROFILES:
        raise SEAL_MISMATCH(member="profile")
    if not isinstance(sealed_at, str) or not (supersedes is None or isinstance(supersedes, str)):
        raise SEAL_MISMATCH(member="sealed_at")
    return pair, profile, sealed_at, supersedes


def check_profile(manifest: Manifest, profile: str, *, shared: bool) -> None:
    """`sovereign` wraps by HPKE alone and, for an object shared under an agreement, needs at least
    two parts; `interop` never wraps by HPKE. Raises: Untrusted `container.profile`.
    """
    hpke = [one.type == HPKE for one in manifest.key_access]
    parts = {one.sid for one in manifest.key_access}
    sovereign = profile == "sovereign"
    if (
        not hpke
        or any(one != sovereign for one in hpke)
        or (sovereign and shared and len(parts) < 2)
    ):
        raise BAD_PROFILE(profile=profile)
