"""Beat 1 of a rewrap: who asks, proven for this very call by a key that the caller holds.

Spec: RFC 9449; spec/key-access.md §4.
"""

from __future__ import annotations

from dataclasses import dataclass

from sealane.base.errors import Untrusted, declare
from sealane.base.values import Instant
from sealane.protocol import tokens
from sealane.protocol.jwt import TokenKey
from sealane.protocol.tokens import BAD_PROOF, NO_PROOF, Access, Once
from sealane.services.opentdf.model import Caller, KeyAccess

UNAUTHENTICATED = declare(
    "key.unauthenticated",
    Untrusted,
    "The caller is not authenticated.",
    "呼び出し元を認証できません。",
    "Sign in at the issuer this service names and sign each request with the key of the token.",
    "このサービスが示す発行者でサインインし、トークンの鍵で要求ごとに署名してください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What HTTP carried: the signed request token, the credentials and where the call came from."""

    request_token: str
    authorization: str
    proof: str
    path: str
    peer: str
    fulfillable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Authenticated:
    """A proven caller with its request, and what must never come again."""

    caller: Caller
    body: str
    digest: str
    once: tuple[Once, ...]
    at: Instant


def authenticate(service: KeyAccess, call: Call, at: Instant) -> Authenticated:
    """A trusted token for us, a proof of its key for this call, a request signed by that key, now.

    Raises: Untrusted `key.unauthenticated`; Malformed and Untrusted `token.*`.
    """
    # 1. There is one token, and it is an issuer's whom we trust at this instant.
    scheme, _, text = call.authorization.partition(" ")
    token = text.strip()
    if scheme.lower() not in ("bearer", "dpop") or not text:
        raise UNAUTHENTICATED()
    access = tokens.verify_access(token, service.issuers(at), at)
    # 2. The caller holds the key that the token is bound to: a token overheard is worth nothing.
    key, proofs = _proven_key(service, call, access, token, at)
    # 3. A token bound to no key holds from the address alone that it was issued to.
    if access.jkt is None and access.peer != call.peer:
        raise NO_PROOF()
    # 4. The request itself is signed by that key, now: nobody on the way changed what is asked.
    request = tokens.verify_request(call.request_token, key=key, rule=access.rule, at=at)
    caller = Caller(
        subject=access.subject,
        client=access.client,
        issuer=access.issuer,
        claims=access.claims,
        proof="address" if access.jkt is None else "dpop",
        party=access.party,
        agreements=access.agreements,
    )
    once = (*access.once, *proofs, request.once)
    return Authenticated(caller, request.body, request.digest, once, at)


def _proven_key(
    service: KeyAccess, call: Call, access: Access, token: str, at: Instant
) -> tuple[TokenKey | None, tuple[Once, ...]]:
    """The key that the proof shows, and the proof's own mark; none for an excepted client that
    shows none.
    """
    if not call.proof:
        if access.jkt is not None:
            raise NO_PROOF()
        return None, ()
    proof = tokens.verify_proof(
        call.proof,
        method="POST",
        url=service.origin + call.path,
        at=at,
        access_token=token,
        rule=access.rule,
    )
    if access.jkt is not None and proof.key.thumbprint != access.jkt:
        raise BAD_PROOF(why="another key than the token's")
    return proof.key, (proof.once,)
