"""Which code stands for each nation's marks and rules: two tables, and what is asked of them.

`SYNTAXES` has a line for each way to write marks, `RULES` one for each kind of rules that a scheme
file may name. A line says where the code is; it is loaded when it is first asked for, so that
`sealane label parse` of one nation's mark waits for no other nation. To add a nation, write its
folder and add its lines here; a scheme that needs no code needs no line (`kor-mark`, generic
rules).
Spec: spec/interfaces.md §1 (the syntaxes); spec/scheme.md §Merge.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from functools import cache

from sealane.base.errors import SealaneError
from sealane.labels.marks.plain import PLAIN, plain
from sealane.labels.marks.syntax import Syntax
from sealane.labels.model.errors import UNKNOWN_SYNTAX
from sealane.labels.model.label import Label
from sealane.labels.model.scheme import Scheme, SchemeRules, Schemes

SYNTAX_PLACES: Mapping[str, str] = {
    "au-header": "sealane.labels.au.header:HEADER",
    "au-subject": "sealane.labels.au.header:SUBJECT",
    "au-document": "sealane.labels.au.document:DOCUMENT",
    "jp": "sealane.labels.jp.mark:MARK",
    "gb-document": "sealane.labels.gb.document:DOCUMENT",
    "tlp": "sealane.labels.tlp.mark:TLP",
    "us-banner": "sealane.labels.us.banner:BANNER",
    "us-portion": "sealane.labels.us.portion:PORTION",
    "us-cui": "sealane.labels.us.cui:BANNER",
    "us-cui-portion": "sealane.labels.us.cui:PORTION",
    "us-ism": "sealane.labels.us.ism:ISM",
    "nato-4774": "sealane.labels.nato.syntaxes:NATO_4774",
    "nato-4774-json": "sealane.labels.nato.syntaxes:NATO_4774_JSON",
    "stix-marking": "sealane.labels.stix.definitions:STIX",
}
"""Each syntax, and the `Syntax` that reads and writes it."""

RULE_PLACES: Mapping[str, str] = {
    "generic": "sealane.labels.rules.generic:RULES",
    "us": "sealane.labels.us.rules:RULES",
    "nato": "sealane.labels.nato.policy:RULES",
}
"""Each word that a scheme file may give as `rollup`, and the `SchemeRules` it stands for."""


@cache
def _syntax_at(place: str) -> Syntax:
    module, _, attribute = place.partition(":")
    found = getattr(importlib.import_module(module), attribute)
    assert isinstance(found, Syntax)
    return found


@cache
def _rules_at(place: str) -> SchemeRules:
    module, _, attribute = place.partition(":")
    found = getattr(importlib.import_module(module), attribute)
    assert isinstance(found, SchemeRules)
    return found


class _Syntaxes(Mapping[str, Syntax]):
    """Syntaxes by name, the plain syntax of any scheme included."""

    def __getitem__(self, name: str) -> Syntax:
        place = SYNTAX_PLACES.get(name)
        if place is not None:
            return _syntax_at(place)
        if name.endswith(PLAIN) and name.islower():
            return plain(name.removesuffix(PLAIN).upper(), name)
        raise UNKNOWN_SYNTAX(name=name[:40], known=", ".join(SYNTAX_PLACES))

    def __contains__(self, name: object) -> bool:
        return name in SYNTAX_PLACES

    def __iter__(self) -> Iterator[str]:
        return iter(SYNTAX_PLACES)

    def __len__(self) -> int:
        return len(SYNTAX_PLACES)


SYNTAXES: Mapping[str, Syntax] = _Syntaxes()
"""Every syntax by its name in spec/interfaces.md; `kor-mark` is the plain one of the scheme KOR."""


def rules_named(name: str) -> SchemeRules:
    """The rules that a scheme file's `rollup` names; their code is loaded when it is first asked.

    Raises: KeyError for a word that is not in the table.
    """
    place = RULE_PLACES[name]
    return SchemeRules(
        check=lambda scheme, label, at: _rules_at(place).check(scheme, label, at),
        merge=lambda labels, scheme, at: _rules_at(place).merge(labels, scheme, at),
        access=lambda label, person, scheme, at: _rules_at(place).access(label, person, scheme, at),
    )


def syntaxes_of(scheme: Scheme) -> tuple[str, ...]:
    """The syntaxes a scheme names, the banner first; the plain one when it names none."""
    return scheme.syntaxes or (scheme.id.lower() + PLAIN,)


def banner(label: Label, schemes: Schemes, syntax: str | None = None) -> str | None:
    """The mark that a whole product carries: in the syntax asked for, else the first of its scheme
    that can say it all.

    A portion syntax means its scheme's banner. None when no syntax of the scheme can express the
    label.
    Raises: Refused `label.not_expressible`: the syntax asked for cannot.
    """
    if syntax is not None:
        whole = "us-banner" if syntax == "us-portion" else syntax
        return SYNTAXES[whole].render(label, schemes)
    for name in syntaxes_of(schemes[label.policy]):
        try:
            return SYNTAXES[name].render(label, schemes)
        except SealaneError as error:
            if error.code != "label.not_expressible":
                raise
    return None
