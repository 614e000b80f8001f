"""An operation of the office, asked at the node's own folder or, where the person signed in at
another machine's node, over its API.

Spec: docs/adr/0038-one-operation-an-act.md; spec/interfaces.md §5.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from sealane.base.visible import visible
from sealane.cli import access
from sealane.cli.frame import acting, logins, node_folder, passphrase
from sealane.cli.frame.answer import Answer, AnsweredOtherwise, speaker

if TYPE_CHECKING:
    from collections.abc import Callable

    from sealane.cli.frame.logins import Login
    from sealane.office.operation import NodeOffice, OfficeQuestion, Operation
    from sealane.services.exchange.earlier_release import Warned
    from sealane.services.exchange.outbox import Sent
    from sealane.services.node import Node, OpenRegister
    from sealane.services.register.acts import Actor
    from sealane.wiring.site import Site


def ask(
    options: Mapping[str, Any],
    name: str,
    *,
    file: BinaryIO | None = None,
    file_name: str = "file",
    sink: BinaryIO | None = None,
    warn: Callable[[Warned], None] | None = None,
    **says: Any,
) -> dict[str, Any]:
    """What an operation answers.

    Args:
        options: the command's: `folder`, `passphrase_file`, `person`, `token_file` and, where
            somebody may stand beside, `second`, `second_token_file` and `wait`.
        name: the operation's id.
        warn: told at once what should be known, where the node is here.
        says: its members; `_` stands for `-`, and None for what is not stated.
    Raises: Misconfigured `login.none`; as the operation; AnsweredOtherwise: it waits for a second.
    """
    from sealane.office import stated
    from sealane.office.operation import OfficeQuestion
    from sealane.office.table import OPERATIONS
    from sealane.office.waiting_acts import WAITS, answered

    operation = OPERATIONS[name]
    given = {_member(one): _plain(value) for one, value in says.items() if value is not None}
    asked = OfficeQuestion(
        says=stated.read(operation, given),
        stated=frozenset(given),
        file=file,
        file_name=file_name,
        sink=sink,
        waits=bool(options.get("wait")),
    )
    if options["folder"] is None:
        told = _there(options, operation, replace(asked, says=given))
    else:
        asked = asked if warn is None else replace(asked, warn=warn)
        with _here(options, operation) as (office, actor):
            told = answered(office, operation, actor, asked)
    if asked.waits and set(told) == {WAITS}:
        raise AnsweredOtherwise(Answer(told, act_line(told[WAITS])))
    return told


def act_line(told: Mapping[str, Any]) -> str:
    """One waiting act in words."""
    from sealane.web.words import name_of

    lang = speaker().lang
    state = name_of(lang, "waiting_state", told["state"])
    said = told["summary_ja" if lang == "ja" else "summary"]
    return visible(f"{told['id']}  {state}  {told['until']}  {told['person']}  {said}")


def of_person(options: Mapping[str, Any]) -> bool:
    """Whether a verb of the node's operator is asked by a person who is named, or at another
    machine's node; else the folder is read as its operator reads it.
    """
    return options["folder"] is None or options["person"] is not None


def _member(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _there(
    options: Mapping[str, Any], operation: Operation, asked: OfficeQuestion
) -> dict[str, Any]:
    from sealane.cli.frame import remote

    login = signed_in(options)
    second = None
    if options.get("second") is not None:
        second = (str(options["second"]), _token(options["second_token_file"]))
    return remote.ask(login, operation, asked, second=second)


def signed_in(options: Mapping[str, Any]) -> Login:
    """Where this user is signed in, as the person that the command names. Raises: Misconfigured
    `login.none`, `login.file`; Refused `login.other_person`.
    """
    login = logins.found()
    if login is None:
        raise logins.NOT_HERE()
    person, own = options["person"], _token(options["token_file"])
    if own is not None:
        return replace(login, token=own, person=person or login.person)
    if person not in (None, login.person):
        raise logins.OTHER_PERSON(known=login.person, person=person)
    return login


def _token(path: str | None) -> str | None:
    return None if path is None else passphrase.read(path).decode("utf-8", "replace").strip()


@contextmanager
def _here(options: Mapping[str, Any], operation: Operation) -> Iterator[tuple[NodeOffice, Actor]]:
    from sealane.services.register.acts import OPERATOR

    # 1. what needs no key is read without one, where nobody need be named
    if operation.keyless and options["person"] is None:
        with access.open_register(options["folder"]) as register:
            if register.settings.profile != "production":
                yield _register_alone(register), OPERATOR
                return
    # 2. else the keystore is opened, and who acts is proven as far as the node asks for it
    with node_folder.opened(options["folder"], options["passphrase_file"]) as site:
        yield _office(site), _actor(site, operation, options)


def _register_alone(register: OpenRegister) -> NodeOffice:
    """The office of a folder whose keys stay sealed."""
    from sealane.office.operation import NodeOffice
    from sealane.services.ledgers.at_hand import LedgersAtHand, LogAtHand

    def stored(tx: Any) -> list[LogAtHand]:
        return [LogAtHand(log.role, log) for log in access.stored_logs(tx)]

    ledgers = LedgersAtHand(stored=stored, book=access.witness_book())
    return NodeOffice(node=cast("Node", register), deliver=lambda _: (), ledgers=ledgers)


def _office(site: Site) -> NodeOffice:
    from sealane.services.exchange import outbox
    from sealane.wiring.office import office_of

    def due(item: str) -> list[Sent]:
        return outbox.deliver_due(site.node, item=item)

    return office_of(site, deliver=due)


def _actor(site: Site, operation: Operation, options: Mapping[str, Any]) -> Actor:
    from sealane.registry.who_may import WHO_MAY
    from sealane.services.register.acts import OPERATOR

    row = None if operation.act is None else WHO_MAY[operation.act]
    if row is not None and row.keeper and options["person"] is None:
        return OPERATOR
    prove = acting.who_or_keystore if row is not None and row.keystore else acting.who
    actor = prove(site, options["person"], options["token_file"])
    return acting.beside(site, actor, options) if operation.second else actor
