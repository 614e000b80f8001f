"""`sealane label`: parse, render, merge, map and access; one call or a batch of lines. Spec:
spec/interfaces.md §1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from sealane import shipped
from sealane.base.errors import Malformed, declare
from sealane.cli import access
from sealane.cli.frame.answer import Answer, read_bytes, verb
from sealane.cli.labels.binding import add_binding
from sealane.cli.labels.stix import add_stix

if TYPE_CHECKING:
    from sealane.agreements.agreement import Agreement
    from sealane.base.values import Instant

MAX_INPUT = 1 << 20
MEMBER = declare(
    "batch.member",
    Malformed,
    "The member {name!r} is missing or of the wrong type.",
    "メンバー {name!r} がないか、型が違います。",
    "Give the verb's inputs as members.",
    "コマンドの入力をメンバーとして書いてください。",
)
MISSING = declare(
    "usage.missing",
    Malformed,
    "{name} is needed.",
    "{name} が必要です。",
    "See `sealane label --help`.",
    "`sealane label --help` を見てください。",
)


@click.group()
def label() -> None:
    """Marks and labels: parse, render, merge, map, decide access by label alone, bind to files."""


add_binding(label)
add_stix(label)
Inputs = dict[str, Any]


def _batch(batch: bool, work: Callable[[Inputs], Any], defaults: Inputs) -> Answer | None:
    """Answer stdin line by line when asked to; the options given stand in for members that a line
    leaves out.
    """
    if not batch:
        return None
    import sys

    from sealane.cli.frame.batch import run

    given = {name: value for name, value in defaults.items() if value is not None}
    run(lambda line: work({**given, **line}))
    sys.exit(0)


def _need(inputs: Inputs, name: str, kind: type = str) -> Any:
    value = inputs.get(name)
    if not isinstance(value, kind):
        raise MEMBER(position=name, name=name)
    return value


def _moment(inputs: Inputs) -> tuple[Instant, bool]:
    """The instant asked for, else the machine's clock; and whether it was asked for."""
    from sealane.base.values import parse_instant

    text = inputs.get("at")
    if text is None:
        return access.machine_now(), False
    return parse_instant(_need(inputs, "at")), True


def _json(path: str | None, name: str) -> Any:
    from sealane.base import canonical

    if path is None:
        raise MISSING(name=name)
    return canonical.parse(read_bytes(path, limit=MAX_INPUT * 16), limit=MAX_INPUT * 16)


def _parse(inputs: Inputs) -> Any:
    from sealane.base.values import parse_instant
    from sealane.labels.nations import SYNTAXES

    at = None if inputs.get("at") is None else parse_instant(_need(inputs, "at"))
    text = inputs.get("text")
    if isinstance(text, (dict, list)) and inputs.get("syntax") == "stix-marking":
        import json

        text = json.dumps(text, ensure_ascii=False)
    if not isinstance(text, str):
        raise MEMBER(position="text", name="text")
    lenient = inputs.get("lenient", False)
    if not isinstance(lenient, bool):
        raise MEMBER(position="lenient", name="lenient")
    syntax = SYNTAXES[_need(inputs, "syntax")]
    reading = syntax.parse(text, shipped.schemes(), at=at, lenient=lenient)
    return {
        "label": reading.label.as_json(),
        "canonical": reading.canonical,
        "notes": [note.as_json() for note in reading.notes],
    }


@verb(label, "parse")
@click.option(
    "--syntax",
    default=None,
    help=(
        "au-header, au-subject, au-document, us-banner, us-portion, us-cui, us-ism, "
        "nato-4774, jp, gb-document, tlp or stix-marking."
    ),
)
@click.option(
    "--lenient", is_flag=True, help="Also accept slips of order and spacing, each flagged."
)
@click.option("--at", default=None, help="The instant of reading, for dated vocabularies.")
@click.option("--batch", is_flag=True, help="NDJSON in (text, syntax, ...), NDJSON out.")
@click.argument("text", required=False)
def parse(
    text: str | None, syntax: str | None, lenient: bool, at: str | None, batch: bool
) -> Answer:
    """The label of a mark (- reads stdin)."""
    inputs: Inputs = {"syntax": syntax, "at": at, "lenient": lenient or None}
    _batch(batch, _parse, inputs)
    if text is None or syntax is None:
        raise MISSING(name="TEXT" if text is None else "--syntax")
    if text == "-":
        text = _stdin_text()
    found = _parse({**inputs, "lenient": lenient, "text": text})
    notes = "".join(f"\n! {note['text']} / {note['text_ja']}" for note in found["notes"])
    return Answer(found, f"{found['canonical']}{notes}")


def _stdin_text() -> str:
    """A mark or document from stdin, without its last line break. Raises: Malformed
    `label.forbidden_character`.
    """
    from sealane.labels.model.errors import FORBIDDEN_CHARACTER

    data = read_bytes("-", limit=MAX_INPUT * 16)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FORBIDDEN_CHARACTER(
            position=error.start, details={"bytes": data[error.start : error.start + 4].hex()}
        ) from None
    return text.removesuffix("\n").removesuffix("\r")


