"""The keys of one node at several machines: each machine's keystore has a lock of its own, and the
sealed keys go from one to another by the store, where nothing opens them.

A key lies there sealed under a key of its role, which is derived from the root key of 256 random
bits; the root key itself, and whatever opens it, never leaves the machines' folders. Whoever holds
the store can keep a renewed key from a machine, and can neither make nor read one.
Spec: docs/operators.md "Several machines"; R62.
"""

from __future__ import annotations

from collections.abc import Iterator

from sealane.adapters.key_file import key_id
from sealane.adapters.keys import NodeKeys
from sealane.base import canonical
from sealane.base.values import Instant, format_instant
from sealane.crypto.keystore import SealedKey
from sealane.ports import Records, Store, Tx

MOST = 10_000
"""More keys than a node ever has."""


def told(store: Store, records: Records, word: str) -> Iterator[SealedKey]:
    """The keys that lie there sealed under this root key.

    Args:
        word: `NodeKeys.word`.
    Raises: Malformed `keystore.malformed`.
    """
    with store.reading() as tx:
        rows = records.sealed_keys.find(tx, order="id", limit=MOST, root=word)
    return (SealedKey.read(canonical.decode(row.data)) for row in rows if row.data)


def tell(records: Records, tx: Tx, keys: NodeKeys, at: Instant) -> None:
    """Lay every key of this machine's keystore there, as it is now; of one that is there and not
    here, because it was destroyed, nothing is left but its id.
    """
    held = {row.id: row for row in records.sealed_keys.find(tx, order="id", limit=MOST)}
    own = {key_id(key): canonical.encode(key.as_json()) for key in keys.sealed_keys()}
    since = format_instant(at)
    for name, data in own.items():
        if name not in held or (held[name].data, held[name].root) != (data, keys.word):
            records.sealed_keys.put(tx, {"id": name}, root=keys.word, data=data, since=since)
    for name in held.keys() - own.keys():
        records.sealed_keys.change(tx, {"id": name}, data=b"", since=since)
