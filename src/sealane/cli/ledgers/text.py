"""What the ledger and evidence commands tell people, in both languages, from the data they give
machines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sealane.cli.frame.answer import speaker


def said(english: str, japanese: str) -> str:
    """The sentence in the caller's language."""
    return japanese if speaker().lang == "ja" else english


def left_out(lines: Sequence[Mapping[str, Any]]) -> list[str]:
    """What an evidence file leaves out, in its exporter's word, a line each."""
    return [
        said(
            f"left out: {line.get('type') or '?'} by {line.get('by') or '?'} of"
            f" {line.get('at') or '?'} ({line.get('why')})",
            f"収録しなかった文書：{line.get('at') or '?'} の {line.get('by') or '?'} による"
            f" {line.get('type') or '?'}（{line.get('why')}）",
        )
        for line in lines
    ]


def verified(data: Mapping[str, Any]) -> str:
    signed = ", ".join(data["signed_by"])
    return said(
        f"{data['origin']}: {data['size']} entries, {data['tiles']} tiles, root"
        f" {data['root']}\nsigned by: {signed}; shadow head: {data['shadow']}",
        f"{data['origin']}：記録 {data['size']} 件、タイル {data['tiles']} 枚、ルート"
        f" {data['root']}\n署名：{signed}。影の先端：{data['shadow']}",
    )


def proven(data: Mapping[str, Any]) -> str:
    who = ", ".join(data["witnesses"])
    return said(
        f"{data['origin']} #{data['index']} of {data['size']}: proven;"
        f" {f'cosigned by {who}' if who else 'no witness asked for'}",
        f"{data['origin']} #{data['index']}（全 {data['size']}"
        f" 件）：証明済み。{f'連署 {who}' if who else '証人の指定なし'}",
    )


def statuses(logs: Sequence[Mapping[str, Any]]) -> str:
    lines = [
        said(
            f"{log['origin']} ({log['role']}): {log['size']} entries, signed {log['signed']},"
            f" proven to both up to {log['proven_to_both_up_to']}",
            f"{log['origin']}（{log['role']}）：記録 {log['size']} 件、署名 {log['signed']} 件、"
            f"双方に証明済み {log['proven_to_both_up_to']} 件まで",
        )
        for log in logs
    ]
    return "\n".join(lines) or said("no logs", "ログはありません")


def heads(found: Sequence[Mapping[str, Any]]) -> str:
    lines = [
        f"{'✓' if one['proven_to_both'] else '○'} {one['at']}  {one['size']}  {one['root'][:16]}…"
        f"  {', '.join(one['signed_by']) or one['trouble'] or '-'}"
        for one in found
    ]
    return "\n".join(lines) or said("no signed head yet", "署名済み先端はありません")


def _mark(log: Mapping[str, Any], lang: str) -> str:
    """The mark beside a walked log; the monthly attestation, which
    signs findings only, has none.
    """
    if "proven_to_both_up_to" not in log:
        return ""
    upto = log["proven_to_both_up_to"]
    return f"；双方に証明済み {upto} 件まで" if lang == "ja" else f"; proven to both up to {upto}"


def walked(logs: Sequence[Mapping[str, Any]]) -> str:
    lines = [
        said(
            f"{log['origin']}: {log['size']} entries, {log['heads']} signed heads:"
            f" {log['error'] or 'holds'}{_mark(log, 'en')}",
            f"{log['origin']}：記録 {log['size']} 件、署名済み先端 {log['heads']}"
            f" 個：{log['error'] or '一致'}{_mark(log, 'ja')}",
        )
        for log in logs
    ]
    return "\n".join(lines) or said("no logs", "ログはありません")


