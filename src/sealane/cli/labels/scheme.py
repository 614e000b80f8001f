"""`sealane scheme`: check a scheme's file, list what is loaded. Spec: spec/interfaces.md §1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sealane import shipped
from sealane.cli import access
from sealane.cli.frame.answer import Answer, read_bytes, verb

if TYPE_CHECKING:
    from sealane.labels.model.scheme import Scheme

MAX_FILE = 4 << 20


@click.group()
def scheme() -> None:
    """Marking schemes: national policies as data."""


def _summary(scheme: Scheme) -> dict[str, Any]:
    return {
        "id": scheme.id,
        "name": dict(scheme.name),
        "oid": scheme.oid,
        "country": scheme.country,
        "version": scheme.version,
        "status": scheme.status,
        "syntaxes": list(scheme.syntaxes),
        "levels": [
            {
                "name": level.name,
                "order": level.order,
                "branch": level.branch,
                "obsolete": level.obsolete,
                "source": level.origin.source,
                "status": level.origin.status,
            }
            for level in scheme.levels
        ],
        "sources": [
            {"id": source.id, "title": source.title, "status": source.status}
            for source in scheme.sources
        ],
    }


@verb(scheme, "list")
def list_() -> Answer:
    """Every loaded scheme: its id, levels, sources and how well each was seen."""

    loaded = shipped.schemes()
    data = {"schemes": [_summary(one) for one in loaded.values()]}
    lines = [
        f"{one.id}  {one.name['en']} / {one.name['ja']}  [{one.status}]\n"
        f"    {', '.join(level.name for level in one.levels)}"
        for one in loaded.values()
    ]
    return Answer(data, "\n".join(lines))


@verb(scheme, "check")
@click.argument("file")
def check(file: str) -> Answer:
    """Load a scheme file (TOML or Open XML SPIF 1.0 to 3.0) beside the others; run its vectors."""
    from sealane.labels.model.errors import SCHEME_VECTOR
    from sealane.labels.sources.vectors import verify_vectors

    one, loaded = shipped.scheme_beside(read_bytes(file, limit=MAX_FILE), file)
    wrong = verify_vectors(one, loaded)
    if wrong:
        raise SCHEME_VECTOR(file=file, number=wrong[0].split(" ")[1], why="; ".join(wrong)[:400])
    values = sum(len(tag.values) for tag in one.tags)
    data = {
        "id": one.id,
        "name": dict(one.name),
        "counts": {
            "levels": len(one.levels),
            "tags": len(one.tags),
            "values": values,
            "sources": len(one.sources),
        },
        "vectors": {"run": len(one.vectors), "failed": 0},
        "findings": list(one.findings),
    }
    text = (
        f"{one.id}: {len(one.levels)} levels, {len(one.tags)} tags, {values} values, "
        f"{len(one.vectors)} vectors hold"
    )
    return Answer(data, "\n".join([text, *(f"! {finding}" for finding in one.findings)]))


@verb(scheme, "docs")
@click.option("--out", default=None, help="Write there; without it the text is printed.")
def docs(out: str | None) -> Answer:
    """docs/labels.md: levels, marks in both scripts, categories, groups and sources, from the
    loaded schemes.
    """
    from sealane.labels.sources.handbook import handbook

    text = handbook(shipped.schemes())
    if out is None:
        return Answer({"text": text}, text.rstrip("\n"))
    access.write_output(out, text.encode("utf-8"))
    return Answer({"written": out}, f"{out}: {len(text.splitlines())} lines")
