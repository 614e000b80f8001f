"""`sealane desk`: what lies on the release desk, what a release would come to, and the drafts,
templates and lists that officers keep.

Spec: docs/console.md §The release desk; R26, R30.
"""

from __future__ import annotations

import json
from typing import Any

import click

from sealane.base.visible import visible
from sealane.cli.frame import acting
from sealane.cli.frame.answer import Answer, speaker, together, verb
from sealane.cli.frame.asking import ask
from sealane.cli.registry.release import label_text
from sealane.registry.desk_records import FormKind, FormState

_KIND = click.option(
    "--kind",
    required=True,
    type=click.Choice([str(one) for one in FormKind]),
    help="An officer's own draft, a template, or a distribution list.",
)
_TERMS = (
    click.option("--to", multiple=True, metavar="PARTY", help="A recipient; several with commas."),
    click.option("--label", default=None, help="A label: JSON, a JSON file, or a marking."),
    click.option("--purpose", default=None),
    click.option("--also-purpose", "also_purpose", multiple=True),
    click.option("--area", default=None),
    click.option("--agreement", default=None, metavar="ID"),
    click.option("--until", default=None, metavar="T"),
    click.option("--originator", default=None, metavar="PERSON"),
    click.option("--project", default=None),
    click.option("--activity", default=None, metavar="CASE"),
    click.option("--title", default=None),
    click.option("--reason", default=None, metavar="TEXT"),
)
STATED = (
    "also_purpose",
    "purpose",
    "area",
    "agreement",
    "until",
    "originator",
    "project",
    "activity",
    "title",
)


@click.group("desk")
def desk() -> None:
    """The release desk: what lies there, previews, drafts, templates and distribution lists."""


@verb(desk, "queue")
@click.argument("shelf", type=click.Choice(["waiting", "held", "sent"]), default="waiting")
@click.option("--limit", default=25, show_default=True)
@click.option("--after", default=None, metavar="CURSOR", help="`after` of the page before.")
@acting.at_node("Who reads: any staff; at an embedded node, without it, as staff.")
def queue(*, shelf: str, limit: int, after: str | None, **options: Any) -> Answer:
    """What waits for a second signature or was sent back, oldest first; or what was sent."""
    from sealane.cli.registry.item_lines import line

    told = ask(options, "desk.queue", shelf=shelf, limit=limit, after=after)
    lines = [line(one, speaker().lang) for one in told["releases"]]
    if told["after"]:
        lines.append(f"--after {told['after']}")
    return Answer(told, "\n".join(lines) or "-")


@verb(desk, "preview")
@click.option("--to", required=True, multiple=True, metavar="PARTY")
@click.option("--label", required=True, help="A label: JSON, a JSON file, or a marking.")
@click.option("--purpose", required=True)
@click.option("--area", required=True)
@click.option("--agreement", default=None, metavar="ID")
@click.option("--until", default=None, metavar="T")
@click.option("--originator", default=None, metavar="PERSON")
@click.option("--project", default=None)
@click.option("--activity", default=None, metavar="CASE")
@acting.at_node("The release officer.")
def preview(*, to: tuple[str, ...], label: str, **options: Any) -> Answer:
    """What a release would come to: who could read it, who is kept out and why, the decision."""
    from sealane.services.exchange.stated_release import recipients

    terms = {one: options.pop(one) for one in PREVIEWED}
    told = ask(options, "desk.preview", to=recipients(to), label=label_text(label), **terms)
    return Answer(told, "\n".join(_recipient(one) for one in told["recipients"]))


PREVIEWED = ("purpose", "area", "agreement", "until", "originator", "project", "activity")


