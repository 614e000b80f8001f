"""What can be remarked of an agreement, each with its code, sentence and remedy.

Spec: spec/agreement.md §4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sealane.base.errors import Malformed, SealaneError, declare

Severity = Literal["error", "warning", "note"]

DEAD = declare(
    "check.dead_clause",
    Malformed,
    "Clause {clause} can never change a verdict: {why}.",
    "条項 {clause} は決して結論を変えません：{why_ja}。",
    "Remove it, or widen what it applies to.",
    "削除するか、適用範囲を広げてください。",
)
CONTRADICTION = declare(
    "check.contradiction",
    Malformed,
    "Clause {clause} permits what clause {other} always forbids.",
    "条項 {clause} が認めることを、条項 {other} が常に禁じています。",
    "Narrow one of the two, or give the forbid an `unless`.",
    "どちらかを狭めるか、禁止に `unless` を付けてください。",
)
UNGUARDED = declare(
    "check.unguarded",
    Malformed,
    "Clause {clause} permits {action} in {area} without any clause that asks {check!r}.",
    "条項 {clause} は {area} の {action} を、{check!r} を問う条項なしに認めています。",
    'Add a forbid with `unless = "{check}"` for that action.',
    'その行為に `unless = "{check}"` の禁止を加えてください。',
)
UNVERIFIED = declare(
    "check.unverified_row",
    Malformed,
    "{count} equivalence rows are in use without a primary source (levels {levels}).",
    "対応表の {count} 行が一次資料のないまま使われています（水準 {levels}）。",
    "Cite the treaty text and mark them verified, or declare the file a model and say so in its"
    " notice.",
    "条文を引いて verified とするか、ひな型であることを notice で明示してください。",
)
NO_PURPOSE = declare(
    "check.area_without_purpose",
    Malformed,
    "Area {area} allows no purpose, so nothing can be released in it.",
    "分野 {area} には目的がなく、何も提供できません。",
    "Name the purposes of the area.",
    "その分野の目的を定めてください。",
)
NO_ROW = declare(
    "check.area_without_row",
    Malformed,
    "No equivalence row is within the ceiling of area {area}.",
    "分野 {area} の上限内に対応表の行がありません。",
    "Raise its ceiling or add a row.",
    "上限を上げるか、行を加えてください。",
)
CAN_ERR = declare(
    "check.can_err",
    Malformed,
    "Clause {clause} can err: {why}.",
    "条項 {clause} は評価に失敗しえます：{why_ja}。",
    "An erring clause refuses every act it covers; define what it refers to.",
    "評価に失敗する条項は対象の行為をすべて拒みます。参照先を定めてください。",
)
NO_AUTHORITY = declare(
    "check.no_authority",
    Malformed,
    "{party} names no competent authority that could sign this agreement.",
    "{party} に、この取決めに署名できる権限ある当局がありません。",
    "Name an authority with the role `agreement` and its dates.",
    "役割 `agreement` の当局を日付とともに定めてください。",
)
UNTRANSLATED = declare(
    "check.untranslated",
    Malformed,
    "The Japanese text of {where} has no Japanese in it.",
    "{where} の日本語文に日本語がありません。",
    "Write both languages.",
    "両言語で書いてください。",
)
UNKNOWN_WORD = declare(
    "check.unknown_classification",
    Malformed,
    "Row of level {level} names {word!r}, which scheme {policy} does not have{obsolete}.",
    "水準 {level} の行にある {word!r} は、方式 {policy} の現行の区分ではありません。",
    "Use a classification of the party's scheme that is in force.",
    "当事国の方式で現に有効な区分を使ってください。",
)
NO_SCHEME = declare(
    "check.scheme_not_loaded",
    Malformed,
    "The scheme {policy} of {party} is not loaded here, so its words cannot be checked and its"
    " labels are refused.",
    "{party} の方式 {policy} が読み込まれていないため、語を確かめられず、そのラベルは拒否されます。",  # noqa: E501
    "Add the scheme under policy/schemes.",
    "policy/schemes に方式を加えてください。",
)
UNSHOWN = declare(
    "check.not_shown",
    Malformed,
    "No scenario shows clause {clause} refusing.",
    "条項 {clause} が拒む場面を示すシナリオがありません。",
    "Add a scenario that only this clause refuses.",
    "この条項だけが拒むシナリオを加えてください。",
)

UNKEPT = declare(
    "check.clock_not_kept",
    Malformed,
    "The clock {clock} does not say truly who keeps it; the code keeps: {kept}.",
    "期限 {clock} を誰が守るかが正しく述べられていません。プログラムが守る期限は {kept} です。",
    'Write `kept_by = "people"` for a clock that officers keep, and leave it out for the others.',
    '担当官が守る期限には `kept_by = "people"` と書き、その他には書かないでください。',
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFinding:
    """One thing found: an `error` fails the check, a `warning` stops the use that it names, a
    `note` is for the reader.

    `path` is where in the file.
    """

    severity: Severity
    error: SealaneError
    path: tuple[str | int, ...]

    def as_json(self, line: int | None = None) -> dict[str, Any]:
        out = {"severity": self.severity, **self.error.as_json()}
        return out if line is None else {**out, "position": line}
