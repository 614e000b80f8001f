"""The syntax of US portion marks, a portion taken out of its document, and a banner held against
its portions.

Spec: CAPCO Register and Manual 2016; spec/labels.md §Compilation; spec/interfaces.md §1.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from sealane.base.errors import Refused, declare
from sealane.base.values import Instant
from sealane.labels.marks.syntax import Parsed
from sealane.labels.model.label import RELEASABLE_TO, Category, Label
from sealane.labels.model.scheme import Schemes
from sealane.labels.rules.rollup import merge
from sealane.labels.us.banner import mark_syntax
from sealane.labels.us.vocabulary import (
    COMPILATION,
    EYES_ONLY,
    HIGH_WATER,
    informative,
    release_order,
    vocabulary,
)

PORTION = mark_syntax("us-portion")
BANNER_TOO_LOW = declare(
    "label.banner_too_low",
    Refused,
    "The banner protects less than its portions together.",
    "バナーの保護が、構成部分の合計を下回っています。",
    "Mark the product with the banner that `sealane label merge` gives.",
    "`sealane label merge` が示すバナーを付けてください。",
)
BANNER_UNEXPLAINED = declare(
    "label.banner_unexplained",
    Refused,
    "The banner protects more than its portions together and gives no compilation reason.",
    "バナーの保護が構成部分の合計を上回りますが、編集による理由がありません。",
    "Give the reason, or mark the product as its portions ask.",
    "理由を書くか、構成部分どおりに標示を付けてください。",
)
_BARE = re.compile(r"(?<=/)(REL|EYES)(?=[/)])", re.ASCII)


def extracted(text: str, banner: Label, schemes: Schemes, *, at: Instant) -> Parsed:
    """A portion as it must be marked outside its document: `REL` alone means the banner's list, and
    is written out.

    Raises: Malformed `label.ambiguous`: it leans on a list that the banner does not have; as the
        portion syntax.
    """
    places = release_order(
        vocabulary(schemes[banner.policy], "us-portion"), banner.values(RELEASABLE_TO)
    )

    def written(found: re.Match[str]) -> str:
        return "REL TO " + ", ".join(places) if found[1] == "REL" else "/".join(places) + EYES_ONLY

    return PORTION.parse(_BARE.sub(written, text[:16_384]) if places else text, schemes, at=at)


def verify_banner(
    banner: Label, portions: Sequence[Label], schemes: Schemes, *, at: Instant
) -> None:
    """A banner says what its portions make together, or more with a compilation reason; never less.

    Raises: Refused `label.banner_too_low`, `label.banner_unexplained`; as `merge`.
    Spec: spec/labels.md §Compilation, §Displayed and carried marks; ISM-ID-00108, ISM-ID-00109,
    ISM-ID-00110, ISM-ID-00318.
    """
    rolled = merge(portions, schemes, at=at)
    if banner.created is None:  # a mark has no date: it speaks of this product
        banner = replace(banner, created=rolled.created)
    both = merge([banner, rolled], schemes, at=at)
    # A banner in text has no place for the NATO high water.
    silent = set() if banner.category(HIGH_WATER) else {HIGH_WATER}
    if _weight(both, silent) != _weight(banner, silent):
        raise BANNER_TOO_LOW()
    explained = informative(banner, COMPILATION)
    if _weight(banner, silent) != _weight(rolled, silent) and not explained:
        raise BANNER_UNEXPLAINED()


def _weight(label: Label, silent: set[str]) -> tuple[str, tuple[Category, ...]]:
    weighing = (
        one for one in label.categories if one.type != "informative" and one.tag not in silent
    )
    return label.classification, tuple(weighing)
