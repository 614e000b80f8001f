"""The last signed head, kept apart from the database so that a
restored backup cannot take it back.
"""

from __future__ import annotations

from pathlib import Path

from sealane.adapters.outputs import write_whole
from sealane.base.errors import Misconfigured, declare
from sealane.ledger.log.checkpoint import Head, parse_head

NO_ANCHOR = declare(
    "ledger.anchor",
    Misconfigured,
    "The place for last signed heads, {path}, cannot be used: {why}.",
    "最後の署名済み先端の置き場 {path} を使えません：{why}。",
    "Mount or make the folder that `heads` in node.toml names, on storage that is not restored with"
    " the database.",
    "node.toml の `heads` が指すフォルダーを、"
    "データベースと一緒に復元されない保管場所に用意してください。",
)


class FileAnchor:
    """One small file for one log: the body of the last head it signed.

    The folder under which the file lies must exist already where it is separate storage: a missing
    mount is not "no head".
    """

    def __init__(self, path: Path, *, storage: Path | None = None) -> None:
        self._path = path
        self._storage = storage

    def load(self) -> Head | None:
        """The last signed head, None before the first. Raises: Misconfigured `ledger.anchor`;
        Malformed when altered.
        """
        if self._storage is not None and not self._storage.is_dir():
            raise NO_ANCHOR(path=str(self._storage), why="no such folder")
        try:
            return parse_head(self._path.read_text())
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise NO_ANCHOR(path=str(self._path), why=type(error).__name__) from None

    def save(self, head: Head) -> None:
        """Durable before it returns. Raises: Unavailable `store.write_failed`."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(self._path, head.body.encode())
