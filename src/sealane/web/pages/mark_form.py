"""The mark on the release form: what may still be chosen, and for everything else why not, in the
reader's language.

Two judges speak, each with its own words: the nation's scheme shuts what no valid mark may hold,
and the agreement's own decision shuts what it would refuse to give. Whatever the browser sends, a
label comes out only if both the scheme and, at the release itself, the decision accept it.
Spec: R14, R15, R30; docs/console.md §The composer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sealane.base.values import Instant
from sealane.decisions.decide import Decision
from sealane.decisions.terms import Reason
from sealane.labels.composing.choices import Choice, Composition, TagChoices, compose
from sealane.labels.model.label import RELEASABLE_TO, Label
from sealane.labels.model.scheme import Schemes
from sealane.web import shown

OF_THE_LABEL = frozenset(
    {
        "label.no_equivalent",
        "agreement.row_unverified",
        "agreement.above_ceiling",
        "release.label_not_providers",
        "release.recipient_not_releasable",
    }
)
"""Codes of clauses that look at the label and its area alone."""
MOST_CHOSEN, MOST_COUNTRIES = 32, 40

Foresee = Callable[[Label], Decision | None]
"""The release decision about a label as things stand; None where nobody could be its originator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A level or a value on offer; `why` is empty when it may be chosen."""

    name: str
    value: str
    gloss: str
    mark: shown.Mark | None
    chosen: bool
    why: str


@dataclass(frozen=True, slots=True)
class WordGroup:
    """The values of one tag; `why` says why none of a tag that takes own words may be chosen."""

    name: str
    words: tuple[Word, ...]
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkOffer:
    """Everything the form shows about the mark."""

    levels: tuple[Word, ...]
    groups: tuple[WordGroup, ...]
    label: Label | None
    marks: Mapping[str, str]
    unknown: tuple[str, ...]
    foreseen: Decision | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the officer has chosen so far: a level, values as `Tag|Value`, and countries beyond the
    parties.
    """

    level: str
    picked: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()

    def chosen(self, parties: Iterable[str]) -> dict[str, frozenset[str]]:
        """Values by tag; the parties are always among those it is releasable to."""
        held: dict[str, set[str]] = {RELEASABLE_TO: {*parties, *self.countries}}
        for picked in self.picked:
            tag, _, value = picked.partition("|")
            held.setdefault(tag, set()).add(value)
        return {tag: frozenset(values) for tag, values in held.items()}


