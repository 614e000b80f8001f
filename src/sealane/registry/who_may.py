"""Who may do what: for each act of a person at a node, the duties of which one is needed, whose act
it is, and who must stand beside.

The table is asked once, by `services.register.acts`, for the console, the command line and the API
alike. What it does not give is refused, and nothing happens anywhere.
Spec: spec/interfaces.md §6; docs/who-may.md (made from this table); R64.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from types import MappingProxyType

from sealane.registry.records import Duty


class ActSide(Enum):
    """Whose act it is, for an item: (English, Japanese)."""

    PROVIDER = ("the item's provider", "項目の提供国")
    HOLDER = ("a nation that received the item", "項目を受領した国")
    NONE = ("about no item", "項目に関しない")


class PersonProof(StrEnum):
    """How it was proven that a person is the one who acts."""

    UNPROVEN = "unproven"
    """A name that somebody wrote, at a node whose profile is `embedded`."""
    KEYSTORE = "keystore"
    """The passphrase of the node's keystore: whoever operates the node, without a name."""
    PASSPHRASE = "passphrase"  # noqa: S105 - a word, no secret
    """The person's own passphrase."""
    INVITATION = "invitation"
    """An invitation that was issued to the person, redeemed once."""
    SESSION = "session"
    """A session of the console, which began with the person's own passphrase."""
    TOKEN = "token"  # noqa: S105 - a word, no secret
    """A bearer token of the person's own."""


class Act(StrEnum):
    """Everything that a person does to what a node holds."""

    RELEASE = "release"
    SEAL = "seal"
    COUNTERSIGN = "countersign"
    WITHDRAW = "withdraw"
    RECALL = "recall"
    RELABEL = "relabel"
    LOWER = "lower"
    REWRAP = "rewrap"
    ACCEPT = "accept"
    REJECT = "reject"
    OPEN = "open"
    OPEN_OWN = "open-own"
    VOUCH = "vouch"
    ONWARD = "onward"
    ASSURE = "assure"
    ENTER = "enter"
    VET = "vet"
    RESUME = "resume"
    AUTHORISE = "authorise"
    INVITE = "invite"
    ENROL = "enrol"
    READMIT = "readmit"
    SIGN = "sign"
    ADOPT = "adopt"
    NOTIFY = "notify"
    SET_POLICY = "set-policy"
    SEE_REGISTER = "see-register"
    SEE_HISTORY = "see-history"
    FORESEE = "foresee"
    SEE_CLEARANCES = "see-clearances"
    READ_FEED = "read-feed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActRow:
    """One row: who may do an act."""

    duties: frozenset[Duty] | None
    """One of these is needed; None: everybody in the directory may try, and a decision judges."""
    side: ActSide = ActSide.NONE
    originator: bool = False
    """Whether the item's own originator may as well, whatever the duties."""
    second: frozenset[Duty] | None = None
    """In production another person with one of these duties stands beside."""
    jointly: bool = False
    """Whether the two, by name, hold all of `duties` between them: the operator with the security
    officer.
    """
    keystore: bool = False
    """Whether at an embedded node the passphrase of the keystore is enough, without a name."""
    commands: tuple[str, ...]
    """The verbs of the command line that do it."""
    page: str | None = None
    """The form of the console that does it."""
    api: str | None = None
    """The path of the API that does it."""
    says: str
    says_ja: str


STAFF = frozenset(set(Duty) - {Duty.READER, Duty.OPERATOR})
"""Who sees the register: everybody with a duty about it."""
VETTERS = frozenset({Duty.SECURITY_OFFICER, Duty.AUDITOR})
_OFFICER, _CLERK = frozenset({Duty.RELEASE_OFFICER}), frozenset({Duty.REGISTRY_CLERK})
_SECURITY = frozenset({Duty.SECURITY_OFFICER})
_HOUSE = frozenset({Duty.OPERATOR, Duty.SECURITY_OFFICER})
_BESIDE = frozenset({Duty.SECURITY_OFFICER, Duty.SECOND_SIGNER, Duty.AUDITOR})


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
        api=f"/api/v1/items/{{item}}/{verb}" if verb in _ASKED else None,
        says=says,
        says_ja=says_ja,
    )


def _of_clerk(verb: str, says: str, says_ja: str) -> ActRow:
    return ActRow(
        duties=_CLERK,
        side=ActSide.HOLDER,
        commands=(f"item {verb}",),
        page=f"/items/{{item}}/{verb}",
        api=f"/api/v1/items/{{item}}/{verb}",
        says=says,
        says_ja=says_ja,
    )


def _of_node(says: str, says_ja: str, *commands: str) -> ActRow:
    """What the security officer does with a second in production, and an embedded node's operator
    with the keystore's passphrase.
    """
    return ActRow(
        duties=_SECURITY,
        second=_BESIDE,
        keystore=True,
        commands=commands,
        says=says,
        says_ja=says_ja,
    )


_FORMS = frozenset({"countersign", "withdraw", "recall"})
_ASKED = frozenset({"countersign", "withdraw", "recall"})

