"""Writing containers: seal a stream, or wrap an opened container's key anew under another suite.

The payload goes first; its hashes, the assertions and the seal follow, and the local header is
completed at the end.
Spec: spec/container.md §2, §3, §8.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Sequence
from typing import Any, BinaryIO

from sealane.base import canonical, zip_layout
from sealane.base.errors import Conflict, declare
from sealane.sealing import archive, assertions, origin, segments
from sealane.sealing import manifest as manifests
from sealane.sealing.container import Container, check_key
from sealane.sealing.fqn import attributes
from sealane.sealing.kao import make_key_access
from sealane.sealing.keywrap import split, wrapping_info
from sealane.sealing.manifest import OVERHEAD
from sealane.sealing.origin import ORIGIN_UNPROVEN, SealClaims
from sealane.sealing.plan import BAD_PLAN, Sealed, SealPlan
from sealane.sealing.shape import b64

VERSION = "4.3.0"
_COPY = 4 << 20

SOURCE_CHANGED = declare(
    "seal.source_changed",
    Conflict,
    "The input changed while it was being sealed.",
    "封緘中に入力が変わりました。",
    "Seal it again once it is at rest.",
    "変更が終わってから封緘し直してください。",
)


def seal(source: BinaryIO, sink: BinaryIO, plan: SealPlan) -> Sealed:
    """Seal everything the source still has into the sink, which is written from its start and must
    be seekable.

    Raises: Malformed `seal.plan`, `container.manifest_too_large`; Conflict `seal.source_changed`.
    """
    return seal_several(source, [(sink, plan)])[0]


def seal_several(source: BinaryIO, wanted: Sequence[tuple[BinaryIO, SealPlan]]) -> list[Sealed]:
    """`seal` for several holders from one reading of the source: one document, and for each sink a
    key, a policy and a seal of its own, which tell nothing of the others.

    Raises: as `seal`; Malformed `seal.plan`: the plans differ in size, segment or digest.
    """
    plans = [plan for _, plan in wanted]
    first = plans[0]
    if len({(plan.size, plan.segment, plan.plaintext_digest) for plan in plans}) > 1:
        raise BAD_PLAN(why="plans for one document differ in its size, segments or digest")
    keys = []
    for plan in plans:
        plan.check()
        dek = plan.entropy(32)
        policy = manifests.write_policy(
            plan.policy_uuid, attributes(plan.label, plan.agreement[0] if plan.agreement else None)
        )
        keys.append((dek, policy, _key_access(dek, policy, plan)))
    plain = hashlib.sha384() if first.plaintext_digest else None
    starts = [_begin(sink, plan.size, plan.segment) for sink, plan in wanted]
    laid = segments.encrypt_several(
        source,
        [(sink, key[0]) for (sink, _), key in zip(wanted, keys, strict=True)],
        segment=first.segment,
        plain=plain,
        size=first.size,
    )
    if first.size is not None and laid[0].plaintext_bytes != first.size:
        raise SOURCE_CHANGED()
    return [
        _finish(
            sink,
            start,
            plan,
            _Made(
                dek=key[0],
                policy=key[1],
                key_access=key[2],
                written=written,
                plaintext_digest=plain.hexdigest() if plain else None,
            ),
        )
        for (sink, plan), start, key, written in zip(wanted, starts, keys, laid, strict=True)
    ]


def rewrap(
    container: Container,
    source: BinaryIO,
    sink: BinaryIO,
    plan: SealPlan,
    *,
    dek: bytes,
    claims: SealClaims,
) -> Sealed:
    """The same payload under new key access objects and a new seal that names the old one; bulk
    bytes are copied as is.

    The plan keeps policy uuid and media type; `supersedes` must be the old seal's digest. Another
    label makes another policy.
    Raises: Malformed `seal.plan`; Untrusted: as `check_key`, and `container.origin_unproven` for an
    unproven old seal.
    Spec: spec/container.md §8; docs/operators.md §Keys.
    """
    plan.check()
    if not claims.proven:
        raise ORIGIN_UNPROVEN()
    kept = (claims.policy_uuid, claims.media_type, claims.seal_digest)
    if kept != (plan.policy_uuid, plan.media_type, plan.supersedes):
        raise BAD_PLAN(
            why="a re-wrap keeps policy uuid and media type, and names the seal it supersedes"
        )
    check_key(container, dek, claims=claims)
    integrity = container.manifest.integrity
    if (
        integrity.legacy
        or integrity.segment_alg != "GMAC"
        or integrity.default_size != plan.segment
    ):
        raise BAD_PLAN(why="the segments of the object are not the plan's")
    policy = manifests.write_policy(
        plan.policy_uuid, attributes(plan.label, plan.agreement[0] if plan.agreement else None)
    )
    start = _begin(sink, container.plaintext_bytes, integrity.default_size)
    crc = _copy(source, sink, container)
    written = segments.Written(array("Q", integrity.sizes), integrity.aggregate, crc)
    return _finish(
        sink,
        start,
        plan,
        _Made(
            dek=dek,
            policy=policy,
            key_access=_key_access(dek, policy, plan),
            written=written,
            plaintext_digest=None,
        ),
    )


class _Made:
    """What is known once the payload is written."""

    __slots__ = ("dek", "key_access", "plaintext_digest", "policy", "written")

    def __init__(
        self,
        *,
        dek: bytes,
        policy: str,
        key_access: list[dict[str, Any]],
        written: segments.Written,
        plaintext_digest: str | None,
    ) -> None:
        self.dek, self.policy, self.key_access = dek, policy, key_access
        self.written, self.plaintext_digest = written, plaintext_digest


def _key_access(dek: bytes, policy: str, plan: SealPlan) -> list[dict[str, Any]]:
    sids = list(dict.fromkeys(service.sid for service in plan.services))
    shares = dict(zip(sids, split(dek, len(sids), plan.entropy), strict=True))
    out = []
    for service in plan.services:
        info = wrapping_info(
            policy_uuid=plan.policy_uuid,
            sid=service.sid,
            kid=service.kid,
            url=service.url,
            agreement=plan.agreement,
            label_digest=plan.label.digest(),
        )
        out.append(
            make_key_access(
                shares[service.sid],
                policy,
                to=service.key,
                sid=service.sid,
                kid=service.kid,
                url=service.url,
                info=info,
            )
        )
    return out


def _begin(sink: BinaryIO, size: int | None, segment: int) -> int:
    """Lay a blank local header; gives the payload's offset."""
    wide = True
    if size is not None:
        wide = size + OVERHEAD * (size // segment + 1) >= zip_layout.U32
    sink.seek(0)
    return sink.write(archive.local_header(archive.PAYLOAD, 0, 0, wide=wide))


def _finish(sink: BinaryIO, start: int, plan: SealPlan, made: _Made) -> Sealed:
    written = made.written
    size = written.plaintext_bytes + OVERHEAD * len(written.sizes)
    manifest, statement = _manifest(plan, made)
    if len(manifest) > archive.MAX_MANIFEST:
        raise archive.TOO_LARGE(size=len(manifest), limit=archive.MAX_MANIFEST)
    head = archive.local_header(
        archive.PAYLOAD,
        size,
        written.crc,
        wide=start > len(archive.local_header(archive.PAYLOAD, 0, 0, wide=False)),
    )
    crc = segments.crc32(manifest)
    tail = (
        archive.local_header(archive.MANIFEST, len(manifest), crc, wide=False)
        + manifest
        + archive.directory(
            [
                (archive.PAYLOAD, size, written.crc, 0),
                (archive.MANIFEST, len(manifest), crc, start + size),
            ]
        )
    )
    sink.seek(start + size)
    _put(sink, tail)
    sink.seek(0)
    _put(sink, head)
    parsed = manifests.parse(manifest)
    return Sealed(
        policy_uuid=plan.policy_uuid,
        label_digest=plan.label.digest(),
        policy_digest=canonical.sha384(made.policy.encode()),
        key_access_digest=canonical.digest(made.key_access),
        key_access=tuple(one.digest() for one in parsed.key_access),
        aggregate_digest=canonical.sha384(written.tags),
        manifest_digest=canonical.sha384(manifest),
        seal_digest=canonical.sha384(statement),
        file_digest=_file_digest(sink) if plan.digests else None,
        plaintext_digest=made.plaintext_digest,
        file_bytes=start + size + len(tail),
        plaintext_bytes=written.plaintext_bytes,
        seal=statement,
    )


def _manifest(plan: SealPlan, made: _Made) -> tuple[bytes, bytes]:
    """The manifest's bytes and the seal statement inside; the seal covers the manifest without the
    seal.
    """
    aggregate = made.written.tags
    label = assertions.write(
        name=origin.LABEL_ID,
        kind="handling",
        scope="payload",
        state="unencrypted",
        schema=origin.LABEL_SCHEMA,
        value=canonical.encode(plan.label.as_json()).decode(),
        dek=made.dek,
        aggregate=aggregate,
    )
    bare = _members(plan, made, [label])
    claims = origin.claims_of(
        manifests.parse(canonical.encode(bare)),
        label=plan.label,
        agreement=plan.agreement,
        profile=plan.profile,
        sealed_at=plan.sealed_at,
        supersedes=plan.supersedes,
    )
    statement = origin.sign(claims, plan.signers)
    mark = assertions.write(
        name=origin.SEAL_ID,
        kind="other",
        scope="tdo",
        state="encrypted",
        schema=origin.SEAL_SCHEMA,
        value=statement.decode(),
        dek=made.dek,
        aggregate=aggregate,
    )
    return canonical.encode(_members(plan, made, [label, mark])), statement


def _members(plan: SealPlan, made: _Made, listed: list[dict[str, Any]]) -> dict[str, Any]:
    written, tag = made.written, segments.TAG
    return {
        "assertions": listed,
        "encryptionInformation": {
            "integrityInformation": {
                "encryptedSegmentSizeDefault": plan.segment + OVERHEAD,
                "rootSignature": {
                    "alg": "HS256",
                    "sig": b64(segments.root_signature(made.dek, written.tags)),
                },
                "segmentHashAlg": "GMAC",
                "segmentSizeDefault": plan.segment,
                "segments": [
                    {
                        "encryptedSegmentSize": size + OVERHEAD,
                        "hash": b64(written.tags[at * tag : (at + 1) * tag]),
                        "segmentSize": size,
                    }
                    for at, size in enumerate(written.sizes)
                ],
            },
            "keyAccess": made.key_access,
            "method": {"algorithm": "AES-256-GCM", "isStreamable": True, "iv": ""},
            "policy": made.policy,
            "type": "split",
        },
        "payload": {
            "isEncrypted": True,
            "mimeType": plan.media_type,
            "protocol": "zip",
            "type": "reference",
            "url": archive.PAYLOAD,
        },
        "schemaVersion": VERSION,
    }


def _copy(source: BinaryIO, sink: BinaryIO, container: Container) -> int:
    crc, left = 0, container.payload_size
    source.seek(container.payload_start)
    while left:
        block = source.read(min(_COPY, left))
        if not block:
            raise SOURCE_CHANGED()
        crc = segments.crc32(block, crc)
        _put(sink, block)
        left -= len(block)
    return crc


def _file_digest(sink: BinaryIO) -> str:
    sink.seek(0)
    return hashlib.file_digest(sink, "sha384").hexdigest()  # type: ignore[arg-type]


def _put(sink: BinaryIO, data: bytes) -> None:
    view, done = memoryview(data), 0
    while done < len(view):
        done += sink.write(view[done:])
