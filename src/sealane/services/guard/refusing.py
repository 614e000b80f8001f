"""Why a file does not leave: the codes of the guard.

Spec: spec/export.md §2.
"""

from __future__ import annotations

from sealane.base.errors import NotFound, Refused, declare

NO_DOMAIN = declare(
    "export.unknown_domain",
    NotFound,
    "There is no domain {domain!r} to which files may leave; there are: {known}.",
    "ファイルを持ち出せる領域 {domain!r} はありません。あるもの：{known}。",
    "List them with `sealane export domains`; the security officer signs them with `sealane node"
    " policy DIR --domains FILE`.",
    "`sealane export domains` で一覧を見てください。保全責任者が"
    " `sealane node policy DIR --domains FILE` で署名します。",
)
NO_EXPORT = declare(
    "export.unknown",
    NotFound,
    "There is no export {export!r} here.",
    "持ち出し {export!r} はありません。",
    "List them with `sealane export list`.",
    "`sealane export list` で一覧を見てください。",
)
NO_MARK = declare(
    "export.no_mark",
    Refused,
    "No mark was found in this file or beside it; what is unmarked does not leave.",
    "ファイルの中にも傍らにも標示がありません。標示のないものは持ち出せません。",
    "Bind its label with `sealane label bind`, or write the mark as the first and the last line of"
    " a text.",
    "`sealane label bind` でラベルを結合するか、テキストの最初と最後の行に標示を書いてください。",
)
UNCLEAR = declare(
    "export.mark_unclear",
    Refused,
    "The mark of this file is not clear: {why}.",
    "このファイルの標示が明らかではありません：{why_ja}。",
    "Have its originator bind one label to it.",
    "作成者に、一つのラベルを結合し直すよう求めてください。",
)
NOT_OWN = declare(
    "export.not_own",
    Refused,
    "No clause permits export: {what}.",
    "持ち出しを認める条項はありません：{what_ja}。",
    "Ask the provider to give it to whom it is for, under an agreement.",
    "提供国に、取決めに基づいて必要な相手に提供するよう求めてください。",
)
ABOVE_CEILING = declare(
    "export.above_ceiling",
    Refused,
    "{classification} is above what domain {domain} may hold: {ceiling}.",
    "{classification} は、領域 {domain} が扱える上限（{ceiling}）を超えます。",
    "Cut a tear-line at a lower level, or send it to a domain that may hold it.",
    "より低い区分の概要版（tear-line）を作成するか、扱える領域に送ってください。",
)
CAVEAT = declare(
    "export.caveat",
    Refused,
    "The label has {caveats}, which domain {domain} does not admit.",
    "ラベルに {caveats} があり、領域 {domain} では認められません。",
    "Send it to a domain that admits it.",
    "認められた領域に送ってください。",
)
LIMITED = declare(
    "export.limited",
    Refused,
    "The label limits who may have it, and domain {domain} has others too: {readers}.",
    "ラベルが対象者を限っていますが、領域 {domain} にはそれ以外の者もいます：{readers}。",
    "Send it to a domain of those alone, or have the originator widen the label.",
    "対象者だけの領域に送るか、作成者にラベルの変更を求めてください。",
)
BELOW_ITEM = declare(
    "export.mark_below_item",
    Refused,
    "This file is registered as {item} under {classification}; its mark says less.",
    "このファイルは {classification} の項目 {item} として登録されており、標示はそれを下回ります。",
    "Bind the item's own label to it.",
    "項目のラベルを結合してください。",
)
UNREAD = declare(
    "export.unread",
    Refused,
    "{count} parts of this file cannot be read here, so nobody looked for marks and words in them.",
    "このファイルには、ここで読めない部分が {count} か所あり、標示と語句を確認できません。",
    "Take them out, or say with --reason why they may leave unread; the second person sees it.",
    "取り除くか、確認なしで持ち出せる理由を --reason で述べてください。第二の人に示されます。",
)
SAME_PERSON = declare(
    "export.same_person",
    Refused,
    "{person} held export {export} or wrote what is in it, and does not pass it.",
    "{person} は持ち出し {export} を保留した人又は内容の作成者であり、通過させられません。",
    "Ask another person with the duty.",
    "職務を持つ別の人に依頼してください。",
)
REASON_NEEDED = declare(
    "export.reason_needed",
    Refused,
    "Export {export} has {count} findings; who passes it says why it may leave all the same.",
    "持ち出し {export} には検出事項が {count} 件あります。通過させる人は、その理由を述べます。",
    "Look at them with `sealane export show`, then give --reason, or stop it.",
    "`sealane export show` で確認し、--reason を指定するか、停止してください。",
)
CHANGED = declare(
    "export.changed",
    Refused,
    "Export {export} is not what was checked any more: {what}.",
    "持ち出し {export} は、確認したときのものではありません：{what_ja}。",
    "Stop it, and hold the file anew.",
    "停止し、ファイルを改めて保留してください。",
)
