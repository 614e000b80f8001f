"""The TDF manifest, strictly parsed; narrow when written, liberal in form and never in integrity
when read.

Spec: spec/container.md §3, §4, §9.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import Any

from sealane.base import canonical
from sealane.base.errors import Untrusted, declare
from sealane.sealing.archive import MAX_MANIFEST, PAYLOAD
from sealane.sealing.kao import KeyAccessObject, key_access_from_json
from sealane.sealing.shape import BAD_MANIFEST, b64, items, members, number, present, raw, text

OVERHEAD = 28
MAX_SEGMENT = (4 << 20) + OVERHEAD
MAX_SEGMENTS, MAX_KEY_ACCESS, MAX_ASSERTIONS, MAX_ATTRIBUTES = 120_000, 64, 64, 5000
MAX_VALUES, MAX_DEPTH = 700_000, 24
MAX_SIZE = 1 << 50
_HASH_LENGTHS = {"GMAC": 16, "HS256": 32}

NO_INTEGRITY = declare(
    "container.integrity",
    Untrusted,
    "The container's integrity does not hold: {why}.",
    "コンテナの完全性が成り立ちません：{why}。",
    "Nothing was released. Ask the sender to send it again.",
    "何も提供していません。送り手に再送を求めてください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectPolicy:
    """The policy: its base64 text is what is bound; `attributes` as written, duplicates and order
    included.
    """

    text: str
    uuid: str
    attributes: tuple[str, ...]
    dissem: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """One assertion as received; `value` is a text or an object."""

    id: str
    type: str
    schema: str
    value: Any
    signature: str
    received: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Integrity:
    """The segment list, packed: `aggregate` is the concatenation of the decoded hashes as the root
    signs it.
    """

    legacy: bool
    root: bytes
    root_alg: str
    segment_alg: str
    aggregate: bytes
    hash_width: int
    sizes: array[int]
    default_size: int
    encrypted_default_size: int

    @property
    def count(self) -> int:
        """How many segments there are."""
        return len(self.sizes)

    def tag(self, index: int) -> bytes:
        """The raw hash of one segment: 16 bytes for GMAC, 32 for HS256."""
        piece = self.aggregate[index * self.hash_width : (index + 1) * self.hash_width]
        return bytes.fromhex(piece.decode()) if self.legacy else piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A parsed manifest; nothing in it is proven yet."""

    schema_version: str
    payload_url: str
    media_type: str
    key_access: tuple[KeyAccessObject, ...]
    policy: ObjectPolicy
    integrity: Integrity
    assertions: tuple[Assertion, ...]


def parse(data: bytes) -> Manifest:
    """A manifest from the received bytes: known members have the right type, sizes and counts are
    bounded.

    Raises:
        Malformed `container.manifest`, `json.*`; Untrusted `container.integrity`: `isEncrypted` not
        true, a root other than HS256, a segment hash other than GMAC or HS256, another cipher,
        segment sizes that cannot be.
    Spec: spec/container.md §3.
    """
    if data.count(b",") + data.count(b"{") + data.count(b"[") > MAX_VALUES:
        raise BAD_MANIFEST(member="manifest", why=f"more than {MAX_VALUES} values")
    value = members(canonical.parse(data, limit=MAX_MANIFEST, depth=MAX_DEPTH), "manifest")
    encryption = members(value.get("encryptionInformation"), "encryptionInformation")
    payload = members(value.get("payload"), "payload")
    if payload.get("isEncrypted") is not True:
        raise NO_INTEGRITY(why="isEncrypted is not true")
    if text(encryption, "type", default="split") != "split":
        raise BAD_MANIFEST(member="type", why="not split")
    method = members(present(encryption, "method", {}), "method")
    if text(method, "algorithm", default="AES-256-GCM").upper() != "AES-256-GCM":
        raise NO_INTEGRITY(why="another cipher than AES-256-GCM")
    text(value, "tdf_spec_version", default="", limit=32)
    return Manifest(
        schema_version=text(value, "schemaVersion", default="", limit=32),
        payload_url=_payload_url(payload),
        media_type=text(payload, "mimeType", default="", limit=256),
        key_access=tuple(
            key_access_from_json(one)
            for one in items(encryption.get("keyAccess"), "keyAccess", most=MAX_KEY_ACCESS)
        ),
        policy=parse_policy(text(encryption, "policy")),
        integrity=_integrity(
            members(encryption.get("integrityInformation"), "integrityInformation")
        ),
        assertions=tuple(
            _assertion(one)
            for one in items(value.get("assertions") or [], "assertions", most=MAX_ASSERTIONS)
        ),
    )


def _payload_url(payload: dict[str, Any]) -> str:
    """The entry of the zip that the manifest names as its payload."""
    if text(payload, "type", default="reference", limit=32) != "reference":
        raise BAD_MANIFEST(member="payload.type", why="not reference")
    if text(payload, "protocol", default="zip", limit=32) not in ("zip", "zipstream"):
        raise BAD_MANIFEST(member="payload.protocol", why="not zip")
    return text(payload, "url", default=PAYLOAD, limit=256)


