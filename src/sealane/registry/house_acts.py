"""Who may do what about the house itself: its people, its partners, its agreements and its keys.

Spec: spec/interfaces.md §6; docs/who-may.md (made from this table); R64.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sealane.registry.act_words import Act, ActRow
from sealane.registry.records import Duty

BESIDE = frozenset({Duty.SECURITY_OFFICER, Duty.SECOND_SIGNER, Duty.AUDITOR})
"""Who stands beside in production."""
_CLERK = frozenset({Duty.REGISTRY_CLERK})
_SECURITY = frozenset({Duty.SECURITY_OFFICER})
_HOUSE = frozenset({Duty.OPERATOR, Duty.SECURITY_OFFICER})


def _of_node(says: str, says_ja: str, *commands: str, page: str | None = None) -> ActRow:
    """What the security officer does with a second in production, and an embedded node's operator
    with the keystore's passphrase.
    """
    return ActRow(
        duties=_SECURITY,
        second=BESIDE,
        keystore=True,
        commands=commands,
        page=page,
        says=says,
        says_ja=says_ja,
    )


HOUSE_ACTS: Mapping[Act, ActRow] = MappingProxyType(
    {
        Act.ASSURE: ActRow(
            duties=_SECURITY,
            commands=("people assure",),
            page="/assurances",
            says="assure a partner that readers are cleared and need to know",
            says_ja="閲覧者の適格性と必要性を相手国に保証する",
        ),
        Act.ENTER: _of_node(
            "enter people, their duties and clearances, and facilities",
            "人、その職務と適格性、及び施設を登録する",
            "people add",
            page="/people/new",
        ),
        Act.VET: _of_node(
            "extend a clearance, warn before one lapses, debrief a person",
            "適格性の延長、失効前の警告、離任時の説明を行う",
            "people extend",
            "people warn",
            "people debrief",
            page="/people/{person}/debrief",
        ),
        Act.NAME: _of_node(
            "say under which name the nation's identity provider knows a person",
            "国の認証基盤での人の識別名を登録する",
            "people name",
        ),
        Act.DISMISS: ActRow(
            duties=_SECURITY,
            keystore=True,
            commands=("people end",),
            page="/people/end",
            says="end a person's access to everything, at once, because they leave; alone, for it"
            " takes away only",
            says_ja="離任する人のアクセスを直ちに全て終わらせる（取り上げるだけなので一人で可）",
        ),
        Act.READMIT_PERSON: _of_node(
            "let a person who had left return, with the duties of the record",
            "離任した人を、登録された職務とともに復帰させる",
            "people return",
        ),
        Act.RESUME: ActRow(
            duties=_SECURITY,
            second=BESIDE | _CLERK,
            commands=("node resume",),
            page="/upkeep/resumption",
            says="let a node go on that may be older than what it said, without a partner's answer;"
            " always by two",
            says_ja="古い可能性のあるノードを、相手国の回答なしに再開する（常に二人で）",
        ),
        Act.AUTHORISE: ActRow(
            duties=_SECURITY,
            second=BESIDE | _CLERK,
            commands=("ledger authorise",),
            page="/ledger/authorities",
            says="authorise to dispose of statements or to prune a log; always by two",
            says_ja="文書の廃棄又はログの整理を許可する（常に二人で）",
        ),
        Act.INVITE: ActRow(
            duties=_HOUSE,
            keystore=True,
            commands=("people passphrase", "people token"),
            says="set a passphrase or a token for somebody else; in production by an invitation"
            " that this person redeems",
            says_ja="他の人のパスフレーズやトークンを設定する（production では本人が受ける招待による）",  # noqa: E501
        ),
        Act.ENROL: ActRow(
            duties=_HOUSE,
            second=_HOUSE,
            jointly=True,
            keystore=True,
            commands=("node enrol",),
            page="/partners/{party}/card",
            says="accept a partner's card, the operator with the security officer; that of a party"
            " which is enrolled already always by two",
            says_ja="相手国のカードを受け入れる（運用者と保全責任者。登録済みの相手国のカードは常に二人で）",
        ),
        Act.READMIT: ActRow(
            duties=_HOUSE,
            second=_HOUSE,
            jointly=True,
            commands=("node readmit",),
            page="/partners/{party}/readmission",
            says="let keys go again to a partner that signed two histories, the operator with the"
            " security officer; always by two",
            says_ja="矛盾する履歴に署名した相手国への鍵の開示を再開する（運用者と保全責任者、常に二人で）",
        ),
        Act.SIGN: _of_node(
            "sign an agreement, or a notice about one, with the node's keys",
            "ノードの鍵で取決め又はその通告に署名する",
            "agreement sign",
            "agreement notice",
            page="/agreements/sign",
        ),
        Act.ADOPT: _of_node(
            "hold an agreement that every party signed",
            "全当事国が署名した取決めを採択する",
            "node adopt",
            page="/agreements/adopt",
        ),
        Act.NOTIFY: _of_node(
            "suspend, resume or end an agreement, and take up such notices",
            "取決めの停止、再開、終了を通告し、通告を受け入れる",
            "node agreement",
            "node notice",
            page="/agreements/{agreement}/notices",
        ),
        Act.SET_POLICY: _of_node(
            "sign what this node accepts and forbids",
            "ノードの方針に署名する",
            "node policy",
        ),
        Act.CARRY: ActRow(
            duties=frozenset({Duty.OPERATOR}),
            keystore=True,
            keeper=True,
            commands=("pack export", "pack import"),
            says="carry what waits for a partner by packs on a medium, and take the partner's in",
            says_ja="相手国宛ての未送分をパックとして媒体で運び、相手国のパックを取り込む",
        ),
        Act.SEE_UPKEEP: ActRow(
            duties=_HOUSE | {Duty.AUDITOR},
            keystore=True,
            commands=(),
            page="/upkeep",
            says="read what the node needs: ends of keys, partners' cards that wait, the outbox",
            says_ja="ノードの維持に要る事項（鍵の期限、待機中の相手国カード、送信待ち）を見る",
        ),
    }
)
