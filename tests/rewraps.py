"""Asking a key access service as a client does: requests, tokens, proofs, and the share that comes
back.
"""

from __future__ import annotations

import base64
import dataclasses
import io
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sealane.sealing.container import open_container, read
from sealane.services.opentdf.issuer import issue
from sealane.services.opentdf.rewrap import Call, rewrap
from tests.kas import SECRET
from tests.oauth import Key, proof, request_token

PATH = "/kas.AccessService/Rewrap"
READER = Key("ES256")
OTHER = Key("ES256")
RSA_KEY = rsa.generate_private_key(65537, 2048)
OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None)
TEXT = b"The quick brown fox. " * 100


def pem(private: Any) -> Any:
    return (
        private.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def token_for(node: Any, key: Any, client: str = "cli") -> Any:
    url = f"{node.origin}/oidc/token"
    answer = issue(
        node.issuer,
        {"grant_type": "client_credentials", "client_id": client, "client_secret": SECRET},
        authorization="",
        proof=proof(key, htu=url) if key else "",
        url=url,
        peer="10.0.0.9",
    )
    return answer["access_token"]


def call(
    node: Any,
    body: Any,
    *,
    key: Any = READER,
    token: Any = None,
    srt: Any = None,
    dpop: Any = None,
    peer: str = "10.0.0.9",
    scheme: str = "DPoP",
) -> Any:
    token = token or token_for(node, key)
    return Call(
        request_token=srt or request_token(key, body),
        authorization=f"{scheme} {token}",
        proof=proof(key, token=token) if dpop is None else dpop,
        path=PATH,
        peer=peer,
    )


def ask(node: Any, body: Any, **given: Any) -> Any:
    return rewrap(node.service, call(node, body, **given))


def results(answer: Any) -> Any:
    return answer["responses"][0]["results"]


def share(answer: Any) -> Any:
    return RSA_KEY.decrypt(base64.b64decode(results(answer)[0]["kasWrappedKey"]), OAEP)


def opens(node: Any, container: bytes, dek: bytes) -> Any:
    found = read(io.BytesIO(container))
    sink = io.BytesIO()
    open_container(found, io.BytesIO(container), dek, sink, claims=node.claims(found))
    return sink.getvalue()


def changed(node: Any, policy_uuid: str, **members: Any) -> Any:
    """A node's record of an object, with other members."""
    return dataclasses.replace(node.records[policy_uuid], **members)


def flip(text: str) -> str:
    """Base64 of the same bytes, one bit off."""
    raw = bytearray(base64.b64decode(text))
    raw[0] ^= 1
    return base64.b64encode(raw).decode()
