"""Whether what is chosen so far can still become a label, and by which further choices.

The search is short and certain of its yes: every completion it names has been accepted by the
scheme. It follows what the scheme's own rules ask for, so a no means that no such way was found
within a few steps, and the choice is shut.
Spec: R15; X.841; Open XML SPIF 2.1 (requiredCategory).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sealane.base.errors import SealaneError
from sealane.base.values import Instant, format_instant
from sealane.labels.model.label import RELEASABLE_TO, Category, Label
from sealane.labels.model.scheme import Scheme, Tag

Chosen = Mapping[str, frozenset[str]]
MENDABLE = frozenset({"label.requires", "label.selection"})
"""Refusals that a further choice may lift; all others shut the choice."""
MAX_STEPS, MAX_TRIES = 4, 60
OWN_WORDS = "x"
PARTNERS = ("AUS", "GBR")
"""Whom the search tries beside the scheme's own country where a list must name somebody; nothing is
chosen for anybody.
"""


def label_of(scheme: Scheme, classification: str, held: Chosen, at: Instant) -> Label:
    """The label that is chosen so far, fit or not."""
    categories = []
    for name in sorted(held):
        tag = scheme.tag(name)
        categories.append(
            Category(name, "restrictive" if tag is None else tag.type, tuple(sorted(held[name])))
        )
    return Label(
        policy=scheme.id,
        classification=classification,
        categories=tuple(categories),
        originator=scheme.country,
        created=format_instant(at),
    )


def refusal(scheme: Scheme, classification: str, held: Chosen, at: Instant) -> SealaneError | None:
    """Why the scheme does not accept what is chosen so far; None when it does."""
    try:
        scheme.check(label_of(scheme, classification, held, at), at=at)
    except SealaneError as error:
        return error
    return None


def completion(scheme: Scheme, classification: str, held: Chosen, at: Instant) -> Chosen | None:
    """What is chosen so far with the fewest further choices found that make it a label; None when
    none were found.
    """
    layer, tries, seen = [dict(held)], 0, set()
    for _ in range(MAX_STEPS):
        following: list[dict[str, frozenset[str]]] = []
        for one in layer:
            key = tuple(sorted((tag, tuple(sorted(values))) for tag, values in one.items()))
            if key in seen:
                continue
            seen.add(key)
            tries += 1
            error = refusal(scheme, classification, one, at)
            if error is None:
                return one
            if error.code in MENDABLE and tries < MAX_TRIES:
                following += [
                    _joined(scheme, one, tag, values) for tag, values in _asked(scheme, one, error)
                ]
        layer = following
    return None


def _joined(
    scheme: Scheme, held: Chosen, tag: str, values: frozenset[str]
) -> dict[str, frozenset[str]]:
    found = scheme.tag(tag)
    single = found is not None and found.maximum == 1
    return {**held, tag: values if single else held.get(tag, frozenset()) | values}


def _asked(
    scheme: Scheme, held: Chosen, error: SealaneError
) -> Iterator[tuple[str, frozenset[str]]]:
    """Further choices that the rules ask for: the first thing missing, in
    each way it can be had.
    """
    present = {*held, *(f"{tag}={value}" for tag, values in held.items() for value in values)}
    for reference in _references(scheme, held):
        if reference not in present:
            tag, _, value = reference.partition("=")
            yield from ([(tag, frozenset({value}))] if value else _any_of(scheme, tag))
            return
    for tag_ in scheme.tags:
        if tag_.minimum and tag_.name not in held:
            yield from _any_of(scheme, tag_.name)
            return
    yield from _needed(scheme, held, present)
    yield from _named(scheme, held, str((error.details or {}).get("requires", "")))


def _references(scheme: Scheme, held: Chosen) -> Iterator[str]:
    for name, values in held.items():
        tag = scheme.tag(name)
        if tag is not None:
            yield from tag.requires
            for value in values:
                yield from tag.values[value].requires if value in tag.values else ()


def _needed(
    scheme: Scheme, held: Chosen, present: set[str]
) -> Iterator[tuple[str, frozenset[str]]]:
    """What requirements of several references leave to choose."""
    words = [
        tag.values[value]
        for name, values in held.items()
        if (tag := scheme.tag(name)) is not None
        for value in values
        if value in tag.values
    ]
    for need in [
        *[need for level in scheme.levels for need in level.needs],
        *[need for word in words for need in word.needs],
    ]:
        if present.isdisjoint(need.references) or need.operation == "all":
            for reference in need.references:
                tag_name, _, value = reference.partition("=")
                if reference not in present:
                    yield tag_name, frozenset({value})


def _named(scheme: Scheme, held: Chosen, asked: str) -> Iterator[tuple[str, frozenset[str]]]:
    """What a rule in code asks for by a tag's or value's name; else a list of countries, or what
    closes the list.
    """
    if scheme.tag(asked) is not None:
        yield from _any_of(scheme, asked)
    for tag in scheme.tags:
        if asked in tag.values:
            yield tag.name, frozenset({asked})
    if asked and scheme.country and scheme.tag(RELEASABLE_TO) is not None:
        lists = {
            value
            for name in held
            if (tag_ := scheme.tag(name)) is not None and tag_.domain == "countries"
            for value in held[name]
        }
        yield (
            RELEASABLE_TO,
            frozenset(
                {scheme.country, *lists, *(() if lists - {scheme.country} else PARTNERS[:1])}
            ),
        )
        yield from [
            (name, frozenset({scheme.country, *PARTNERS[:1]}))
            for name in held
            if (tag_ := scheme.tag(name)) is not None
            and tag_.domain == "countries"
            and name != RELEASABLE_TO
        ]
        yield from [
            (tag.name, frozenset({"NOFORN"})) for tag in scheme.tags if "NOFORN" in tag.values
        ]


def _any_of(scheme: Scheme, name: str) -> list[tuple[str, frozenset[str]]]:
    tag = scheme.tag(name)
    return [] if tag is None else [(name, frozenset({one})) for one in samples(scheme, tag)]


def samples(scheme: Scheme, tag: Tag) -> list[str]:
    """A few values that a tag may take: its listed ones in
    use, countries, or words of one's own.
    """
    listed = [
        one.name for one in tag.values.values() if not one.obsolete and one.name not in tag.prefixes
    ]
    if tag.domain == "countries":
        own = [scheme.country] if scheme.country else []
        return [*listed, *own, *[one for one in PARTNERS if one not in own]]
    return [*listed, OWN_WORDS] if tag.domain == "text" else listed
