"""Agreements from a folder: every `*.toml`, each read whole, all or nothing."""

from __future__ import annotations

from pathlib import Path

from sealane.agreements import chain
from sealane.agreements.agreement import Agreement
from sealane.agreements.loaded import Agreements
from sealane.agreements.parse import MAX_BYTES, parse_agreement
from sealane.base.errors import Misconfigured, NotFound, SealaneError, declare

UNREADABLE = declare(
    "agreement.unreadable",
    NotFound,
    "The agreement's file {path} cannot be read: {why}.",
    "取決めのファイル {path} を読み取れません：{why}。",
    "Check the path and its permissions.",
    "パスと権限を確かめてください。",
)
BAD_FOLDER = declare(
    "agreement.folder",
    Misconfigured,
    "The agreement {path} is refused: {why}",
    "取決め {path} を受け入れられません：{why}",
    "Run `sealane agreement check {path}` and mend what it names.",
    "`sealane agreement check {path}` を実行し、示された箇所を直してください。",
)


def load_agreement(path: Path) -> Agreement:
    """One agreement from its file. Raises: NotFound `agreement.unreadable`, Malformed
    `agreement.*`.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UNREADABLE(path=str(path), why=error.strerror or "unreadable") from None
    return parse_agreement(data)


def load_agreements(root: Path) -> Agreements:
    """All agreements of a folder; one bad file refuses them all.

    Raises: Misconfigured `agreement.folder`: names the file and why; NotFound: the folder cannot be
    read; Malformed `agreement.overlap`, `agreement.circular`, `agreement.succession_overlap`;
    Untrusted `agreement.chain_broken`.

    Example:
        >>> from pathlib import Path
        >>> "jpn-aus-2022" in sealane.load_agreements(Path("policy/agreements"))
        True
    """
    if not root.is_dir():
        raise UNREADABLE(path=str(root), why="not a folder")
    loaded = []
    for path in sorted(root.glob("*.toml")):
        try:
            loaded.append(load_agreement(path))
        except SealaneError as error:
            raise BAD_FOLDER(path=path.name, why=error.message, position=error.position) from None
    agreements = Agreements(loaded)
    chain.verify(agreements)
    return agreements
