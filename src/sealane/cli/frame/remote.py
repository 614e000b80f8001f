"""A node on another machine, asked over its API with the person's own token.

Whatever it refuses is said here as it said it: its code, its words, its remedy.
Spec: spec/openapi.yaml; spec/interfaces.md §5.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from typing import Any, BinaryIO

from sealane.adapters.calls import FAILED, GivenAnswer, Line, Unfit
from sealane.base import base64url
from sealane.base.errors import (
    Misconfigured,
    Refused,
    SealaneError,
    Unavailable,
    declare,
    retold,
)
from sealane.base.exercise import HEADER
from sealane.base.pace import Patience
from sealane.cli.frame.answer import speaker
from sealane.cli.frame.logins import Login
from sealane.office.operation import Carries, OfficeQuestion, Operation
from sealane.office.spoken import spoken
from sealane.office.statuses import kind_of

PATIENCE = Patience(whole=120.0, stretch=60.0, floor=4096, thought=90.0)
ANSWER_MOST, FILE_MOST = 64 << 20, 1 << 40

AWAY = declare(
    "login.away",
    Unavailable,
    "The node at {url} does not answer.",
    "{url} のノードが応答しません。",
    "Try again; its operator sees why.",
    "再試行してください。理由は運用者が確認できます。",
)
UNTRUSTED = declare(
    "login.certificate",
    Refused,
    "Whoever answers at {url} does not prove to be that node: {why}.",
    "{url} の応答者が、そのノードであることを証明できません（{why}）。",
    "Give the authority's certificate to `sealane login` with --ca-file.",
    "`sealane login` の --ca-file に認証局の証明書を指定してください。",
)
OTHER = declare(
    "login.no_node",
    Misconfigured,
    "What answers at {url} is no node of this age.",
    "{url} の応答者は、この版に対応するノードではありません。",
    "Check the address, and that both are of the same release.",
    "アドレスと、双方の版が同じであることを確かめてください。",
)


def ask(
    login: Login,
    operation: Operation,
    asked: OfficeQuestion,
    *,
    second: tuple[str, str | None] | None = None,
) -> dict[str, Any]:
    """What the node answers.

    Args:
        second: who stands beside, and their own token.
    Raises: what the node refused with; Unavailable `login.away`; Refused `login.certificate`;
        Misconfigured `login.no_node`.
    """
    said = spoken(operation, asked.says)
    headers = {"authorization": f"Bearer {login.token}"} if login.token else {}
    body = dict(said.body)
    if second is not None:
        body["second"] = second[0]
        if second[1] is not None:
            headers["second-authorization"] = f"Bearer {second[1]}"
    if asked.waits:
        body["wait"] = True
    if operation.edits:
        headers["if-match"] = f'"{asked.match}"' if asked.match else "*"
    request: dict[str, Any] = {"headers": headers}
    if operation.carries is Carries.IN:
        request["files"] = _parts(operation, body, asked)
    elif not operation.reads and operation.method != "DELETE":
        headers["content-type"] = "application/json"
        request["content"] = json.dumps(body).encode()
    answer = _answer(login, operation, said.target, request, asked.sink)
    if HEADER in answer.headers:
        speaker().exercise = True
    return _told(login, operation, answer)


def _parts(operation: Operation, body: Mapping[str, Any], asked: OfficeQuestion) -> dict[str, Any]:
    return {
        operation.part: (None, json.dumps(body).encode(), "application/json"),
        "file": (asked.file_name, asked.file, "application/octet-stream"),
    }


def _answer(
    login: Login,
    operation: Operation,
    target: str,
    request: dict[str, Any],
    sink: BinaryIO | None,
) -> GivenAnswer:
    url = login.url + target
    try:
        with Line(PATIENCE, verify=_trust(login)) as line:
            if operation.carries is Carries.OUT and sink is not None:
                return line.fetch(operation.method, url, sink, limit=FILE_MOST, **request)
            return line.call(operation.method, url, limit=ANSWER_MOST, **request)
    except Unfit:
        raise OTHER(url=login.url) from None
    except FAILED as error:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            why = str(error).rpartition(":")[0][:160]
            raise UNTRUSTED(url=login.url, why=why) from None
        raise AWAY(url=login.url) from None


def _trust(login: Login) -> ssl.SSLContext | None:
    if not login.url.startswith("https:") or login.ca is None:
        return None
    try:
        return ssl.create_default_context(cafile=login.ca)
    except OSError:
        raise UNTRUSTED(url=login.url, why=f"{login.ca} holds no certificate") from None


def _told(login: Login, operation: Operation, answer: GivenAnswer) -> dict[str, Any]:
    whole = operation.carries is Carries.OUT and answer.status == 200
    try:
        data = base64url.decode(answer.headers["sealane-answer"]) if whole else answer.body
        body = json.loads(data)
        if not isinstance(body, dict):
            raise ValueError
    except (KeyError, ValueError, SealaneError):
        raise OTHER(url=login.url) from None
    if answer.status in (200, 202):
        return body
    if "code" not in body:
        raise OTHER(url=login.url)
    raise retold(body, kind_of(answer.status))