def parse_policy(encoded: str) -> ObjectPolicy:
    """A policy from the base64 text that is bound. Raises: Malformed `container.manifest`,
    `json.*`.
    """
    value = members(canonical.parse(raw(encoded, "policy"), depth=MAX_DEPTH), "policy")
    body = members(value.get("body"), "policy.body")
    listed = items(body.get("dataAttributes") or [], "dataAttributes", most=MAX_ATTRIBUTES)
    dissem = items(body.get("dissem") or [], "dissem", most=MAX_ATTRIBUTES)
    if not all(isinstance(one, str) for one in dissem):
        raise BAD_MANIFEST(member="dissem", why="not texts")
    return ObjectPolicy(
        text=encoded,
        uuid=text(value, "uuid", limit=64),
        attributes=tuple(
            text(members(one, "dataAttributes"), "attribute", limit=2048) for one in listed
        ),
        dissem=tuple(dissem),
    )


def write_policy(uuid: str, attributes: tuple[str, ...]) -> str:
    """The base64 text of a policy that asks for these attributes."""
    return b64(
        canonical.encode(
            {
                "uuid": uuid,
                "body": {
                    "dataAttributes": [{"attribute": one} for one in attributes],
                    "dissem": [],
                },
            }
        )
    )


def _assertion(value: Any) -> Assertion:
    value = members(value, "assertion")
    statement, binding = (
        members(value.get("statement"), "statement"),
        members(value.get("binding"), "binding"),
    )
    if text(binding, "method", limit=16).lower() != "jws":
        raise BAD_MANIFEST(member="binding.method", why="not jws")
    content = statement.get("value")
    if not isinstance(content, str | dict):
        raise BAD_MANIFEST(member="statement.value", why="neither a text nor an object")
    return Assertion(
        id=text(value, "id", limit=256),
        type=text(value, "type", default="", limit=64),
        schema=text(statement, "schema", default="", limit=256),
        value=content,
        signature=text(binding, "signature", limit=MAX_MANIFEST),
        received=value,
    )


def _integrity(value: dict[str, Any]) -> Integrity:
    root = members(value.get("rootSignature"), "rootSignature")
    root_alg, segment_alg = (
        text(root, "alg", limit=16),
        text(value, "segmentHashAlg", limit=16).upper(),
    )
    if root_alg.upper() != "HS256":
        raise NO_INTEGRITY(why="the root signature is not HS256")
    if segment_alg not in _HASH_LENGTHS:
        raise NO_INTEGRITY(why="segment hashes are neither GMAC nor HS256")
    default = number(value, "segmentSizeDefault", default=0, most=MAX_SEGMENT)
    encrypted_default = number(
        value, "encryptedSegmentSizeDefault", default=default + OVERHEAD, most=MAX_SEGMENT
    )
    segments = items(value.get("segments") or [], "segments", most=MAX_SEGMENTS)
    sizes, hashes = _segments(segments, default, encrypted_default)
    signature = raw(text(root, "sig", limit=256), "rootSignature")
    # The lengths say the form, and every hash of a file has the same one: raw bytes, or their
    # hexadecimal digits. Writers disagree on which version member tells it, and some tell none.
    legacy = len(signature) == 2 * _HASH_LENGTHS[root_alg.upper()]
    width = _HASH_LENGTHS[segment_alg] * (2 if legacy else 1)
    if any(len(one) != width for one in hashes) or len(signature) not in (32, 64):
        raise NO_INTEGRITY(why="a hash is neither raw nor hexadecimal, or not as the root is")
    return Integrity(
        legacy=legacy,
        root=_from_hex(signature) if legacy else signature,
        root_alg=root_alg,
        segment_alg=segment_alg,
        aggregate=b"".join(_lower_hex(one) for one in hashes) if legacy else b"".join(hashes),
        hash_width=width,
        sizes=sizes,
        default_size=default,
        encrypted_default_size=encrypted_default,
    )


def _segments(
    listed: list[Any], default: int, encrypted_default: int
) -> tuple[array[int], list[bytes]]:
    """Plain sizes and decoded hashes; the reader's longest list, so each rule goes over it at once,
    and only a list that breaks one is walked again to say where.
    """
    if any(type(one) is not dict for one in listed):
        raise BAD_MANIFEST(member="segment", why="not an object")
    plain = [present(one, "segmentSize", default) for one in listed]
    encrypted = [present(one, "encryptedSegmentSize", encrypted_default) for one in listed]
    hashes = [one.get("hash") for one in listed]
    whole = {type(size) for size in (*plain, *encrypted)} <= {int}
    if not whole or min(plain, default=0) < 0 or max(plain, default=0) > MAX_SEGMENT:
        raise BAD_MANIFEST(member="segmentSize", why=f"not a whole number up to {MAX_SEGMENT}")
    if [size + OVERHEAD for size in plain] != encrypted or max(encrypted, default=0) > MAX_SEGMENT:
        raise NO_INTEGRITY(
            why="a segment's two sizes do not fit together", position=_first_unfit(plain, encrypted)
        )
    if not {type(one) for one in hashes} <= {str} or max(map(len, hashes), default=0) > 128:
        raise BAD_MANIFEST(member="hash", why="not a text of at most 128 characters")
    return array("Q", plain), [raw(one, "hash") for one in hashes]


def _first_unfit(plain: list[int], encrypted: list[int]) -> int:
    pairs = enumerate(zip(plain, encrypted, strict=True))
    return next(
        at for at, (size, sealed) in pairs if sealed != size + OVERHEAD or sealed > MAX_SEGMENT
    )


def _from_hex(data: bytes) -> bytes:
    try:
        return bytes.fromhex(data.decode("ascii"))
    except (UnicodeDecodeError, ValueError):
        raise NO_INTEGRITY(why="a hash is not hexadecimal") from None


def _lower_hex(data: bytes) -> bytes:
    _from_hex(data)
    return data
