"""docs/labels.md, written from the schemes: levels, marks in both scripts, categories and where
each fact comes from.
"""

from __future__ import annotations

from collections.abc import Iterable

from sealane.base.values import Instant, format_instant
from sealane.labels.model.scheme import Scheme, Schemes, Source

HEAD = (
    "# Labels / 表示\n"
    "Generated from `policy/schemes` by `sealane scheme docs`; do not edit. "
    "本書は `sealane scheme docs` が方式から生成します。\n"
    "\n"
    "How well each fact was seen: *read* (the text itself), *excerpt*, *secondary* (another party's"
    " account), *background*\n"
    "(general knowledge, unconfirmed), *ours* (Sealane's own, where no public text gives one).\n"
    "各事実の確認の程度：read（原文）、excerpt（抜粋）、secondary（二次資料）、"
    "background（一般知識・未確認）、ours（当方の定め）。\n"
    "\n"
    "Grammar, roll-up and access of US and NATO labels, STIX markings, and labels bound to files:\n"
    "[labels-us-nato-stix.md](labels-us-nato-stix.md). "
    "米国・NATO・STIX の文法と統合、ファイルへの結合は同文書を参照。\n"
)


def handbook(schemes: Schemes) -> str:
    """The whole document, ending in a line break; the same schemes always give the same text."""
    parts = [HEAD, _overview(schemes)]
    parts += [_scheme(scheme) for scheme in schemes.values()]
    parts.append(_groups(schemes))
    return "\n".join(parts)


def _overview(schemes: Schemes) -> str:
    rows = [
        [
            f"[{one.id}](#{one.id.lower()})",
            one.name["en"],
            one.name["ja"],
            ", ".join(f"`{name}`" for name in one.syntaxes),
            str(len(one.levels)),
            str(sum(len(tag.values) for tag in one.tags)),
            str(len(one.vectors)),
            one.status,
        ]
        for one in schemes.values()
    ]
    return _table(["id", "name", "名称", "syntaxes", "levels", "values", "vectors", "status"], rows)


def _scheme(scheme: Scheme) -> str:
    out = [
        f"## {scheme.id}",
        f"{scheme.name['en']} / {scheme.name['ja']}. Version {scheme.version}.",
    ]
    out.append("### Levels / 区分")
    rows = [
        [
            level.name,
            level.text.get("en", ""),
            level.text.get("ja", ""),
            str(level.order),
            level.branch or "-",
            "<br>".join(
                f"`{mark}`"
                for mark in dict.fromkeys(mark for marks in level.marks.values() for mark in marks)
            ),
            _life(level.obsolete, level.not_before, level.not_after),
            f"{level.origin.source} ({level.origin.status})",
        ]
        for level in scheme.levels
    ]
    out.append(
        _table(["level", "English", "日本語", "order", "ladder", "marks", "in use", "source"], rows)
    )
    notes = [f"* {level.name}: {level.note}" for level in scheme.levels if level.note]
    out += ["\n".join(notes)] if notes else []
    if scheme.tags:
        out.append("### Categories / カテゴリー")
        rows = [
            [
                tag.name,
                tag.text.get("ja", ""),
                tag.type,
                _values(tag.values),
                tag.absent,
                tag.origin.status,
            ]
            for tag in scheme.tags
        ]
        out.append(_table(["tag", "日本語", "type", "values", "absent means", "status"], rows))
    out += _choices(scheme)
    out.append("### Sources / 出典")
    out.append("\n".join(_source(one) for one in scheme.sources))
    return "\n".join([*out, ""])


def _choices(scheme: Scheme) -> list[str]:
    """Which source is followed where they differ; nothing for a scheme whose sources agree."""
    if not scheme.readings:
        return []
    rows = [
        [one.matter["en"], one.matter["ja"], one.follows, ", ".join(one.over), one.why]
        for one in scheme.readings
    ]
    return [
        "### Where sources differ / 出典が異なる点",
        _table(["matter", "事項", "followed", "not followed", "why"], rows),
    ]


def _values(names: Iterable[str]) -> str:
    listed = list(names)
    if not listed:
        return "free or by list"
    return ", ".join(listed[:12]) + (f" … ({len(listed)})" if len(listed) > 12 else "")


def _source(source: Source) -> str:
    where = f", {source.where}" if source.where else ""
    licence = f", {source.licence}" if source.licence else ""
    return f"* `{source.id}`: {source.title}{where}{licence} ({source.status})"


def _life(obsolete: bool, start: Instant | None, end: Instant | None) -> str:
    first = "" if start is None else format_instant(start)[:10]
    last = "" if end is None else format_instant(end)[:10]
    dates = f"{first} to {last}" if first or last else ""
    return f"retired {dates}".strip() if obsolete else dates or "yes"


def _groups(schemes: Schemes) -> str:
    rows = []
    for token, group in sorted(schemes.groups.groups.items()):
        members = ", ".join(
            member.token + ("*" if member.start or member.end else "") for member in group.members
        )
        rows.append(
            [
                token,
                group.names.get("en", ""),
                group.names.get("ja", ""),
                members or group.membership,
                "yes" if group.decomposable else "no",
                _life(group.end is not None, group.start, group.end),
                group.status,
            ]
        )
    head = (
        "## Groups / 集団\n`*` marks a dated membership; a group whose members are withheld grants"
        " nobody access.\n"
    )
    return head + _table(
        ["token", "English", "日本語", "members", "roll-up may open", "in use", "status"], rows
    )


def _table(columns: list[str], rows: list[list[str]]) -> str:
    lines = [f"| {' | '.join(columns)} |", "|" + "---|" * len(columns)]
    lines += [
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |"
        for row in rows
    ]
    return "\n".join([*lines, ""])
