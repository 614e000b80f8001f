"""The codes of everything a label, a mark or a scheme can get wrong; no text repeats a caveat its
reader may lack.
"""

from __future__ import annotations

import unicodedata

from sealane.base.errors import Malformed, Misconfigured, Refused, SealaneError, declare

SCHEME_WORDS = "See `sealane scheme list` and docs/labels.md for the words of this scheme."
SCHEME_WORDS_JA = "この方式の語は `sealane scheme list` と docs/labels.md にあります。"
HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me", "Mc", "Zl", "Zp"})
"""The Unicode categories of what cannot be seen by itself."""


def points(text: str) -> list[str]:
    """The code points of the non-ASCII characters of a text, at most sixteen, for details."""
    return [f"U+{ord(one):04X}" for one in text if ord(one) > 126][:16]


UNKNOWN_POLICY = declare(
    "label.unknown_policy",
    Malformed,
    "No scheme {policy!r} is loaded.",
    "方式 {policy!r} は読み込まれていません。",
    "See `sealane scheme list`; add the scheme's file under policy/schemes.",
    "`sealane scheme list` を見て、policy/schemes に方式のファイルを加えてください。",
)
UNKNOWN_SYNTAX = declare(
    "label.unknown_syntax",
    Malformed,
    "There is no syntax {name!r}.",
    "構文 {name!r} はありません。",
    "Use one of: {known}.",
    "次のいずれかを使ってください：{known}。",
)
UNKNOWN_TOKEN = declare(
    "label.unknown_token",
    Malformed,
    "Unknown token {token!r}; nothing unknown is ever dropped, so the whole mark is refused.",
    "未知の語 {token!r} があります。未知の語を捨てることはないので、標示全体を拒否します。",
    "{hint}",
    "{hint_ja}",
)
AMBIGUOUS = declare(
    "label.ambiguous",
    Malformed,
    "This can be read in more than one way: {why}.",
    "二通り以上に読めます：{why_ja}。",
    "Write the mark out in full.",
    "標示を略さずに書いてください。",
)
TRUNCATED = declare(
    "label.truncated",
    Malformed,
    "The mark is empty or breaks off: {expected} is missing.",
    "標示が空か、途中で切れています。",
    "Give the whole mark.",
    "標示の全体を渡してください。",
)
TRAILING = declare(
    "label.trailing",
    Malformed,
    "Something follows where the mark should have ended.",
    "標示が終わるべき所に続きがあります。",
    "Give one mark and nothing else.",
    "一つの標示だけを渡してください。",
)
DUPLICATE = declare(
    "label.duplicate",
    Malformed,
    "{what} occurs more than once.",
    "同じものが二度以上現れます。",
    "Keep one.",
    "一つだけ残してください。",
)
FORBIDDEN_CHARACTER = declare(
    "label.forbidden_character",
    Malformed,
    "The mark holds a character that no mark of this scheme may hold.",
    "この方式の標示に使えない文字があります。",
    "Type the mark again; look-alike, invisible and typographic characters are refused.",
    "標示を打ち直してください。似た文字、見えない文字、組版用の文字は拒否します。",
)
TOO_LONG = declare(
    "label.too_long",
    Malformed,
    "The mark has {size} characters; at most {limit} are read.",
    "標示は {size} 文字で、上限 {limit} 文字を超えます。",
    "Give the mark alone, without the document.",
    "文書ではなく標示だけを渡してください。",
)
ORDER = declare(
    "label.order",
    Malformed,
    "{what} is out of order.",
    "順序が違います。",
    "Put it in the standard's order, or ask for the lenient reading, which flags it.",
    "標準の順序に直すか、指摘付きで読む lenient を指定してください。",
)
SPACING = declare(
    "label.spacing",
    Malformed,
    "The spacing or a separator is not the standard's.",
    "空白または区切りが標準と違います。",
    "Correct the spacing, or ask for the lenient reading, which flags it.",
    "空白を直すか、指摘付きで読む lenient を指定してください。",
)
BAD_DATE = declare(
    "label.date",
    Malformed,
    "{text!r} is not one of the standard's date forms, or no such date exists.",
    "{text!r} は標準の日付の形ではないか、存在しない日付です。",
    "Write 2027-03-31 or 2027-03-31T09:00:00Z.",
    "2027-03-31 または 2027-03-31T09:00:00Z と書いてください。",
)
CATEGORY_TYPE = declare(
    "label.category_type",
    Malformed,
    "The tag {tag!r} is {right} in this scheme, not {given}.",
    "この方式でタグ {tag!r} は {right} であり、{given} ではありません。",
    "Write the type that the scheme gives.",
    "方式の定める種別を書いてください。",
)
EMPTY_CATEGORY = declare(
    "label.empty_category",
    Malformed,
    "The category {tag!r} has no values.",
    "カテゴリー {tag!r} に値がありません。",
    "Leave the category out, or give its values.",
    "カテゴリーを除くか、値を書いてください。",
)
RETIRED = declare(
    "label.retired",
    Refused,
    "{name!r} is not in use at the label's date; a retired mark may be read on old material but not"
    " put on new.",
    "{name!r} はラベルの日付では使われていません。廃止された標示は古い資料では読めますが、"
    "新たには付けられません。",
    "Use a current mark, or give the label's true creation date.",
    "現行の標示を使うか、正しい作成日を書いてください。",
)
LEVEL_CONFLICT = declare(
    "label.level_conflict",
    Refused,
    "A category of this label may not sit on this classification.",
    "このラベルのカテゴリーは、この区分に付けられません。",
    "Raise the classification or remove the category; the scheme names the levels it may sit on.",
    "区分を上げるか、カテゴリーを除いてください。付けられる区分は方式に書かれています。",
)
CONTRADICTION = declare(
    "label.contradiction",
    Refused,
    "Two parts of this label exclude one another.",
    "このラベルには両立しない部分があります。",
    "Keep the one that is meant.",
    "意図するものだけを残してください。",
)
REQUIRES = declare(
    "label.requires",
    Refused,
    "A part of this label may only stand together with another that is missing.",
    "このラベルには、一緒に書くべきものが欠けている部分があります。",
    "Add what the scheme requires beside it.",
    "方式が求めるものを加えてください。",
)
SELECTION = declare(
    "label.selection",
    Refused,
    "The tag {tag!r} takes {minimum} to {maximum} values; this label has {count}.",
    "タグ {tag!r} の値は {minimum}～{maximum} 個ですが、{count} 個あります。",
    "Change the number of values.",
    "値の数を直してください。",
)
UNSATISFIABLE = declare(
    "label.unsatisfiable",
    Refused,
    "Nobody could ever satisfy this label: {why}.",
    "このラベルを満たせる者はいません：{why_ja}。",
    "Split the product, or ask the originators for a common release.",
    "文書を分けるか、作成者に共通の開示先を求めてください。",
)
INCOMPARABLE = declare(
    "label.incomparable",
    Refused,
    "Two classifications of this product belong to regimes that no table compares.",
    "この文書の二つの区分は、比較する表のない別々の制度に属します。",
    "Split the product by regime.",
    "制度ごとに文書を分けてください。",
)
MIXED_POLICIES = declare(
    "label.mixed_policies",
    Refused,
    "Labels of different policies are never merged: {first} and {second}.",
    "方式の異なるラベルは統合しません：{first} と {second}。",
    "Map them under an agreement first.",
    "先に取決めに基づいて対応付けてください。",
)
NOT_EXPRESSIBLE = declare(
    "label.not_expressible",
    Refused,
    "This syntax cannot express the label's {member}.",
    "この構文ではラベルの {member} を表せません。",
    "Use another syntax of the same scheme.",
    "同じ方式の別の構文を使ってください。",
)
WRONG_SYNTAX = declare(
    "label.wrong_syntax",
    Malformed,
    "Syntax {syntax} writes labels of {right}, not of {given}.",
    "構文 {syntax} は {right} のラベルのもので、{given} のものではありません。",
    "Use a syntax of the label's own scheme.",
    "ラベルの方式に属する構文を使ってください。",
)
GROUP_RETIRED = declare(
    "label.group_retired",
    Refused,
    "The group {token!r} is not in use at this date.",
    "集団 {token!r} はこの日付では使われていません。",
    "Name its successor or its members.",
    "後継の集団か、構成国を書いてください。",
)
GROUP_TWICE = declare(
    "label.group_twice",
    Refused,
    "The token {token!r} already has a meaning.",
    "語 {token!r} には既に意味があります。",
    "Give the group another token.",
    "集団に別の語を付けてください。",
)
NO_EQUIVALENT = declare(
    "label.no_equivalent",
    Refused,
    "The agreement has no row that takes this classification to {to}.",
    "この区分を {to} に対応付ける行は取決めにありません。",
    "Ask the policy authorities for a row or a handle-as rule.",
    "政策当局に対応行か取扱規則を求めてください。",
)
CAVEAT_LOST = declare(
    "label.caveat_lost",
    Refused,
    "The target scheme cannot express a restriction of this label, so the map is refused.",
    "対象の方式では表せない制限がこのラベルにあるため、対応付けを拒否します。",
    "Ask the originator; a map never drops a restriction.",
    "作成者に照会してください。対応付けで制限を捨てることはありません。",
)
SCHEME_MALFORMED = declare(
    "scheme.malformed",
    Malformed,
    "The scheme file {file} is not understood: {why}.",
    "方式ファイル {file} を解釈できません：{why}。",
    "Correct the file; `sealane scheme check` repeats this check.",
    "ファイルを直してください。`sealane scheme check` で再検査できます。",
)
SCHEME_VECTOR = declare(
    "scheme.vector",
    Refused,
    "Vector {number} of {file} does not hold: {why}.",
    "{file} の検証例 {number} が成り立ちません：{why}。",
    "Correct the vector or the scheme.",
    "検証例か方式を直してください。",
)
SCHEME_FOLDER = declare(
    "scheme.folder",
    Misconfigured,
    "The policy folder cannot be used: {why}",
    "方式のフォルダーは使えません：{why_ja}",
    "Correct or remove the file; one wrong file refuses the whole folder.",
    "そのファイルを直すか取り除いてください。一つでも誤りがあれば全体を使いません。",
)
SCHEME_TWICE = declare(
    "scheme.duplicate",
    Misconfigured,
    "Two files define the scheme {policy}: {first} and {second}.",
    "方式 {policy} を二つのファイルが定義しています：{first} と {second}。",
    "Keep one.",
    "一つだけ残してください。",
)
NO_SCHEMES = declare(
    "scheme.none",
    Misconfigured,
    "No schemes are found under {root}.",
    "{root} に方式がありません。",
    "Install Sealane with its policy folder.",
    "policy フォルダーと共に Sealane を導入してください。",
)


def hidden(one: str) -> bool:
    """Whether a character is invisible, a control, a lone surrogate or attaches to another."""
    return not " " <= one <= "~" and unicodedata.category(one) in HIDDEN


def unknown_token(
    token: str, position: int | str | None, advice: str, advice_ja: str, **more: str
) -> SealaneError:
    """The refusal of a word that is not in the vocabulary; one that holds what cannot be seen is
    not shown at all.
    """
    if any(hidden(one) for one in token):
        return FORBIDDEN_CHARACTER(position=position, details={"code_points": points(token)})
    return UNKNOWN_TOKEN(
        position=position,
        token=token[:80],
        hint=advice,
        hint_ja=advice_ja,
        details={"token": token[:80], "code_points": points(token), **more},
    )


def unknown(token: str, position: int | str | None = None) -> SealaneError:
    """The refusal of a word that a scheme does not have."""
    return unknown_token(token, position, SCHEME_WORDS, SCHEME_WORDS_JA)
