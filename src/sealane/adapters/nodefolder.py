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

from sealane.adapters.keys import KeyToken, NodeKeys
from sealane.adapters.outputs import write_whole
from sealane.adapters.tls import Identity, make_certificate
from sealane.base.errors import Misconfigured, declare
from sealane.ports import Host
from sealane.settings import Settings, load_settings

SETTINGS, CERTIFICATE, CONTAINERS, HEADS, LOCK = (
    "node.toml",
    "node.pem",
    "containers",
    "heads",
    "running.lock",
)
LOCK_TURNS, LOCK_PAUSE = 10, 0.05

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
RUNNING = declare(
    "node.running",
    Misconfigured,
    "The node at {path} is already running.",
    "{path} のノードは既に動いています。",
    "Stop it first; one process serves a node.",
    "先に止めてください。一つのノードを動かすのは一つのプロセスです。",
)


def create(
    folder: Path, settings: Settings, passphrase: bytes, host: Host
) -> tuple[Settings, NodeKeys]:
    """Make the folder, its settings with free ports filled in, its keys and its certificate.

    Raises: Misconfigured `node.exists`, `keystore.weak_passphrase`.
    """
    if folder.exists() and any(folder.iterdir()):
        raise NODE_EXISTS(path=folder)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    peer, console = _free_ports(settings)
    settings = replace(settings, peer_port=peer, console_port=console)
    keys = NodeKeys.create(folder, passphrase, host, _token(settings))
    pem = make_certificate(
        keys.private("tls/ES384"),
        node=settings.node,
        host=settings.host,
        at=host.now(),
        serial=int.from_bytes(host.entropy(15), "big"),
    )
    write_whole(folder / CERTIFICATE, pem.encode())
    write_whole(folder / SETTINGS, settings.dump().encode())
    return settings, keys


def open_keys(folder: Path, settings: Settings, passphrase: bytes) -> NodeKeys:
    """The node's keys in the custody its settings name. Raises: Misconfigured `keystore.*`,
    `hsm.unavailable`, `custody.*`.
    """
    return NodeKeys.open(folder, passphrase, _token(settings))


def _token(settings: Settings) -> KeyToken | None:
    if settings.custody != "pkcs11":
        return None
    from sealane.adapters.hsm import open_token

    try:
        with Path(settings.pkcs11_pin).open("rb") as file:
            pin = file.read(MAX_PIN).removesuffix(b"\n").removesuffix(b"\r").decode()
    except (OSError, UnicodeDecodeError):
        raise NO_PIN(path=settings.pkcs11_pin) from None
    return open_token(settings.pkcs11_module, settings.pkcs11_token, pin)


def load(folder: Path) -> Settings:
    """Raises: Misconfigured `node.missing`, `settings.malformed`."""
    path = folder / SETTINGS
    if not path.is_file():
        raise NOT_A_NODE(path=folder)
    return load_settings(path)


def save(folder: Path, settings: Settings) -> None:
    """Write the settings file, whole."""
    write_whole(folder / SETTINGS, settings.dump().encode())


def identity(folder: Path, keys: NodeKeys) -> Identity:
    """The node's certificate with its private key."""
    return Identity((folder / CERTIFICATE).read_text(), keys.private("tls/ES384"))


def heads(folder: Path, settings: Settings) -> tuple[Path, Path | None]:
    """Where last signed heads lie, and the separate storage that must be there first; None when it
    is the node's folder.
    """
    if not settings.heads:
        return folder / HEADS, None
    return Path(settings.heads) / settings.node, Path(settings.heads)


def heads_apart(folder: Path, settings: Settings) -> bool:
    """Whether a restored backup of the folder leaves the last signed heads alone."""
    return not heads(folder, settings)[0].resolve().is_relative_to(folder.resolve())


@contextmanager
def running(folder: Path) -> Iterator[None]:
    """Hold the node for this process; released by the system however the process ends. Raises:
    `node.running`.
    """
    with (folder / LOCK).open("a") as file:
        for turn in range(LOCK_TURNS):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if turn == LOCK_TURNS - 1:
                    raise RUNNING(path=folder) from None
                time.sleep(LOCK_PAUSE)  # somebody may only be asking whether the node runs
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def is_running(folder: Path) -> bool:
    """Whether a process serves this node now."""
    with suppress(FileNotFoundError), (folder / LOCK).open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def is_ready(folder: Path) -> bool:
    """Whether the node runs and both of its doors take connections. Raises: Misconfigured
    `node.missing`.
    """
    settings = load(folder)
    peers = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104 - asked, not listened on
    return (
        _answers(settings.console_host, settings.console_port)
        and _answers(peers, settings.peer_port)
        and is_running(folder)
    )


def _answers(host: str, port: int) -> bool:
    with suppress(OSError), socket.create_connection((host, port), timeout=2):
        return True
    return False


def _free_ports(settings: Settings) -> tuple[int, int]:
    held = []
    for wanted in (settings.peer_port, settings.console_port):
        probe = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
        probe.bind((settings.host, wanted))
        held.append(probe)
    ports = [probe.getsockname()[1] for probe in held]
    for probe in held:
        probe.close()
    return ports[0], ports[1]
