"""Who may do what within one node: counting copies, filling posts and rooms, what is still to be
done, the pack for a partner's inspection, acts that wait for a second person, and what leaves for a
domain of lower protection.

Spec: spec/interfaces.md §6; docs/who-may.md (made from this table); R64.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sealane.registry.act_words import Act, ActRow
from sealane.registry.house_acts import BESIDE
from sealane.registry.records import Duty

_CLERK = frozenset({Duty.REGISTRY_CLERK})
_SECURITY = frozenset({Duty.SECURITY_OFFICER})
_AUDITOR = frozenset({Duty.AUDITOR})
_HOLDERS = frozenset({Duty.ORIGINATOR, Duty.RELEASE_OFFICER})
_PASSERS = frozenset({Duty.RELEASE_OFFICER, Duty.SECOND_SIGNER, Duty.SECURITY_OFFICER})

WITHIN_ACTS: Mapping[Act, ActRow] = MappingProxyType(
    {
        Act.MAKE_FEED: ActRow(
            duties=_SECURITY,
            commands=("feed create",),
            says="make a feed of STIX objects, and say whose it is to read and to write",
            says_ja="STIX オブジェクトのフィードを作り、閲覧国と書込国を定める",
        ),
        Act.FEED: ActRow(
            duties=_HOLDERS,
            commands=("feed add", "feed pull", "feed push"),
            says="put objects into a feed, or send those that its marks let to a server elsewhere",
            says_ja="フィードにオブジェクトを加え、又は標示が許すものを他のサーバーに送る",
        ),
        Act.SEE_FEEDS: ActRow(
            duties=None,
            keystore=True,
            commands=("feed list",),
            says="read which feeds there are, as far as the person may read them",
            says_ja="閲覧できるフィードの一覧を見る",
        ),
        Act.COUNT: ActRow(
            duties=_CLERK,
            commands=("inventory open", "inventory tick", "inventory close"),
            page="/inventories/open",
            says="open an inventory and assign it; count and close the one assigned to oneself",
            says_ja="棚卸しを開いて割り当て、自分に割り当てられたものを数えて終える",
        ),
        Act.SETTLE: ActRow(
            duties=_SECURITY,
            commands=("inventory settle",),
            page="/inventories/settle",
            says="say what became of an own item's copy that an inventory missed",
            says_ja="棚卸しで見つからなかった自国の項目の写しがどうなったかを記録する",
        ),
        Act.SEE_INVENTORIES: ActRow(
            duties=_CLERK | _SECURITY | _AUDITOR,
            keystore=True,
            commands=("inventory list", "inventory show"),
            page="/inventories",
            says="read the inventories",
            says_ja="棚卸しを見る",
        ),
        Act.PLACE: ActRow(
            duties=_SECURITY,
            commands=(
                "post define",
                "post assign",
                "post vacate",
                "room define",
                "room enter",
                "room leave",
            ),
            page="/posts/define",
            says="define posts and rooms, and place people in them who lack nothing for it",
            says_ja="職と部屋を定め、欠けるもののない人を配置する",
        ),
        Act.EXCEPT: ActRow(
            duties=_SECURITY,
            second=BESIDE,
            commands=("post assign", "room enter"),
            page="/posts/place",
            says="sign an exception for somebody who lacks something, and place them",
            says_ja="欠けるもののある人について例外に署名し、配置する",
        ),
        Act.SEE_PLACES: ActRow(
            duties=_SECURITY | _AUDITOR,
            keystore=True,
            commands=("post list", "post show", "room list", "room show"),
            page="/posts",
            says="read who is in which post and room, and what they lack by now",
            says_ja="誰がどの職・部屋にいるか、現在何が欠けているかを見る",
        ),
        Act.SEE_DUTIES: ActRow(
            duties=_CLERK,
            keystore=True,
            commands=("duty list",),
            page="/duties",
            says="read what this nation has still to do",
            says_ja="自国がまだ行うべきことを見る",
        ),
        Act.INJECT: ActRow(
            duties=_SECURITY | {Duty.OPERATOR},
            commands=(
                "exercise leak",
                "exercise lapse",
                "exercise cut",
                "exercise restore",
                "exercise list",
            ),
            page="/exercise",
            says="make something go wrong in an exercise; no real node has such an act",
            says_ja="演習に状況を付与する（実際のノードにはない行為）",
        ),
        Act.ASSESS: ActRow(
            duties=_AUDITOR,
            commands=("assess export",),
            says="make the pack for a partner's inspection",
            says_ja="相手国の査察のための資料一式を作る",
        ),
        Act.HOLD_EXPORT: ActRow(
            duties=_HOLDERS,
            commands=("export hold",),
            page="/exports/hold",
            says="hold a file that is to leave for a domain of lower protection, checked for mark"
            " and keywords",
            says_ja="保護水準の低い領域に持ち出すファイルを、標示と語句を確認して保留する",
        ),
        Act.PASS_EXPORT: ActRow(
            duties=_PASSERS,
            commands=("export pass",),
            page="/exports/pass",
            says="let a held file leave; always another person than who held it",
            says_ja="保留されたファイルの持ち出しを認める（保留した人とは常に別の人）",
        ),
        Act.STOP_EXPORT: ActRow(
            duties=_HOLDERS | _PASSERS,
            commands=("export stop",),
            page="/exports/stop",
            says="stop a held file",
            says_ja="保留されたファイルの持ち出しを止める",
        ),
        Act.SEE_EXPORTS: ActRow(
            duties=_HOLDERS | _PASSERS | _AUDITOR,
            keystore=True,
            commands=("export list", "export show", "export domains"),
            page="/exports",
            says="read what is held for domains of lower protection, what was found, and what left",
            says_ja="保護水準の低い領域への持ち出しについて、保留、検出事項、結果を見る",
        ),
        Act.SEE_WAITING: ActRow(
            duties=None,
            commands=("act list", "act show"),
            page="/acts",
            says="read the acts of one's own that wait for a second person, and those beside which"
            " one may stand",
            says_ja="第二の人を待つ自分の行為と、自分が第二の人となれる行為を見る",
        ),
        Act.CONFIRM: ActRow(
            duties=None,
            commands=("act confirm", "act decline"),
            page="/acts/answer",
            says="confirm or decline, as the second person, an act of somebody else that waits,"
            " with a duty that the act's own row names",
            says_ja="他の人の待機中の行為を、その行為の行が定める職務を持つ第二の人として承認し又は承認しない",
        ),
        Act.TAKE_BACK: ActRow(
            duties=None,
            commands=("act take-back",),
            page="/acts/take-back",
            says="take back an act of one's own that waits for a second person",
            says_ja="第二の人を待つ自分の行為を取り下げる",
        ),
    }
)
"""The acts of this wing; part of `who_may.WHO_MAY`."""
