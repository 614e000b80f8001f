"""A node's folder: settings, sealed keys, certificate, database, containers, last signed heads.

Spec: docs/operators.md "The node's folder".
"""

from __future__ import annotations

import fcntl
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from sealane.adapters import folder_age
from sealane.adapters.key_making import KeyTerms, KeyToken
from sealane.adapters.keys import TLS, NodeKeys
from sealane.adapters.listening import bound
from sealane.adapters.outputs import write_whole
from sealane.adapters.tls import Identity, make_certificate, public_key
from sealane.base.errors import Misconfigured, declare
from sealane.ports import Host
from sealane.settings import BUCKET, EVERYWHERE, Settings, load_settings

SETTINGS, CERTIFICATE, CONTAINERS, HEADS, LOCK, SEAT = (
    "node.toml",
    "node.pem",
    "containers",
    "heads",
    "running.lock",
    "seat",
)
NOT_KEPT = frozenset((SEAT, LOCK))
"""What belongs to the place and the process, and to no backup."""
LOCK_TURNS, LOCK_PAUSE, ASKED_PAUSE = 10, 0.05, 0.002

NODE_EXISTS = declare(
    "node.exists",
    Misconfigured,
    "{path} already holds a node; nothing was changed.",
    "{path} には既にノードがあります。何も変更していません。",
    "Go on with the node that is there, or choose a new folder.",
    "そのノードを使い続けるか、新しいフォルダーを選んでください。",
)
NOT_A_NODE = declare(
    "node.missing",
    Misconfigured,
    "{path} is not a node's folder.",
    "{path} はノードのフォルダーではありません。",
    "Make one with `sealane node init`.",
    "`sealane node init` で作ってください。",
)
MAX_PIN = 256
NO_PIN = declare(
    "custody.pin_unreadable",
    Misconfigured,
    "The token's PIN cannot be read from {path}.",
    "トークンの PIN を {path} から読み取れません。",
    "Put it into the file that `pkcs11_pin` names, or hand over a descriptor: /dev/fd/N.",
    "`pkcs11_pin` が指すファイルに PIN を入れるか、/dev/fd/N で渡してください。",
)
FOLDER_OPEN = declare(
    "node.folder_open",
    Misconfigured,
    "The node's folder {path} is open to others than its owner.",
    "ノードのフォルダー {path} が所有者以外にも開かれています。",
    "Close it: chmod 700.",
    "chmod 700 で閉じてください。",
)
RUNNING = declare(
    "node.running",
    Misconfigured,
    "The node at {path} is already running.",
    "{path} のノードは既に動いています。",
    "Stop its processes first; to add one, use `sealane node serve` or `sealane node work`.",
    "先に全プロセスを止めてください。追加する場合は `sealane node serve` か `sealane node work` を"
    "使ってください。",
)


def create(
    folder: Path, settings: Settings, passphrase: bytes, host: Host
) -> tuple[Settings, NodeKeys]:
    """Make the folder, its settings with free ports filled in, its keys and its certificate.

    Raises: Misconfigured `node.exists`, `keystore.weak_passphrase`, `settings.address`,
    `settings.port`.
    """
    if folder.exists() and any(folder.iterdir()):
        raise NODE_EXISTS(path=folder)
    peer, console = _free_ports(settings)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    settings = replace(settings, peer_port=peer, console_port=console)
    terms = KeyTerms(key_days=settings.key_days, tls_days=settings.tls_days)
    keys = NodeKeys.create(folder, passphrase, host, token_of(settings), terms)
    put_certificate(folder, new_certificate(settings, keys, host))
    write_whole(folder / SETTINGS, settings.dump().encode())
    folder_age.mark(folder)
    return settings, keys


def new_certificate(settings: Settings, keys: NodeKeys, host: Host) -> str:
    """A certificate (PEM) of the newest TLS key, for the name and the address of this node."""
    return make_certificate(
        keys.private(TLS),
        node=settings.node,
        host=settings.peer_name,
        at=host.now(),
        serial=int.from_bytes(host.entropy(15), "big"),
        days=settings.tls_days,
    )


def put_certificate(folder: Path, pem: str) -> None:
    """Write the node's newest certificate, for people to look at and for a first card."""
    write_whole(folder / CERTIFICATE, pem.encode())


def keep_private(folder: Path, settings: Settings) -> list[str]:
    """Take from everybody but the owner what others may do with the node's own files; what others
    can still reach, because they can reach the folder itself.

    Raises: Misconfigured `node.folder_open`: a production node's folder is open to others.
    """
    for path in (folder, *_own(folder, settings)):
        with suppress(OSError):
            mode = path.stat().st_mode
            if path is not folder and mode & 0o077:
                path.chmod(mode & 0o7700)
    if not folder.stat().st_mode & 0o077:
        return []
    if settings.profile == "production":
        raise FOLDER_OPEN(path=folder)
    return [str(folder)]


def _own(folder: Path, settings: Settings) -> Iterator[Path]:
    """The node's own files and folders; not the seat, whose change time is its word."""
    place, storage = heads(folder, settings)
    if storage is None or place.is_dir():
        yield from (place, *place.glob("*.head"))
    yield folder / CONTAINERS
    for path in folder.iterdir():
        if path.is_file() and path.name != SEAT:
            yield path


