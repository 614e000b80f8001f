"""Asking another's key access service for shares: a new key pair for each opening, bound tokens,
checked answers.

Pure: the instant, the ids and the private keys come in; an adapter carries the texts.
Spec: spec/key-access.md §10.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from sealane.base.errors import Refused, Untrusted, declare
from sealane.base.values import SECOND, Instant
from sealane.protocol import jwt
from sealane.protocol.tokens import SKEW
from sealane.sealing.kao import KeyAccessObject
from sealane.sealing.keywrap import SHARE, binding_holds

_OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None)  # noqa: S303 - the format's

SERVICE_REFUSED = declare(
    "partner_kas.refused",
    Refused,
    "The key service {url} refuses: {words}.",
    "鍵サービス {url} が拒否しました：{words}。",
    "Ask its nation which condition is not met.",
    "満たされていない条件を、その国に確かめてください。",
)
WRONG_ANSWER = declare(
    "partner_kas.answer",
    Untrusted,
    "The key service {url} answered something else than was asked: {why}.",
    "鍵サービス {url} の回答が要求と一致しません：{why}。",
    "Nothing was opened; report it to the partner.",
    "何も開かれていません。相手国に報告してください。",
)


class Asker:
    """One opening's own keys: ES256 to prove possession, RSA-2048 to receive shares; never used for
    another opening.
    """

    __slots__ = ("_private", "_receiving", "key", "receiving_pem")

    def __init__(self) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())
        self._receiving = rsa.generate_private_key(65537, 2048)
        self.key = jwt.token_key("ES256", self._private.public_key())
        self.receiving_pem = (
            self._receiving.public_key()
            .public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            .decode()
        )

    def proof(self, *, url: str, at: Instant, jti: str, token: str | None = None) -> str:
        """A DPoP proof for one POST to one address, for a token when there is one. Spec: RFC 9449
        §4.2.
        """
        claims: dict[str, Any] = {"jti": jti, "htm": "POST", "htu": url, "iat": at // SECOND}
        if token is not None:
            claims["ath"] = jwt.b64(hashlib.sha256(token.encode()).digest())
        public = {
            name: value
            for name, value in jwt.jwk(self.key).items()
            if name in ("kty", "crv", "x", "y")
        }
        return self._signed({"alg": "ES256", "jwk": public, "typ": "dpop+jwt"}, claims)

    def request(self, body: str, *, at: Instant, jti: str) -> str:
        """The signed request token for a body; it lives 60 seconds."""
        now = at // SECOND
        return self._signed(
            {"alg": "ES256", "typ": "JWT"},
            {"requestBody": body, "iat": now, "exp": now + SKEW, "jti": jti},
        )

    def _signed(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        signing = jwt.write(header, claims)
        r, s = decode_dss_signature(self._private.sign(signing.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{signing}.{jwt.b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

    def shares(
        self, answer: Any, objects: Sequence[KeyAccessObject], policy_text: str, *, url: str
    ) -> list[bytes]:
        """The share of each object asked for; each one reproduces its policy binding.

        Raises: Refused `partner_kas.refused`: it gave none; Untrusted `partner_kas.answer`.
        """
        results = _results(answer, url)
        out = []
        for index, kao in enumerate(objects):
            found = results.get(f"kao-{index}")
            if found is None:
                raise WRONG_ANSWER(url=url, why="an object is not answered")
            if found.get("status") != "permit":
                raise SERVICE_REFUSED(url=url, words=_plain(found.get("error")))
            out.append(self._share(found.get("kasWrappedKey"), kao, policy_text, url))
        return out

    def _share(self, wrapped: Any, kao: KeyAccessObject, policy_text: str, url: str) -> bytes:
        try:
            share: bytes = self._receiving.decrypt(base64.b64decode(wrapped, validate=True), _OAEP)
        except (TypeError, ValueError, binascii.Error):
            raise WRONG_ANSWER(url=url, why="its key is not for us") from None
        if len(share) != SHARE or not binding_holds(share, policy_text, kao.binding):
            raise WRONG_ANSWER(url=url, why="its share is not bound to this policy")
        return share


def request_body(policy_text: str, objects: Sequence[KeyAccessObject], receiving_pem: str) -> str:
    """A v2 body for several objects of one policy, with the v1 members beside it when there is one
    object only.
    """
    listed = [
        {"keyAccessObjectId": f"kao-{index}", "keyAccessObject": kao.received}
        for index, kao in enumerate(objects)
    ]
    body: dict[str, Any] = {
        "clientPublicKey": receiving_pem,
        "requests": [{"policy": {"id": "policy", "body": policy_text}, "keyAccessObjects": listed}],
    }
    if len(objects) == 1:
        body |= {"keyAccess": objects[0].received, "policy": policy_text}
    return json.dumps(body, separators=(",", ":"))


def _results(answer: Any, url: str) -> dict[str, dict[str, Any]]:
    responses = answer.get("responses") if isinstance(answer, dict) else None
    if not isinstance(responses, list) or len(responses) != 1 or not isinstance(responses[0], dict):
        raise WRONG_ANSWER(url=url, why="it answers another policy")
    listed = responses[0].get("results")
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise WRONG_ANSWER(url=url, why="its results are no list")
    return {str(one.get("keyAccessObjectId")): one for one in listed}


def _plain(words: Any) -> str:
    """Words of a stranger, for a person to read: printable, short."""
    return "".join(letter for letter in str(words)[:160] if letter.isprintable())