WHO_MAY: Mapping[Act, ActRow] = MappingProxyType(
    {
        Act.RELEASE: ActRow(
            duties=_OFFICER,
            side=ActSide.PROVIDER,
            commands=("release", "item release"),
            page="/release",
            api="/api/v1/releases",
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
        Act.COUNTERSIGN: _of_provider(
            {Duty.SECOND_SIGNER},
            "sign a prepared release as the second",
            "準備された提供に第二署名をする",
            "item countersign",
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
            second=_BESIDE | _OFFICER,
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
        Act.ACCEPT: _of_clerk("accept", "accept a delivered item", "届いた項目を受理する"),
        Act.REJECT: _of_clerk("reject", "turn a delivered item away", "届いた項目の受理を拒む"),
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
            says="ask whether a received item may go to a third party",
            says_ja="受領した項目の第三国提供の可否を問う",
        ),
        Act.ASSURE: ActRow(
            duties=_SECURITY,
            commands=("people assure",),
            says="assure a partner that readers are cleared and need to know",
            says_ja="読み手の適格性と必要性を相手国に保証する",
        ),
        Act.ENTER: _of_node(
            "enter people, their duties and clearances, and facilities",
            "人、その職務とクリアランス、及び施設を登録する",
            "people add",
        ),
        Act.VET: _of_node(
            "extend a clearance, warn before one lapses, debrief a person",
            "適格性の延長、失効前の警告、離任時の説明を行う",
            "people extend",
            "people warn",
            "people debrief",
        ),
        Act.RESUME: ActRow(
            duties=_SECURITY,
            second=_BESIDE | _CLERK,
            commands=("node resume",),
            says="let a node go on that may be older than what it said, without a partner's answer;"
            " always by two",
            says_ja="古い可能性のあるノードを、相手国の回答なしに再開する（常に二人で）",
        ),
        Act.AUTHORISE: ActRow(
            duties=_SECURITY,
            second=_BESIDE | _CLERK,
            commands=("ledger authorise",),
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
            says="accept a partner's card, the operator with the security officer; that of a party"
            " which is enrolled already always by two",
            says_ja="相手国のカードを受け入れる（運用者と保全責任者。登録済みの相手国のカードは常に二人で）",
        ),
        Act.READMIT: ActRow(
            duties=_HOUSE,
            second=_HOUSE,
            jointly=True,
            commands=("node readmit",),
            says="let keys go again to a partner that signed two histories, the operator with the"
            " security officer; always by two",
            says_ja="矛盾する履歴に署名した相手国への鍵の開示を再開する（運用者と保全責任者、常に二人で）",
        ),
        Act.SIGN: _of_node(
            "sign an agreement, or a notice about one, with the node's keys",
            "ノードの鍵で取決め又はその通告に署名する",
            "agreement sign",
            "agreement notice",
        ),
        Act.ADOPT: _of_node(
            "hold an agreement that every party signed",
            "全当事国が署名した取決めを採択する",
            "node adopt",
        ),
        Act.NOTIFY: _of_node(
            "suspend, resume or end an agreement, and take up such notices",
            "取決めの停止、再開、終了を通告し、通告を受け入れる",
            "node agreement",
            "node notice",
        ),
        Act.SET_POLICY: _of_node(
            "sign what this node accepts and forbids",
            "ノードの方針に署名する",
            "node policy",
        ),
        Act.SEE_REGISTER: ActRow(
            duties=None,
            keystore=True,
            commands=("item list", "item show"),
            page="/items/{item}",
            api="/api/v1/items/{item}",
            says="read the register, as far as the person may see it",
            says_ja="見ることのできる範囲で登録簿を読む",
        ),
        Act.SEE_HISTORY: ActRow(
            duties=STAFF,
            keystore=True,
            commands=("item history", "suspense list"),
            api="/api/v1/items/{item}/history",
            says="read everything that the ledgers hold about an item, and what waits",
            says_ja="項目について台帳にある全てと、未了の事項を読む",
        ),
        Act.FORESEE: ActRow(
            duties=STAFF,
            keystore=True,
            commands=("item readers", "people reads"),
            says="read who could read what",
            says_ja="誰が何を読めるかを見る",
        ),
        Act.SEE_CLEARANCES: ActRow(
            duties=VETTERS,
            keystore=True,
            commands=(),
            page="/people",
            says="read the clearances of others",
            says_ja="他の人のクリアランスを見る",
        ),
        Act.READ_FEED: ActRow(
            duties=frozenset({Duty.AUDITOR, Duty.OPERATOR}),
            keystore=True,
            commands=("ledger feed",),
            api="/api/v1/ledger/feed",
            says="collect the ledger's entries for a monitor of security events; the operator those"
            " about no item, without persons",
            says_ja="監視のため台帳の記録を収集する（運用者は項目に関しないもののみ、人の名を除く）",
        ),
    }
)
"""The whole of it: an act without a row is no act."""


def is_of(side: ActSide, *, ours: bool, received: bool) -> bool:
    """Whether an act of that side is this nation's, for an item that it provided or received."""
    return {ActSide.PROVIDER: ours, ActSide.HOLDER: received, ActSide.NONE: True}[side]


def may(act: Act, person: str, duties: Collection[str], *, originator: str | None = None) -> bool:
    """Whether a person with these duties may do it, about an item of that originator."""
    row = WHO_MAY[act]
    if row.duties is None or set(duties) & row.duties:
        return True
    return row.originator and originator is not None and person == originator
