"""A party's statement keys: from a sealed key file or a node's folder; the public half needs no
passphrase.

Spec: spec/agreement.md §6; R62.
"""

from __future__ import annotations

from pathlib import Path

from sealane.adapters import folder_age
from sealane.adapters.outputs import write_whole
from sealane.agreements.signing import SUITES
from sealane.base.errors import Misconfigured, NotFound, declare
from sealane.base.values import format_instant, parse_instant
from sealane.crypto.keys import PrivateKey, PublicKey
from sealane.crypto.keystore import Keystore, SealedKey
from sealane.crypto.token_lock import Token
from sealane.ports import Host
from sealane.settings import load_settings

ROLE = "statement"
NODE_FILE = "keys.sealed"
SETTINGS_FILE = "node.toml"
MAX_BYTES = 1 << 20

NO_KEYS = declare(
    "agreement.key_file",
    NotFound,
    "{path} holds no statement keys.",
    "{path} に署名用の鍵がありません。",
    "Give a node's folder, or make a key file with `sealane agreement keygen`.",
    "ノードのフォルダーを指定するか、`sealane agreement keygen` で鍵ファイルを作ってください。",
)
KEYS_EXIST = declare(
    "agreement.key_file_exists",
    Misconfigured,
    "{path} already exists.",
    "{path} は既にあります。",
    "Choose another name; a key file is never overwritten.",
    "別の名前にしてください。鍵ファイルは上書きしません。",
)


def generate(path: Path, party: str, passphrase: bytes, host: Host) -> tuple[PublicKey, ...]:
    """A new sealed key file of a party with one key of each suite; the public keys.

    Raises: Misconfigured `agreement.key_file_exists`, `keystore.weak_passphrase`; Unavailable
    `store.write_failed`.
    """
    if path.exists():
        raise KEYS_EXIST(path=path)
    store, opened = Keystore.create(passphrase, host.entropy)
    publics = []
    for alg in SUITES:
        key = PrivateKey.generate(alg)
        description = SealedKey(
            name=f"{party}/{ROLE}/{alg}",
            role=ROLE,
            alg=alg,
            public=key.public.data,
            born=format_instant(host.now()),
            retired=None,
            sealed=b"",
        )
        store = store.with_key(opened.seal(key.private_bytes(), description, host.entropy))
        publics.append(key.public)
    write_whole(path, store.dump())
    return tuple(publics)


def signers(path: Path, passphrase: bytes, token: Token | None = None) -> tuple[PrivateKey, ...]:
    """The statement keys in suite order.

    Args: token: that of a node's settings, where it opens the keystore.
    Raises: NotFound `agreement.key_file`; Misconfigured `keystore.sealed`, `db.older`, `db.newer`;
    as `Keystore.unseal`.
    """
    store = _load(path)
    # A node's keystore is asked for by its folder, where its settings say what that takes.
    if not path.is_dir() and party_of(path) is None:
        raise NO_KEYS(path=path)
    opened = store.unseal(passphrase, token)
    return tuple(PrivateKey(key.alg, opened.private(key)) for key in _statement_keys(store, path))


def generations(path: Path) -> tuple[tuple[PublicKey, ...], ...]:
    """The public statement keys, newest first, a key of each suite each time: what was signed
    before a renewal is held against those of that time.

    They are taken as they lie there, like any file of public keys that is named: the passphrase, by
    which they are proven, is not asked for. Raises: NotFound `agreement.key_file`.
    """
    store = _load(path)
    _statement_keys(store, path)
    ever = [
        sorted(
            (key for key in store.keys if key.role == ROLE and key.alg == alg),
            key=lambda key: (key.retired is None, parse_instant(key.born)),
            reverse=True,
        )
        for alg in SUITES
    ]
    return tuple(
        tuple(PublicKey(key.alg, key.public) for key in of_one_time)
        for of_one_time in zip(*ever, strict=False)
    )


def party_of(path: Path) -> str | None:
    """Whose keys these are: as the key file was made for, or as the node's settings say; None: it
    does not say.
    """
    if path.is_dir():
        settings = path / SETTINGS_FILE
        return load_settings(settings).party if settings.is_file() else None
    party, _, rest = _statement_keys(_load(path), path)[0].name.partition("/")
    return party if "/" in rest else None


def _load(path: Path) -> Keystore:
    if path.is_dir():
        folder_age.require(path)
    file = path / NODE_FILE if path.is_dir() else path
    try:
        with file.open("rb") as handle:
            return Keystore.load(handle.read(MAX_BYTES))
    except OSError:
        raise NO_KEYS(path=path) from None


def _statement_keys(store: Keystore, path: Path) -> list[SealedKey]:
    keys = [
        key
        for alg in SUITES
        for key in store.keys
        if key.role == ROLE and key.alg == alg and key.retired is None
    ]
    if [key.alg for key in keys] != list(SUITES):
        raise NO_KEYS(path=path)
    return keys
