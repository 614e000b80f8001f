"""What people keep to prove themselves with: passkeys and recovery codes, each a row that the
ledger binds, added and ended on record.

Spec: R57; docs/console.md §My account.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from typing import Any

from sealane.base.errors import Conflict, Malformed, NotFound, declare
from sealane.ports import Tx
from sealane.registry.means import Means
from sealane.registry.sign_in_records import CredentialEntry
from sealane.services.node import Node
from sealane.services.register.acts import Actor
from sealane.services.statements.journal import bound_fields, record

MOST_PASSKEYS = 20
CODES = 10
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Of a code: none that is taken for another."""
_GROUPS, _GROUP = 5, 4

BAD_NAME = declare(
    "credential.name",
    Malformed,
    "A passkey has a name of 1 to {most} characters.",
    "パスキーには 1～{most} 文字の名前が必要です。",
    "Choose one by which you know it again.",
    "見分けのつく名前を付けてください。",
)
NO_CREDENTIAL = declare(
    "credential.unknown",
    NotFound,
    "There is no such passkey of yours.",
    "そのパスキーはありません。",
    "Open the page again.",
    "ページを開き直してください。",
)
LAST_MEANS = declare(
    "credential.last",
    Conflict,
    "This is the last thing by which {person} can sign in.",
    "これは {person} がサインインできる最後の手段です。",
    "Add another passkey or set a passphrase first.",
    "先に別のパスキーを追加するか、パスフレーズを設定してください。",
)
TOO_MANY_KEYS = declare(
    "credential.too_many",
    Conflict,
    "A person has at most {most} passkeys.",
    "パスキーは一人 {most} 個までです。",
    "Take away one that is not used.",
    "使わないものを削除してください。",
)
NAME_MOST = 60


