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
    layer: list[dict[str, frozenset[str]]] = [dict(held)]
    tries = 0
    seen = set()
    for _ in range(MAX_STEPS):
        following: list[dict[str, frozenset[str]]] = []
        for attempt in layer:
            key = tuple(sorted((tag, tuple(sorted(values))) for tag, values in attempt.items()))
            if key in seen:
                continue
            seen.add(key)
            tries += 1
            error = refusal(scheme, classification, attempt, at)
            if error is None:
                return attempt
            if error.code in MENDABLE and tries < MAX_TRIES:
                for tag, values in _asked(scheme, attempt, error):
                    following.append(_joined(scheme, attempt, tag, values))
        layer = following
    return None


def _joined(
    scheme: Scheme, held: Chosen, name: str, values: frozenset[str]
) -> dict[str, frozenset[str]]:
    """The choice with more values of a tag; a tag that takes one value exchanges it."""
    tag = scheme.tag(name)
    if tag is not None and tag.maximum == 1:
        return {**held, name: values}
    return {**held, name: held.get(name, frozenset()) | values}


def _asked(
    scheme: Scheme, held: Chosen, error: SealaneError
) -> Iterator[tuple[str, frozenset[str]]]:
    """Further choices that the rules ask for: the first thing missing, in each way it can
    be had.
    """
    present = _present(held)
    # 1. What a chosen tag or value requires, one reference at a time.
    for reference in _references(scheme, held):
        if reference not in present:
            name, _, value = reference.partition("=")
            if value:
                yield name, frozenset({value})
            else:
                yield from _any_of(scheme, name)
            return
    # 2. A tag that must be there.
    for tag in scheme.tags:
        if tag.minimum and tag.name not in held:
            yield from _any_of(scheme, tag.name)
            return
    # 3. Requirements of several references, then what rules in code asked for by name.
    yield from _needed(scheme, held, present)
    yield from _named(scheme, held, str((error.details or {}).get("requires", "")))


def _present(held: Chosen) -> set[str]:
    """Each tag that is chosen, and each `Tag=Value`."""
    present = set(held)
    for tag, values in held.items():
        present.update(f"{tag}={value}" for value in values)
    return present


def _references(scheme: Scheme, held: Chosen) -> Iterator[str]:
    for name, values in held.items():
        tag = scheme.tag(name)
        if tag is None:
            continue
        yield from tag.requires
        for value in values:
            if value in tag.values:
                yield from tag.values[value].requires


def _needed(
    scheme: Scheme, held: Chosen, present: set[str]
) -> Iterator[tuple[str, frozenset[str]]]:
    """What requirements of several references leave to choose."""
    needs = [need for level in scheme.levels for need in level.needs]
    for name, values in held.items():
        tag = scheme.tag(name)
        if tag is not None:
            for value in values & tag.values.keys():
                needs += tag.values[value].needs
    for need in needs:
        if need.operation != "all" and not present.isdisjoint(need.references):
            continue
        for reference in need.references:
            if reference not in present:
                tag_name, _, value = reference.partition("=")
                yield tag_name, frozenset({value})


def _named(scheme: Scheme, held: Chosen, asked: str) -> Iterator[tuple[str, frozenset[str]]]:
    """What a rule in code asks for by a tag's or value's name; else a list of countries, or what
    closes the list.
    """
    # 1. The name is a tag's, or a value's of some tag.
    if scheme.tag(asked) is not None:
        yield from _any_of(scheme, asked)
    for tag in scheme.tags:
        if asked in tag.values:
            yield tag.name, frozenset({asked})
    if not asked or not scheme.country or scheme.tag(RELEASABLE_TO) is None:
        return
    # 2. A release list that holds whoever other lists name, and somebody abroad in any case.
    lists_held = []
    for name in held:
        held_tag = scheme.tag(name)
        if held_tag is not None and held_tag.domain == "countries":
            lists_held.append(name)
    abroad = frozenset().union(*(held[name] for name in lists_held)) - {scheme.country}
    yield RELEASABLE_TO, frozenset({scheme.country, *(abroad or PARTNERS[:1])})
    # 3. Another list with the nation and one partner in it.
    for name in lists_held:
        if name != RELEASABLE_TO:
            yield name, frozenset({scheme.country, *PARTNERS[:1]})
    # 4. No list at all, and said so.
    for tag in scheme.tags:
        if "NOFORN" in tag.values:
            yield tag.name, frozenset({"NOFORN"})


def _any_of(scheme: Scheme, name: str) -> list[tuple[str, frozenset[str]]]:
    tag = scheme.tag(name)
    if tag is None:
        return []
    return [(name, frozenset({sample})) for sample in samples(scheme, tag)]


def samples(scheme: Scheme, tag: Tag) -> list[str]:
    """A few values that a tag may take: its listed ones in use, countries, or words of
    one's own.
    """
    listed = [
        value.name
        for value in tag.values.values()
        if not value.obsolete and value.name not in tag.prefixes
    ]
    if tag.domain == "countries":
        own = [scheme.country] if scheme.country else []
        return [*listed, *own, *(country for country in PARTNERS if country not in own)]
    if tag.domain == "text":
        return [*listed, OWN_WORDS]
    return listed
