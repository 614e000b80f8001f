"""Sealing: seal a stream, tell what a container proves without a key, open it with keys in hand.

A key may also stay where it is: anything with the one method of `Signer` signs, anything with the
one method of `KeyProvider` unwraps.
Spec: spec/container.md; spec/interfaces.md §1 "Sealing".
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Collection, Sequence
from typing import BinaryIO

from sealane.crypto.keys import PublicKey, Signer
from sealane.labels.model.label import Label
from sealane.sealing import container, inspection, origin, writing
from sealane.sealing.inspection import Inspection
from sealane.sealing.keywrap import KeyProvider
from sealane.sealing.plan import KeyService, Sealed, SealPlan
from sealane.services.opening import with_key_in_hand
from sealane.services.opening.with_key_in_hand import OpenedFile


def seal(
    source: BinaryIO,
    sink: BinaryIO,
    *,
    label: Label,
    services: Sequence[KeyService],
    signers: Sequence[Signer],
    at: str,
    profile: str = "sovereign",
    agreement: tuple[str, str] | None = None,
    media_type: str = "application/octet-stream",
    entropy: Callable[[int], bytes] = os.urandom,
) -> Sealed:
    """Seal everything the source still has into the sink, under a label that the seal covers.

    Args:
        source: read once, in flat memory. sink: seekable, readable, written from its start.
        services: who gets a share of the key; services with different `sid` are all needed.
        signers: the originator's statement keys; all sign.
        at: the instant of sealing (RFC 3339, UTC).
        profile: `sovereign` (hybrid post-quantum wrapping) or `interop` (RSA, P-256: OpenTDF).
        agreement: its id and the SHA-384 of its file; then `sovereign` needs two `sid`.
    Raises: Malformed `seal.plan`; Conflict `seal.source_changed`.
    Spec: spec/container.md; spec/interfaces.md §1 "Sealing".

    Example:
        >>> from io import BytesIO
        >>> service = sealane.KemPrivateKey.generate("MLKEM1024-P384")
        >>> at_home = sealane.KeyService(sid="AUS", url="https://kas.aus.example",
        ...     kid=service.public.kid, key=service.public)
        >>> signer = sealane.PrivateKey.generate("ES384")
        >>> label = sealane.parse_mark("SECRET//REL AUS/JPN", "au-document").label
        >>> sealed = BytesIO()
        >>> made = sealane.seal(BytesIO(b"the tide tables"), sealed, label=label,
        ...     services=[at_home], signers=[signer], at="2026-11-22T00:00:00Z")
        >>> made.plaintext_bytes, b"the tide tables" in sealed.getvalue()
        (15, False)
    """
    plan = SealPlan(
        policy_uuid=str(uuid.UUID(bytes=entropy(16), version=4)),
        label=label,
        agreement=agreement,
        profile=profile,
        media_type=media_type,
        services=services,
        signers=signers,
        sealed_at=at,
        entropy=entropy,
    )
    return writing.seal(source, sink, plan)


def inspect_sealed(source: BinaryIO, *, signed_by: Collection[PublicKey] = ()) -> Inspection:
    """What a container claims, what of it is proven, and what fails: all that needs no secret key.

    Args:
        source: seekable. signed_by: the originator's statement keys; all must have signed.
    Raises: Malformed `container.*`: it is no container; Untrusted `container.integrity`.
    Spec: spec/interfaces.md §1 "Sealing".

    Example:
        >>> with open("tests/vectors/container/sovereign.tdf", "rb") as file:
        ...     found = sealane.inspect_sealed(file)
        >>> found.claimed["label"]["classification"], found.proven, found.failed
        ('SECRET', ('structure', 'payload', 'seal'), ())
    """
    return inspection.inspect(source, parties=[_by_kid(signed_by)] if signed_by else [])


def open_sealed(
    source: BinaryIO,
    sink: BinaryIO,
    keys: KeyProvider,
    *,
    signed_by: Collection[PublicKey] | None,
) -> OpenedFile:
    """Write the plaintext into the sink, each segment proven first; count on the whole only once
    this returns.

    Args:
        source: seekable. sink: a spool of yours, to be thrown away when this raises.
        keys: a `KeyRing`, or whatever unwraps for you; one key of every needed share.
        signed_by: the originator's statement keys, all of which must have sealed it; None opens it
            with its origin unproven, as recovery needs.
    Raises: Untrusted `container.*`, `key.unwrap_failed`, `jws.*`; Malformed `container.*`.
    Spec: spec/container.md §9.

    Example:
        >>> from io import BytesIO
        >>> service = sealane.KemPrivateKey.generate("X-Wing")
        >>> at_home = sealane.KeyService(sid="AUS", url="https://kas.aus.example",
        ...     kid=service.public.kid, key=service.public)
        >>> signer = sealane.PrivateKey.generate("ES384")
        >>> label = sealane.parse_mark("SECRET//REL AUS/JPN", "au-document").label
        >>> sealed, opened = BytesIO(), BytesIO()
        >>> _ = sealane.seal(BytesIO(b"the tide tables"), sealed, label=label,
        ...     services=[at_home], signers=[signer], at="2026-11-22T00:00:00Z")
        >>> found = sealane.open_sealed(
        ...     sealed, opened, sealane.KeyRing([service]), signed_by=[signer.public])
        >>> opened.getvalue(), found.claims.proven
        (b'the tide tables', True)
    """
    if signed_by is None:
        return with_key_in_hand.open_with_keys(source, sink, keys)
    signatories = _by_kid(signed_by)
    # A container without a seal opens by its keys alone; who names the signatories wants the seal.
    manifest = container.read(source).manifest
    origin.verify(manifest, keys=signatories, required=signatories)
    return with_key_in_hand.open_with_keys(source, sink, keys, parties=[signatories])


def _by_kid(keys: Collection[PublicKey]) -> dict[str, PublicKey]:
    return {key.kid: key for key in keys}
