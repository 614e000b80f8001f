"""How a page asks an operation of the office, and how a form that is refused comes back as it was
filled in.

The console has no rule of its own: what is asked goes through the operation's own bounds, and who
may is asked in the service. Where the table wants two, the act waits until another person confirms
it in a session of their own; who is there already proves it in the same form, by their passphrase.
Spec: docs/adr/0038-one-operation-an-act.md; docs/console.md §Forms, §Two people.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, BinaryIO

from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse

from sealane.base.errors import Malformed, SealaneError, declare
from sealane.office import stated
from sealane.office.operation import REASON_MOST, OfficeQuestion
from sealane.office.statuses import status_of
from sealane.office.table import OPERATIONS
from sealane.office.waiting_acts import WAITS, answered
from sealane.registry.means import Means
from sealane.registry.person_proof import PersonProof
from sealane.services.node import WRONG_DUTY, Node
from sealane.services.register import acts, keyed
from sealane.services.register.acts import SECOND_NEEDED, Actor
from sealane.web import done_lines
from sealane.web.shell import Shell
from sealane.web.visit import Page, Reply, Visit

NO_DAY = declare(
    "web.no_day",
    Malformed,
    "{text!r} is no day.",
    "{text!r} は日付ではありません。",
    "Write year-month-day, such as 2027-03-31.",
    "2027-03-31 のように年-月-日で書いてください。",
)
ELSEWHERE_TOLD = {WRONG_DUTY.code}
"""What a form says nothing more about: the act is not this person's at all."""
LONGEST = 4000
WAIT = "wait"
"""The field by which a form lets an act of two wait for the second person."""


class ActAwaits(Exception):
    """An act that a form asked was not done: it waits for the second person, at an address."""

    def __init__(self, to: str) -> None:
        self.to = to
        super().__init__(to)


def asked(shell: Shell, visit: Visit, name: str, /, **says: Any) -> dict[str, Any]:
    """What an operation that reads answers this visitor. Raises: as the operation."""
    return _done(shell, visit.actor, name, question(visit, name, says))


def acted(
    shell: Shell,
    visit: Visit,
    name: str,
    /,
    *,
    match: str | None = None,
    sink: BinaryIO | None = None,
    file: UploadFile | None = None,
    **says: Any,
) -> dict[str, Any]:
    """What an operation answers that acts, with whoever proves in the form to stand beside; where
    nobody does and the form lets it, an act of two waits for the second person.

    Args:
        match: the version that the visitor decided on.
        sink: where the file goes that comes with the answer.
        file: what was sent with the form.
    Raises: as the operation; Refused `login.denied`: the second's passphrase is wrong;
    `login.not_taken`: the deployment takes none; `act.cannot_wait`; ActAwaits: it waits.
    """
    actor = replace(visit.actor, second=_second(shell, visit))
    waits = actor.second is None and WAIT in visit.form
    asked = replace(question(visit, name, says), match=match, sink=sink, waits=waits)
    if file is not None:
        asked = replace(asked, file=file.file, file_name=file.filename or "file")
    told = answered(shell.office, OPERATIONS[name], actor, asked)
    if waits and set(told) == {WAITS}:
        to = f"/acts/{told[WAITS]['id']}"
        raise ActAwaits(done_lines.leading(shell.node, visit, to, "two.done_waits"))
    return told


def require(shell: Shell, visit: Visit, name: str) -> None:
    """That the visitor may do an operation, before its form is shown or read. Raises: as
    `acts.require_duty`.
    """
    act = OPERATIONS[name].act
    assert act is not None
    with shell.node.store.reading() as tx:
        acts.require_duty(shell.node, tx, act, visit.actor)


def once(
    shell: Shell, visit: Visit, name: str, asked: OfficeQuestion, *, key: str, about: str
) -> dict[str, Any]:
    """What an operation answers to a form that carries a key of its own: it acts once, however
    often the form is sent.

    Args:
        about: the digest of everything that the form says.
    Raises: Malformed `api.key`; Conflict `api.key_reused`: the form says something else now; as the
    operation.
    """
    operation = OPERATIONS[name]

    def do(node: Node, kept: str) -> dict[str, Any]:
        said = asked.by_key(kept) if operation.by_reference else asked
        return operation.do(replace(shell.office, node=node), visit.actor, said)

    again = operation.by_reference
    return keyed.once(shell.node, visit.actor, key, about, do, again=again)


