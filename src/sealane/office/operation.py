"""What an operation is: what it is asked with, who does it, and what does it.

Spec: docs/adr/0038-one-operation-an-act.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, BinaryIO

from sealane.base import canonical
from sealane.registry.who_may import WHO_MAY, Act

if TYPE_CHECKING:
    from sealane.cases.sheet import PrintedSheet
    from sealane.services.exchange.earlier_release import Warned
    from sealane.services.exchange.outbox import Sent
    from sealane.services.ledgers.at_hand import LedgersAtHand
    from sealane.services.node import Node
    from sealane.services.register.accounts import Accounts
    from sealane.services.register.acts import Actor

REASON_MOST, WORD_MOST, LINES_MOST = 500, 200, 1 << 20
"""Characters of a reason, of a name or mark, and of a body that is read as a whole."""


class MemberKind(StrEnum):
    """What a member of a question is, by the words of JSON Schema."""

    TEXT = "string"
    NUMBER = "integer"
    TRUTH = "boolean"
    TEXTS = "array"
    THING = "object"
    """An object, which the act itself reads."""
    THINGS = "objects"
    """A list of such objects."""
    ANY = "any"
    """Text or an object: a mark as it is written, or a label; the act itself reads it."""


class MemberPlace(StrEnum):
    """Where a member stands in a request."""

    PATH = "path"
    QUERY = "query"
    BODY = "body"


class Carries(StrEnum):
    """Whether a file goes with the question, or comes with the answer."""

    NOTHING = "nothing"
    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedMember:
    """One thing that is stated in a question."""

    name: str
    says: str
    kind: MemberKind = MemberKind.TEXT
    place: MemberPlace = MemberPlace.BODY
    needed: bool = False
    words: tuple[str, ...] = ()
    """The only ones that it may be; none: any."""
    most: int = WORD_MOST
    """Characters of a text, of each of several, or the greatest number."""
    least: int = 1
    """Of a text, of several, or the least number."""
    default: Any = None
    """What it is where nothing is stated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeOffice:
    """A node as its operations see it."""

    node: Node
    deliver: Callable[[str], Sequence[Sent]]
    """Sends what waits about an item, as long as who asks can wait; what came of each try."""
    deliver_all: Callable[[], Sequence[Sent]] = tuple
    """The same of whatever waits."""
    marks: Callable[[], list[dict[str, Any]]] = list
    """How far each shared log is proven to both."""
    accounts: Accounts | None = None
    """Who signs in here; None at a folder whose keys are not open."""
    ledgers: LedgersAtHand | None = None
    """The ledgers; None where they are not reached."""
    checks: Callable[[], dict[str, dict[str, Any]]] = dict
    """The node's health, by check; nothing where no process looks at it."""
    paper: Callable[[PrintedSheet], bytes] | None = None
    """What makes a file of a sheet; None where nothing is printed."""

    @property
    def logs(self) -> LedgersAtHand:
        """The ledgers, of an office that reaches them."""
        assert self.ledgers is not None
        return self.ledgers

    def printed(self, sheet: PrintedSheet) -> bytes:
        """A sheet as a file, of an office that prints."""
        assert self.paper is not None
        return self.paper(sheet)


def _unheard(_: Warned) -> None:
    """Nobody listens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeQuestion:
    """One question, its members as the operation declares them."""

    says: Mapping[str, Any]
    file: BinaryIO | None = None
    file_name: str = "file"
    sink: BinaryIO | None = None
    """A private spool for the file that comes with the answer; worth nothing if this fails."""
    stated: frozenset[str] = frozenset()
    """The members that were stated, null among them."""
    match: str | None = None
    """The version that is to be changed, as it was seen; None: whichever is there."""
    address: str = ""
    """Where it is asked from, as far as that is known."""
    warn: Callable[[Warned], None] = _unheard
    """Told what should be known before anything leaves."""
    waits: bool = False
    """Whether, where it takes two, it is to wait for a second who is not here."""

    def __getitem__(self, name: str) -> Any:
        return self.says[name]

    def by_key(self, name: str) -> OfficeQuestion:
        """The same with a reference of its own, made of the name of the caller's key."""
        from sealane.services.register import keyed

        reference = self["reference"] or keyed.reference(name)
        return replace(self, says={**self.says, "reference": reference})

    def digest(self, operation: str) -> str:
        """What a key of the caller's stands for: every member, and the file with its name."""
        content = None
        if self.file is not None:
            content = hashlib.file_digest(self.file, "sha384").hexdigest()  # type: ignore[arg-type]
            self.file.seek(0)
        waits = [self.waits] if self.waits else []
        return canonical.digest([operation, dict(self.says), self.file_name, content, *waits])


Do = Callable[[NodeOffice, "Actor", OfficeQuestion], dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One act of a person, or one look: the same at the console, the command line and the API."""

    id: str
    act: Act | None
    """The row of the table of who may; None: whoever is signed in."""
    path: str
    answer: str
    """The name of the answer's schema."""
    do: Do
    says: str = ""
    """In words; nothing: what the table of who may says of the act."""
    says_ja: str = ""
    method: str = "GET"
    members: tuple[StatedMember, ...] = ()
    carries: Carries = Carries.NOTHING
    part: str = "stated"
    """The part of a multipart question that holds its members, where a file goes with it."""
    open_to_all: bool = False
    """Whether nobody need be signed in."""
    second: bool = False
    """Whether another person may stand beside who acts."""
    turns_into: Act | None = None
    """The act of two people that it may turn out to be, once it is known what it is about."""
    by_reference: bool = False
    """Whether asking again finds what was done, by a reference that stays with it."""
    version: Callable[[Mapping[str, Any]], str] | None = None
    """The version of what the answer shows, for who wants to change it."""
    edits: bool = False
    """Whether it changes what others may be changing too: the version seen must be named."""
    keyless: bool = False
    """Whether it can be read without opening a key."""
    secret: bool = False
    """Whether its answer holds what is shown once: no copy of it is kept for who asks again."""
    example: Mapping[str, Any] | None = None
    """What can be sent as it stands."""

    @property
    def words(self) -> tuple[str, str]:
        """What it is, in English and Japanese."""
        if self.says or self.act is None:
            return self.says, self.says_ja
        row = WHO_MAY[self.act]
        return row.says, row.says_ja

    @property
    def by_two(self) -> Act | None:
        """The act for which it takes two people, always or in some cases; None: one is enough."""
        if self.turns_into is not None or self.act is None:
            return self.turns_into
        return self.act if WHO_MAY[self.act].second is not None else None

    @property
    def can_wait(self) -> bool:
        """Whether it can wait for the second person: what it is asked with is kept meanwhile, and
        no file or secret is.
        """
        return self.by_two is not None and self.carries is Carries.NOTHING and not self.secret

    @property
    def tag(self) -> str:
        """What it is about: `items`, `people`, ..."""
        return self.id.partition(".")[0]

    @property
    def reads(self) -> bool:
        """Whether nothing changes by it."""
        return self.method == "GET"
