"""Seal and open a container: streams in, streams out, nothing held but a few segments.

Opening goes in the order of spec/container.md §9: structure, strict parse, seal and label (no key
needed), then the key, the root over the whole segment list, assertions, and each segment before its
plaintext is handed on.
Spec: spec/container.md §2, §3, §9.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import BinaryIO

from sealane.base.errors import Malformed, Untrusted, declare
from sealane.sealing import archive, assertions, origin, segments
from sealane.sealing import manifest as manifests
from sealane.sealing.kao import KeyAccessObject, unwrap_key_access
from sealane.sealing.keywrap import UNWRAP_FAILED, KeyProvider, binding_holds, join
from sealane.sealing.manifest import NO_INTEGRITY, OVERHEAD, Manifest
from sealane.sealing.origin import ORIGIN_UNPROVEN, SealClaims
from sealane.sealing.shape import Secret

NO_ATTRIBUTES = declare(
    "container.no_attributes",
    Untrusted,
    "The container's policy asks for nothing, so anybody could open it.",
    "コンテナの方針に属性がなく、誰でも開けてしまいます。",
    "Ask the sender to seal it with a label.",
    "ラベルを付けて封緘し直すよう送り手に求めてください。",
)
OUT_OF_RANGE = declare(
    "container.range",
    Malformed,
    "The range from {offset} of {length} bytes is not within {size} bytes.",
    "{offset} から {length} バイトの範囲は全体 {size} バイトに収まりません。",
    "Ask for a range within the plaintext.",
    "平文の範囲内を指定してください。",
)
FOREIGN_SERVICE = declare(
    "container.foreign_service",
    Untrusted,
    "A key is wrapped for {url}, which the agreement does not name.",
    "取決めにない {url} 向けに鍵が包装されています。",
    "Refuse it and tell the originator.",
    "受け取りを拒み、作成国に知らせてください。",
)
MISSING_SHARE = declare(
    "container.share_missing",
    Untrusted,
    "A part of the key is missing: {missing}.",
    "鍵の分割片が足りません：{missing}。",
    "Every named key service must agree.",
    "指定されたすべての鍵サービスの同意が要ります。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """A container whose structure and manifest were read; nothing is proven yet."""

    manifest: Manifest
    manifest_digest: str
    payload_start: int
    payload_size: int
    payload_crc: int
    file_bytes: int

    @property
    def plaintext_bytes(self) -> int:
        """The size of what is sealed, as the manifest lists it."""
        return sum(self.manifest.integrity.sizes)

    def parts(self) -> dict[str, tuple[KeyAccessObject, ...]]:
        """Key access objects by sid: one of each part is needed, any within a part will do."""
        out: dict[str, tuple[KeyAccessObject, ...]] = {}
        for kao in self.manifest.key_access:
            out[kao.sid] = (*out.get(kao.sid, ()), kao)
        return out


def read(source: BinaryIO) -> Container:
    """Structure and manifest of a container; needs no key and reads none of the payload.

    Raises: Malformed `container.malformed`, `container.manifest`, `container.manifest_too_large`,
    `json.*`;
        Untrusted `container.integrity`: a segment list that is not the payload's.
    Spec: spec/container.md §9 (steps 1 and 2).
    """
    # Step 1: two stored entries that tile the whole file, so that no reader sees another one.
    payload, listed, total = archive.entries(source)
    data = archive.manifest_bytes(source, listed)
    # Step 2: the manifest, strictly, and a segment list as long as what is there.
    manifest = manifests.parse(data)
    integrity = manifest.integrity
    if manifest.payload_url != payload.name:
        raise NO_INTEGRITY(why="the manifest names another payload than the one that is here")
    if sum(integrity.sizes) + OVERHEAD * integrity.count != payload.size:
        raise NO_INTEGRITY(why="the segment list is not as long as the payload")
    return Container(
        manifest=manifest,
        manifest_digest=hashlib.sha384(data).hexdigest(),
        payload_start=payload.start,
        payload_size=payload.size,
        payload_crc=payload.crc,
        file_bytes=total,
    )


verify_origin = origin.verify
"""See `origin.verify`; it takes `container.manifest`."""


def check_services(container: Container, allowed: Collection[tuple[str, str]]) -> None:
    """Refuse a key access object that points anywhere but to the agreement's key services.

    Args:
        allowed: (url, kid) pairs of the agreement's table; an address in a file is a key into it,
            never a destination.
    Raises: Untrusted `container.foreign_service`.
    """
    for kao in container.manifest.key_access:
        if (kao.url, kao.kid) not in allowed:
            raise FOREIGN_SERVICE(url=kao.url[:200])


def check_payload(container: Container, source: BinaryIO) -> None:
    """What can be told of the payload without a key: its CRC-32, and that each segment ends in its
    listed GMAC hash.

    With a proven seal this shows dropped, swapped and repeated segments on arrival; what the bytes
    say is proven only under the key. HS256 hashes need the key and are left to the opening.
    Raises: Untrusted `container.integrity`, with the segment's number where one is to blame.
    """
    integrity = container.manifest.integrity
    crc = 0
    source.seek(container.payload_start)
    for index, size in enumerate(integrity.sizes):
        block = source.read(size + OVERHEAD)
        if len(block) != size + OVERHEAD:
            raise NO_INTEGRITY(why="the payload ends too early", position=index)
        if integrity.segment_alg == "GMAC" and block[-segments.TAG :] != integrity.tag(index):
            raise NO_INTEGRITY(why="a segment is not the listed one", position=index)
        crc = segments.crc32(block, crc)
    if crc != container.payload_crc:
        raise NO_INTEGRITY(why="the payload's CRC-32 differs")


def check_share(container: Container, kao: KeyAccessObject, share: bytes) -> None:
    """Prove that a returned share is the one this policy was bound with. Raises: Untrusted
    `key.unwrap_failed`.
    """
    if len(share) != 32 or not binding_holds(share, container.manifest.policy.text, kao.binding):
        raise UNWRAP_FAILED()


def combine(container: Container, shares: Mapping[str, bytes]) -> bytes:
    """The DEK from one checked share a part, by sid.

    Raises: Untrusted `container.share_missing`, `key.unwrap_failed`: a share that no object of its
    part binds.
    """
    parts, policy = container.parts(), container.manifest.policy.text
    # Step 6: every part is there, and each share is one that was bound to this policy: a service
    # that answers with another share must not make a key that opens something else.
    missing = sorted(set(parts) - set(shares))
    if missing:
        raise MISSING_SHARE(missing=", ".join(missing))
    chosen = []
    for sid, objects in parts.items():
        share = shares[sid]
        bound = [kao for kao in objects if binding_holds(share, policy, kao.binding)]
        if len(share) != 32 or not bound:
            raise UNWRAP_FAILED()
        chosen.append(share)
    return join(chosen)


def unlock(container: Container, keys: KeyProvider, *, claims: SealClaims | None) -> bytes:
    """The DEK with the key services' own keys in hand: one object of every part must open.

    Raises: Untrusted `key.unwrap_failed`, `container.share_missing`.
    """
    uuid = container.manifest.policy.uuid
    agreement, label_digest = (claims.agreement, claims.label_digest) if claims else (None, "")
    shares = {}
    for sid, kaos in container.parts().items():
        for kao in kaos:
            info = kao.info(policy_uuid=uuid, agreement=agreement, label_digest=label_digest)
            try:
                shares[sid] = unwrap_key_access(
                    kao, container.manifest.policy.text, keys, info=info
                )
                break
            except (Untrusted, Malformed):
                continue
        else:
            raise UNWRAP_FAILED(details={"sid": sid[:64]})
    if not shares:
        raise MISSING_SHARE(missing="-")
    return join(list(shares.values()))


def check_key(
    container: Container, dek: Secret, *, claims: SealClaims | None, recovery: bool = False
) -> None:
    """Prove the segment list and every assertion under the key; after this each segment stands on
    its own.

    Args:
        claims: from `origin.verify`; None only for a container that carries no seal at all.
        recovery: with a key service's key in hand, also accept claims whose signatures nobody
            checked (`origin.read`, shown as "not proven") and a policy without attributes.
    Raises: Untrusted `container.integrity`, `container.origin_unproven`, `container.no_attributes`.
    Spec: spec/container.md §9 (steps 7 and 8).
    """
    manifest = container.manifest
    # Steps 3 and 4 were taken before the key was asked for; here they are only not forgotten. A
    # seal that is there must have been looked at, by keys that its party holds, and be this one.
    if claims is None:
        if origin.has_seal(manifest):
            raise ORIGIN_UNPROVEN()
    else:
        seal = hashlib.sha384(origin.statement(manifest)).hexdigest()
        if claims.seal_digest != seal or not (claims.proven or recovery):
            raise ORIGIN_UNPROVEN()
    # A policy that asks for nothing would let any key service release to anybody.
    if not manifest.policy.attributes and not recovery:
        raise NO_ATTRIBUTES()
    # Step 7: the list of segments is the one that this key was used for: none dropped, swapped,
    # repeated or cut off, before a single one is decrypted.
    segments.check_root(dek, manifest.integrity)
    # Step 8: label, seal and every other assertion were bound to this payload under this key.
    for assertion in manifest.assertions:
        assertions.check(assertion, dek, manifest.integrity)


def open_container(
    container: Container,
    source: BinaryIO,
    dek: Secret,
    sink: BinaryIO,
    *,
    claims: SealClaims | None,
    recovery: bool = False,
) -> int:
    """Write the plaintext to the sink and give its size; the sink is a spool that the caller
    releases only afterwards.

    Raises: as `check_key`; Untrusted `container.integrity` with the segment's number.
    Spec: spec/container.md §9 (steps 7 to 10).
    """
    check_key(container, dek, claims=claims, recovery=recovery)
    total = 0
    integrity = container.manifest.integrity
    # Step 9: each segment against its listed hash and its own tag; step 10, the release of the
    # whole, is the caller's once this has returned.
    for clear in segments.decrypt(source, dek, integrity, at=container.payload_start):
        done = 0
        while done < len(clear):
            done += sink.write(clear[done:])
        total += done
    return total


def read_range(
    container: Container, source: BinaryIO, dek: Secret, offset: int, length: int
) -> Iterator[bytes]:
    """A range of the plaintext, reading only the segments it touches; call `check_key` first, once.

    Raises: Malformed `container.range`; Untrusted `container.integrity`.
    """
    integrity = container.manifest.integrity
    ends = list(accumulate(integrity.sizes))
    size = ends[-1] if ends else 0
    if offset < 0 or length < 0 or offset + length > size:
        raise OUT_OF_RANGE(offset=offset, length=length, size=size)
    if length == 0:
        return
    first, last = bisect_right(ends, offset), bisect_right(ends, offset + length - 1) + 1
    before = ends[first - 1] if first else 0
    at = container.payload_start + before + OVERHEAD * first
    for clear in segments.decrypt(source, dek, integrity, at=at, first=first, last=last):
        start, stop = max(offset - before, 0), min(offset + length - before, len(clear))
        yield bytes(clear[start:stop])
        before += len(clear)
