"""The shape of a scheme file in TOML: every member it may hold, and reading one strictly.

Spec: spec/scheme.md.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from sealane.base import toml
from sealane.base.described import described
from sealane.base.errors import Malformed
from sealane.labels.model.errors import SCHEME_MALFORMED
from sealane.labels.model.label import CategoryType
from sealane.labels.model.scheme import AccessKind, Operation

MAX_FILE = 1 << 20
Status = Literal["read", "excerpt", "secondary", "background", "not found", "ours"]


class FilePart(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A strict part of a file: a member that it does not know is refused."""


class FactPart(FilePart, kw_only=True):
    """A fact, where it comes from and how well it was seen."""

    source: str = ""
    status: Status | Literal[""] = ""
    note: str = ""


class AccessPart(FilePart, kw_only=True):
    kind: AccessKind
    citizens: list[str] = []
    guests: list[str] = []
    organisations: list[str] = []
    affiliations: list[str] = []
    released: bool = False


class SourcePart(FilePart, kw_only=True):
    id: str
    title: str
    where: str = ""
    status: Status
    licence: str = ""


class ReadingPart(FilePart, kw_only=True):
    matter: dict[str, str]
    follows: str
    over: list[str] = []
    why: str = ""


class NeedsPart(FilePart, kw_only=True):
    operation: Operation
    of: list[str]


class LevelPart(FactPart, kw_only=True):
    name: str
    order: int
    branch: str = ""
    base: str | None = None
    silent: bool = False
    obsolete: bool = False
    not_before: str | None = None
    not_after: str | None = None
    text: dict[str, str] = {}
    marks: dict[str, list[str]] = {}
    colour: str = ""
    excludes: list[str] = []
    needs: list[NeedsPart] = []
    lacv: str = ""


class ValuePart(FactPart, kw_only=True):
    name: str
    text: dict[str, str] = {}
    marks: dict[str, list[str]] = {}
    levels: list[str] | None = None
    excludes: list[str] = []
    requires: list[str] = []
    obsolete: bool = False
    not_before: str | None = None
    not_after: str | None = None
    access: AccessPart | None = None
    needs: list[NeedsPart] = []
    lacv: str = ""


class TagPart(FactPart, kw_only=True):
    name: str
    type: CategoryType
    domain: Literal["listed", "countries", "text"] = "listed"
    absent: Literal["unconstrained", "national", "nobody"] = "unconstrained"
    minimum: int = 0
    maximum: int | None = None
    groups: bool = False
    vocabulary: str | None = None
    prefixes: list[str] = []
    levels: list[str] | None = None
    excludes: list[str] = []
    requires: list[str] = []
    access: AccessPart | None = None
    value: list[ValuePart] = []
    text: dict[str, str] = {}
    marks: dict[str, list[str]] = {}
    ignore_case: bool = False
    oid: str = ""


class VectorPart(FilePart, kw_only=True):
    syntax: str
    text: str
    canonical: str | None = None
    classification: str | None = None
    categories: dict[str, list[str]] | None = None
    error: str | None = None
    lenient: bool = False


class SchemePart(FilePart, kw_only=True):
    format: Literal["sealane-scheme/1"]
    id: str
    version: str
    name: dict[str, str]
    status: Status
    country: str | None = None
    oid: str = ""
    rollup: str = "generic"
    syntaxes: list[str] = []
    source: list[SourcePart]
    reading: list[ReadingPart] = []
    level: list[LevelPart]
    tag: list[TagPart] = []
    vector: list[VectorPart] = []
    extra: dict[str, Any] = {}


described(SchemePart)


def read_toml(data: bytes, file: str, shape: type[Any]) -> Any:
    """A TOML file as its strict part. Raises: Malformed `scheme.malformed`, with the line or the
    member.
    """
    if len(data) > MAX_FILE:
        raise SCHEME_MALFORMED(file=file, why=f"more than {MAX_FILE} bytes")
    try:
        return msgspec.convert(toml.parse(data), shape)
    except Malformed as error:
        raise SCHEME_MALFORMED(
            position=error.position, file=file, why=(error.details or {})["why"]
        ) from None
    except (msgspec.ValidationError, RecursionError) as error:
        raise SCHEME_MALFORMED(file=file, why=str(error)[:200]) from None
