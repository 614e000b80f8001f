"""Who may do what: for each act of a person at a node, the duties of which one is needed, whose act
it is, and who must stand beside.

The table is asked once, by `services.register.acts`, for the console, the command line and the API
alike. What it does not give is refused, and nothing happens anywhere.
Spec: spec/interfaces.md §6; docs/who-may.md (made from this table); R64.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from sealane.registry.act_words import Act, ActRow, ActSide
from sealane.registry.case_acts import CASE_ACTS
from sealane.registry.house_acts import BESIDE, HOUSE_ACTS
from sealane.registry.ledger_acts import LEDGER_ACTS
from sealane.registry.records import Duty
from sealane.registry.within_acts import WITHIN_ACTS

__all__ = ["STAFF", "VETTERS", "WHO_MAY", "Act", "ActRow", "ActSide", "is_of", "may"]


STAFF = frozenset(set(Duty) - {Duty.READER, Duty.OPERATOR})
"""Who sees the register: everybody with a duty about it."""
VETTERS = frozenset({Duty.SECURITY_OFFICER, Duty.AUDITOR})
_OFFICER, _CLERK = frozenset({Duty.RELEASE_OFFICER}), frozenset({Duty.REGISTRY_CLERK})
_WITNESSES = frozenset({Duty.REGISTRY_CLERK, Duty.SECOND_SIGNER, Duty.SECURITY_OFFICER})


def _of_provider(
    duties: Collection[Duty], says: str, says_ja: str, *commands: str, originator: bool = False
) -> ActRow:
    (verb, *_) = (command.removeprefix("item ") for command in commands)
    return ActRow(
        duties=frozenset(duties),
        side=ActSide.PROVIDER,
        originator=originator,
        commands=commands,
        page=f"/items/{{item}}/{verb}" if verb in _FORMS else None,
        says=says,
        says_ja=says_ja,
    )


def _of_clerk(verb: str, says: str, says_ja: str) -> ActRow:
    return ActRow(
        duties=_CLERK,
        side=ActSide.HOLDER,
        commands=(f"item {verb}",),
        page=f"/items/{{item}}/{verb}",
        says=says,
        says_ja=says_ja,
    )


def _of_copies(
    verb: str,
    says: str,
    says_ja: str,
    *,
    side: ActSide = ActSide.EITHER,
    witnesses: frozenset[Duty] | None = None,
) -> ActRow:
    """What the registry clerk does with one numbered copy of the own nation."""
    return ActRow(
        duties=_CLERK,
        side=side,
        second=witnesses,
        commands=(f"item {verb}",),
        page=f"/items/{{item}}/{verb}",
        says=says,
        says_ja=says_ja,
    )


_FORMS = frozenset({"countersign", "decline", "send-back", "resubmit", "withdraw", "recall"})

WHO_MAY: Mapping[Act, ActRow] = MappingProxyType(
    {
        Act.RELEASE: ActRow(
            duties=_OFFICER,
            side=ActSide.PROVIDER,
            commands=("release", "item release", "desk preview"),
            page="/release",
            says="share an item with a partner, in the name of an originator",
            says_ja="作成者の名において項目を相手国に提供する",
        ),
        Act.SEAL: ActRow(
            duties=frozenset({Duty.ORIGINATOR}),
            keystore=True,
            commands=("seal",),
            says="seal a file under this nation's label",
            says_ja="自国のラベルでファイルを封緘する",
        ),
        Act.REGISTER: ActRow(
            duties=frozenset({Duty.ORIGINATOR}),
            commands=("item register",),
            page="/register/new",
            says="register what has no file: what was said, shown or handed over, or is on paper",
            says_ja="ファイルのない項目（口頭、視覚、装備、紙）を登録する",
        ),
        Act.DERIVE: ActRow(
            duties=frozenset({Duty.ORIGINATOR}),
            commands=("item derive",),
            page="/items/{item}/derive",
            says="register a translation, an extract or a summary of registered items",
            says_ja="登録済みの項目の翻訳、抜粋、要約を登録する",
        ),
        Act.CUT: ActRow(
            duties=_OFFICER,
            side=ActSide.PROVIDER,
            commands=("item derive",),
            page="/items/{item}/cut",
            says="cut a tear-line, which may be lower than its sources, from own items",
            says_ja="自国の項目から、より低い区分にもできる概要版（tear-line）を作成する",
        ),
        Act.COUNTERSIGN: _of_provider(
            {Duty.SECOND_SIGNER},
            "sign a prepared release as the second",
            "準備された提供に第二署名をする",
            "item countersign",
        ),
        Act.READ_TO_SIGN: ActRow(
            duties=frozenset({Duty.SECOND_SIGNER}),
            side=ActSide.PROVIDER,
            commands=("item open",),
            page="/items/{item}/read-to-sign",
            says="read what is to be signed as the second, cleared at its level",
            says_ja="第二署名の対象を、その区分の適格性を持つ人が読む",
        ),
        Act.DECLINE: _of_provider(
            {Duty.SECOND_SIGNER},
            "decline to sign a prepared release",
            "準備された提供を不承認とする",
            "item decline",
        ),
        Act.SEND_BACK: _of_provider(
            {Duty.SECOND_SIGNER},
            "send a prepared release back to the release officer",
            "準備された提供を提供担当官に差し戻す",
            "item send-back",
        ),
        Act.RESUBMIT: _of_provider(
            _OFFICER,
            "answer what was sent back, for the second signer to look at again",
            "差し戻された提供に回答し、第二署名者に再び求める",
            "item resubmit",
        ),
        Act.WITHDRAW: _of_provider(
            _OFFICER,
            "take back what has not been delivered",
            "引き渡されていない項目を取り下げる",
            "item withdraw",
        ),
        Act.RECALL: _of_provider(
            {Duty.RELEASE_OFFICER, Duty.SECURITY_OFFICER},
            "call every copy back",
            "全ての写しを回収する",
            "item recall",
            originator=True,
        ),
        Act.RELABEL: _of_provider(
            _OFFICER,
            "give an item another label",
            "項目のラベルを変える",
            "item relabel",
            originator=True,
        ),
        Act.LOWER: ActRow(
            duties=_OFFICER,
            side=ActSide.PROVIDER,
            originator=True,
            second=BESIDE | _OFFICER,
            commands=("item relabel",),
            says="give an item a label of a lower level or a wider releasability; always by two",
            says_ja="項目の区分を下げ、又は提供先を広げる（常に二人で）",
        ),
        Act.REWRAP: _of_provider(
            _OFFICER,
            "move an item's key to another suite",
            "項目の鍵を別の方式に移す",
            "item rewrap",
            originator=True,
        ),
        Act.LEASE: _of_provider(
            _OFFICER,
            "let a holder open an item without the line, for a time",
            "保有国が回線なしで項目を開くことを期間を限って認める",
            "item lease",
            originator=True,
        ),
        Act.ACCEPT: _of_clerk("accept", "accept a delivered item", "届いた項目を受理する"),
        Act.REJECT: _of_clerk("reject", "turn a delivered item away", "届いた項目の受理を拒む"),
        Act.COPY: _of_copies("copy", "make a numbered copy", "番号を付した写しを作る"),
        Act.MOVE: _of_copies(
            "move", "move a copy to another place or person", "写しの保管場所又は保有者を変える"
        ),
        Act.REMARK: _of_copies(
            "remark", "mark a copy with the item's new level", "写しに新しい秘密区分を標示する"
        ),
        Act.RETURN: _of_copies(
            "return",
            "give a copy back to the provider",
            "写しを提供国に返却する",
            side=ActSide.HOLDER,
        ),
        Act.DESTROY: _of_copies(
            "destroy", "destroy a copy and certify it", "写しを廃棄し、証明する"
        ),
        Act.CERTIFY: _of_copies(
            "destroy",
            "destroy a copy at a level that asks for a witness; always by two",
            "立会いを要する秘密区分の写しを廃棄する（常に二人で）",
            witnesses=_WITNESSES,
        ),
        Act.OPEN: ActRow(
            duties=None,
            side=ActSide.HOLDER,
            commands=("item open", "open"),
            page="/items/{item}/open",
            says="ask to open or view an item; both nations' decisions answer",
            says_ja="項目の開封又は閲覧を求める（両国の決定による）",
        ),
        Act.OPEN_OWN: ActRow(
            duties=None,
            side=ActSide.PROVIDER,
            commands=("open",),
            says="open a container of this nation's own, as its national rule allows",
            says_ja="自国の規則に従い、自国のコンテナを開く",
        ),
        Act.VOUCH: ActRow(
            duties=None,
            side=ActSide.HOLDER,
            commands=("item vouch",),
            says="have the own facts stated to a partner's key service; both decisions answer",
            says_ja="自らの事実を相手国の鍵サービスに述べさせる（両国の決定による）",
        ),
        Act.ONWARD: ActRow(
            duties=_OFFICER,
            side=ActSide.HOLDER,
            commands=("item onward",),
            page="/items/{item}/onward",
            says="pass a received item on to a third party, with its provider's consent",
            says_ja="提供国の同意を得て、受領した項目を第三国に提供する",
        ),
        **HOUSE_ACTS,
        **CASE_ACTS,
        **WITHIN_ACTS,
        Act.SEE_REGISTER: ActRow(
            duties=None,
            keystore=True,
            commands=("item list", "item show", "item search", "audit board"),
            page="/items/{item}",
            says="read the register, as far as the person may see it",
            says_ja="見ることのできる範囲で登録簿を読む",
        ),
        Act.SAVE_SEARCH: ActRow(
            duties=None,
            commands=("item searches",),
            says="keep searches of one's own, and ask them again",
            says_ja="自分の検索を保存し、再び行う",
        ),
        Act.SEE_HOME: ActRow(
            duties=None,
            commands=("home",),
            page="/",
            says="read what waits for oneself, by one's duties",
            says_ja="自分の職務で待っている事項を見る",
        ),
        Act.REMIND: ActRow(
            duties=None,
            commands=(
                "reminders show",
                "reminders set",
                "reminders confirm",
                "reminders end",
                "reminders feed",
            ),
            page="/account/reminders",
            says="have oneself told, by e-mail and by a feed, that something waits",
            says_ja="待っている事項があることを、メールとフィードで自分に知らせる",
        ),
        Act.ASK_ACCESS: ActRow(
            duties=None,
            side=ActSide.HOLDER,
            commands=("access request",),
            page="/items/{item}/request",
            says="ask for access to an item that was refused; it reaches who can mend it",
            says_ja="拒否された項目の閲覧を請求する（対応できる人に届く）",
        ),
        Act.SEE_ACCESS: ActRow(
            duties=None,
            commands=("access list",),
            page="/access",
            says="read one's own requests for access, and those that reach one's duties",
            says_ja="自分の閲覧請求と、自分の職務に宛てられた請求を見る",
        ),
        Act.ANSWER_ACCESS: ActRow(
            duties=frozenset({Duty.SECURITY_OFFICER, Duty.RELEASE_OFFICER}),
            commands=("access grant", "access refuse"),
            page="/access/answer",
            says="answer a request for access that reaches one's duty; a grant opens nothing by"
            " itself",
            says_ja="自分の職務に宛てられた閲覧請求に回答する（承認だけでは何も開かない）",
        ),
        Act.DRAFT: ActRow(
            duties=_OFFICER,
            commands=("desk forms", "desk show", "desk keep", "desk change"),
            page="/release/forms",
            says="keep drafts of releases of one's own, and templates and lists for all officers",
            says_ja="自分の提供の下書きと、担当官が共に使うひな型・宛先表を保存する",
        ),
        Act.SEE_HISTORY: ActRow(
            duties=STAFF,
            keystore=True,
            commands=(
                "item history",
                "item leases",
                "item custody",
                "item disclosures",
                "item sources",
                "suspense list",
                "desk queue",
            ),
            says="read everything that the ledgers hold about an item, and what waits",
            says_ja="項目について台帳にある全てと、未了の事項を読む",
        ),
        Act.FORESEE: ActRow(
            duties=STAFF,
            keystore=True,
            commands=("item readers", "people reads"),
            page="/items/{item}/readers",
            says="read who could read what",
            says_ja="誰が何を読めるかを見る",
        ),
        Act.SEE_CLEARANCES: ActRow(
            duties=VETTERS,
            keystore=True,
            commands=("people register", "people horizon"),
            page="/people",
            says="read the clearances of others",
            says_ja="他の人の適格性を見る",
        ),
        **LEDGER_ACTS,
    }
)
"""The whole of it: an act without a row is no act."""


def is_of(side: ActSide, *, ours: bool, received: bool) -> bool:
    """Whether an act of that side is this nation's, for an item that it provided or received."""
    return {
        ActSide.PROVIDER: ours,
        ActSide.HOLDER: received,
        ActSide.EITHER: ours or received,
        ActSide.NONE: True,
    }[side]


def may(act: Act, person: str, duties: Collection[str], *, originator: str | None = None) -> bool:
    """Whether a person with these duties may do it, about an item of that originator."""
    row = WHO_MAY[act]
    if row.duties is None or set(duties) & row.duties:
        return True
    return row.originator and originator is not None and person == originator
