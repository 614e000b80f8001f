"""Opening files with a key service's private key in hand: recovery and public vectors.

Streams only; the caller's spool makes the plaintext appear whole or not at all.
Spec: spec/interfaces.md §1 (seal, open, inspect); spec/container.md §9.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from sealane.base.errors import SealaneError
from sealane.crypto.keys import PublicKey
from sealane.sealing import container, origin
from sealane.sealing.keywrap import KeyProvider
from sealane.sealing.origin import SealClaims


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedFile:
    """What was opened, and whether its origin is proven; `claims` is None for a container that
    carries no seal.

    Example:
        >>> import json
        >>> from base64 import b64decode
        >>> from io import BytesIO
        >>> with open("tests/vectors/container/vectors.json") as file:
        ...     vectors = json.load(file)
        >>> ring = sealane.KeyRing([
        ...     sealane.KemPrivateKey(key["suite"], b64decode(key["private"]))
        ...     for key in vectors["files"]["sovereign.tdf"]["keys"]])
        >>> by = [sealane.PublicKey.from_json(key) for key in vectors["originator"]]
        >>> with open("tests/vectors/container/sovereign.tdf", "rb") as file:
        ...     opened = sealane.open_sealed(file, BytesIO(), ring, signed_by=by)
        >>> opened.media_type, opened.claims.label.classification, opened.claims.proven
        ('text/plain; charset=utf-8', 'SECRET', True)
    """

    plaintext_bytes: int
    media_type: str
    claims: SealClaims | None


def originator(
    found: container.Container, parties: Sequence[Mapping[str, PublicKey]]
) -> SealClaims | None:
    """The claims of a container's seal, proven where one of the parties' full set of keys signed
    it.

    With no parties given the claims come unproven; a container without any seal gives None.
    Raises: Untrusted: the seal does not cover the container, or none of the parties signed it.
    """
    if not origin.has_seal(found.manifest):
        return None
    if not parties:
        return origin.read(found.manifest)
    refused: SealaneError | None = None
    for keys in parties:
        try:
            return origin.verify(found.manifest, keys=keys, required=list(keys))
        except SealaneError as error:
            refused = error
    assert refused is not None
    raise refused


def open_with_keys(
    source: BinaryIO,
    sink: BinaryIO,
    keys: KeyProvider,
    *,
    parties: Sequence[Mapping[str, PublicKey]] = (),
    span: tuple[int, int] | None = None,
) -> OpenedFile:
    """Open a container with its key services' private keys in hand; every integrity check is in
    force.

    A policy without attributes is accepted here only.
    Args:
        span: offset and length of the part of the plaintext that is wanted; only its segments are
            read.
    Raises: as `container.open_container`, `container.read_range` and `originator`.
    """
    found = container.read(source)
    claims = originator(found, parties)
    dek = container.unlock(found, keys, claims=claims)
    if span is None:
        size = container.open_container(found, source, dek, sink, claims=claims, recovery=True)
    else:
        container.check_key(found, dek, claims=claims, recovery=True)
        size = sum(sink.write(part) for part in container.read_range(found, source, dek, *span))
    return OpenedFile(plaintext_bytes=size, media_type=found.manifest.media_type, claims=claims)
