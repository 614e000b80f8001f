"""Sealing and opening files with a node's keys: what `seal`, `open`
and `item open` have in common.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sealane.base.errors import Malformed, declare
from sealane.cli import access

if TYPE_CHECKING:
    from sealane.labels.model.label import Label
    from sealane.services.node import Node

WHO = declare(
    "person.not_named",
    Malformed,
    "This node has {count} people; say who acts.",
    "このノードには {count} 人います。誰が行うか指定してください。",
    "Give --as PERSON.",
    "--as PERSON を指定してください。",
)


def seal_file(
    folder: str,
    source: str,
    target: str,
    *,
    label: Label,
    profile: str | None,
    to: str | None,
    agreement: str | None,
    purpose: str | None,
    media_type: str,
    passphrase_file: str | None,
) -> dict[str, Any]:
    """Seal for the own node, or for a partner under an agreement; registered, so that its key
    service knows it.
    """
    from sealane.cli.frame.answer import speaker
    from sealane.cli.frame.node_folder import opened
    from sealane.services.exchange import container_files

    with (
        opened(folder, passphrase_file) as site,
        access.seekable_input(source) as file,
        access.whole_output(target) as sink,
    ):
        speaker().progress.reading(file)
        return container_files.seal_to(
            site.node,
            file,
            sink,
            container_files.Sealing(
                label=label,
                profile=profile or "sovereign",
                to=to,
                agreement=agreement,
                purpose=purpose,
                media_type=media_type,
            ),
        )


def open_file(
    folder: str,
    source: str,
    target: str,
    *,
    person: str | None,
    purpose: str,
    passphrase_file: str | None,
) -> dict[str, Any]:
    """Open a container through the key services; the target appears whole or not at all."""
    from sealane.cli.frame.answer import speaker
    from sealane.cli.frame.node_folder import opened
    from sealane.services.exchange import container_files

    with (
        opened(folder, passphrase_file) as site,
        access.seekable_input(source) as file,
        access.whole_output(target) as sink,
    ):
        speaker().progress.reading(file)
        return container_files.open_from(
            site.node, file, sink, person=person or only_person(site.node), purpose=purpose
        )


def only_person(node: Node) -> str:
    """The one person of a node. Raises: Malformed `person.not_named`."""
    with node.store.reading() as tx:
        found = node.records.find(tx, "people", order="id", limit=2)
    if len(found) != 1:
        raise WHO(count="several" if found else "no")
    return str(found[0]["id"])