def open_keys(folder: Path, settings: Settings, passphrase: bytes) -> NodeKeys:
    """The node's keys in the custody its settings name. Raises: Misconfigured `keystore.*`,
    `hsm.unavailable`, `custody.*`.
    """
    token = token_of(settings)
    try:
        return NodeKeys.open(folder, passphrase, token)
    except BaseException:
        if token is not None:
            token.close()
        raise


def token_of(settings: Settings) -> KeyToken | None:
    """The token that the settings name, logged in; None: they name none. Raises: Misconfigured
    `custody.pin_unreadable`, `hsm.unavailable`.
    """
    if settings.custody != "pkcs11":
        return None
    from sealane.adapters.hsm import open_token

    try:
        with Path(settings.pkcs11_pin).open("rb") as file:
            pin = file.read(MAX_PIN).removesuffix(b"\n").removesuffix(b"\r").decode()
    except (OSError, UnicodeDecodeError):
        raise NO_PIN(path=settings.pkcs11_pin) from None
    return open_token(settings.pkcs11_module, settings.pkcs11_token, pin)


def load(folder: Path, *, older: bool = False) -> Settings:
    """The settings of a folder of this program's age.

    Args:
        older: also of an older one, for what keeps it as it is.
    Raises: Misconfigured `node.missing`, `settings.malformed`, `db.older`, `db.newer`,
    `db.unfinished`.
    """
    require_node(folder)
    (folder_age.require_no_newer if older else folder_age.require)(folder)
    return load_settings(folder / SETTINGS)


def require_node(folder: Path) -> None:
    """Raises: Misconfigured `node.missing`."""
    if not (folder / SETTINGS).is_file():
        raise NOT_A_NODE(path=folder)


def save(folder: Path, settings: Settings) -> None:
    """Write the settings file, whole."""
    write_whole(folder / SETTINGS, settings.dump().encode())


def certificate(folder: Path) -> str:
    """The node's newest certificate, PEM."""
    return (folder / CERTIFICATE).read_text()


def identity(pem: str, keys: NodeKeys) -> Identity:
    """A certificate of this node with its private key. Raises: NotFound `keystore.no_key`."""
    return Identity(pem, keys.tls_private(public_key(pem)))


def heads(folder: Path, settings: Settings) -> tuple[Path, Path | None]:
    """Where last signed heads lie, and the separate storage that must be there first; None when it
    is the node's folder. Those that a bucket keeps have no place in a file system.
    """
    if not settings.heads or settings.heads.startswith(BUCKET):
        return folder / HEADS, None
    return Path(settings.heads) / settings.node, Path(settings.heads)


def heads_apart(folder: Path, settings: Settings) -> bool:
    """Whether a restored backup of the folder leaves the last signed heads alone."""
    if settings.heads.startswith(BUCKET):
        return True
    return not heads(folder, settings)[0].resolve().is_relative_to(folder.resolve())


@contextmanager
def running(folder: Path) -> Iterator[None]:
    """Hold the node for this process alone; released by the system however the process ends.
    Raises: `node.running`.
    """
    with _locked(folder, fcntl.LOCK_EX) as file:
        _sign(file)
        yield


@contextmanager
def joined(folder: Path, *, first: bool) -> Iterator[None]:
    """Be one of the processes of this machine that run the node, which nothing that wants it
    stopped can hold meanwhile. Raises: `node.running`: something holds it alone, or with `first`
    another runs it already.
    """
    with _locked(folder, fcntl.LOCK_EX if first else fcntl.LOCK_SH) as file:
        if first:
            _sign(file)
            fcntl.flock(file, fcntl.LOCK_SH)
        yield


@contextmanager
def _locked(folder: Path, kind: int) -> Iterator[TextIO]:
    handle = os.open(folder / LOCK, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "a") as file:
        if not _lock(file, kind):
            raise RUNNING(path=folder)
        yield file


def _lock(file: TextIO, kind: int, *, pause: float = LOCK_PAUSE) -> bool:
    """Whether the lock was had; somebody who holds it may only be asking whether the node runs."""
    for turn in range(LOCK_TURNS):
        if turn:
            time.sleep(pause)
        with suppress(OSError):
            fcntl.flock(file, kind | fcntl.LOCK_NB)
            return True
    return False


def _sign(file: TextIO) -> None:
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()


def is_running(folder: Path) -> bool:
    """Whether a process of this machine runs this node now."""
    with suppress(FileNotFoundError), (folder / LOCK).open() as file:
        return not _lock(file, fcntl.LOCK_EX, pause=ASKED_PAUSE)
    return False


def is_ready(folder: Path) -> bool:
    """Whether the node runs and both of its doors take connections. Raises: Misconfigured
    `node.missing`.
    """
    settings = load(folder)
    return (
        _answers(settings.console_bind, settings.console_port)
        and _answers(settings.host, settings.peer_port)
        and is_running(folder)
    )


def _answers(host: str, port: int) -> bool:
    place = "127.0.0.1" if host in EVERYWHERE else host
    with suppress(OSError), socket.create_connection((place, port), timeout=2):
        return True
    return False


def _free_ports(settings: Settings) -> tuple[int, int]:
    held = [bound(settings.host, settings.peer_port)]
    held += [bound(settings.console_bind, settings.console_port)]
    ports = [probe.getsockname()[1] for probe in held]
    for probe in held:
        probe.close()
    return ports[0], ports[1]
