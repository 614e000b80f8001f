"""Assertions bound under the DEK, as every OpenTDF reader checks them.

Such a binding proves that a holder of the key wrote it, not who: the originator seal does that.
Spec: spec/container.md §7.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any

from sealane.base import canonical
from sealane.base.errors import SealaneError
from sealane.sealing.archive import MAX_MANIFEST
from sealane.sealing.manifest import NO_INTEGRITY, Assertion, Integrity
from sealane.sealing.shape import Secret

_HEADER = {"alg": "HS256"}


def write(
    *,
    name: str,
    kind: str,
    scope: str,
    state: str,
    schema: str,
    value: str,
    dek: bytes,
    aggregate: bytes,
) -> dict[str, Any]:
    """An assertion whose value is a text, bound by HS256 under the DEK to the payload's hashes."""
    body: dict[str, Any] = {
        "id": name,
        "type": kind,
        "scope": scope,
        "appliesToState": state,
        "statement": {"format": "json", "schema": schema, "value": value},
    }
    digest = hashlib.sha256(canonical.encode(body)).digest()
    claims = {
        "assertionHash": digest.hex(),
        "assertionSig": base64.b64encode(aggregate + digest).decode(),
    }
    head, payload = _b64(canonical.encode(_HEADER)), _b64(canonical.encode(claims))
    signature = _b64(_mac(dek, f"{head}.{payload}"))
    return {**body, "binding": {"method": "jws", "signature": f"{head}.{payload}.{signature}"}}


def digest(received: dict[str, Any]) -> str:
    """SHA-384 hex of an assertion without its binding: how the seal names it. Raises: Malformed
    `json.not_encodable`.
    """
    return canonical.digest({name: value for name, value in received.items() if name != "binding"})


def check(assertion: Assertion, dek: Secret, integrity: Integrity) -> None:
    """Prove that a holder of the DEK bound this assertion to this payload.

    Only HS256 under the DEK is accepted; keys in the token's header are never looked at.
    Raises: Untrusted `container.integrity`, with the assertion's id.
    """
    parts = assertion.signature.split(".")
    if len(parts) != 3:
        raise _broken(assertion)
    protected, payload, signature = parts
    # Step 1: HS256 and nothing that changes how it is computed. A public key in the header would
    # be the sender's own.
    header = _json(protected, assertion)
    if header.get("alg") != "HS256" or "crit" in header or "b64" in header:
        raise _broken(assertion)
    # Step 2: a holder of the DEK made it; before its claims are read.
    made = _mac(dek, f"{protected}.{payload}")
    if not hmac.compare_digest(made, _unb64(signature, assertion)):
        raise _broken(assertion)
    claims = _json(payload, assertion)
    stated, bound = claims.get("assertionHash"), claims.get("assertionSig")
    if not isinstance(stated, str) or not isinstance(bound, str):
        raise _broken(assertion)
    # Step 3: it speaks of this assertion, as one of the two ways of hashing has it.
    if stated not in _hashes(assertion):
        raise _broken(assertion)
    # Step 4: it speaks of this payload: moved to another container of the same key, it fails.
    tail = stated.encode() if integrity.legacy else bytes.fromhex(stated)
    wanted = base64.b64encode(integrity.aggregate + tail)
    if not hmac.compare_digest(wanted, bound.encode("utf-8", "replace")):
        raise _broken(assertion)


def _hashes(assertion: Assertion) -> list[str]:
    """The hash by the text rule, then by the object rule: Go and Java first turn an object into
    key-sorted text.
    """
    body = {name: value for name, value in assertion.received.items() if name != "binding"}
    forms = [body]
    if isinstance(assertion.value, dict):
        compact = json.dumps(
            assertion.value, sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        forms.insert(0, {**body, "statement": {**body["statement"], "value": compact}})
    try:
        return [hashlib.sha256(canonical.encode(form)).hexdigest() for form in forms]
    except SealaneError:
        raise _broken(assertion) from None


def _broken(assertion: Assertion) -> SealaneError:
    return NO_INTEGRITY(
        why="an assertion is not bound to this payload", details={"assertion": assertion.id[:64]}
    )


def _json(part: str, assertion: Assertion) -> dict[str, Any]:
    value = canonical.parse(_unb64(part, assertion), limit=MAX_MANIFEST, depth=8)
    if not isinstance(value, dict):
        raise _broken(assertion)
    return value


def _mac(dek: Secret, text: str) -> bytes:
    return hmac.new(dek, text.encode(), hashlib.sha256).digest()


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unb64(text: str, assertion: Assertion) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise _broken(assertion) from None
