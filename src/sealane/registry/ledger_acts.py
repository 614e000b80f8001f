"""Who may do what with the ledgers: look at their heads, hold them against a partner's, prove an
item; and who lets machines in.

Spec: spec/interfaces.md §6; docs/who-may.md (made from this table); R57, R59, R61.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sealane.registry.act_words import Act, ActRow
from sealane.registry.records import Duty

_AUDITOR = frozenset({Duty.AUDITOR})
_REGISTER = frozenset(set(Duty) - {Duty.READER, Duty.OPERATOR})

LEDGER_ACTS: Mapping[Act, ActRow] = MappingProxyType(
    {
        Act.SEE_LEDGER: ActRow(
            duties=_REGISTER | {Duty.OPERATOR},
            keystore=True,
            keeper=True,
            commands=("ledger status", "ledger heads", "ledger monthly"),
            page="/ledger/heads",
            says="read how far each log is proven, its signed heads and who cosigned them",
            says_ja="各ログの証明の範囲、署名済み先端及び連署者を見る",
        ),
        Act.AUDIT: ActRow(
            duties=_AUDITOR,
            keystore=True,
            keeper=True,
            commands=("audit reconcile", "audit statistics", "ledger walk"),
            page="/audit/statistics",
            says="hold registers and ledgers against a partner's, re-derive the ledgers, and count"
            " refusals and times to decide",
            says_ja="登録簿と台帳を相手国のものと照合し、台帳を再計算し、拒否と所要時間を集計する",
        ),
        Act.PROVE: ActRow(
            duties=_REGISTER,
            keystore=True,
            keeper=True,
            commands=("evidence export",),
            page="/items/{item}/evidence",
            says="have the file made that proves an item's history to anybody",
            says_ja="項目の経緯を誰にでも証明できるファイルを作成させる",
        ),
        Act.READ_FEED: ActRow(
            duties=frozenset({Duty.AUDITOR, Duty.OPERATOR}),
            keystore=True,
            commands=("ledger feed", "ledger search"),
            page="/ledger/entries",
            says="search the ledger's entries, or collect them for a monitor of security events;"
            " the operator those about no item, without persons",
            says_ja="台帳の記録を検索し、又は監視のため収集する（運用者は項目に関しないもののみ、人の名を除く）",
        ),
        Act.COPY_LEDGER: ActRow(
            duties=_AUDITOR,
            keystore=True,
            commands=("ledger copy",),
            says="copy a log with all its entries",
            says_ja="ログを全ての記録とともに複製する",
        ),
        Act.LET_IN: ActRow(
            duties=frozenset({Duty.OPERATOR, Duty.SECURITY_OFFICER}),
            keystore=True,
            keeper=True,
            commands=("client add", "client list", "client end"),
            page="/clients",
            says="let OpenTDF clients and the identity provider in, list them, and let them go; in"
            " production a person's client by an invitation that this person redeems",
            says_ja="OpenTDF クライアントと認証基盤を登録し、一覧し、終了させる（production では本人が受ける招待による）",  # noqa: E501
        ),
    }
)
