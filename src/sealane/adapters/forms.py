"""Kinds of case, and the forms that they are printed on, from folders: every `*.toml`, all or
nothing.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sealane.base.errors import Misconfigured, SealaneError, declare

if TYPE_CHECKING:
    from sealane.cases.kind import CaseKind
    from sealane.cases.printed import PrintedForm, PrintedForms

MAX_BYTES = 1 << 18
BAD_FOLDER = declare(
    "case.folder",
    Misconfigured,
    "The kind of case {path} is refused: {why}",
    "案件の種類 {path} を受け入れられません：{why}",
    "Mend the file, or remove it.",
    "ファイルを直すか、取り除いてください。",
)
R = TypeVar("R")


def load_kinds(root: Path) -> Mapping[str, CaseKind]:
    """Kinds of case by name, in the order of their files. Raises: Misconfigured `case.folder`:
    unreadable, malformed, or two of one name.
    """
    from sealane.cases.kind_file import kind_from_toml

    found: dict[str, CaseKind] = {}
    for path, kind in _each(root, kind_from_toml):
        if kind.kind in found:
            raise BAD_FOLDER(path=path.name, why=f"{kind.kind} stands twice")
        found[kind.kind] = kind
    return found


def load_printed(root: Path, kinds: Mapping[str, CaseKind]) -> PrintedForms:
    """Printed forms by kind and name, in the order of their files. Raises: as `load_kinds`."""
    from sealane.cases.printed import printed_from_toml

    found: dict[str, dict[str, PrintedForm]] = {}
    for path, form in _each(root, lambda data, name: printed_from_toml(data, name, kinds)):
        of_kind = found.setdefault(form.kind, {})
        if form.form in of_kind:
            raise BAD_FOLDER(path=path.name, why=f"{form.form} stands twice")
        of_kind[form.form] = form
    return found


def load_titles(root: Path) -> Mapping[str, tuple[str, str]]:
    """What kinds of case are called in English and Japanese, by name, from the heads of their files
    alone; a file whose head cannot be read names nothing.
    """
    found = {}
    for path in sorted(root.glob("*.toml")):
        try:
            head = tomllib.loads(path.read_text("utf-8").partition("\n[")[0])
            found[str(head["kind"])] = (str(head["title"]["en"]), str(head["title"]["ja"]))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return found


def _each(root: Path, read: Callable[[bytes, str], R]) -> Iterator[tuple[Path, R]]:
    for path in sorted(root.glob("*.toml")):
        try:
            with path.open("rb") as file:
                yield path, read(file.read(MAX_BYTES), path.name)
        except (OSError, SealaneError) as error:
            raise BAD_FOLDER(path=path.name, why=getattr(error, "message", "unreadable")) from None
