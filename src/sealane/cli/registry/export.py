"""`sealane export`: what leaves for a domain of lower protection, held by one person and passed by
another.

Spec: spec/interfaces.md §6; spec/export.md; R36, R37.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sealane.base.errors import Untrusted, declare
from sealane.base.visible import visible
from sealane.cli import access
from sealane.cli.frame import acting
from sealane.cli.frame.answer import Answer, read_bytes, speaker, verb
from sealane.cli.frame.asking import ask
from sealane.cli.frame.beside import sidecar_of, sidecars, uri_of
from sealane.web.words import name_of

MAX_SIDECAR, MAX_SLIP = 1 << 16, 1 << 18

OTHER_FILE = declare(
    "export.other_file",
    Untrusted,
    "The slip is of another file than {file}.",
    "この通過票は {file} のものではありません。",
    "Let nothing in; ask the node that signed it.",
    "受け入れず、署名したノードに照会してください。",
)
_READS = "Who reads: an originator, release officer, second signer, security officer or auditor."


@click.group("export")
def export() -> None:
    """Guarded export: files for a domain of lower protection, checked, held and passed by two."""


@verb(export, "hold")
@click.argument("file", metavar="FILE")
@click.option("--domain", required=True, metavar="NAME", help="Where it is to go.")
@click.option(
    "--reason", default=None, metavar="TEXT", help="Why it may leave although parts are unread."
)
@acting.at_node("An originator or a release officer.")
def hold(*, file: str, domain: str, reason: str | None, **options: Any) -> Answer:
    """Check FILE for its mark and for keywords, and hold it for a second person. Its label may lie
    in it, beside it (FILE.bdo), or be the first and the last line of a text.
    """
    name = "stdin" if file == "-" else Path(file).name
    with access.seekable_input(file) as source:
        told = ask(
            options,
            "exports.hold",
            file=source,
            file_name=name,
            domain=domain,
            reason=reason,
            sidecar=_sidecar(file),
        )
    return _whole(told)


@verb(export, "list")
@click.option("--held", is_flag=True, help="Those alone that wait.")
@click.option("--limit", default=100, show_default=True)
@click.option("--after", default=None, metavar="CURSOR", help="`after` of the page before.")
@acting.at_node(_READS)
def list_(*, held: bool, limit: int, after: str | None, **options: Any) -> Answer:
    """Exports, the newest first."""
    told = ask(options, "exports.list", held=held or None, limit=limit, after=after)
    lines = [_line(one) for one in told["exports"]]
    if told["after"]:
        lines.append(f"--after {told['after']}")
    return Answer(told, "\n".join(lines) or "-")


@verb(export, "show")
@click.argument("number", metavar="ID")
@acting.at_node(_READS)
def show(*, number: str, **options: Any) -> Answer:
    """One export with everything that was found in it."""
    return _whole(ask(options, "exports.show", export=number))


@verb(export, "pass")
@click.argument("number", metavar="ID")
@click.argument("target", metavar="OUT")
@click.option(
    "--reason", default=None, metavar="TEXT", help="Why it may leave although something was found."
)
@click.option("--slip", default=None, metavar="FILE", help="Where the node's signed slip goes.")
@acting.at_node("Another person: a release officer, a second signer or a security officer.")
def pass_(
    *, number: str, target: str, reason: str | None, slip: str | None, **options: Any
) -> Answer:
    """Let a held file leave: the very bytes that were checked go to OUT, with their label beside
    them (OUT.bdo) where it lay beside.
    """
    with access.whole_output(target) as sink:
        told = ask(options, "exports.pass", export=number, reason=reason, sink=sink)
        if told["carrier"] == "sidecar":
            _write_sidecar(target, told)
    if slip is not None:
        access.write_output(slip, ask(options, "exports.show", export=number)["slip"].encode())
    return Answer({**told, "out": target}, _line(told))


@verb(export, "stop")
@click.argument("number", metavar="ID")
@click.option("--reason", required=True, metavar="TEXT", help="Why it stays.")
@acting.at_node("Who held it, or who could pass it.")
def stop(*, number: str, reason: str, **options: Any) -> Answer:
    """Stop a held file: it does not leave."""
    told = ask(options, "exports.stop", export=number, reason=reason)
    return Answer(told, _line(told))


@verb(export, "domains")
@acting.at_node(_READS)
def domains(**options: Any) -> Answer:
    """The domains to which files may leave, and what each may hold."""
    told = ask(options, "exports.domains")
    lang = speaker().lang
    lines = []
    for one in told["domains"]:
        levels = (f"{policy} {'/'.join(names)}" for policy, names in one["ceiling"].items())
        lines.append(f"{one['id']}  {visible(one['name'][lang])}  {visible('  '.join(levels))}")
    return Answer(told, "\n".join(lines) or "-")


@verb(export, "check")
@click.argument("file", metavar="FILE")
@click.option("--slip", required=True, metavar="FILE", help="What the node signed.")
@click.option("--card", required=True, metavar="FILE", help="The node's card.")
def check(*, file: str, slip: str, card: str) -> Answer:
    """Prove with no node that a file is one that was passed: for the guard at the other side."""
    from sealane.base import canonical
    from sealane.crypto import jws
    from sealane.protocol.card import read_card
    from sealane.services.guard.passing import SLIP

    keys = read_card(read_bytes(card, limit=MAX_SLIP)).statement
    data = read_bytes(slip, limit=MAX_SLIP)
    said = canonical.parse(jws.verify_by_suites(data, keys=keys, typ=SLIP).payload)
    state = access.new_hash()
    with access.seekable_input(file) as source:
        while block := source.read(1 << 20):
            state.update(block)
    if state.digest().hex() != said["file"]:
        raise OTHER_FILE(file=file)
    return Answer({**said, "verified": True}, f"{said['export']}  {said['domain']}  {said['at']}")


def _sidecar(file: str) -> str | None:
    """The label beside a file, where one lies there."""
    beside = [] if file == "-" else sidecars(file)
    return read_bytes(str(beside[0][1]), limit=MAX_SIDECAR).decode("utf-8") if beside else None


def _write_sidecar(target: str, told: dict[str, Any]) -> None:
    """Write the label beside the file that leaves, before the file has its name."""
    import base64

    from sealane import shipped
    from sealane.labels.binding.information import write_binding
    from sealane.labels.model.label import label_from_json

    digest = base64.b64encode(bytes.fromhex(told["document"])).decode("ascii")
    beside = sidecar_of(target)
    references = {uri_of(Path(target).name): digest}
    text = write_binding(label_from_json(told["label"]), shipped.schemes(), references)
    access.write_output(str(beside), text.encode())


def _whole(told: dict[str, Any]) -> Answer:
    lang = speaker().lang
    lines = [_line(told)]
    for one in told["findings"]:
        what = name_of(lang, "finding", one["what"])
        word = "" if one["word"] is None else f" {visible(one['word'])}:"
        lines.append(f"  {what}  {visible(one['where'])} {word} {visible(one['excerpt'])}")
    for one in told["unread"]:
        why = name_of(lang, "unread", one["why"])
        lines.append(f"  {name_of(lang, 'finding', 'unread')}  {visible(one['where'])}  {why}")
    return Answer(told, "\n".join(lines))


def _line(told: dict[str, Any]) -> str:
    state = name_of(speaker().lang, "export_state", told["state"])
    mark, name = visible(told["mark"]), visible(told["name"])
    return f"{told['id']}  {state}  {told['domain']}  {mark}  {name}  {told['item']}"
