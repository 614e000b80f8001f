"""Domains of lower protection, as the nation's own file states them: how high a label may be there,
whose people are on it, and which words hold a file.

Spec: spec/export.md §1; R37.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

import msgspec

from sealane.base import toml
from sealane.base.described import described
from sealane.base.errors import Malformed, SealaneError, declare
from sealane.base.values import country
from sealane.labels.model.scheme import Schemes
from sealane.registry.regime import Names

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
MAX_BYTES, DOMAINS_MOST, WORDS_MOST, WORD_MOST = 1 << 18, 100, 2000, 100
OWN = "own"
"""The nation whose node it is, among `readers`."""

BAD_DOMAINS = declare(
    "export.domains_malformed",
    Malformed,
    "The file of domains cannot be used: {why}.",
    "領域のファイルを使えません：{why}。",
    "Compare with policy/domains.toml.",
    "policy/domains.toml と見比べてください。",
)


class Keywords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words of both languages that hold a file."""

    en: tuple[str, ...] = ()
    ja: tuple[str, ...] = ()

    @property
    def both(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.en, *self.ja)


class _Stated(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    name: Names
    ceiling: dict[str, tuple[str, ...]]
    readers: tuple[str, ...] = (OWN,)
    public: bool = False
    admits: tuple[str, ...] = ()
    keywords: Keywords = Keywords()


class _DomainFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    format: Literal["sealane-domains/1"]
    domain: tuple[_Stated, ...]


described(_DomainFile)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportDomain:
    """One domain: what may leave for it."""

    id: str
    name: Names
    ceiling: Mapping[str, tuple[str, ...]]
    """By scheme, the highest level of each ladder."""
    readers: frozenset[str]
    """Nations whose people are on it; nobody is named for a public one."""
    public: bool
    admits: frozenset[str]
    keywords: Keywords = field(default_factory=Keywords)


def read_domains(data: bytes, party: str, schemes: Schemes) -> Mapping[str, ExportDomain]:
    """The domains of a file by their ids, in its order. Raises: Malformed
    `export.domains_malformed`.
    """
    if len(data) > MAX_BYTES:
        raise BAD_DOMAINS(why=f"more than {MAX_BYTES} bytes")
    try:
        file = msgspec.convert(toml.parse(data), _DomainFile)
    except Malformed as error:
        raise BAD_DOMAINS(position=error.position, why=(error.details or {})["why"]) from None
    except (RecursionError, msgspec.ValidationError) as error:
        raise BAD_DOMAINS(why=str(error)[:200]) from None
    found: dict[str, ExportDomain] = {}
    for one in file.domain:
        _check(one, schemes)
        if one.id in found or len(found) >= DOMAINS_MOST:
            raise BAD_DOMAINS(why=f"{one.id} stands twice, or more than {DOMAINS_MOST} domains")
        readers = frozenset(party if name == OWN else name for name in one.readers)
        found[one.id] = ExportDomain(
            id=one.id,
            name=one.name,
            ceiling=MappingProxyType(one.ceiling),
            readers=frozenset() if one.public else readers,
            public=one.public,
            admits=frozenset(one.admits),
            keywords=one.keywords,
        )
    return MappingProxyType(found)


def _check(one: _Stated, schemes: Schemes) -> None:
    if _ID.fullmatch(one.id) is None:
        raise BAD_DOMAINS(why=f"{one.id[:40]!r} is no name of a domain")
    try:
        for reader in one.readers:
            if reader != OWN:
                country(reader)
    except SealaneError as error:
        raise BAD_DOMAINS(why=f"{one.id[:40]}: {error.message}") from None
    for policy, levels in one.ceiling.items():
        scheme = schemes.get(policy)
        known = [None if scheme is None else scheme.level(name) for name in levels]
        ladders = [level.branch for level in known if level is not None]
        if None in known or not levels or len(set(ladders)) != len(levels):
            raise BAD_DOMAINS(why=f"{one.id}: {policy}: {', '.join(levels) or '-'}"[:200])
    words = one.keywords.both
    if len(words) > WORDS_MOST or any(not word.strip() or len(word) > WORD_MOST for word in words):
        raise BAD_DOMAINS(
            why=f"{one.id}: keywords are at most {WORDS_MOST}, of 1 to {WORD_MOST} characters"
        )
