"""How far a source is to be believed, as intelligence staffs write it: a letter for the source, a
digit for what it says, such as `B2`.

Spec: spec/exchange.md §4.2; R13.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from sealane.base.errors import Malformed, declare

RELIABILITY = "ABCDEF"
"""From a completely reliable source to one whose reliability cannot be judged."""
CREDIBILITY = "123456"
"""From confirmed by other sources to what cannot be judged."""
_GRADE = re.compile(f"[{RELIABILITY}][{CREDIBILITY}]")

WRONG = declare(
    "derive.grade",
    Malformed,
    "{text!r} is no grade of a source: reliability A to F, then credibility 1 to 6.",
    "{text!r} は情報源の評価ではありません。信頼性は A～F、信憑性は 1～6 です。",
    "Write ITEM=B2; without a number it is of the item that the new one is made from.",
    "項目番号=B2 と書いてください。番号を省くと、元の項目の評価になります。",
)
STRANGE = declare(
    "derive.grade_source",
    Malformed,
    "{item} is graded and is no source, or is graded twice.",
    "{item} は元の項目ではないか、二度評価されています。",
    "Grade each source that is named, once.",
    "元の項目として示したものを、それぞれ一度だけ評価してください。",
)


def grades(texts: Iterable[str], sources: Iterable[str]) -> Mapping[str, str]:
    """The grade of each source that has one, by its number.

    Args:
        texts: `ITEM=B2`, or `B2` of the first source.
    Raises: Malformed `derive.grade`, `derive.grade_source`.

    Example:
        >>> grades(["B2", "AUS-2026-000002=F6"], ["AUS-2026-000001", "AUS-2026-000002"])
        {'AUS-2026-000001': 'B2', 'AUS-2026-000002': 'F6'}
    """
    named = list(sources)
    found: dict[str, str] = {}
    for text in texts:
        item, is_named, grade = text.strip().rpartition("=")
        if not _GRADE.fullmatch(grade):
            raise WRONG(text=text[:80])
        of = item if is_named else named[0]
        if of not in named or of in found:
            raise STRANGE(item=of[:80])
        found[of] = grade
    return found
