"""Sealing and opening files with a node's keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sealane.cli import access
from sealane.cli.frame import acting
from sealane.cli.frame.answer import speaker
from sealane.cli.frame.node_folder import opened

if TYPE_CHECKING:
    from sealane.labels.model.label import Label


class Naming(NamedTuple):
    """Who is named as the one who acts, and the file with the token that proves it."""

    person: str | None
    token_file: str | None


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
    named: Naming,
    passphrase_file: str | None,
) -> dict[str, Any]:
    """Seal for the own node, or for a partner under an agreement; registered, so that its key
    service knows it.
    """
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
                actor=acting.who_or_keystore(site, *named),
            ),
        )


def open_file(
    folder: str,
    source: str,
    target: str,
    *,
    purpose: str,
    named: Naming,
    passphrase_file: str | None,
) -> dict[str, Any]:
    """Open a container through the key services; the target appears whole or not at all."""
    from sealane.services.exchange import container_files

    with (
        opened(folder, passphrase_file) as site,
        access.seekable_input(source) as file,
        access.whole_output(target) as sink,
    ):
        speaker().progress.reading(file)
        return container_files.open_from(
            site.node, file, sink, person=acting.who(site, *named), purpose=purpose
        )
