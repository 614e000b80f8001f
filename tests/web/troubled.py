"""Two worlds whose pages people see seldom: three nations with one item to two of them, and a node
that has been lied to, tried at its door and set back by a backup.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from sealane.base.errors import SealaneError
from sealane.services.exchange import release
from sealane.services.register import accounts
from tests import nations, nations_three
from tests.clock import Clock
from tests.lane import several
from tests.lane.liar import lie
from tests.nations_three import TRILATERAL, Three
from tests.web.visiting import PASSPHRASE

Scene = tuple[str, str | None, str, str, tuple[Any, ...]]
DESK = (
    f"/release?target={TRILATERAL}:JPN&to=USA&level=SECRET&area=maritime&purpose=assessment"
    f"&project={nations.PROJECT}&until=2027-08-22"
)


def three(template: Path, root: Path) -> tuple[Three, str]:
    """Three nations; an item that Japan has and that waits for the United States."""
    made = nations_three.build(template, root, Clock())
    nations_three.staff(made)
    with_passphrase(made.aus)
    held = several.wanted(made, title="Harbour survey, annex C.txt", media_type="text/plain")
    item = release.release(made.aus, held, io.BytesIO(b"survey")).item
    made.line.down.add("USA")
    made.settle()
    return made, item


def with_passphrase(node: Any) -> None:
    """Everybody at the node gets a passphrase."""
    with node.store.reading() as tx:
        names = [row.id for row in node.records.people.find(tx, order="id")]
    for name in names:
        accounts.set_passphrase(node, name, PASSPHRASE)


def three_scenes(item: str) -> Iterator[Scene]:
    """The desk with two recipients, and what became of the item."""
    yield "AUS", "aus.release", "several-desk", DESK, ()
    for person in ("aus.release", "aus.auditor"):
        yield "AUS", person, "several-item", f"/items/{item}", ()
        yield "AUS", person, "several-register", "/", ()


def troubled(pair: nations.Pair) -> str:
    """A partner that signed two histories, a person whose passphrase is being guessed."""
    item = nations.share(pair, b"harbour", title="Harbour survey")
    pair.rounds(2)
    with_passphrase(pair.aus)
    lie(pair, "JPN")
    held = accounts.Accounts(pair.aus, pair.sites["AUS"].secret)
    for number in range(40):
        with suppress(SealaneError):
            held.sign_in("aus.release", "a wrong guess", address=f"192.0.2.{number}")
    return item


def troubled_scenes(item: str) -> Iterator[Scene]:
    """What everybody at such a node sees."""
    for person in ("aus.release", "aus.auditor"):
        yield "AUS", person, "alarmed-register", "/", ()
        yield "AUS", person, "alarmed-item", f"/items/{item}", ()
    yield "AUS", "aus.auditor", "alarmed-ledger", "/ledger", ()
    yield "AUS", "aus.security", "alarmed-register", "/", ()


def set_back(root: Path, to: Path, clock: Clock) -> nations.Pair:
    """The pair again after its folders were put in another place, as a backup is."""
    shutil.copytree(root, to)
    return nations.opened(to, clock)


def set_back_scenes(item: str) -> Iterator[Scene]:
    """A node that does not know whether it is the newest."""
    yield "AUS", "aus.release", "in-doubt-register", "/", ()
    yield "AUS", "aus.release", "in-doubt-item", f"/items/{item}", ()