@dataclass(frozen=True, slots=True)
class Credentials:
    """The credentials of one node's people.

    Args:
        secret: the node's, by which codes are digested: the store alone lets nobody guess them.
    """

    node: Node
    secret: bytes

    def passkeys(self, tx: Tx, person: str) -> list[CredentialEntry]:
        """Those that count, oldest first."""
        return self._of(tx, person, Means.PASSKEY)

    def codes_left(self, tx: Tx, person: str) -> int:
        """How many recovery codes are left."""
        return len(self._of(tx, person, Means.RECOVERY))

    def passkey(self, tx: Tx, digest: str) -> CredentialEntry | None:
        """The passkey of a digest, while it counts."""
        row = self.node.records.credentials.get(tx, id=digest, kind=str(Means.PASSKEY))
        if row is None or row.ended is not None:
            return None
        return row if self.node.entered(tx, "credentials", row) else None

    def add_passkey(
        self, person: str, digest: str, name: str, data: dict[str, Any], *, count: int, by: Actor
    ) -> None:
        """Keep a new passkey. Raises: Malformed `credential.name`; Conflict
        `credential.too_many`.
        """
        name = name.strip()
        if not 0 < len(name) <= NAME_MOST:
            raise BAD_NAME(most=NAME_MOST)
        with self.node.store.writing() as tx:
            self.node.person(tx, person)
            if len(self.passkeys(tx, person)) >= MOST_PASSKEYS:
                raise TOO_MANY_KEYS(most=MOST_PASSKEYS)
            self._add(
                tx,
                CredentialEntry(
                    id=digest,
                    person=person,
                    kind=str(Means.PASSKEY),
                    name=name,
                    data=data,
                    since=self.node.now()[1],
                    count=count,
                ),
                by,
            )

    def remove_passkey(self, person: str, digest: str, *, by: Actor) -> None:
        """Take one of a person's own away; sessions that began with it are over. Raises: NotFound
        `credential.unknown`; Conflict `credential.last`.
        """
        with self.node.store.writing() as tx:
            row = self.passkey(tx, digest)
            if row is None or row.person != person:
                raise NO_CREDENTIAL()
            entry = self.node.person_entry(tx, person)
            others = len(self.passkeys(tx, person)) > 1
            means = self.node.settings.means
            vouched = {Means.OIDC, Means.CERTIFICATE} & set(means)
            spoken = Means.PASSPHRASE in means and entry is not None and entry.verifier is not None
            if not (others or vouched or spoken):
                raise LAST_MEANS(person=person)
            self._end(tx, row, by)

    def new_codes(self, person: str, *, by: Actor) -> list[str]:
        """A new set of recovery codes, shown once; the old ones end."""
        codes = [self._code() for _ in range(CODES)]
        at = self.node.now()[1]
        with self.node.store.writing() as tx:
            self.node.person(tx, person)
            for row in self._of(tx, person, Means.RECOVERY):
                self._end(tx, row, by)
            for number, code in enumerate(codes, 1):
                row = CredentialEntry(
                    id=self._digest(person, code),
                    person=person,
                    kind=str(Means.RECOVERY),
                    name=str(number),
                    data={},
                    since=at,
                )
                self._add(tx, row, by)
        return codes

    def use_code(self, person: str, code: str) -> bool:
        """Whether it was a code of the person's that was not used before; now it is used."""
        with self.node.store.writing() as tx:
            row = self.node.records.credentials.get(tx, id=self._digest(person, code))
            if row is None or row.kind != Means.RECOVERY or row.ended is not None:
                return False
            if row.person != person or not self.node.entered(tx, "credentials", row):
                return False
            self._end(tx, row, None)
            return True

    def end_all(self, tx: Tx, person: str) -> None:
        """End everything a person has, in a step that is under way, because they leave."""
        for means in (Means.PASSKEY, Means.RECOVERY):
            for row in self._of(tx, person, means):
                self._end(tx, row, None)

    def _of(self, tx: Tx, person: str, means: Means) -> list[CredentialEntry]:
        rows = self.node.records.credentials.find(
            tx, order="since", limit=1000, person=person, kind=str(means), ended=None
        )
        return [row for row in rows if self.node.entered(tx, "credentials", row)]

    def _add(self, tx: Tx, row: CredentialEntry, by: Actor) -> None:
        record(self.node, tx, "credential.added", **self._told(tx, row, by))
        self.node.records.credentials.add(tx, row)

    def _end(self, tx: Tx, row: CredentialEntry, by: Actor | None) -> None:
        ended = replace(row, ended=self.node.now()[1])
        record(self.node, tx, "credential.ended", **self._told(tx, ended, by))
        self.node.records.credentials.change(tx, {"id": row.id}, ended=ended.ended)

    def _told(self, tx: Tx, row: CredentialEntry, by: Actor | None) -> dict[str, Any]:
        bound = bound_fields(self.node, tx, "credentials", row)
        who = {} if by is None else by.told()
        return {"people": [row.person], "means": row.kind, **bound, **who}

    def _code(self) -> str:
        """Of 20 letters, 99 bits: digests of it can be compared without being slowed down."""
        size = _GROUPS * _GROUP
        drawn: list[str] = []
        while len(drawn) < size:
            fair = [one for one in self.node.host.entropy(32) if one < 248]
            drawn += [_LETTERS[one % 31] for one in fair]
        return "-".join("".join(drawn[at : at + _GROUP]) for at in range(0, size, _GROUP))

    def _digest(self, person: str, code: str) -> str:
        plain = "".join(letter for letter in code.lower() if letter in _LETTERS)[:64]
        data = b"recovery:" + person.encode() + b"|" + plain.encode()
        return hmac.new(self.secret, data, hashlib.sha256).hexdigest()


def can_sign_in(node: Node, tx: Tx, person: str) -> bool:
    """Whether a person may sign in at all: has a passphrase or a passkey, or is vouched for by a
    provider or a certificate.
    """
    row = node.records.people.get(tx, id=person)
    if row is None or row.ended is not None:
        return False
    if row.verifier is not None or set(node.settings.means) & {Means.OIDC, Means.CERTIFICATE}:
        return True
    held = node.records.credentials.find(
        tx, order="since", person=person, kind=str(Means.PASSKEY), ended=None, limit=1
    )
    return bool(held)
