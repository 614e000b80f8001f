"""The codes of bindings: labels that are missing, moved, changed, unsigned or not understood."""

from __future__ import annotations

from sealane.base.errors import (
    Conflict,
    Malformed,
    Misconfigured,
    NotFound,
    Refused,
    SealaneError,
    Untrusted,
    declare,
)

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
BINDING_EXISTS = declare(
    "binding.exists",
    Conflict,
    "A label is already bound to this file: {where}.",
    "このファイルにはすでにラベルが結合されています：{where}。",
    "Take it off with `sealane label unbind`, then bind the new one.",
    "`sealane label unbind` で外してから結合してください。",
)
BINDING_CONFLICT = declare(
    "binding.conflict",
    Untrusted,
    "Two labels on this file disagree; neither is taken for the file's.",
    "このファイルの二つのラベルが食い違うため、どちらも採りません。",
    "Ask the originator which holds, take both off and bind that one.",
    "作成者に正しい方を確かめ、両方を外して結合し直してください。",
)
BINDING_FOREIGN = declare(
    "binding.foreign_sidecar",
    Refused,
    "{name} has the name of a label and holds none, so it is not deleted.",
    "{name} はラベルの名前ですが中身がラベルではないため、削除しません。",
    "Look at it, then move or delete it yourself.",
    "内容を確かめ、手で移すか削除してください。",
)
PACKAGE_STRUCTURE = declare(
    "binding.package_structure",
    Untrusted,
    "A label can be neither put into this package nor read from it: {why}.",
    "このパッケージにはラベルを組み込めず、読み取りもできません：{why_ja}。",
    "Save it again with its own program, or use `label bind --sidecar`.",
    "元のソフトで保存し直すか、`label bind --sidecar` を使ってください。",
)
PDF_STRUCTURE = declare(
    "binding.pdf_structure",
    Malformed,
    "A label cannot be put into this PDF: {why}.",
    "この PDF にはラベルを組み込めません：{why_ja}。",
    "Use `label bind --sidecar`.",
    "`label bind --sidecar` を使ってください。",
)
PDF_SIGNED = declare(
    "binding.pdf_signed",
    Refused,
    "This PDF carries {what}, which any change would void.",
    "この PDF には{what_ja}があり、変更すると無効になります。",
    "Use `label bind --sidecar`, which leaves the file as it is.",
    "ファイルを変えない `label bind --sidecar` を使ってください。",
)
PDF_READER = declare(
    "binding.pdf_reader",
    Misconfigured,
    "Labels inside PDF need pyHanko, which is not installed.",
    "PDF に組み込むラベルには pyHanko が必要ですが、入っていません。",
    "Install `sealane[pdf]`, or use `label bind --sidecar`.",
    "`sealane[pdf]` を入れるか、`label bind --sidecar` を使ってください。",
)


def pdf_structure(why: str, why_ja: str) -> SealaneError:
    """The refusal of a PDF that a label cannot be put into."""
    return PDF_STRUCTURE(why=why, why_ja=why_ja)
