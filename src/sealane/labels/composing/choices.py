"""Putting a label together: which choices remain, why the others do not, and the label once it is
whole.

A `Composition` is never an invalid label: it is either complete, and then accepted by the scheme,
or it says what is missing. Retired words are never offered.
Spec: R14, R15; X.841.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sealane.base.errors import SealaneError
from sealane.base.values import Instant
from sealane.labels.composing.completion import (
    MENDABLE,
    OWN_WORDS,
    PARTNERS,
    Chosen,
    completion,
    label_of,
    refusal,
)
from sealane.labels.model.label import Label
from sealane.labels.model.scheme import Level, Scheme, Schemes, Tag, TagValue
from sealane.labels.nations import SYNTAXES, syntaxes_of


@dataclass(frozen=True, slots=True)
class Choice:
    """One word on offer: whether it may be chosen now or is chosen, and if it may not, the code and
    why in two languages.
    """

    name: str
    text: Mapping[str, str]
    chosen: bool
    open: bool
    code: str = ""
    why: str = ""
    why_ja: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "text": dict(self.text),
            "chosen": self.chosen,
            "open": self.open,
            "code": self.code,
            "why": self.why,
            "why_ja": self.why_ja,
        }


@dataclass(frozen=True, slots=True)
class TagChoices:
    """The words of one tag. `tokens` lists countries and groups when the tag takes them; `free`
    allows own words.
    """

    tag: str
    type: str
    text: Mapping[str, str]
    values: tuple[Choice, ...]
    tokens: tuple[str, ...] = ()
    free: bool = False
    open: bool = True
    code: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "tag": self.tag,
            "type": self.type,
            "text": dict(self.text),
            "open": self.open,
            "code": self.code,
            "values": [one.as_json() for one in self.values],
            "tokens": list(self.tokens),
            "free": self.free,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """What is chosen, what remains, and, only when the scheme accepts it, the label and its marks
    by syntax.
    """

    levels: tuple[Choice, ...]
    tags: tuple[TagChoices, ...]
    label: Label | None = None
    marks: Mapping[str, str] = field(default_factory=dict)
    missing: str = ""
    needed: Chosen | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "levels": [one.as_json() for one in self.levels],
            "tags": [one.as_json() for one in self.tags],
            "label": None if self.label is None else self.label.as_json(),
            "marks": dict(self.marks),
            "missing": self.missing,
            "needed": (
                None
                if self.needed is None
                else {tag: sorted(values) for tag, values in self.needed.items()}
            ),
        }


def compose(
    policy: str, classification: str | None, chosen: Chosen, schemes: Schemes, *, at: Instant
) -> Composition:
    """What remains to choose under a scheme: every word on offer, open or shut with the code and
    why in two languages.

    A choice is open when the scheme accepts it or some further choices make it accepted; `needed`
    then names such choices by tag, so that every path of open choices ends in a label. `marks`
    holds the label in each syntax of the scheme that can say all of it; for a screen that asks
    again after every click, pass what is chosen and draw the answer.

    Args:
        classification: the level chosen so far, None at the beginning.
        chosen: the values chosen so far, by tag.
        at: when the label will be made; retired words are shut by it.
    Raises: Malformed `label.unknown_policy`. A wrong choice raises nothing: it is shown as shut and
        no label comes out.
    """
    scheme = schemes[policy]
    held = {tag: frozenset(values) for tag, values in chosen.items() if values}
    asking = _Asking(scheme, at)
    levels = tuple(asking.level(level, classification, held) for level in scheme.levels)
    if classification is None:
        return Composition(levels=levels, tags=(), missing="classification")
    tags = tuple(asking.tag(tag, classification, held) for tag in scheme.tags)
    error = refusal(scheme, classification, held, at)
    if error is not None:
        return Composition(
            levels=levels,
            tags=tags,
            missing=error.code,
            needed=_needed(scheme, classification, held, at),
        )
    label = label_of(scheme, classification, held, at)
    return Composition(levels=levels, tags=tags, label=label, marks=_marks(label, scheme, schemes))


def _needed(scheme: Scheme, classification: str, held: Chosen, at: Instant) -> Chosen | None:
    """The values that would complete the choice, by tag; None when nothing was found that does."""
    found = completion(scheme, classification, held, at)
    if found is None:
        return None
    return {
        tag: more for tag, values in found.items() if (more := values - held.get(tag, frozenset()))
    }


def _choice(word: Level | TagValue, chosen: bool, error: SealaneError | None) -> Choice:
    text = word.text or {"en": word.name, "ja": word.name}
    if word.obsolete:
        return Choice(
            word.name,
            text,
            chosen,
            False,
            "label.retired",
            "No longer in use.",
            "現在は使われていません。",
        )
    if error is None:
        return Choice(word.name, text, chosen, True)
    return Choice(word.name, text, chosen, False, error.code, error.message, error.message_ja)


@dataclass(frozen=True, slots=True)
class _Asking:
    """One scheme at one instant, asked about many choices."""

    scheme: Scheme
    at: Instant

    def shut(self, classification: str, held: Chosen) -> SealaneError | None:
        """Why a choice leads to no label; None when it is one, or further choices make it one."""
        error = refusal(self.scheme, classification, held, self.at)
        if error is None or error.code not in MENDABLE:
            return error
        return None if completion(self.scheme, classification, held, self.at) is not None else error

    def level(self, level: Level, classification: str | None, held: Chosen) -> Choice:
        return _choice(level, level.name == classification, self.shut(level.name, held))

    def tag(self, tag: Tag, classification: str, held: Chosen) -> TagChoices:
        has = held.get(tag.name, frozenset())
        values = tuple(
            _choice(value, name in has, self.shut(classification, _with(held, tag, name)))
            for name, value in tag.values.items()
            if name not in tag.prefixes
        )
        tokens, error = (
            self.tokens(tag, classification, held) if tag.domain == "countries" else ((), None)
        )
        if tag.domain == "text":
            error = self.shut(classification, _with(held, tag, OWN_WORDS))
        return TagChoices(
            tag.name,
            tag.type,
            tag.text,
            values,
            tokens,
            tag.domain == "text" and error is None,
            error is None,
            "" if error is None else error.code,
        )

    def tokens(
        self, tag: Tag, classification: str, held: Chosen
    ) -> tuple[tuple[str, ...], SealaneError | None]:
        """The countries and groups in use that may be added, and, where there are none, why.

        A few stand for all; one by one only where they differ, as under EYES ONLY. The label is
        judged in any case.
        """
        every = self._every_token(tag)
        own = self.scheme.country
        # 1. A few are asked: the nation itself, and one at each end of countries and groups.
        ends = (every[0], every[self._count_of_countries(tag) - 1], every[-1])
        few = [token for token in dict.fromkeys((own, *ends, *PARTNERS)) if token in every]
        why_shut = {
            token: self.shut(classification, _with(held, tag, token))
            for token in few
            if token is not None
        }
        verdicts_of_others = {
            None if error is None else error.code
            for token, error in why_shut.items()
            if token != own
        }
        # 2. Where the few differ, every token is asked by itself.
        if len(verdicts_of_others) > 1:
            asked = {token: self.shut(classification, _with(held, tag, token)) for token in every}
            offered = tuple(token for token in every if asked[token] is None)
        # 3. Where they agree, their answer is everybody's; the nation itself has its own.
        else:
            own_is_shut = why_shut.get(own or "") is not None
            if verdicts_of_others == {None}:
                offered = tuple(token for token in every if token != own or not own_is_shut)
            else:
                offered = (own,) if own in few and own is not None and not own_is_shut else ()
        if offered:
            return offered, None
        return (), why_shut[next(iter(why_shut))]

    def _every_token(self, tag: Tag) -> tuple[str, ...]:
        """Countries of the tag's vocabulary by code, then groups in use, if it takes groups."""
        groups = self.scheme.groups
        countries = sorted(groups.codes(tag.vocabulary))
        in_use: list[str] = []
        if tag.groups:
            in_use = sorted(
                token for token, group in groups.groups.items() if group.in_use(self.at)
            )
        return (*countries, *in_use)

    def _count_of_countries(self, tag: Tag) -> int:
        return len(self.scheme.groups.codes(tag.vocabulary))


def _with(held: Chosen, tag: Tag, name: str) -> Chosen:
    """The choice with one more value; a tag that takes one value only exchanges it."""
    before = frozenset() if tag.maximum == 1 else held.get(tag.name, frozenset())
    return {**held, tag.name: before | {name}}


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
