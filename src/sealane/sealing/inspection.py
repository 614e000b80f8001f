"""What a container claims and what can be proven of it without a secret key; and what only a key
could tell.

Spec: spec/interfaces.md §1 (inspect); spec/container.md §9 (steps 1 to 4).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from sealane.base.errors import SealaneError
from sealane.crypto.keys import PublicKey
from sealane.sealing import container as containers
from sealane.sealing import origin
from sealane.sealing.container import Container
from sealane.sealing.manifest import Manifest

FACTS = {
    "structure": (
        "The file is exactly two stored entries, and the segment list is as long as the payload.",
        "ファイルはちょうど二つの無圧縮エントリーで、セグメント一覧は本体と同じ長さです。",
    ),
    "payload": (
        "The payload's checksum holds and each segment ends in its listed hash.",
        "本体の検査和が合い、各セグメントは一覧のハッシュで終わっています。",
    ),
    "no_attributes": (
        (
            "Who may open it: the policy asks for no attribute, so no key service of ours would"
            " release its key."
        ),
        "誰が開けるか：方針に属性がなく、当方の鍵サービスは鍵を出しません。",
    ),
    "seal": (
        "The seal covers this very container; label, attributes, keys and profile agree with it.",
        "封緘はこのコンテナそのものを対象とし、ラベル・属性・鍵・プロファイルが一致しています。",
    ),
    "origin": ("The originator's keys signed the seal.", "作成国の鍵が封緘に署名しています。"),
    "no_seal": (
        "There is no seal: who made this, and its label, cannot be proven.",
        "封緘がなく、作成者もラベルも証明できません。",
    ),
    "origin_unchecked": (
        "Who signed the seal: no public keys of the originator were given.",
        "封緘の署名者：作成国の公開鍵が渡されていません。",
    ),
    "root": (
        "That the segment list is the key holder's: the root signature needs the key.",
        "セグメント一覧が鍵の持ち主のものか：ルート署名の検証には鍵が要ります。",
    ),
    "assertions": (
        "That the assertions are bound to this payload: their bindings need the key.",
        "アサーションがこの本体に結び付いているか：検証には鍵が要ります。",
    ),
    "policy": (
        "That the wrapped keys belong to this policy: the binding needs a key service.",
        "包まれた鍵がこの方針のものか：検証には鍵サービスが要ります。",
    ),
    "plaintext": ("What the payload says.", "本体の内容。"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """Facts by name, in the order they were checked; `failed` holds the errors of what could be
    checked and fails.

    Example:
        >>> with open("tests/vectors/container/sovereign.tdf", "rb") as file:
        ...     found = sealane.inspect_sealed(file)
        >>> found.as_json()["holds"], "origin_unchecked" in found.unverifiable
        (True, True)
    """

    proven: tuple[str, ...]
    failed: tuple[SealaneError, ...]
    unverifiable: tuple[str, ...]
    claimed: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {
            "holds": not self.failed,
            "proven": [_fact(name) for name in self.proven],
            "claimed": self.claimed,
            "unverifiable": [_fact(name) for name in self.unverifiable],
            "failed": [error.as_json() for error in self.failed],
        }


def inspect(source: BinaryIO, *, parties: Sequence[Mapping[str, PublicKey]] = ()) -> Inspection:
    """Check everything that needs no secret key.

    Args:
        parties: for each possible originator, its statement keys by kid; all keys of one of them
            must have signed.
    Raises: Malformed: the file is no container, so that nothing can be said of it; Untrusted
    `container.integrity`:
        its very structure contradicts itself.
    """
    found = containers.read(source)
    manifest = found.manifest
    proven, failed, unverifiable = ["structure"], list[SealaneError](), list[str]()

    def check(name: str, action: Callable[[], object]) -> bool:
        try:
            action()
        except SealaneError as error:
            failed.append(error)
            return False
        proven.append(name)
        return True

    check("payload", lambda: containers.check_payload(found, source))
    if not manifest.policy.attributes:
        unverifiable.append("no_attributes")
    if _ours(manifest):
        holds = check("seal", lambda: origin.read(manifest))
        if holds and parties:
            check("origin", lambda: _verify(manifest, parties))
        elif not parties:
            unverifiable.append("origin_unchecked")
    else:
        unverifiable.append("no_seal")
    unverifiable += [
        "root",
        *(["assertions"] if manifest.assertions else []),
        "policy",
        "plaintext",
    ]
    return Inspection(
        proven=tuple(proven),
        failed=tuple(failed),
        unverifiable=tuple(unverifiable),
        claimed=_claims(found),
    )


def _ours(manifest: Manifest) -> bool:
    """Whether any mark of ours is left, so that a missing seal is a stripped one."""
    return any(one.id in (origin.SEAL_ID, origin.LABEL_ID) for one in manifest.assertions) or any(
        kao.type == "hpke-wrapped" for kao in manifest.key_access
    )


def _verify(manifest: Manifest, parties: Sequence[Mapping[str, PublicKey]]) -> None:
    """All keys of one party signed; the last party's refusal when none did."""
    for at, keys in enumerate(parties):
        try:
            origin.verify(manifest, keys=keys, required=list(keys))
        except SealaneError:
            if at == len(parties) - 1:
                raise
        else:
            return


def _claims(found: Container) -> dict[str, Any]:
    manifest, integrity = found.manifest, found.manifest.integrity
    out: dict[str, Any] = {
        "format": manifest.schema_version or ("4.2.2" if manifest.integrity.legacy else "unstated"),
        "file_bytes": found.file_bytes,
        "plaintext_bytes": found.plaintext_bytes,
        "segments": integrity.count,
        "manifest_digest": found.manifest_digest,
        "media_type": manifest.media_type,
        "policy_uuid": manifest.policy.uuid,
        "attributes": list(manifest.policy.attributes),
        "key_access": [
            {
                "type": kao.type,
                "suite": _suite(kao),
                "url": kao.url,
                "kid": kao.kid,
                "sid": kao.sid,
                "digest": kao.digest(),
            }
            for kao in manifest.key_access
        ],
        "assertions": [one.id for one in manifest.assertions],
        "label": None,
        "agreement": None,
        "profile": None,
        "sealed_at": None,
        "supersedes": None,
        "seal_digest": None,
    }
    try:
        claims = origin.read(manifest)
    except SealaneError:
        return out
    out |= {
        "label": claims.label.as_json(),
        "profile": claims.profile,
        "sealed_at": claims.sealed_at,
        "agreement": (
            claims.agreement and {"id": claims.agreement[0], "digest": claims.agreement[1]}
        ),
        "supersedes": claims.supersedes,
        "seal_digest": claims.seal_digest,
    }
    return out


def _suite(kao: Any) -> str | None:
    try:
        suite: str = kao.suite
    except SealaneError:
        return None
    return suite


def _fact(name: str) -> dict[str, str]:
    text, text_ja = FACTS[name]
    return {"fact": name, "text": text, "text_ja": text_ja}
