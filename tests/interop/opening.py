"""Our own opening of what peers sealed, with the service's keys in hand."""

from __future__ import annotations

import io
from typing import Any

from sealane.sealing.container import open_container, read, unlock
from sealane.sealing.keywrap import KeyRing


def opened(node: Any, container: bytes) -> Any:
    """The plaintext of a peer's container, every integrity check in force."""
    found = read(io.BytesIO(container))
    dek = unlock(found, KeyRing(node.wrapping.values()), claims=None)
    sink = io.BytesIO()
    open_container(found, io.BytesIO(container), dek, sink, claims=None)
    return sink.getvalue()


def share_of(node: Any, container: bytes) -> Any:
    """The share behind the first key access object, from our own service over HTTP as a strict DPoP
    client.
    """
    import base64
    import json
    import urllib.request

    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    from tests import clock
    from tests.kas import SECRET, body_of
    from tests.oauth import Key, proof, request_token

    now = clock.seconds()
    key, private = Key("ES256"), rsa.generate_private_key(65537, 2048)
    pem = (
        private.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )

    def post(path: str, data: bytes, headers: dict[str, str]) -> Any:
        request = urllib.request.Request(node.origin + path, data, headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    form = f"grant_type=client_credentials&client_id=cli&client_secret={SECRET}".encode()
    token = post(
        "/oidc/token",
        form,
        {
            "content-type": "application/x-www-form-urlencoded",
            "dpop": proof(key, htu=f"{node.origin}/oidc/token", iat=now),
        },
    )["access_token"]
    path = "/kas.AccessService/Rewrap"
    signed = request_token(key, body_of(container, pem), iat=now, exp=now + 60)
    answer = post(
        path,
        json.dumps({"signedRequestToken": signed}).encode(),
        {
            "content-type": "application/json",
            "authorization": f"DPoP {token}",
            "dpop": proof(key, token=token, htu=node.origin + path, iat=now),
        },
    )
    oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None)
    return private.decrypt(
        base64.b64decode(answer["responses"][0]["results"][0]["kasWrappedKey"]), oaep
    )
