"""Putting a label together: which choices remain, why the others do not, and the label once it is whole.

A `Composition` is never an invalid label: it is either complete, and then accepted by the scheme, or it says what is
missing. Retired words are never offered.
Spec: R14, R15; X.841.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sealane.base.errors import SealaneError
from sealane.base.values import Instant, format_instant
from sealane.labels.label import Category, Label
from sealane.labels.marking import SYNTAXES, syntaxes_of
from sealane.labels.scheme import Level, Scheme, Schemes, Tag, Value

CAN_BE_MENDED = frozenset({"label.requires", "label.selection"})
"""Refusals that a further choice can lift; all others shut the choice."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One word on offer: whether it may be chosen now or is chosen, and if it may not, the code and why in two languages."""

    name: str
    text: Mapping[str, str]
    chosen: bool
    open: bool
    code: str = ""
    why: str = ""
    why_ja: str = ""

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "text": dict(self.text), "chosen": self.chosen, "open": self.open,
                "code": self.code, "why": self.why, "why_ja": self.why_ja}


@dataclass(frozen=True, slots=True)
class TagChoices:
    """The words of one tag. `tokens` lists countries and groups when the tag takes them; `free` allows own words."""

    tag: str
    type: str
    text: Mapping[str, str]
    values: tuple[Choice, ...]
    tokens: tuple[str, ...] = ()
    free: bool = False
    open: bool = True
    code: str = ""

    def as_json(self) -> dict[str, Any]:
        return {"tag": self.tag, "type": self.type, "text": dict(self.text), "open": self.open, "code": self.code,
                "values": [one.as_json() for one in self.values], "tokens": list(self.tokens), "free": self.free}


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """What is chosen, what remains, and, only when the scheme accepts it, the label and its marks by syntax."""

    levels: tuple[Choice, ...]
    tags: tuple[TagChoices, ...]
    label: Label | None = None
    marks: Mapping[str, str] = field(default_factory=dict)
    missing: str = ""

    def as_json(self) -> dict[str, Any]:
        return {"levels": [one.as_json() for one in self.levels], "tags": [one.as_json() for one in self.tags],
                "label": None if self.label is None else self.label.as_json(), "marks": dict(self.marks),
                "missing": self.missing}


Chosen = Mapping[str, frozenset[str]]


def compose(
    policy: str, classification: str | None, chosen: Chosen, schemes: Schemes, *, at: Instant
) -> Composition:
    """What remains to choose under a scheme.

    Args:
        classification: the level chosen so far, None at the beginning.
        chosen: the values chosen so far, by tag.
        at: when the label will be made; retired words are shut by it.
    Raises: Malformed `label.unknown_policy`. A wrong choice raises nothing: it is shown as shut and no label comes out.
    """
    scheme = schemes[policy]
    held = {tag: frozenset(values) for tag, values in chosen.items() if values}
    levels = tuple(_level(scheme, level, classification, held, at) for level in scheme.levels)
    if classification is None:
        return Composition(levels=levels, tags=(), missing="classification")
    tags = tuple(_tag(scheme, tag, classification, held, at) for tag in scheme.tags)
    refusal = _refusal(scheme, classification, held, at)
    if refusal is not None:
        return Composition(levels=levels, tags=tags, missing=refusal.code)
    label = _label(scheme, classification, held, at)
    return Composition(levels=levels, tags=tags, label=label, marks=_marks(label, scheme, schemes))


def _label(scheme: Scheme, classification: str, held: Chosen, at: Instant) -> Label:
    categories = []
    for name in sorted(held):
        tag = scheme.tag(name)
        categories.append(Category(name, "restrictive" if tag is None else tag.type, tuple(sorted(held[name]))))
    return Label(policy=scheme.id, classification=classification, categories=tuple(categories),
                 originator=scheme.country, created=format_instant(at))


def _refusal(scheme: Scheme, classification: str, held: Chosen, at: Instant) -> SealaneError | None:
    try:
        scheme.check(_label(scheme, classification, held, at))
    except SealaneError as error:
        return error
    return None


def _choice(word: Level | Value, chosen: bool, refusal: SealaneError | None) -> Choice:
    text = word.text or {"en": word.name, "ja": word.name}
    if word.obsolete:
        return Choice(word.name, text, chosen, False, "label.retired", "No longer in use.", "現在は使われていません。")
    if refusal is None or refusal.code in CAN_BE_MENDED:
        return Choice(word.name, text, chosen, True)
    return Choice(word.name, text, chosen, False, refusal.code, refusal.message, refusal.message_ja)


def _level(scheme: Scheme, level: Level, classification: str | None, held: Chosen, at: Instant) -> Choice:
    return _choice(level, level.name == classification, _refusal(scheme, level.name, held, at))


def _with(held: Chosen, tag: Tag, name: str) -> Chosen:
    """The choice with one more value; a tag that takes one value only exchanges it."""
    before = frozenset() if tag.maximum == 1 else held.get(tag.name, frozenset())
    return {**held, tag.name: before | {name}}


def _tag(scheme: Scheme, tag: Tag, classification: str, held: Chosen, at: Instant) -> TagChoices:
    has = held.get(tag.name, frozenset())
    values = tuple(
        _choice(value, name in has, _refusal(scheme, classification, _with(held, tag, name), at))
        for name, value in tag.values.items() if name not in tag.prefixes
    )
    tokens: tuple[str, ...] = ()
    probe: str | None = None
    if tag.domain == "countries":
        groups = [token for token, group in scheme.groups.groups.items() if tag.groups and group.in_use(at)]
        tokens = (*sorted(scheme.groups.countries), *sorted(groups))
        probe = scheme.country or tokens[0]
    elif tag.domain == "text":
        probe = "x"
    refusal = None if probe is None else _refusal(scheme, classification, _with(held, tag, probe), at)
    shut = refusal is not None and refusal.code not in CAN_BE_MENDED
    return TagChoices(tag.name, tag.type, tag.text, values, () if shut else tokens,
                      tag.domain == "text" and not shut, not shut, refusal.code if shut and refusal else "")


def _marks(label: Label, scheme: Scheme, schemes: Schemes) -> dict[str, str]:
    """The label in every syntax that can say all of it."""
    out = {}
    for name in syntaxes_of(scheme):
        try:
            out[name] = SYNTAXES[name].render(label, schemes)
        except SealaneError as error:
            if error.code != "label.not_expressible":
                raise
    return out
