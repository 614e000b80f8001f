"""Who may do what in cases between nations: each kind's own file says which duty its events need.

Spec: spec/case.md §2; docs/who-may.md (made from this table); R64.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sealane.registry.act_words import Act, ActRow
from sealane.registry.house_acts import BESIDE
from sealane.registry.records import Duty

CASE_ACTS: Mapping[Act, ActRow] = MappingProxyType(
    {
        Act.SEE_CASES: ActRow(
            duties=None,
            keystore=True,
            commands=("case list", "case show", "case kinds"),
            page="/cases",
            says="read the cases with partners: staff all of them, others those that they spoke in",
            says_ja="相手国との案件を読む（職員は全て、その他は自ら発言したもの）",
        ),
        Act.SPEAK: ActRow(
            duties=None,
            commands=("case open", "case say"),
            page="/cases/new",
            says="open a case or say something in one, with a duty that the kind of case names",
            says_ja="案件を開き、又は案件で述べる（案件の種類が定める職務による）",
        ),
        Act.KEEP_OWN: ActRow(
            duties=None,
            commands=("case keep",),
            page="/cases/{case}/keep",
            says="write what this nation keeps for itself about a case, such as the limits of a"
            " visit, with a duty that the kind names",
            says_ja="訪問の制限など、案件について自国だけの記録を書く（案件の種類が定める職務による）",
        ),
        Act.PRINT_CASE: ActRow(
            duties=None,
            commands=("case print",),
            page="/cases/{case}/print",
            says="print a case that one reads on a partner's form; the print is on record",
            says_ja="自分が読める案件を相手国の様式に印刷する（印刷したことは記録される）",
        ),
        Act.SPEAK_BY_TWO: ActRow(
            duties=frozenset({Duty.RELEASE_OFFICER}),
            second=BESIDE | {Duty.RELEASE_OFFICER},
            commands=(),
            says="change a label on a challenge, or consent at a high level; always by two",
            says_ja="異議に応じてラベルを変え、又は高い区分で同意する（常に二人で）",
        ),
    }
)
"""The acts of this wing; part of `who_may.WHO_MAY`."""
