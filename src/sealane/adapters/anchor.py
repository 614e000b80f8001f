"""The last signed head, kept apart from the database so that a restored backup cannot take it back."""

from __future__ import annotations

from pathlib import Path

from sealane.adapters.files import write_whole
from sealane.base.errors import Misconfigured, declare
from sealane.ledger.checkpoint import Head, parse_head

NO_ANCHOR = declare(
    "ledger.anchor", Misconfigured,
    "The place for last signed heads, {path}, cannot be used: {why}.", "最後の署名済み先端の置き場 {path} を使えません：{why}。",
    "Give `ledger.heads` a folder on storage that is not restored with the database.",
    "`ledger.heads` に、データベースと一緒に復元されない保管場所のフォルダーを指定してください。",
)


class FileAnchor:
    """One small file for one log: the body of the last head it signed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> Head | None:
        """The last signed head, None before the first. Raises: Misconfigured `ledger.anchor`; Malformed when altered."""
        try:
            return parse_head(self._path.read_text())
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise NO_ANCHOR(path=str(self._path), why=type(error).__name__) from None

    def save(self, head: Head) -> None:
        """Durable before it returns. Raises: Unavailable `store.write_failed`."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(self._path, head.body.encode())