def verifications(found: Sequence[Mapping[str, Any]]) -> str:
    lines = []
    for one in found:
        signed = {True: "✓", False: "✗", None: "·"}[one["signed"]]
        count = len(one["logs"])
        well = said("holds", "一致") if one["held"] else said("DIFFERS", "不一致")
        lines.append(
            said(
                f"{signed} {one['at']} {count} logs: {well}",
                f"{signed} {one['at']} ログ {count} 件：{well}",
            )
        )
        lines += [f"  {log['origin']}: {log['error']}" for log in one["logs"] if log["error"]]
    return "\n".join(lines) or said("no verification yet", "検証の記録はありません")


def entries(found: Sequence[Mapping[str, Any]]) -> str:
    lines = [
        f"{'✓' if entry['proven_to_both'] else '○'} {entry['at']}  {entry['origin']}"
        f" #{entry['index']}  {entry['kind']}"
        for entry in found
    ]
    return "\n".join(lines) or said("nothing found", "該当なし")


def copied(data: Mapping[str, Any]) -> str:
    return said(
        f"{data['origin']}: {data['size']} entries -> {data['out']}",
        f"{data['origin']}：記録 {data['size']} 件 -> {data['out']}",
    )


def differences(found: Sequence[Mapping[str, Any]]) -> str:
    lines = [
        f"{row['at']}  {row['kind']}  {row['type']}  {row['by']}  {row['item'] or '-'} "
        f" [{row['proof'] or '-'}]\n  -> {said(row['todo'], row['todo_ja'])}"
        for row in found
    ]
    return "\n".join(lines) or said("the logs agree", "ログは一致しています")


def pruned(origin: str, floor: int) -> str:
    return said(
        f"{origin}: entries under {floor} are no longer served",
        f"{origin}：{floor} 番未満の記録の提供を終えました",
    )


def disposed(item: str, count: int, remains: Sequence[str]) -> str:
    done = said(
        f"{item}: the bytes of {count} statements are erased; the logs name them as before",
        f"{item}：文書 {count} 件の本体を消去しました。ログの記載は変わりません",
    )
    if not remains:
        return done
    places = ", ".join(remains)
    return said(
        f"{done}\nnot overwritten yet, see docs/postgresql.md: {places}",
        f"{done}\n上書きはまだです（docs/postgresql.md を参照）：{places}",
    )


def recovered(whole: Mapping[str, Any]) -> str:
    lines = [line for log in whole["recovered"] for line in _recovered(log)]
    lines += [
        said(
            f"container of {item} is missing: ask for it again",
            f"{item} のコンテナがありません。送り直しを求めてください",
        )
        for item in whole["containers_missing"]
    ]
    lines += [
        said(
            f"container of {item} was destroyed once; erased again",
            f"廃棄済みの {item} のコンテナを再び消去しました",
        )
        for item in whole["containers_erased_again"]
    ]
    lines.append(_newness(whole["node"]))
    if whole["internal_log"] is not None:
        lines.append(
            said(
                f"The end of the internal log is lost; {whole['internal_log']} begins.",
                f"内部ログの末尾は失われました。{whole['internal_log']} を始めます。",
            )
        )
    lines.append(
        said(
            "People, clearances, facilities and items of the own node alone come from the backup"
            " only.",
            "人、資格、施設及び自国のみの項目は、控えにあるものだけです。",
        )
    )
    return "\n".join(lines)


def _newness(node: Mapping[str, Any]) -> str:
    if node["state"] == "current":
        return said("The node is current and acts again.", "このノードは最新で、再び動作します。")
    asked = ", ".join(node["shown_by"] or node["waits_for"]) or "-"
    return said(
        f"The node does nothing yet ({node['state']}): {asked}.",
        f"このノードはまだ動作しません（{node['state']}）：{asked}。",
    )


