"""How a node's status is told in lines of text, in both languages.

Spec: docs/operators.md; R66.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from sealane.base.visible import visible

_RUNNING = ("running", "稼働中")
_STOPPED = ("stopped", "停止中")
_ONE_LINE: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "keys_stopped": (
            "!! {party} signed two histories of its log: no key goes there (sealane node readmit)",
            (
                "!! {party} は自国のログの二つの異なる履歴に署名しました。鍵は開示しません"
                "（sealane node readmit）。"
            ),
        ),
        "cards_forked": (
            "!! {party}: card {number} follows none that is known here (card.forked)",
            "!! {party}：カード {number} は既知のカードの後継ではありません（card.forked）。",
        ),
        "cards_waiting": (
            (
                "{party}: card {number} waits for two people: {fingerprint}\n"
                "  -> sealane node enrol DIR --waiting {party} --as PERSON --second PERSON"
            ),
            (
                "{party}：カード {number} は二人の承認待ち：{fingerprint}\n"
                "  -> sealane node enrol DIR --waiting {party} --as PERSON --second PERSON"
            ),
        ),
        "keys_ending": (
            "{role} key {kid}: ends {until}, {days_left} days left",
            "{role} の鍵 {kid}：{until} に終了（残り {days_left} 日）",
        ),
        "cards_refused": (
            "{party} refused our card ({refused})",
            "{party} が当ノードのカードを拒否（{refused}）",
        ),
        "ledgers": (
            (
                "{agreement} with {partner}: {size} entries, proven to both up to"
                " {proven_to_both_up_to}"
            ),
            (
                "{agreement}（{partner}）：エントリー {size} 件、双方に証明済み"
                " {proven_to_both_up_to} まで"
            ),
        ),
        "outbox": (
            "waiting: {type} {item} to {partner}, {age_seconds} s, {trouble}",
            "送信待ち：{type} {item} → {partner}、{age_seconds} 秒、{trouble}",
        ),
        "alarms": (
            "alarm: {at} {count} wrong tries to sign in as {people}",
            "警報：{at} サインインの失敗 {count} 回（{people}）",
        ),
        "refused": (
            "refused: {partner} {count} times, last {last}, {code}",
            "拒否：{partner} {count} 回、最後は {last}、{code}",
        ),
        "lacking": (
            "not granted by the system: {lacking}",
            "システムが認めなかった保護：{lacking}",
        ),
    }
)
"""By what is told: its line in English and Japanese."""


def lines(data: Mapping[str, Any], lang: str) -> list[str]:
    """What the node is, what people have to see to, what waits, and how far it is proven."""
    ja = lang == "ja"
    found = [f"{data['node']} ({data['party']}) {(_RUNNING if data['running'] else _STOPPED)[ja]}"]
    found += _told("keys_stopped", ({"party": party} for party in data["keys_stopped"]), ja)
    if (refusal := data["current"]["refusal"]) is not None:
        found.append(f"  {refusal['code']}: {refusal['message_ja' if ja else 'message']}")
        found.append(f"  -> {refusal['remedy_ja' if ja else 'remedy']}")
    for name in ("cards_forked", "cards_waiting", "keys_ending"):
        found += _told(name, data[name], ja)
    refused = (one for one in data["own_cards"]["partners"] if one["refused"])
    found += _told("cards_refused", refused, ja)
    found.append(f"  {'コンソール' if ja else 'console'}: {data['console']}")
    if (task := data["verification"]["task"]) is not None:
        found.append(f"  !! {task['message_ja' if ja else 'message']}")
        found.append(f"  -> {task['remedy_ja' if ja else 'remedy']}")
    for name in ("ledgers", "outbox", "alarms", "refused"):
        found += _told(name, data[name], ja)
    if data["protection"] and data["protection"]["lacking"]:
        found += _told("lacking", [data["protection"]], ja)
    return found


def _told(name: str, rows: Iterable[Mapping[str, Any]], ja: bool) -> list[str]:
    text = _ONE_LINE[name][ja]
    return [
        visible(
            "  " + text.format_map({key: _word(value) for key, value in row.items()}), keep="\n"
        )
        for row in rows
    ]


def _word(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
