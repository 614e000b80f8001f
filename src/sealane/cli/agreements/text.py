"""What `sealane agreement` says to people, in English and Japanese."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sealane.agreements.remarks import UNSHOWN

if TYPE_CHECKING:
    from sealane.agreements.agreement import Agreement
    from sealane.agreements.diff import Diff
    from sealane.agreements.endorsements import Assent
    from sealane.agreements.lines import Lines
    from sealane.decisions.outlook.effect import Block, Effect
    from sealane.decisions.rehearsal.review import Review
    from sealane.decisions.several import Combined

_WORDS = {
    "error": ("error", "誤り"),
    "note": ("note", "注記"),
    "warning": ("warning", "警告"),
    "signed": ("signed", "署名済み"),
    "missing": ("has not signed", "未署名"),
    "invalid": ("NOT PROVEN", "確認できず"),
    "added": ("added", "追加"),
    "removed": ("removed", "削除"),
    "changed": ("changed", "変更"),
    "permit": ("permit", "許可"),
    "refuse": ("refuse", "拒否"),
    "line": ("line", "行"),
    "article": ("Article", "条"),
}


def review_text(found: Review, lines: Lines, lang: str) -> str:
    """The findings with their lines, the scenarios that failed, and the verdict."""
    ja = lang == "ja"
    out = [_head(found.agreement, lang)]
    unshown = [finding for finding in found.findings if finding.error.code == UNSHOWN.code]
    for finding in found.findings:
        if finding.error.code == UNSHOWN.code:
            continue
        message = finding.error.message_ja if ja else finding.error.message
        out.append(
            f"  {_word(finding.severity, lang)} {_at(lines.of(finding.path), lang)}: {message}"
        )
    for outcome in found.failing:
        name = outcome.scenario.name.ja if ja else outcome.scenario.name.en
        told, came = ("期待", "結果") if ja else ("told", "came out")
        out.append(
            f"  {_word('error', lang)} {_at(lines.of(('scenario', outcome.place)), lang)}: {name}: "
            f"{told} {_word(outcome.scenario.expect, lang)} {_list(outcome.scenario.clauses)}; "
            f"{came} {_word(outcome.verdict, lang)} {_list(outcome.unmet)}"
        )
    if unshown:
        names = ", ".join(found.agreement.clauses[int(finding.path[1])].id for finding in unshown)
        if ja:
            note = f"拒む場面がシナリオにない条項：{names}"
        else:
            note = f"no scenario shows these clauses refusing: {names}"
        out.append(f"  {_word('note', lang)}: {note}")
    clauses, played = len(found.agreement.clauses), len(found.outcomes)
    passed = played - len(found.failing)
    if ja:
        out.append(f"{clauses} 条項、シナリオ {passed}/{played} が期待どおり")
    else:
        out.append(f"{clauses} clauses, {passed} of {played} scenarios as told")
    return "\n".join(out)


def signatures_text(agreement: Agreement, rows: Iterable[Assent], lang: str) -> str:
    """One line a party."""
    out = [_head(agreement, lang)]
    for row in rows:
        state = row.as_json()["state"]
        line = f"  {row.party}: {_word(state, lang)}"
        if row.error is None:
            line += f" ({row.authority}, {row.as_json()['time']}, {' '.join(row.kids)})"
        elif state == "invalid":
            line += f": {row.error.message_ja if lang == 'ja' else row.error.message}"
        out.append(line)
    return "\n".join(out)


def diff_text(found: Diff, effect: Effect | None, lang: str) -> str:
    """The articles that differ with both texts, the other parts, and the effect."""
    out = [_head(found.old, lang), _head(found.new, lang)]
    if found.same:
        out.append("違いはありません。" if lang == "ja" else "They say the same.")
    for article in found.articles:
        title = (article.new or article.old)["title"][lang]
        out.append(
            f"{_word('article', lang)} {article.number} {title}: {_word(article.change, lang)}"
        )
        out += _sides(
            article.old and article.old["text"][lang], article.new and article.new["text"][lang]
        )
        for rule in article.rules:
            out.append(f"  {rule.part} {rule.name}: {_word(rule.change, lang)}")
            out += ["  " + line for line in _members(rule.old, rule.new)]
    for part in found.parts:
        out.append(f"{part.part} {part.name}: {_word(part.change, lang)}")
        out += _members(part.old, part.new)
    if effect is not None:
        out += _effect(effect, lang)
    return "\n".join(out)


def together_text(found: Combined, lang: str) -> str:
    """The verdict, the agreements that apply, and what stands against the act."""
    ja = lang == "ja"
    verdict = "permit" if found.permit else "refuse"
    held = [decision.agreement for decision in found.decisions]
    names = ", ".join(f"{agreement.id} v{agreement.version}" for agreement in held)
    out = [f"{_word(verdict, lang)}: {names}"]
    out += [f"  {reason.clause}: {reason.text_ja if ja else reason.text}" for reason in found.unmet]
    return "\n".join(out)


def _effect(effect: Effect, lang: str) -> list[str]:
    counted = effect.as_json()
    gained, lost = counted["items_gained"], counted["items_lost"]
    if lang == "ja":
        told = (
            f"新しい版により {gained} 件が新たに閲覧可能となり、"
            f"{lost} 件が閲覧できなくなる人がいます。"
        )
    else:
        told = (
            f"With the new version {gained} items become readable by somebody who could not,"
            f" {lost} stop for somebody who could."
        )
    return [told, *_blocks("+", effect.gained), *_blocks("-", effect.lost)]


def _blocks(sign: str, blocks: Iterable[Block]) -> list[str]:
    return [f"  {sign} {_few(block.items)} : {_few(block.readers)}" for block in blocks]


def _few(names: tuple[str, ...]) -> str:
    return ", ".join(names[:8]) + (f" ... ({len(names)})" if len(names) > 8 else "")


def _sides(old: str | None, new: str | None) -> list[str]:
    """Both texts, where they differ; what is not there has no line."""
    if old == new:
        return []
    lines = [f"  - {old}"] if old else []
    if new:
        lines.append(f"  + {new}")
    return lines


def _members(old: Any, new: Any) -> list[str]:
    """Only the members that differ."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        lines = [] if old is None else [f"  - {old}"]
        if new is not None:
            lines.append(f"  + {new}")
        return lines
    lines = []
    for name in {**old, **new}:
        if old.get(name) != new.get(name):
            lines += [f"  - {name} = {old.get(name)}", f"  + {name} = {new.get(name)}"]
    return lines


def _head(agreement: Agreement, lang: str) -> str:
    title = agreement.title.ja if lang == "ja" else agreement.title.en
    return f"{agreement.id} v{agreement.version} {agreement.digest[:16]}  {title}"


def _word(name: str, lang: str) -> str:
    english, japanese = _WORDS.get(name, (name, name))
    return japanese if lang == "ja" else english


def _at(line: int | None, lang: str) -> str:
    if line is None:
        return ""
    return f"{line} 行目" if lang == "ja" else f"line {line}"


def _list(names: Iterable[str]) -> str:
    return "[" + ", ".join(names) + "]"
