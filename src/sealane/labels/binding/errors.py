"""The codes of bindings: labels that are missing, moved, changed, unsigned or not understood."""

from __future__ import annotations

from sealane.base.errors import Malformed, NotFound, Refused, Untrusted, declare

BINDING_MALFORMED = declare(
    "binding.malformed",
    Malformed,
    "The binding is not what ADatP-4778 describes: {why}.",
    "結合情報が ADatP-4778 のとおりではありません：{why}。",
    "Bind the label again.",
    "ラベルを結合し直してください。",
)
BINDING_MISSING = declare(
    "binding.missing",
    NotFound,
    "No label is bound to this.",
    "ラベルが結合されていません。",
    "Bind one with `sealane label bind`; unlabelled means not releasable.",
    "`sealane label bind` で結合してください。ラベルのないものは開示できません。",
)
BINDING_TAMPERED = declare(
    "binding.tampered",
    Untrusted,
    "{what} is not what the label was bound to.",
    "{what_ja} が、ラベルを結合したときのものと違います。",
    "Get the file again from its originator.",
    "作成者からファイルを受け取り直してください。",
)
BINDING_DANGLING = declare(
    "binding.dangling",
    Untrusted,
    "The binding names {uri}, which is not here.",
    "結合情報が示す {uri} がここにありません。",
    "Keep the label and its data together.",
    "ラベルとデータを一緒に保管してください。",
)
BINDING_UNCOVERED = declare(
    "binding.uncovered",
    Untrusted,
    "{uri} is here and no label covers it.",
    "{uri} を覆うラベルがありません。",
    "Bind the label again to everything in the file.",
    "ファイル全体にラベルを結合し直してください。",
)
BINDING_UNSIGNED = declare(
    "binding.unsigned",
    Untrusted,
    "Nobody signed this binding.",
    "この結合情報には署名がありません。",
    "Ask the originator to bind it with a key.",
    "作成者に鍵を用いて結合するよう求めてください。",
)
BINDING_UNPROTECTED = declare(
    "binding.unprotected",
    Refused,
    "The binding states no SHA-384 digest for {uri}, so nothing can be verified.",
    "結合情報に {uri} の SHA-384 ダイジェストがなく、検証できません。",
    "Bind the label again with digests.",
    "ダイジェスト付きで結合し直してください。",
)
