"""Other nations' OpenTDF key services: a table from the agreement, one token for each, nothing
followed elsewhere.

The address in a container is a key into the table and never a destination by itself.
Spec: spec/key-access.md §10; spec/container.md §9; docs/threat-model.md §Defended.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sealane.adapters.calls import FAILED, Line, Unfit
from sealane.base import canonical
from sealane.base.errors import SealaneError, Unavailable, declare
from sealane.base.pace import Patience
from sealane.ports import Host
from sealane.protocol.asking import SERVICE_REFUSED, WRONG_ANSWER, Asker, request_body
from sealane.sealing.container import Container, combine
from sealane.sealing.kao import KeyAccessObject

MAX_ANSWER = 1 << 20
PATIENCE = Patience(whole=60.0, stretch=20.0, floor=4096, thought=20.0)
"""What a key service is granted for one answer."""
REWRAP = "/kas.AccessService/Rewrap"

SERVICE_AWAY = declare(
    "partner_kas.unavailable",
    Unavailable,
    "The key service {url} does not answer.",
    "鍵サービス {url} が応答しません。",
    "Try again when it is back; nothing was opened.",
    "復旧後に再試行してください。何も開かれていません。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One key service of the agreement's table and how we sign in to it.

    `url` is the KAS URL as containers name it; `origin` where it is called; `token_url` its own
    issuer's, and no other's.
    """

    url: str
    origin: str
    token_url: str
    client_id: str
    client_secret: str = field(repr=False)


def unlock(
    container: Container,
    table: Mapping[str, Service],
    host: Host,
    line: Line | None = None,
) -> bytes:
    """The DEK, with a share of every part from a service in the table; each share is checked
    against its binding.

    Raises: Refused `partner_kas.refused`; Unavailable `partner_kas.unavailable`; Untrusted
    `partner_kas.answer`, `container.share_missing`: a part names no service of the table.
    """
    if line is not None:
        return _unlock(container, table, host, line)
    with Line(PATIENCE) as own:
        return _unlock(container, table, host, own)


def _unlock(container: Container, table: Mapping[str, Service], host: Host, line: Line) -> bytes:
    shares: dict[str, bytes] = {}
    trouble: SealaneError | None = None
    for url, service in table.items():
        wanted = [
            kao
            for sid, kaos in container.parts().items()
            if sid not in shares
            for kao in kaos
            if kao.url == url
        ][:16]
        if not wanted:
            continue
        try:
            found = _ask(service, wanted, container.manifest.policy.text, host, line)
        except SealaneError as error:
            trouble = error
            continue
        shares |= {kao.sid: share for kao, share in zip(wanted, found, strict=True)}
    if trouble is not None and set(container.parts()) - set(shares):
        raise trouble
    return combine(container, shares)


def _ask(
    service: Service, wanted: list[KeyAccessObject], policy: str, host: Host, line: Line
) -> list[bytes]:
    asker = Asker()
    token = _token(service, asker, host, line)
    url = service.origin + REWRAP
    signed = asker.request(
        request_body(policy, wanted, asker.receiving_pem), at=host.now(), jti=host.entropy(16).hex()
    )
    status, answer = _post(
        line,
        url,
        service,
        {
            "Authorization": f"DPoP {token}",
            "DPoP": asker.proof(url=url, at=host.now(), jti=host.entropy(16).hex(), token=token),
        },
        json={"signedRequestToken": signed},
    )
    if status in (400, 401, 403):
        raise SERVICE_REFUSED(url=service.url, words=str(answer.get("code", status))[:40])
    if status != 200:
        raise SERVICE_AWAY(url=service.url)
    return asker.shares(answer, wanted, policy, url=service.url)


def _token(service: Service, asker: Asker, host: Host, line: Line) -> str:
    form = {
        "grant_type": "client_credentials",
        "client_id": service.client_id,
        "client_secret": service.client_secret,
    }
    proof = asker.proof(url=service.token_url, at=host.now(), jti=host.entropy(16).hex())
    status, answer = _post(line, service.token_url, service, {"DPoP": proof}, data=form)
    token = answer.get("access_token")
    if status in (400, 401, 403):
        raise SERVICE_REFUSED(url=service.url, words="no token")
    if status != 200 or not isinstance(token, str) or len(token) > 16384 or not token.isascii():
        raise SERVICE_AWAY(url=service.url)
    return token


def _post(
    line: Line, url: str, service: Service, headers: dict[str, str], **body: Any
) -> tuple[int, dict[str, Any]]:
    """Status and JSON object of one bounded answer. Raises: Unavailable, Untrusted."""
    try:
        given = line.call("POST", url, limit=MAX_ANSWER, headers=headers, **body)
    except Unfit as unfit:
        raise WRONG_ANSWER(url=service.url, why=unfit.why) from None
    except FAILED:
        raise SERVICE_AWAY(url=service.url) from None
    status, data = given.status, given.body
    if 300 <= status < 400:
        raise WRONG_ANSWER(url=service.url, why="it points elsewhere")
    try:
        value = canonical.parse(data, limit=MAX_ANSWER)
    except SealaneError:
        value = None
    if not isinstance(value, dict):
        if status >= 500:
            raise SERVICE_AWAY(url=service.url)
        raise WRONG_ANSWER(url=service.url, why="it is no JSON object")
    return status, value
