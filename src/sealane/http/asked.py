"""A request of the API as the question that an operation is asked: its members out of address and
body, the file that comes with it, the version that it is about.

Nothing of a body is read before it is known who asks.
Spec: spec/openapi.yaml; RFC 9110 §13.1.1 (If-Match); RFC 7578.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from sealane.base import canonical
from sealane.base.errors import Malformed, declare
from sealane.office import stated
from sealane.office.operation import LINES_MOST, Carries, MemberPlace, OfficeQuestion, Operation
from sealane.office.shared import UNSEEN
from sealane.services.exchange.asked_release import NOT_KEPT

SECOND, WAIT = "second", "wait"
BAD_BODY = declare(
    "api.body",
    Malformed,
    "The body of {operation} is {wanted}.",
    "{operation} の本文は {wanted} です。",
    "The node describes each operation at /api/v1/openapi.json.",
    "各操作の説明は /api/v1/openapi.json にあります。",
)


class Posted:
    """The body of a request, with the file that is in it; closed when it was answered."""

    def __init__(self, says: Mapping[str, Any], form: FormData | None = None) -> None:
        self.says, self._form = says, form

    @property
    def file(self) -> UploadFile | None:
        """The one file, if one came."""
        found = self._form.get("file") if self._form is not None else None
        return found if isinstance(found, UploadFile) else None

    async def close(self) -> None:
        """Let the file go."""
        if self._form is not None:
            await self._form.close()


async def posted(request: Request, operation: Operation) -> Posted:
    """What came in the body. Raises: Malformed `api.body`, `json.*`; Unavailable
    `release.not_kept`: there is no room for it.
    """
    if operation.reads or operation.method == "DELETE":
        return Posted({})
    if operation.carries is Carries.IN:
        return await _with_file(request, operation)
    data = await _whole(request)
    return Posted(_object(operation, canonical.parse(data, limit=LINES_MOST) if data else {}))


async def _with_file(request: Request, operation: Operation) -> Posted:
    try:
        form = await request.form(max_files=1, max_fields=1, max_part_size=LINES_MOST)
    except HTTPException:
        raise _bad(operation) from None
    except OSError as error:
        raise NOT_KEPT(why=error.strerror or "write failed") from None
    says = form.get(operation.part, "{}")
    known = {operation.part, "file"}
    if not {"file"} <= set(form) <= known or not isinstance(says, str):
        await form.close()
        raise _bad(operation)
    try:
        return Posted(_object(operation, canonical.parse(says.encode(), limit=LINES_MOST)), form)
    except BaseException:
        await form.close()
        raise


async def _whole(request: Request) -> bytes:
    """The body, as long as one may be; a longer one is cut, and then malformed."""
    held = bytearray()
    async for piece in request.stream():
        held += piece
        if len(held) > LINES_MOST:
            break
    return bytes(held)


def _object(operation: Operation, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _bad(operation)
    return value


def _bad(operation: Operation) -> Exception:
    wanted = "a JSON object"
    if operation.carries is Carries.IN:
        wanted = f"multipart/form-data: `{operation.part}` (a JSON object) and `file`"
    return BAD_BODY(operation=operation.id, wanted=wanted)


def question(
    request: Request, operation: Operation, body: Posted
) -> tuple[OfficeQuestion, str | None]:
    """The question, and who is named to stand beside.

    Raises: Malformed `api.stated`, `edit.unseen`.
    """
    # 1. what stands in the address, and what in the body; nothing twice
    query: dict[str, list[str]] = {}
    for name, text in request.query_params.multi_items():
        query.setdefault(name, []).append(text)
    placed = {one.name: one.place for one in operation.members}
    misplaced = [
        name for name in body.says if placed.get(name, MemberPlace.BODY) is not MemberPlace.BODY
    ]
    misplaced += [name for name in query if placed.get(name) is not MemberPlace.QUERY]
    if misplaced:
        raise stated.unknown_member(operation, misplaced[0])
    says = dict(body.says)
    second = says.pop(SECOND, None) if operation.second else None
    if second is not None and not isinstance(second, str):
        raise stated.unknown_member(operation, SECOND)
    waits = says.pop(WAIT, None) if operation.by_two is not None else None
    if waits not in (None, False, True):
        raise stated.unknown_member(operation, WAIT)
    says |= stated.from_words(operation, MemberPlace.QUERY, query)
    says |= {name: request.path_params[name] for name in request.path_params}
    # 2. each as it is declared
    read = stated.read(operation, says)
    # 3. the version that is changed is one that was seen
    match = request.headers.get("if-match")
    if operation.edits and match is None:
        raise UNSEEN()
    file = body.file
    asked = OfficeQuestion(
        says=read,
        stated=frozenset(says),
        file=None if file is None else file.file,
        file_name=PurePath((file.filename if file is not None else None) or "file").name,
        address=request.client.host if request.client is not None else "",
        match=None if match in (None, "*") else _tag(str(match)),
        waits=bool(waits),
    )
    return asked, second


def _tag(text: str) -> str:
    return text.strip().removeprefix("W/").strip('"')