def _recovered(log: Mapping[str, Any]) -> list[str]:
    rows = log["register"]
    lines = [
        said(
            f"{log['origin']}: entries {log['from']} to {log['to']} came back",
            f"{log['origin']}：記録 {log['from']}～{log['to']} を取り戻しました",
        )
    ]
    if log["moved"]:
        lines.append(
            said(
                f"  {log['moved']} entries made since the backup came back now follow them",
                f"  控えの復元後の記録 {log['moved']} 件はその後に続きます",
            )
        )
    if not log["partner_reached"]:
        lines.append(
            said(
                "  the partner fell silent before it gave the statements; run this again",
                "  相手国が文書を渡す前に応答しなくなりました。再実行してください",
            )
        )
    lines.append(
        said(
            f"  {log['statements']} statements came back, {len(log['statements_missing'])} are left"
            " with neither side",
            f"  文書 {log['statements']} 件を取り戻し、{len(log['statements_missing'])}"
            " 件はどちらの側にも残っていません",
        )
    )
    lines.append(
        said(
            f"  register: {len(rows['items'])} items, {rows['receipts']} receipts,"
            f" {rows['recalls']} recalls; {rows['queued']} statements to send again",
            f"  登録簿：項目 {len(rows['items'])} 件、受領等 {rows['receipts']} 件、回収"
            f" {rows['recalls']} 件、再送する文書 {rows['queued']} 件",
        )
    )
    return lines + [
        said(f"  does not fit: statement {name}", f"  登録簿に合わない文書：{name}")
        for name in log["does_not_fit"]
    ]


def equivocated(found: bool) -> str:
    if found:
        return said(
            "The log signed two heads that cannot both be honest.",
            "ログは両立しない二つの先端に署名しています。",
        )
    return said(
        "Nothing here shows that the log equivocated.",
        "ここからは、ログの二重発行は認められません。",
    )


def consistent(data: Mapping[str, Any]) -> str:
    return said(
        f"The tree of {data['size']} extends that of {data['old_size']}.",
        f"{data['size']} 件の木は {data['old_size']} 件の木を延長しています。",
    )


def evidence(data: Mapping[str, Any]) -> str:
    agreement, pinned = data["agreement"]["id"], data["trust"] == "pinned"
    lines = [
        said(
            f"{data['item']} under {agreement}: everything holds (by"
            f" {'your keys' if pinned else 'the keys inside the file'})",
            f"{data['item']}（取決め"
            f" {agreement}）：すべて成り立ちます（{'指定された鍵' if pinned else 'ファイル内の鍵'}による）",  # noqa: E501
        )
    ]
    lines += [
        f"  {one['at']}  {one['by']} -> {one['to']}  {one['type']} "
        f" [{said('in the logs of', 'ログ')} {', '.join(one['proven_in'])}]"
        for one in data["statements"]
    ]
    lines += [
        said(
            f"  {one['origin']}: {one['entries']} entries here, proven to both up to"
            f" {one['proven_to_both_up_to']}, cosigned by {', '.join(one['cosigned_by']) or '-'}",
            f"  {one['origin']}：収録 {one['entries']} 件、双方に証明済み"
            f" {one['proven_to_both_up_to']} 件まで、連署 {', '.join(one['cosigned_by']) or '-'}",
        )
        for one in data["logs"]
    ]
    lines += [
        said(
            f"  named by a log, not in this file: {one['type']} {one['digest'][:24]}…",
            f"  ログにあり、このファイルにない文書：{one['type']} {one['digest'][:24]}…",
        )
        for one in data["absent"]
    ]
    states = {"proven": "証明済み", "unverifiable": "検証不能", "failed": "不成立"}
    lines += [
        said(
            f"  time-stamp {one['at'] or '-'} of {one['of'] or '-'}: {one['state']}"
            f" ({one['authority'] or one['why'] or '-'})",
            "  タイムスタンプ"
            f" {one['at'] or '-'}（{one['of'] or '-'}）：{states[one['state']]}（{one['authority'] or one['why'] or '-'}）",  # noqa: E501
        )
        for one in data.get("timestamps", ())
    ]
    lines.append(
        said(
            "A statement whose entries were left out as well cannot be seen to be missing.",
            "記録ごと除かれた文書の有無は、このファイルだけでは分かりません。",
        )
    )
    return "\n".join(lines)
