"""An agreement as a document to read: Markdown in English, in Japanese, or both side by side.

Nothing is left out that decides: every rule stands under its article in its own words, and what the
file says of itself stands first.
Spec: R66; docs/agreements.md §Read it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sealane.agreements import layout
from sealane.agreements.agreement import Agreement, Bilingual
from sealane.agreements.layout import LaidLevel, LaidRule
from sealane.base.values import format_instant

Say = Callable[[Bilingual], str]
_WORDS = {
    "parties": ("Parties", "当事国"),
    "period": ("In force", "効力"),
    "indefinite": ("until notice", "終了の通告まで"),
    "areas": ("Areas and ceilings", "分野と上限"),
    "area": ("Area", "分野"),
    "ceiling": ("Ceiling", "上限"),
    "purposes": ("Purposes", "目的"),
    "rows": ("Equivalence", "対応表"),
    "level": ("Level", "水準"),
    "status": ("Status", "状態"),
    "source": ("Source", "出典"),
    "permit": ("Permitted", "許可"),
    "forbid": ("Refused unless", "次を満たさなければ拒否"),
    "never": ("Always refused", "常に拒否"),
    "oblige": ("Duty", "義務"),
    "clocks": ("Time limits", "期限"),
    "only": ("only for", "適用"),
    "verified": ("verified", "検証済み"),
    "unverified": ("unverified", "未検証"),
    "minutes": ("minutes", "分"),
    "hours": ("hours", "時間"),
    "days": ("days", "日"),
    "years": ("years", "年"),
    "article": ("Article", "第"),
    "only-handled": ("(handled as)", "（取扱い）"),
    "digest": ("File", "ファイル"),
}


def document(agreement: Agreement, lang: str) -> str:
    """The whole agreement in `en`, `ja`, or `both`."""
    say = _speaker(lang)
    out = [f"# {say(agreement.title)}", "", f"> {say(agreement.notice)}", ""]
    until = (
        _one("indefinite", lang)
        if agreement.period.until is None
        else format_instant(agreement.period.until)
    )
    out += [
        f"**{_one('parties', lang)}**: "
        + ", ".join(f"{say(party.name)} ({party.id})" for party in agreement.parties),
        "",
        f"**{_one('period', lang)}**: {format_instant(agreement.period.since)} – {until}",
        "",
        (
            f"**{_one('digest', lang)}**: {agreement.id} v{agreement.version}, SHA-384"
            f" {agreement.digest}"
        ),
        "",
    ]
    out += _areas(agreement, say, lang) + _rows(agreement, say, lang)
    for laid in layout.articles(agreement):
        article = laid.article
        out += [_heading(article.number, say(article.title), lang), "", say(article.text), ""]
        if article.source is not None:
            out += [f"*{_one('source', lang)}: {say(article.source)}*", ""]
        out += [*(_rule(one, say, lang) for one in laid.rules), *([""] if laid.rules else [])]
    return "\n".join(out + _clocks(agreement, lang)).rstrip() + "\n"


def _areas(agreement: Agreement, say: Say, lang: str) -> list[str]:
    return [
        f"## {_one('areas', lang)}",
        "",
        *_table([_one("area", lang), "id", _one("ceiling", lang)]),
        *(f"| {say(area.name)} | `{area.id}` | {area.ceiling} |" for area in agreement.areas),
        "",
        f"**{_one('purposes', lang)}**: "
        + ", ".join(say(purpose.name) for purpose in agreement.purposes),
        "",
    ]


def _rows(agreement: Agreement, say: Say, lang: str) -> list[str]:
    """The table with a column a party; a word that is only held stands in brackets: there is no row
    the other way.
    """
    if not agreement.rows:
        return []
    parties = [party.id for party in agreement.parties]
    out = [
        f"## {_one('rows', lang)}",
        "",
        *_table([_one("level", lang), *parties, _one("status", lang), _one("source", lang)]),
    ]
    for row in agreement.rows:
        cells = [
            ", ".join(_level(one, lang) for one in layout.cell(row, party)) or "–"
            for party in parties
        ]
        out.append(
            f"| {row.level} | {' | '.join(cells)} | {_one(row.status, lang)} | {say(row.source)} |"
        )
    return [*out, ""]


def _level(level: LaidLevel, lang: str) -> str:
    return f"{level.name} {_one('only-handled', lang)}" if level.only_held else level.name


def _rule(rule: LaidRule, say: Say, lang: str) -> str:
    clause = rule.clause
    limits = [*(f"{_one('level', lang)} {level}" for level in rule.levels), *rule.words]
    only = f" ({_one('only', lang)} {', '.join(limits)})" if limits else ""
    return (
        f"- **{clause.id}** {_one(rule.kind, lang)}{only}: {say(clause.text)}"
        f" [{', '.join(clause.actions)}]"
    )


def _clocks(agreement: Agreement, lang: str) -> list[str]:
    if not agreement.clocks:
        return []
    out = [f"## {_one('clocks', lang)}", ""]
    for clock in agreement.clocks:
        count, unit = layout.length(clock)
        out.append(f"- {clock.id}: {count} {_one(unit, lang)} ({_number(clock.article, lang)})")
    return out


def _heading(number: str, title: str, lang: str) -> str:
    return f"## {_number(number, lang)} {title}"


def _number(number: str, lang: str) -> str:
    english, japanese = f"Article {number}", f"第{number}条"
    return _in(lang, english, japanese)


def _table(names: Iterable[str]) -> list[str]:
    heads = list(names)
    return ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]


def _one(word: str, lang: str) -> str:
    english, japanese = _WORDS[word]
    return _in(lang, english, japanese)


def _in(lang: str, english: str, japanese: str) -> str:
    """The words in the language that was asked for, or both side by side."""
    if lang == "both":
        return f"{english} / {japanese}"
    return japanese if lang == "ja" else english


def _speaker(lang: str) -> Say:
    if lang == "both":
        return lambda text: f"{text.en} / {text.ja}"
    return lambda text: text.ja if lang == "ja" else text.en
