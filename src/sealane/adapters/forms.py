"""Kinds of case from a folder: every `*.toml`, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sealane.base.errors import Misconfigured, SealaneError, declare
from sealane.cases.kind import CaseKind
from sealane.cases.kind_file import kind_from_toml

MAX_BYTES = 1 << 18
BAD_FOLDER = declare(
    "case.folder",
    Misconfigured,
    "The kind of case {path} is refused: {why}",
    "案件の種類 {path} を受け入れられません：{why}",
    "Mend the file, or remove it.",
    "ファイルを直すか、取り除いてください。",
)


def load_kinds(root: Path) -> Mapping[str, CaseKind]:
    """Kinds of case by name, in the order of their files. Raises: Misconfigured `case.folder`:
    unreadable, malformed, or two of one name.
    """
    found: dict[str, CaseKind] = {}
    for path in sorted(root.glob("*.toml")):
        try:
            with path.open("rb") as file:
                kind = kind_from_toml(file.read(MAX_BYTES), path.name)
        except (OSError, SealaneError) as error:
            raise BAD_FOLDER(path=path.name, why=getattr(error, "message", "unreadable")) from None
        if kind.kind in found:
            raise BAD_FOLDER(path=path.name, why=f"{kind.kind} stands twice")
        found[kind.kind] = kind
    return found