def _recipient(one: dict[str, Any]) -> str:
    """One recipient in a line: posts, people, who is kept out and why, and the decision."""
    ja, there = speaker().lang == "ja", one["readers"]
    posts, people, at = len(there["posts"]), there["people"], there["as_of"]
    shut = sum(each["people"] for each in there["blocked"])
    why = ", ".join(f"{each['clause']} {each['people']}" for each in there["blocked"])
    unmet = ", ".join(each["clause"] for each in one["unmet"])
    if ja:
        said = f"{posts} 職 {people} 人" if at else "閲覧者は不明"
        said += f"、不可 {shut} 人（{why}）" if shut else ""
        said += f"、{at} 現在" if at else ""
        return f"{one['to']}: {said}；" + (f"拒否：{unmet}" if unmet else "許可")
    said = f"{posts} posts, {people} people" if at else "readers not known"
    said += f"; blocked: {shut} ({why})" if shut else ""
    said += f", as of {at}" if at else ""
    return f"{one['to']}: {said}; " + (f"refused: {unmet}" if unmet else "permitted")


@verb(desk, "forms")
@_KIND
@click.option(
    "--state",
    default=str(FormState.KEPT),
    type=click.Choice([str(one) for one in FormState]),
    show_default=True,
)
@click.option("--limit", default=25, show_default=True)
@click.option("--after", default=None, metavar="CURSOR", help="`after` of the page before.")
@acting.at_node("The release officer.")
def forms(*, kind: str, state: str, limit: int, after: str | None, **options: Any) -> Answer:
    """One's own drafts, or the templates or distribution lists of all officers."""
    told = ask(options, "desk.forms", kind=kind, state=state, limit=limit, after=after)
    lines = [_form(one) for one in told["forms"]]
    if told["after"]:
        lines.append(f"--after {told['after']}")
    return Answer(told, "\n".join(lines) or "-")


@verb(desk, "show")
@click.argument("form", metavar="FORM")
@acting.at_node("The release officer.")
def show(*, form: str, **options: Any) -> Answer:
    """One draft, template or distribution list."""
    told = ask(options, "desk.show", form=form)
    terms = visible(json.dumps(told["terms"], ensure_ascii=False, indent=2), keep="\n")
    return Answer(told, f"{_form(told)}\n{terms}")


@verb(desk, "keep")
@_KIND
@click.option("--name", "named", required=True, help="Under which it is kept.")
@together(*_TERMS)
@acting.at_node("The release officer.")
def keep(*, kind: str, named: str, **options: Any) -> Answer:
    """Keep the terms of a release as a draft, a template or a distribution list."""
    terms = _terms(options)
    told = ask(options, "desk.keep", kind=kind, name_=named, terms=terms)
    return Answer(told, _form(told))


@verb(desk, "change")
@click.argument("form", metavar="FORM")
@click.option("--name", "named", default=None, help="Under which it is kept from now on.")
@click.option("--abandon", is_flag=True, help="It is wanted no more; nothing is deleted.")
@together(*_TERMS)
@acting.at_node("The release officer.")
def change(*, form: str, named: str | None, abandon: bool, **options: Any) -> Answer:
    """Change a kept form, or abandon it; terms that are given take the place of all before."""
    terms = _terms(options) or None
    told = ask(options, "desk.change", form=form, name_=named, abandon=abandon, terms=terms)
    return Answer(told, _form(told))


def _terms(options: dict[str, Any]) -> dict[str, Any]:
    """What was typed of the terms, taken out of the options."""
    from sealane.services.exchange.stated_release import recipients

    to, label, reason = options.pop("to"), options.pop("label"), options.pop("reason")
    typed = {one.replace("_", "-"): options.pop(one) for one in STATED}
    typed["also-purpose"] = list(typed["also-purpose"])
    typed |= {"to": list(recipients(to)), "reason": reason}
    typed["label"] = None if label is None else label_text(label)
    return {name: value for name, value in typed.items() if value}


def _form(one: dict[str, Any]) -> str:
    from sealane.services.exchange.release_forms import STATES_JA

    told = STATES_JA[one["state"]] if speaker().lang == "ja" else one["state"]
    return f"{one['id']}  {told}  {visible(one['name'])}  {one['by']}"