def _render(inputs: Inputs) -> Any:
    from sealane.labels.model.label import label_from_json
    from sealane.labels.nations import SYNTAXES

    syntax = SYNTAXES[_need(inputs, "syntax")]
    return {"text": syntax.render(label_from_json(inputs.get("label")), shipped.schemes())}


@verb(label, "render")
@click.option("--syntax", default=None, help="As for parse.")
@click.option("--batch", is_flag=True, help="NDJSON in (label, syntax), NDJSON out.")
@click.argument("file", required=False)
def render(file: str | None, syntax: str | None, batch: bool) -> Answer:
    """The canonical mark of a label in JSON (- reads stdin)."""
    _batch(batch, _render, {"syntax": syntax})
    if syntax is None:
        raise MISSING(name="--syntax")
    found = _render({"syntax": syntax, "label": _json(file, "LABEL.json")})
    return Answer(found, found["text"])


def _merge(inputs: Inputs) -> Any:
    from sealane.labels.model.label import label_from_json
    from sealane.labels.nations import SYNTAXES, banner
    from sealane.labels.rules.rollup import merge as roll_up
    from sealane.labels.rules.rollup import portions

    schemes = shipped.schemes()
    syntax = inputs.get("syntax")
    at, _ = _moment(inputs)
    labels = []
    for given in portions(_need(inputs, "labels", list)):
        if isinstance(given, str):
            labels.append(SYNTAXES[_need(inputs, "syntax")].parse(given, schemes).label)
        else:
            labels.append(label_from_json(given))
    product = roll_up(labels, schemes, at=at)
    return {"label": product.as_json(), "canonical": banner(product, schemes, syntax)}


@verb(label, "merge")
@click.option("--syntax", default=None, help="The syntax of marking strings and of the banner.")
@click.option("--at", default=None, help="The instant at which groups are opened; default now.")
@click.option("--batch", is_flag=True, help="NDJSON in (labels, syntax, at), NDJSON out.")
@click.argument("file", required=False)
def merge(file: str | None, syntax: str | None, at: str | None, batch: bool) -> Answer:
    """The banner of a product made of these portions: a JSON array of labels, or of marks with
    --syntax.

    An array within the array stands for a part of the product: its portions weigh as if they stood
    alone.
    """
    _batch(batch, _merge, {"syntax": syntax, "at": at})
    found = _merge({"syntax": syntax, "at": at, "labels": _json(file, "LABELS.json")})
    return Answer(found, found["canonical"] or "")


def _map(inputs: Inputs) -> Any:
    from sealane.agreements.mapping import map_label
    from sealane.labels.model.label import label_from_json

    at, _ = _moment(inputs)
    agreement = _agreement(_need(inputs, "agreement"), at)
    return map_label(
        label_from_json(inputs.get("label")),
        agreement,
        _need(inputs, "to"),
        shipped.schemes(),
        at=at,
    ).as_json()


def _agreement(name: str, at: Instant) -> Agreement:

    loaded = shipped.agreements()
    return loaded.at(name, at) or loaded.require(name)


@verb(label, "map")
@click.option("--agreement", default=None, help="The agreement whose table applies.")
@click.option("--to", "to", default=None, help="The policy to map to.")
@click.option("--at", default=None, help="The instant; default now.")
@click.option("--batch", is_flag=True, help="NDJSON in (label, agreement, to, at), NDJSON out.")
@click.argument("file", required=False)
def map_(
    file: str | None, agreement: str | None, to: str | None, at: str | None, batch: bool
) -> Answer:
    """The label under another party's scheme, as the agreement says and no further."""
    _batch(batch, _map, {"agreement": agreement, "to": to, "at": at})
    if agreement is None or to is None:
        raise MISSING(name="--agreement" if agreement is None else "--to")
    found = _map({"agreement": agreement, "to": to, "at": at, "label": _json(file, "LABEL.json")})
    state = "" if found["verified"] else " (unverified / 未検証)"
    return Answer(found, f"{found['label']['classification']}{state}")


def _access(inputs: Inputs) -> Any:
    from sealane.labels.model.clearance import clearance_from_json
    from sealane.labels.model.label import label_from_json
    from sealane.labels.rules.access import access as may

    at, trusted = _moment(inputs)
    person = clearance_from_json(inputs.get("clearance"))
    return may(
        label_from_json(inputs.get("label")), person, shipped.schemes(), at=at, trusted=trusted
    ).as_json()


@verb(label, "access")
@click.option("--clearance", default=None, help="The clearance, as JSON.")
@click.option(
    "--at", default=None, help="A trusted instant; without one no downgrade date is applied."
)
@click.option("--batch", is_flag=True, help="NDJSON in (label, clearance, at), NDJSON out.")
@click.argument("file", required=False)
def access_(file: str | None, clearance: str | None, at: str | None, batch: bool) -> Answer:
    """Whether this clearance may have what this label marks: label and clearance alone."""
    _batch(batch, _access, {"at": at})
    found = _access(
        {"at": at, "clearance": _json(clearance, "--clearance"), "label": _json(file, "LABEL.json")}
    )
    lines = [
        f"{'+' if one['met'] else '-'} {one['text']} / {one['text_ja']}" for one in found["reasons"]
    ]
    return Answer(
        found, "\n".join([found["decision"], *lines]), 0 if found["decision"] == "permit" else 1
    )
