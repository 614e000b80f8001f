"""What a syntax of marks is: text in, label and canonical text out; and back.

Which syntaxes there are, `sealane.labels.nations` knows.
Spec: spec/interfaces.md §1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sealane.base.errors import SealaneError
from sealane.base.values import Instant
from sealane.labels.model.errors import NOT_EXPRESSIBLE, WRONG_SYNTAX
from sealane.labels.model.label import Label
from sealane.labels.model.scheme import Schemes


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a reader should know about how a mark was read; it never changes membership."""

    code: str
    text: str
    text_ja: str
    position: int | None = None

    def as_json(self) -> dict[str, object]:
        """The JSON form; `position` only where there is one."""
        out: dict[str, object] = {"code": self.code, "text": self.text, "text_ja": self.text_ja}
        return out if self.position is None else {**out, "position": self.position}


ALIAS = Remark(
    "label.alias", "Another spelling of the same mark was read.", "同じ標示の別表記を読みました。"
)


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
    notes: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Syntax:
    """One way to write labels. Both functions raise typed refusals and never return part of a
    label.

    `read(text, schemes, at, lenient)` parses; `write(label, schemes)` renders canonically. `policy`
    is the scheme whose labels it writes, None when it writes several. With `reads_back`, what
    `render` gives has been read again and said the same; creation and review dates are no part of a
    mark.
    """

    name: str
    read: Callable[[str, Schemes, Instant | None, bool], Parsed]
    write: Callable[[Label, Schemes], str]
    policy: str | None = None
    reads_back: bool = False

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
        return self.read(text, schemes, at, lenient)

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
