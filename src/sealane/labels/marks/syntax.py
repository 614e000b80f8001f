"""Syntaxes of marks: text in, label and canonical text out; and back.

`SYNTAXES` maps each name of spec/interfaces.md to its `Syntax`, loaded when first asked for.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sealane.base.errors import SealaneError
from sealane.base.values import Instant
from sealane.labels.marks.straight import Straight
from sealane.labels.model.errors import NOT_EXPRESSIBLE, UNKNOWN_SYNTAX, WRONG_SYNTAX
from sealane.labels.model.label import Label
from sealane.labels.model.scheme import Scheme, Schemes


@dataclass(frozen=True, slots=True)
class Note:
    """Something a reader should know about how a mark was read; it never changes membership."""

    code: str
    text: str
    text_ja: str
    position: int | None = None

    def as_json(self) -> dict[str, object]:
        """The JSON form; `position` only where there is one."""
        out: dict[str, object] = {"code": self.code, "text": self.text, "text_ja": self.text_ja}
        return out if self.position is None else {**out, "position": self.position}


@dataclass(frozen=True, slots=True)
class Parsed:
    """A mark as read: the label, the one canonical text of that label, and what was noted on the
    way.

    Example:
        >>> parsed = sealane.parse_mark("(S//REL TO USA, JPN, AUS)", "us-portion", lenient=True)
        >>> parsed.canonical, [note.code for note in parsed.notes]
        ('(S//REL TO USA, AUS, JPN)', ['label.order'])
    """

    label: Label
    canonical: str
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Syntax:
    """One way to write labels. Both functions raise typed refusals and never return part of a
    label.

    `read(text, schemes, at, lenient)` parses; `write(label, schemes)` renders canonically.
    `policy` is the scheme whose labels it writes, None when it writes several. With `reads_back`,
    what `render` gives has been read again and said the same; creation and review dates are no part
    of a mark. `straight` builds the tables that read, faster and to the same label, the marks that
    are already canonical.
    """

    name: str
    read: Callable[[str, Schemes, Instant | None, bool], Parsed]
    write: Callable[[Label, Schemes], str]
    policy: str | None = None
    reads_back: bool = False
    straight: Callable[[Scheme], Straight] | None = None

    def parse(
        self, text: str, schemes: Schemes, *, at: Instant | None = None, lenient: bool = False
    ) -> Parsed:
        """The label of a mark, accepted by its scheme, with the mark's canonical text.

        Args:
            at: the instant of reading, for dated vocabularies; None leaves undated labels
                unbounded.
            lenient: also accept slips of order and spacing, each flagged by a note; membership is
                never changed.
        Raises: Malformed and Refused `label.*`.
        """
        label = self.by_table(text, schemes, at)
        return self.read(text, schemes, at, lenient) if label is None else Parsed(label, text)

    def by_table(self, text: str, schemes: Schemes, at: Instant | None = None) -> Label | None:
        """The label of a mark that is canonical as it stands, when this syntax's tables can tell;
        None says nothing.
        """
        if self.straight is None or self.policy is None:
            return None
        return schemes[self.policy].derived("straight " + self.name, self.straight).read(text, at)

    def render(self, label: Label, schemes: Schemes) -> str:
        """The canonical text of a label its scheme accepts; every part is shown or the label is
        refused.

        Raises: Malformed `label.wrong_syntax`; Refused `label.not_expressible`, `label.retired`; as
        `Scheme.check`.
        """
        if self.policy is not None and label.policy != self.policy:
            raise WRONG_SYNTAX(syntax=self.name, right=self.policy, given=label.policy[:40])
        schemes.check(label)
        text = self.write(label, schemes)
        if self.reads_back:
            self._read_back(text, label, schemes)
        return text

    def _read_back(self, text: str, label: Label, schemes: Schemes) -> None:
        """Free words of a label may mean something else in a mark: then the label cannot be written
        so.
        """
        try:
            again = self.parse(text, schemes).label
        except SealaneError:
            raise NOT_EXPRESSIBLE(member="text") from None
        if (again.classification, again.categories) != (label.classification, label.categories) or (
            again.succession is None
        ) is not (label.succession is None):
            raise NOT_EXPRESSIBLE(member="text")


_PLACES = {
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
    "nato-4774": "sealane.labels.nato.xml_label:NATO_4774",
    "nato-4774-json": "sealane.labels.nato.json_label:NATO_4774_JSON",
    "stix-marking": "sealane.labels.stix.definitions:STIX",
}


PLAIN = "-mark"
"""`kor-mark` is the plain syntax of the scheme KOR: every scheme has one, with no code of its own.
"""


class _Syntaxes(Mapping[str, Syntax]):
    """Syntaxes by name; a syntax's module is imported when it is first used."""

    def __getitem__(self, name: str) -> Syntax:
        place = _PLACES.get(name)
        if place is None and name.endswith(PLAIN) and name.islower():
            from sealane.labels.marks.plain import plain

            return plain(name.removesuffix(PLAIN).upper(), name)
        if place is None:
            raise UNKNOWN_SYNTAX(name=name[:40], known=", ".join(_PLACES))
        module, _, attribute = place.partition(":")
        found = getattr(importlib.import_module(module), attribute)
        if not isinstance(found, Syntax):
            raise UNKNOWN_SYNTAX(name=name, known=", ".join(_PLACES))
        return found

    def __contains__(self, name: object) -> bool:
        return name in _PLACES

    def __iter__(self) -> Iterator[str]:
        return iter(_PLACES)

    def __len__(self) -> int:
        return len(_PLACES)


SYNTAXES: Mapping[str, Syntax] = _Syntaxes()


def verify_vectors(scheme: Scheme, schemes: Schemes) -> list[str]:
    """What a scheme's own vectors find wrong, one sentence each; an empty list when all hold."""
    wrong = []
    for number, vector in enumerate(scheme.vectors):
        found = _vector(schemes, scheme, number)
        if found:
            wrong.append(f"vector {number} ({vector.syntax}): {found}")
    return wrong


def _vector(schemes: Schemes, scheme: Scheme, number: int) -> str:
    vector = scheme.vectors[number]
    try:
        parsed = SYNTAXES[vector.syntax].parse(vector.text, schemes, lenient=vector.lenient)
        again = SYNTAXES[vector.syntax].render(parsed.label, schemes)
    except SealaneError as error:
        return (
            ""
            if error.code == vector.error
            else f"{error.code} instead of {vector.error or 'a label'}"
        )
    if vector.error is not None:
        return f"accepted instead of {vector.error}"
    label = parsed.label
    if vector.classification is not None and label.classification != vector.classification:
        return "another classification"
    if vector.categories is not None and {one.tag: one.values for one in label.categories} != dict(
        vector.categories
    ):
        return "other categories"
    if (
        parsed.canonical != (vector.text if vector.canonical is None else vector.canonical)
        or again != parsed.canonical
    ):
        return f"canonical text {parsed.canonical!r}"
    return ""


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
        return SYNTAXES["us-banner" if syntax == "us-portion" else syntax].render(label, schemes)
    for name in syntaxes_of(schemes[label.policy]):
        try:
            return SYNTAXES[name].render(label, schemes)
        except SealaneError as error:
            if error.code != "label.not_expressible":
                raise
    return None
