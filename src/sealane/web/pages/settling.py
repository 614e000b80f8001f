"""The forms by which two people settle what the node itself rests on: an agreement signed and held,
notices that came as a file, a partner that keys go to again, an authority to dispose, a node that
goes on.

Spec: R57, R58, R59, R64; docs/console.md §Two people.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from starlette.datastructures import UploadFile
from starlette.responses import Response

from sealane.agreements import noticefile
from sealane.agreements.endorsements import MAX_BYTES as SIGNATURES_MOST
from sealane.agreements.parse import MAX_BYTES
from sealane.base import canonical
from sealane.base.errors import Malformed, declare
from sealane.web import acting, done_lines
from sealane.web.pages import agreements, node_facts, upkeep
from sealane.web.shell import Shell
from sealane.web.visit import Page, Reply, Visit, saved

NO_FILE = declare(
    "web.no_agreement_file",
    Malformed,
    "No agreement file was chosen, or it is no text in UTF-8.",
    "取決めのファイルが選ばれていないか、UTF-8 のテキストではありません。",
    "Choose the `.toml` file that the parties agreed on, and the signatures beside it.",
    "当事国が合意した `.toml` ファイルと、その署名ファイルを選んでください。",
)
NO_PAPER = declare(
    "web.no_paper",
    Malformed,
    "No paper was chosen.",
    "根拠となる文書のファイルが選ばれていません。",
    "Choose the signed paper; its SHA-384 is recorded, and the file is not kept.",
    "署名済みの文書を選んでください。SHA-384 のみを記録し、ファイルは保存しません。",
)
NO_NOTICES = declare(
    "web.no_notice_file",
    Malformed,
    "No file of notices was chosen.",
    "通告のファイルが選ばれていません。",
    "Choose the `.notices` file that the party gave.",
    "当事国から受け取った `.notices` ファイルを選んでください。",
)


def adopt(shell: Shell, visit: Visit) -> Reply:
    """Hold an agreement that every party signed. Raises: Refused `person.duty`."""
    acting.require(shell, visit, "agreements.adopt")

    def do() -> str:
        says: dict[str, Any] = {"file_": _text(visit), "signatures": _signatures(visit) or {}}
        told = acting.acted(shell, visit, "agreements.adopt", **says)
        to = f"/agreements/{told['agreement']}"
        return done_lines.leading(shell.node, visit, to, "settle.done_adopted")

    return acting.tried(visit, do, lambda trouble: _agreements(shell, trouble))


def sign(shell: Shell, visit: Visit) -> Reply:
    """Sign an agreement with the node's keys; the whole file of signatures is saved by whoever
    completes it. Raises: Refused `person.duty`.
    """
    acting.require(shell, visit, "agreements.sign")
    made: list[dict[str, Any]] = []

    def do() -> str:
        says = {"file_": _text(visit), "signatures": _signatures(visit)}
        stated = {name: value for name, value in says.items() if value is not None}
        made.append(acting.acted(shell, visit, "agreements.sign", **stated))
        return "/agreements"

    reply = acting.tried(visit, do, lambda trouble: _agreements(shell, trouble))
    return signatures_of(made[0]) if made else reply


def signatures_of(answer: dict[str, Any]) -> Response:
    """The signatures of an agreement, as a file to be put beside it."""
    data = canonical.encode(answer["signatures"])
    return saved(data, f"{answer['agreement']}.toml.sigs", "application/json")


def take_notices(shell: Shell, visit: Visit) -> Reply:
    """Take up signed notices that came by another way than the line. Raises: Refused
    `person.duty`.
    """
    acting.require(shell, visit, "agreements.take-notices")

    def do() -> str:
        notices = _sent(visit, "notices", noticefile.MAX_BYTES)
        if notices is None:
            raise NO_NOTICES()
        says = {"notices": notices, "authorities": _sent(visit, "keys", SIGNATURES_MOST)}
        stated = {name: value for name, value in says.items() if value is not None}
        told = acting.acted(shell, visit, "agreements.take-notices", **stated)
        to = f"/agreements/{told['agreement']}"
        done = "settle.done_took" if told["notices"] else "settle.done_known"
        return done_lines.leading(shell.node, visit, to, done)

    return acting.tried(visit, do, lambda trouble: _agreements(shell, trouble))


def notices_of(shell: Shell, visit: Visit) -> Reply:
    """The signed notices about an agreement, as a file to be handed on. Raises: Misconfigured
    `agreement.not_held`.
    """
    told = acting.asked(shell, visit, "agreements.notices", agreement=visit.params["agreement"])
    data = canonical.encode(told["file"])
    return saved(data, f"{told['agreement']}.toml.notices", "application/json")


def readmit(shell: Shell, visit: Visit) -> Reply:
    """Let keys go to a partner again. Raises: Refused `person.duty`."""
    acting.require(shell, visit, "partners.readmit")

    def do() -> str:
        party = visit.params["party"]
        reason = acting.text(visit, "reason") or "-"
        acting.acted(shell, visit, "partners.readmit", party=party, reason=reason)
        return done_lines.leading(
            shell.node, visit, "/partners", "settle.done_readmitted", party=party
        )

    return acting.tried(visit, do, lambda trouble: upkeep.partners_page(shell, visit, trouble))


def authorise(shell: Shell, visit: Visit) -> Reply:
    """Record an authority to dispose of statements or to prune a log. Raises: Refused
    `person.duty`.
    """
    acting.require(shell, visit, "ledger.authorise")

    def do() -> str:
        says: dict[str, Any] = {
            "paper": _digest(visit.file),
            "item": acting.text(visit, "item"),
            "origin": acting.text(visit, "origin"),
            "below": acting.number_of(visit.form.get("below")),
        }
        stated = {name: value for name, value in says.items() if value is not None}
        told = acting.acted(shell, visit, "ledger.authorise", **stated)
        return done_lines.leading(
            shell.node, visit, "/ledger", "settle.done_authorised", authority=told["authority"]
        )

    def show(trouble: dict[str, Any]) -> Page:
        page = node_facts.ledger_page(shell)
        return replace(page, data={**page.data, "trouble": trouble})

    return acting.tried(visit, do, show)


def resume(shell: Shell, visit: Visit) -> Reply:
    """Let the node go on without partners that stay away. Raises: Refused `person.duty`."""
    acting.require(shell, visit, "node.resume")

    def do() -> str:
        without = list(visit.several.get("without", ()))
        acting.acted(shell, visit, "node.resume", without=without)
        return done_lines.leading(shell.node, visit, "/upkeep", "settle.done_resumed")

    return acting.tried(
        visit, do, lambda trouble: upkeep.upkeep(shell, visit, shell.office.checks, trouble)
    )


def _agreements(shell: Shell, trouble: dict[str, Any]) -> Page:
    page = agreements.list_page(shell)
    return replace(page, data={**page.data, "trouble": trouble})


def _text(visit: Visit) -> str:
    """The agreement file that was sent, to the byte. Raises: Malformed `web.no_agreement_file`."""
    try:
        given = visit.files["file"].file.read(MAX_BYTES + 1)
        text = given.decode()
    except (KeyError, UnicodeDecodeError):
        raise NO_FILE() from None
    if not text:
        raise NO_FILE()
    return text


def _signatures(visit: Visit) -> Any:
    """The signatures beside it; None where none were sent. Raises: Malformed `canonical.*`."""
    return _sent(visit, "signatures", SIGNATURES_MOST)


def _sent(visit: Visit, name: str, limit: int) -> Any:
    """A file of JSON that was sent; None where none was. Raises: Malformed `canonical.*`."""
    held = visit.files.get(name)
    data = b"" if held is None else held.file.read(limit + 1)
    return canonical.parse(data, limit=limit) if data else None


def _digest(file: UploadFile | None) -> str:
    """SHA-384 of a paper that was sent, of which nothing is kept. Raises: Malformed
    `web.no_paper`.
    """
    if file is None or not file.size:
        raise NO_PAPER()
    return hashlib.file_digest(file.file, "sha384").hexdigest()  # type: ignore[arg-type]


FORMS: Mapping[str, tuple[str, Callable[[Shell, Visit], Reply], int]] = MappingProxyType(
    {
        "/partners/{party}/readmission": ("/partners", readmit, 0),
        "/upkeep/resumption": ("/upkeep", resume, 0),
        "/ledger/authorities": ("/ledger", authorise, 1),
        "/agreements/adopt": ("/agreements", adopt, 2),
        "/agreements/sign": ("/agreements", sign, 2),
        "/agreements/take-notices": ("/agreements", take_notices, 2),
    }
)
"""By where a form goes: the page it stands on, what it does, and how many files come with it."""