def wish(level: str, picked: Iterable[str], countries: str) -> Wish:
    """What a form says, bounded; a country code may be written in either case, with commas or
    spaces.
    """
    named = countries.upper().replace(",", " ").split()
    return Wish(
        level=level,
        picked=tuple(text[:200] for text in dict.fromkeys(picked) if "|" in text)[:MOST_CHOSEN],
        countries=tuple(code[:16] for code in dict.fromkeys(named))[:MOST_COUNTRIES],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkForm:
    """One officer's place: whose scheme, between whom, at which instant, in which language."""

    schemes: Schemes
    policy: str
    parties: tuple[str, ...]
    at: Instant
    lang: str
    foresee: Foresee

    def compose(self, held: Wish) -> Composition:
        """The scheme's own answer to a wish. Raises: Malformed `label.unknown_policy`."""
        return compose(
            self.policy, held.level or None, _known(self, held), self.schemes, at=self.at
        )

    def offer(self, asked: Wish) -> MarkOffer:
        """What may be chosen and what not, the label as far as it is whole, and what the agreement
        would say of it.
        """
        unknown = self._unknown(asked)
        held = Wish(
            level=asked.level,
            picked=asked.picked,
            countries=tuple(code for code in asked.countries if code not in unknown),
        )
        composed = self.compose(held)
        label = None if unknown else composed.label
        return MarkOffer(
            levels=tuple(self._level(level, held) for level in composed.levels),
            groups=tuple(
                group for tag in composed.tags if (group := self._group(tag, held)) is not None
            ),
            label=label,
            marks=composed.marks if label is not None else {},
            unknown=unknown,
            foreseen=None if label is None else self.foresee(label),
        )

    def _unknown(self, held: Wish) -> tuple[str, ...]:
        """Codes that the scheme takes for no country and no group in use; before a level is chosen
        it takes none yet.
        """
        if not held.level:
            return ()
        tags = self.compose(Wish(level=held.level)).tags
        listed = next((tag.tokens for tag in tags if tag.tag == RELEASABLE_TO), ())
        return tuple(code for code in held.countries if code not in listed)

    def _level(self, choice: Choice, held: Wish) -> Word:
        why = self._shut(choice) or self._refused(
            Wish(level=choice.name, countries=held.countries), ()
        )
        return Word(
            name=choice.name,
            value=choice.name,
            gloss=self._gloss(choice),
            chosen=choice.chosen,
            why=why,
            mark=shown.level_mark(self.schemes, self.policy, choice.name),
        )

    def _group(self, tag: TagChoices, held: Wish) -> WordGroup | None:
        """A tag's values; nothing for the audience, which has its own field, or for what only
        informs and is not in the mark.
        """
        name = tag.text.get(self.lang, tag.tag)
        if tag.tag == RELEASABLE_TO or (tag.type == "informative" and not self._marked(tag, held)):
            return None
        if not tag.values:
            why = self._refused(self._with(held, f"{tag.tag}|x"), self._clauses(held))
            return WordGroup(name, (), why) if why else None
        return WordGroup(name, tuple(self._value(tag.tag, choice, held) for choice in tag.values))

    def _marked(self, tag: TagChoices, held: Wish) -> bool:
        """Whether a value of this tag would be read in the mark."""

        def said(held: Wish) -> str | None:
            label = self.compose(held).label
            return None if label is None else shown.mark_of(self.schemes, label).text

        bare = Wish(level=held.level, countries=held.countries)
        first = next((choice for choice in tag.values if choice.open), None)
        if first is None:
            return False
        return said(self._with(bare, f"{tag.tag}|{first.name}")) not in (None, said(bare))

    def _value(self, tag: str, choice: Choice, held: Wish) -> Word:
        value = f"{tag}|{choice.name}"
        why = self._shut(choice) or self._refused(self._with(held, value), self._clauses(held))
        return Word(
            name=choice.name,
            value=value,
            gloss=self._gloss(choice),
            mark=None,
            chosen=choice.chosen,
            why=why,
        )

    def _shut(self, choice: Choice) -> str:
        """The scheme's reason, where it shuts a choice."""
        if choice.open:
            return ""
        return choice.why_ja if self.lang == "ja" else choice.why

    def _refused(self, held: Wish, already: Iterable[str]) -> str:
        """The agreement's reason against a label, beyond the clauses that refuse it already."""
        for reason in self._unmet(held):
            if reason.clause not in already:
                return f"{reason.clause} {reason.text_ja if self.lang == 'ja' else reason.text}"
        return ""

    def _clauses(self, held: Wish) -> tuple[str, ...]:
        """The clauses that refuse the level without any value."""
        return tuple(
            unmet.clause for unmet in self._unmet(Wish(level=held.level, countries=held.countries))
        )

    def _unmet(self, held: Wish) -> tuple[Reason, ...]:
        """What the agreement holds against the label that this makes, because of the label."""
        label = self.compose(held).label
        decision = None if label is None else self.foresee(label)
        if decision is None:
            return ()
        return tuple(unmet for unmet in decision.unmet if unmet.code in OF_THE_LABEL)

    @staticmethod
    def _with(held: Wish, value: str) -> Wish:
        return Wish(
            level=held.level,
            picked=(*(other for other in held.picked if other != value), value),
            countries=held.countries,
        )

    def _gloss(self, choice: Choice) -> str:
        text = choice.text.get(self.lang, choice.name)
        return "" if text.casefold() == choice.name.casefold() else text


def _known(form: MarkForm, held: Wish) -> dict[str, frozenset[str]]:
    """The chosen values by tag, of the tags and values that the scheme knows; a country list is
    judged by `offer`.
    """
    scheme = form.schemes[form.policy]
    known = {}
    for tag, values in held.chosen(form.parties).items():
        described = scheme.tag(tag)
        if described is not None:
            own_words = described.domain == "text" or not described.values
            if not own_words and tag != RELEASABLE_TO:
                values = values & frozenset(described.values)
            known[tag] = values
    return {tag: values for tag, values in known.items() if values}
