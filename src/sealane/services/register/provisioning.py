"""People as the nation's identity provider tells of them by SCIM: joiners are proposals, leavers
lose access at once.

What a provisioning client can do here is little, on purpose:

* it proposes a name; the security officer and a second enter the person, duties and clearances;
* it ends access, which takes effect at once and everywhere;
* it asks that somebody may return; that is for the security officer and a second as well;
* it gives no duty, no clearance, and no name to a person who is entered.

Spec: RFC 7643 §4.1; RFC 7644; docs/operators.md "SCIM"; R57.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sealane.base.errors import Conflict, Malformed, NotFound, declare
from sealane.ports import Tx
from sealane.registry.sign_in_records import IdentityEntry
from sealane.services.node import Node
from sealane.services.register import identities, leaving
from sealane.services.register.identities import WANTED, keep

MOST = 100_000
TEXT_MOST = 200

NO_USER = declare(
    "scim.unknown",
    NotFound,
    "There is no such user.",
    "そのユーザーはいません。",
    "Look the user up by userName or externalId.",
    "userName 又は externalId で検索してください。",
)
TAKEN = declare(
    "scim.taken",
    Conflict,
    "The userName {name!r} is there already.",
    "userName {name!r} は既にあります。",
    "Look it up, and change that user.",
    "検索して、そのユーザーを変更してください。",
)
FIXED = declare(
    "scim.fixed",
    Malformed,
    "The userName of a person who is entered is changed by the security officer alone.",
    "登録済みの人の userName は保全責任者だけが変更できます。",
    "Ask for `sealane people name`.",
    "`sealane people name` を依頼してください。",
)
BAD_USER = declare(
    "scim.malformed",
    Malformed,
    "The user is wrong: {why}.",
    "ユーザーの記載に誤りがあります：{why}。",
    "See RFC 7643 §4.1.",
    "RFC 7643 §4.1 を見てください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """One user as the provider sees it."""

    id: str
    name: str
    external: str | None
    display: str
    active: bool
    """Whether this person has access here now."""
    status: str
    """`active`, `proposed` or `ended`."""
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UserWish:
    """What a provider asks of a user; None: nothing is said of it."""

    name: str | None = None
    external: str | None = None
    display: str | None = None
    active: bool | None = None

    def require_texts(self) -> None:
        """Raises: Malformed `scim.malformed`, `identity.malformed`."""
        if self.name is not None:
            identities.require_name(self.name)
        for text in (self.external, self.display):
            if text is not None and (len(text) > TEXT_MOST or not text.isprintable()):
                raise BAD_USER(why="a text is too long, or has a control character")


def user(node: Node, tx: Tx, name: str) -> User:
    """A user by its id. Raises: NotFound `scim.unknown`."""
    row = _row(node, tx, name)
    if row is None or row.ended is not None:
        raise NO_USER()
    return _told(node, tx, row)


def found(node: Node, tx: Tx, *, by: str | None = None, value: str = "") -> list[User]:
    """Every user, or those whose `userName`, `externalId` or `id` is this."""
    if by is not None:
        row = {
            "username": lambda: (
                node.records.identities.get(tx, name=value) or _bare(node, tx, value)
            ),
            "externalid": lambda: node.records.identities.get(tx, external=value),
            "id": lambda: _row(node, tx, value),
        }[by]()
        return [_told(node, tx, row)] if row is not None and row.ended is None else []
    named = node.records.identities.find(tx, order="id", limit=MOST)
    known = {row.person for row in named}
    bare = [_bare(node, tx, one) for one in sorted(node.records.people.column(tx, "id"))]
    rows = [*named, *(row for row in bare if row is not None and row.person not in known)]
    return [_told(node, tx, row) for row in rows if row.ended is None]


def propose(node: Node, wish: UserWish, *, client: str) -> User:
    """A joiner: a proposal without duties, clearances or access. Raises: Conflict `scim.taken`;
    Malformed `scim.malformed`, `identity.malformed`.
    """
    wish.require_texts()
    if wish.name is None:
        raise BAD_USER(why="userName is missing")
    with node.store.writing() as tx:
        there = node.records.identities.get(tx, name=wish.name) or _bare(node, tx, wish.name)
        if there is not None and there.ended is None:
            raise TAKEN(name=wish.name)
        row = there or IdentityEntry(
            id=f"scim-{node.host.entropy(12).hex()}",
            name=wish.name,
            external=None,
            person=None,
            data={},
            since=node.now()[1],
        )
        row = _with(node, tx, replace(row, ended=None), replace(wish, active=None))
        if row.person is not None and wish.active is not False:
            row = replace(row, data={**row.data, WANTED: node.now()[1]})
        keep(node, tx, row, credential=client)
        return _told(node, tx, row)


def change(node: Node, name: str, wish: UserWish, *, client: str) -> User:
    """What the provider says of a user now; one that is not active any more loses access at once.

    Raises: NotFound `scim.unknown`; Malformed `scim.*`; Conflict `scim.taken`,
    `person.last_officer`.
    """
    wish.require_texts()
    with node.store.writing() as tx:
        row = _row(node, tx, name)
        if row is None or row.ended is not None:
            raise NO_USER()
        made = _with(node, tx, row, wish)
        if wish.active is False:
            _end(node, tx, made, client)
            made = replace(made, data=_without(made.data, WANTED))
        elif wish.active and not _told(node, tx, made).active:
            made = replace(made, data={**made.data, WANTED: node.now()[1]})
        if made != row:
            keep(node, tx, made, credential=client)
        return _told(node, tx, made)


def remove(node: Node, name: str, *, client: str) -> None:
    """The provider knows the user no longer: access ends at once; what was recorded stays.

    Raises: NotFound `scim.unknown`; Conflict `person.last_officer`.
    """
    with node.store.writing() as tx:
        row = _row(node, tx, name)
        if row is None or row.ended is not None:
            raise NO_USER()
        _end(node, tx, row, client)
        gone = replace(row, data=_without(row.data, WANTED), ended=node.now()[1])
        keep(node, tx, gone, credential=client)


def _end(node: Node, tx: Tx, row: IdentityEntry, client: str) -> None:
    if row.person is not None:
        leaving.end_access(node, tx, row.person, client=client)


def _with(node: Node, tx: Tx, row: IdentityEntry, wish: UserWish) -> IdentityEntry:
    """The row with what is asked, as far as it is the provider's to say."""
    if wish.name not in (None, row.name):
        if row.person is not None:
            raise FIXED()
        if node.records.identities.get(tx, name=wish.name) or _bare(node, tx, str(wish.name)):
            raise TAKEN(name=wish.name)
        row = replace(row, name=str(wish.name))
    if wish.external is not None:
        row = replace(row, external=wish.external or None)
    if wish.display is not None:
        row = replace(row, data={**row.data, "displayName": wish.display})
    return row


def _row(node: Node, tx: Tx, name: str) -> IdentityEntry | None:
    row = node.records.identities.get(tx, id=name)
    return row if row is not None else _bare(node, tx, name)


def _bare(node: Node, tx: Tx, person: str) -> IdentityEntry | None:
    """A person who was entered by hand, as a user known by their id; None where there is none, or
    one that has a name of their own.
    """
    entry = node.records.people.get(tx, id=person)
    if entry is None or node.records.identities.get(tx, person=person) is not None:
        return None
    return IdentityEntry(
        id=person, name=person, external=None, person=person, data={}, since=entry.since
    )


def _told(node: Node, tx: Tx, row: IdentityEntry) -> User:
    entry = None if row.person is None else node.records.people.get(tx, id=row.person)
    active = entry is not None and entry.ended is None
    status = "active" if active else "proposed" if entry is None else "ended"
    display = row.data.get("displayName") or ("" if entry is None else entry.data["name"])
    return User(
        id=row.id,
        name=row.name,
        external=row.external,
        display=str(display),
        active=active,
        status=status,
        since=row.since,
    )


def _without(data: dict[str, Any], member: str) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name != member}