def question(visit: Visit, name: str, given: Mapping[str, Any]) -> OfficeQuestion:
    """What a form asks of an operation, held against its bounds. Raises: Malformed `api.stated`."""
    says = {member.rstrip("_"): value for member, value in given.items()}
    return OfficeQuestion(
        says=stated.read(OPERATIONS[name], says), stated=frozenset(says), address=visit.address
    )


def _done(shell: Shell, actor: Actor, name: str, question: OfficeQuestion) -> dict[str, Any]:
    return OPERATIONS[name].do(shell.office, actor, question)


def version(name: str, shown: dict[str, Any]) -> str:
    """The version of what an operation showed, for a form to carry."""
    of = OPERATIONS[name].version
    return "" if of is None else of(shown)


def by_two(shell: Shell, name: str) -> bool:
    """Whether this node wants a second person for an operation, always or in some cases."""
    production = shell.node.settings.profile == "production"
    return production and OPERATIONS[name].by_two is not None


def _second(shell: Shell, visit: Visit) -> Actor | None:
    person = visit.form.get("second", "").strip()[:128]
    if not person:
        return None
    # where the deployment takes no passphrases, one of earlier days makes nobody a second
    shell.accounts.require_taken(Means.PASSPHRASE)
    shell.accounts.prove(
        person,
        visit.form.get("second_passphrase", ""),
        address=visit.address,
    )
    return Actor(person, PersonProof.PASSPHRASE)


def tried(
    visit: Visit,
    do: Callable[[], str],
    show: Callable[[dict[str, Any]], Page],
    above: type[SealaneError] | None = None,
) -> Reply:
    """Where the act leads, or where it waits; or its form again as it was filled in, with what was
    wrong.

    Args:
        do: acts, and gives the address to go to.
        show: the page of the form, told what was wrong.
        above: what the caller tells by itself.
    Raises: Refused `person.duty`; what is named by `above`.
    """
    try:
        return RedirectResponse(do(), 303)
    except ActAwaits as act:
        return RedirectResponse(act.to, 303)
    except SealaneError as error:
        if error.code in ELSEWHERE_TOLD or (above is not None and isinstance(error, above)):
            raise
        status = status_of(error, page=True)
        return replace(show(told_of(visit, error)), status=status)


def told_of(visit: Visit, error: SealaneError) -> dict[str, Any]:
    """What a page tells of an error: what happened, what to do, its code."""
    ja = visit.lang == "ja"
    remedy = error.remedy_ja if ja else error.remedy
    if error.code == SECOND_NEEDED.code:
        remedy = visit.t("form.second_remedy")
    return {
        "message": error.message_ja if ja else error.message,
        "remedy": remedy,
        "code": error.code,
    }


def text(visit: Visit, name: str) -> str | None:
    """What a field holds; None where it is empty."""
    return visit.form.get(name, "").strip()[:LONGEST] or None


def reason(visit: Visit) -> str:
    """What the form says why; a dash where nobody wrote it."""
    return visit.form.get("reason", "").strip()[:REASON_MOST] or "-"


def number_of(given: str | None, digits: int = 15) -> int | None:
    """The number that a field or an address holds, in so many digits at most; None: it is none."""
    given = given or ""
    return int(given) if given.isascii() and given.isdigit() and len(given) <= digits else None


def day(visit: Visit, name: str) -> str | None:
    """A day's first instant, from a field for a day; None where it is empty. Raises: Malformed
    `web.no_day`.
    """
    given = text(visit, name)
    return None if given is None else day_of(given)


def day_of(given: str) -> str:
    """The first instant of a day as a field for one gives it. Raises: Malformed `web.no_day`."""
    parts = given.split("-")
    if [len(one) for one in parts] != [4, 2, 2] or not all(
        one.isascii() and one.isdigit() for one in parts
    ):
        raise NO_DAY(text=given[:40])
    return f"{given}T00:00:00Z"


def openable(shell: Shell, visit: Visit) -> list[str]:
    """The kinds of case that the visitor's duties open."""
    duties = set(visit.person["duties"])
    kinds = shell.node.case_kinds.values()
    return [one.kind for one in kinds if duties.intersection(one.open.duties)]
