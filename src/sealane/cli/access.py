"""How commands reach files, keys, logs and this machine; each door is imported when it is first
used.

A command line is judged by how fast it starts. `sealane label parse` needs no database and no web
server, so nothing here is imported at the top: the wings of the command line import this module,
and a command pays only for the doors that it opens.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from sealane.adapters.log import SqlLog
    from sealane.adapters.tilelog import TileLog
    from sealane.adapters.witness_book import SqlWitness
    from sealane.base.errors import SealaneError
    from sealane.base.values import Instant
    from sealane.crypto.custodians import Custody
    from sealane.crypto.keys import PrivateKey, PublicKey
    from sealane.decisions.overlay import Overlay
    from sealane.labels.binding.office_package import Hash
    from sealane.ports import Host
    from sealane.services.node import OpenRegister


def host() -> Host:
    """This machine's clock and entropy."""
    from sealane.adapters.host import SystemHost

    return SystemHost()


def machine_now() -> Instant:
    """The machine's clock, for commands that were not told an instant."""
    return host().now()


def write_output(path: str, data: bytes) -> None:
    """A command's result, whole or not at all, in place of what stood there.

    Raises: Unavailable `store.write_failed`; Malformed `output.refused`.
    """
    from pathlib import Path

    from sealane.adapters.outputs import write_whole

    write_whole(Path(path), data, mode=0o644, keep=True)


@contextmanager
def whole_output(path: str, *, like: str | None = None) -> Iterator[BinaryIO]:
    """A file that appears at `path` whole and synchronised, or not at all; written by a thread of
    its own. What stood there is replaced and lends its mode and owner.

    Args:
        like: a new file gets this file's mode and no wider one; without it, its owner alone reads
            it.
    Raises: Unavailable `store.write_failed`; Malformed `output.refused`.
    """
    from pathlib import Path

    from sealane.adapters.outputs import PRIVATE, whole_file
    from sealane.adapters.streams import behind

    beside = None if like is None else Path(like)
    mode = PRIVATE if like is None else 0o666
    with (
        whole_file(Path(path), mode=mode, keep=True, like=beside) as file,
        behind(file) as sink,
    ):
        yield sink


@contextmanager
def plain_output(path: str, *, like: str) -> Iterator[BinaryIO]:
    """`whole_output` without a thread between: a file of this machine, to be copied into."""
    from pathlib import Path

    from sealane.adapters.outputs import whole_file

    with whole_file(Path(path), mode=0o666, keep=True, like=Path(like)) as file:
        yield file


def refused_output(path: str, why: str) -> SealaneError:
    """The refusal of a place to write to."""
    from sealane.adapters.outputs import NO_OUTPUT

    return NO_OUTPUT(path=path, why=why)


def copy_and_digest(source: BinaryIO, sink: BinaryIO) -> bytes:
    """Copy a whole file and give its SHA-384. Raises: OSError."""
    from sealane.adapters import streams

    return streams.copy_and_digest(source, sink)


def sensitivity_labels(node: str) -> bytes | None:
    """The file of Microsoft sensitivity labels that a node's settings name; None: they name none.

    Raises: Misconfigured `node.missing`, `settings.*`; Malformed `input.unreadable`.
    """
    from pathlib import Path

    from sealane.adapters import nodefolder
    from sealane.base.inputs import UNREADABLE

    path = nodefolder.load(Path(node)).sensitivity_labels
    try:
        return Path(path).read_bytes() if path else None
    except OSError as error:
        raise UNREADABLE(path=path, why=error.strerror or "unreadable") from None


def new_hash() -> Hash:
    """SHA-384 worked out by a thread of its own, one block behind the reader."""
    from sealane.adapters.streams import HashBehind

    return HashBehind()


def seekable_input(path: str) -> AbstractContextManager[BinaryIO]:
    """A file to read at any place, unbuffered; `-` spools stdin first. Raises: Malformed
    `input.unreadable`.
    """
    from sealane.adapters.streams import seekable

    return seekable(path)


def make_party_keys(path: Path, party: str, passphrase: bytes) -> tuple[PublicKey, ...]:
    """A new sealed key file of a party; the public keys.

    Raises: Misconfigured `agreement.key_file_exists`, `keystore.weak_passphrase`; Unavailable
    `store.write_failed`.
    """
    from sealane.adapters import partykeys

    return partykeys.generate(path, party, passphrase, host())


def party_signers(path: Path, passphrase: bytes) -> tuple[PrivateKey, ...]:
    """The statement keys of a key file or a node's folder, in suite order.

    Raises: NotFound `agreement.key_file`; Misconfigured `keystore.sealed`.
    """
    from sealane.adapters import nodefolder, partykeys

    if token_of(str(path)) is None:
        return partykeys.signers(path, passphrase)
    token = nodefolder.token_of(nodefolder.load(path))
    try:
        return partykeys.signers(path, passphrase, token)
    finally:
        if token is not None:
            token.close()


def party_generations(path: Path) -> tuple[tuple[PublicKey, ...], ...]:
    """The public statement keys of a key file or a node's folder, newest first, a key of each suite
    each time; needs no passphrase. Raises: NotFound `agreement.key_file`.
    """
    from sealane.adapters import partykeys

    return partykeys.generations(path)


def party_publics(path: Path) -> tuple[PublicKey, ...]:
    """All of them, those that were renewed included. Raises: NotFound `agreement.key_file`."""
    return tuple(key for several in party_generations(path) for key in several)


