"""What an act that waits for a second person would do, in a sentence of each language, made of what
its question says.

Spec: docs/console.md §Two people; R64, R66.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sealane.office.operation import Operation

VALUE_MOST = 80
"""Characters of a value within a sentence; the question itself stands beside it, whole."""
SENTENCES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "people.enter": (
            "Enter {id} ({name}) in the directory, with the duties: {duties}.",
            "{id}（{name}）を名簿に登録する（職務：{duties}）。",
        ),
        "people.change": ("Change the record of {person}.", "{person} の記録を変更する。"),
        "facilities.enter": (
            "Enter the facility {id}, accredited until {until}.",
            "施設 {id} を登録する（認定期限：{until}）。",
        ),
        "facilities.change": (
            "Change the accreditation of the facility {facility}.",
            "施設 {facility} の認定を変更する。",
        ),
        "people.extend": (
            "Let the clearance {level} of {person} count until {until}, by {reference}.",
            "{person} の適格性 {level} を、{reference} により {until} まで延長する。",
        ),
        "people.debrief": (
            "End the briefing of {person} on {agreement} now.",
            "{agreement} についての {person} の事前説明を今終了する。",
        ),
        "people.warn": (
            "Record that those were told whose clearance lapses within {days} days.",
            "適格性が {days} 日以内に失効する人に警告したことを記録する。",
        ),
        "people.name": (
            "Let the identity provider's {name} sign in as {person}.",
            "認証基盤の {name} を {person} としてサインインできるようにする。",
        ),
        "people.return": (
            "Let {person}, who had left, return with the duties of the record.",
            "離任した {person} を、記録された職務とともに復帰させる。",
        ),
        "partners.accept": (
            "Accept the waiting card of {party} with the fingerprint {fingerprint}.",
            "待機中の {party} のカード（指紋 {fingerprint}）を受け入れる。",
        ),
        "agreements.notify": (
            "Give notice about {agreement}: {kind}.",
            "{agreement} について通告する（{kind}）。",
        ),
        "agreements.adopt": (
            "Hold the agreement that stands beside, signed by every party.",
            "全当事国が署名した、別掲の取決めを採択する。",
        ),
        "agreements.sign": (
            "Sign the agreement that stands beside, with this node's keys.",
            "別掲の取決めに、このノードの鍵で署名する。",
        ),
        "partners.readmit": (
            "Let keys go again to {party}, which signed two histories: {reason}",
            "矛盾する履歴に署名した {party} への鍵の開示を再開する：{reason}",
        ),
        "ledger.authorise": (
            "By a paper, authorise to dispose of: item {item}; log {origin} below {below}.",
            "文書により、廃棄又は整理を許可する（項目 {item}、ログ {origin} の {below} 未満）。",
        ),
        "node.resume": (
            "Let this node go on without the answer of: {without}.",
            "{without} の回答なしに、このノードを再開する。",
        ),
        "cases.say": ("Say {event} in the case {case}.", "案件 {case} で {event} を述べる。"),
        "posts.assign": (
            "Place {person} in {post} by an exception: {exception}",
            "例外により {person} を {post} に配置する：{exception}",
        ),
        "rooms.enter": (
            "Let {people} into {room} by an exception: {exception}",
            "例外により {people} を {room} に入れる：{exception}",
        ),
        "items.relabel": (
            "Give {item} the label {label}, which is lower or wider: {reason}",
            "{item} のラベルを、より低い又は広い {label} に変更する：{reason}",
        ),
        "items.destroy": (
            "Destroy copy {copy} of {item} and certify it.",
            "項目 {item} の写し {copy} を廃棄し、証明する。",
        ),
    }
)
"""By the operation's id."""


def sentences(operation: Operation, says: Mapping[str, Any]) -> dict[str, str]:
    """What the act would do: `en`, `ja`."""
    facts = {name: _short(value) for name, value in says.items()}
    english, japanese = SENTENCES[operation.id]
    return {"en": english.format_map(facts), "ja": japanese.format_map(facts)}


def _short(value: Any) -> str:
    if isinstance(value, Mapping):
        value = value.get("classification", "…")
    elif isinstance(value, list):
        value = ", ".join(map(str, value))
    text = "–" if value in (None, "") else str(value)
    return text if len(text) <= VALUE_MOST else f"{text[: VALUE_MOST - 1]}…"
