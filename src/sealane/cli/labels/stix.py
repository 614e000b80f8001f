"""`sealane label marked` and `label mark`: the markings on STIX 2.1 objects, read and written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sealane import shipped
from sealane.cli import access
from sealane.cli.frame.answer import Answer, read_bytes, verb

if TYPE_CHECKING:
    from sealane.labels.model.label import Label
    from sealane.labels.model.scheme import Schemes
    from sealane.labels.stix.objects import Marked

MAX_DOCUMENT, MAX_LABEL = 16 << 20, 1 << 20


def add_stix(group: click.Group) -> None:
    """Give the `label` group its verbs for STIX objects."""
    verb(group, "marked")(marked)
    verb(group, "mark")(mark)


@click.option("--at", default=None, help="The instant at which groups are opened; default now.")
@click.argument("file")
def marked(file: str, at: str | None) -> Answer:
    """What the objects of a STIX 2.1 bundle may be shared as: whole, by property, and as a product
    (- reads stdin).
    """
    from sealane.base.values import parse_instant
    from sealane.labels.stix.objects import product_of, read_objects

    schemes = shipped.schemes()
    when = access.machine_now() if at is None else parse_instant(at)
    read = read_objects(read_bytes(file, limit=MAX_DOCUMENT), schemes, at=when)
    found = [_shown(one, schemes) for one in read]
    product = product_of(read, schemes, at=when)
    lines = [f"{one['id']}: {_line(one)}" for one in found]
    return Answer(
        {"objects": found, "product": None if product is None else product.as_json()},
        "\n".join(lines),
    )


def _line(shown: dict[str, Any]) -> str:
    if "error" in shown:
        error = shown["error"]
        return f"- ({error['code']}: {error['message']} / {error['message_ja']})"
    return shown["canonical"] or "- (unmarked: not releasable / 表示なし：開示不可)"


def _shown(marked: Marked, schemes: Schemes) -> dict[str, Any]:
    from sealane.labels.nations import banner

    if marked.error is not None:
        return {"id": marked.id, "error": marked.error.as_json()}

    def text(label: Label | None) -> str | None:
        return None if label is None else banner(label, schemes)

    return {
        "id": marked.id,
        "label": None if marked.label is None else marked.label.as_json(),
        "parts": [
            {
                "selectors": list(part.selectors),
                "lang": part.language,
                "label": None if part.label is None else part.label.as_json(),
                "canonical": text(part.label),
            }
            for part in marked.parts
        ],
        "product": None if marked.product is None else marked.product.as_json(),
        "canonical": text(marked.product),
        "notes": [note.as_json() for note in marked.notes],
    }


@click.option("--label", "label_file", required=True, help="The label, as JSON (- for stdin).")
@click.option(
    "--selector",
    "selectors",
    multiple=True,
    help="Mark this property only, such as description or labels.[0].",
)
@click.option("--out", default=None, help="Write the bundle there; without it it is printed.")
@click.argument("file")
def mark(*, file: str, label_file: str, selectors: tuple[str, ...], out: str | None) -> Answer:
    """Mark one STIX 2.1 object, or properties of it, with a label; the definitions it needs travel
    with it.
    """
    import json

    from sealane.base import canonical
    from sealane.labels.model.label import label_from_json
    from sealane.labels.stix.objects import mark_object

    schemes = shipped.schemes()
    label = label_from_json(canonical.parse(read_bytes(label_file, limit=MAX_LABEL)))
    schemes.check(label)
    data = read_bytes(file, limit=MAX_DOCUMENT)
    text = mark_object(data, label, schemes, selectors=selectors, at=access.machine_now())
    if out is None:
        return Answer(json.loads(text), text)
    access.write_output(out, text.encode("utf-8"))
    return Answer({"written": out}, out)