def party_of(path: Path) -> str | None:
    """Whose keys a key file or a node's folder holds; None: it does not say.

    Raises: NotFound `agreement.key_file`.
    """
    from sealane.adapters import partykeys

    return partykeys.party_of(path)


def custody_of(folder: str) -> Custody | None:
    """Whose shares open the keystore of a node's folder; None: a passphrase does, or none is there.

    Raises: Malformed `keystore.malformed`, `custodian.malformed`.
    """
    from pathlib import Path

    from sealane.adapters.keys import FILE, NodeKeys

    path = Path(folder)
    return NodeKeys.sealed(path).custody if (path / FILE).is_file() else None


def token_of(folder: str) -> str | None:
    """The label of the token that opens the keystore of a node's folder; None: none does, or no
    keystore is there. Raises: Malformed `keystore.malformed`, `keystore.token_malformed`.
    """
    from pathlib import Path

    from sealane.adapters.keys import FILE, NodeKeys

    path = Path(folder)
    lock = NodeKeys.sealed(path).lock if (path / FILE).is_file() else None
    return None if lock is None else lock.token


def national_rules(nation: str, text: bytes) -> Overlay:
    """A nation's own forbids in Cedar. Raises: Malformed `overlay.malformed`; Misconfigured
    `overlay.no_engine`.
    """
    from sealane.adapters.cedar import read_overlay

    return read_overlay(nation, text)


def registry_facts(node: str) -> dict[str, Any]:
    """A node's items and people as plain JSON. Raises: Misconfigured `registry.absent`."""
    from pathlib import Path

    from sealane import shipped
    from sealane.adapters import registryfacts

    return registryfacts.registry_facts(Path(node), shipped.regimes())


def tile_log(place: str, token: str | None = None) -> AbstractContextManager[TileLog]:
    """Any writer's tile log, in a folder or behind a URL."""
    from sealane.adapters.tilelog import open_tile_log

    return open_tile_log(place, token)


def write_resource(folder: str, path: str, data: bytes) -> None:
    """One resource of a tile log in a folder. Raises: Unavailable `ledger.away`."""
    from pathlib import Path

    from sealane.adapters import tilelog

    tilelog.write_resource(Path(folder), path, data)


def in_production(node: str) -> bool:
    """Whether a node's settings say that it is one of production; a folder without settings, such
    as a copied database, is none. Raises: Misconfigured `settings.*`.
    """
    from pathlib import Path

    from sealane.settings import load_settings

    settings = Path(node) / "node.toml"
    return settings.is_file() and load_settings(settings).profile == "production"


def is_exercise(options: Mapping[str, Any]) -> bool:
    """Whether a command is about a node of an exercise: the folder that it names, or the node that
    it makes. What cannot be read is for the command to say.
    """
    import tomllib
    from pathlib import Path

    if options.get("exercise"):
        return True
    folder = options.get("folder")
    if not isinstance(folder, str | Path):
        return False
    try:
        with (Path(folder) / "node.toml").open("rb") as file:
            return tomllib.load(file).get("exercise") is True
    except (OSError, ValueError):
        return False


def prove_keystore(node: str, passphrase: bytes) -> None:
    """That a passphrase, or what custodians give, opens a node's keystore. Raises: Misconfigured
    `keystore.missing`, `keystore.sealed`.
    """
    from pathlib import Path

    from sealane.adapters.keys import NodeKeys

    NodeKeys.open(Path(node), passphrase)


def node_logs(node: str) -> AbstractContextManager[tuple[Any, list[SqlLog]]]:
    """A snapshot of a node's database and the logs in it; needs no passphrase. Raises:
    Misconfigured `node.no_database`.
    """
    from pathlib import Path

    from sealane.adapters.stored_logs import snapshot

    return snapshot(Path(node))


def stored_logs(tx: Any) -> list[SqlLog]:
    """Every log in a node's database, mirrors last."""
    from sealane.adapters import stored_logs as stored

    return stored.stored_logs(tx)


def log_pairs(tx: Any, logs: Sequence[SqlLog]) -> list[tuple[SqlLog, SqlLog]]:
    """Each own log with our copy of the partner's log of the same."""
    from sealane.adapters import stored_logs as stored

    return stored.pairs(tx, logs)


def empty_schema(address: str, name: str) -> str:
    """The address of a new schema in a PostgreSQL database; what had its name is gone. Raises:
    Misconfigured `db.driver_missing`, `db.unfit`; Unavailable `store.unavailable`.
    """
    from sealane.adapters import sql

    return sql.empty_schema(address, name)


def altered_copy(node: str, item: str, state: str) -> None:
    """What a dishonest clerk would do: the register's row of a copy changed past every rule."""
    from pathlib import Path

    from sealane.adapters.records import SqlRecords, open_stored

    store = open_stored(Path(node))
    assert store is not None
    with store.writing() as tx:
        SqlRecords().copies.change(tx, {"item": item, "number": 1}, state=state)
    store.engine.dispose()


def witness_book() -> SqlWitness:
    """What a witness remembers, by rows of the node's database."""
    from sealane.adapters.witness_book import SqlWitness

    return SqlWitness()


def open_register(node: str) -> AbstractContextManager[OpenRegister]:
    """A node's register without its keys; needs no passphrase. Raises: Misconfigured
    `node.missing`, `settings.*`, `db.*`.
    """
    from pathlib import Path

    from sealane.wiring import open_register as register

    return register.open_register(Path(node))
