"""The keys that sign an agreement or a notice about one: a party's key file, or a node's folder.

A key file is its holder's own matter. With a node's keys people sign in their nation's name, and
the node's table of who may is asked.
Spec: spec/agreement.md §6; docs/who-may.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sealane.cli import access
from sealane.cli.frame import acting, passphrase
from sealane.cli.frame.answer import USAGE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sealane.crypto.keys import Signer


def signing_keys(key: Path, agreement: str, options: Mapping[str, Any]) -> Sequence[Signer]:
    """The statement keys, for one signature about this agreement.

    Raises: NotFound `agreement.key_file`; Misconfigured `keystore.sealed`; Malformed `usage.wrong`:
    people are named for a key file; as `acting.two` and `enrolment.signing_keys`.
    """
    from sealane.cli.frame.node_folder import opened
    from sealane.services.register import enrolment

    if key.is_dir():
        access.party_publics(key)  # a folder without keys is no node's
        with opened(str(key), options["passphrase_file"]) as site:
            return enrolment.signing_keys(site.node, agreement, by=acting.two(site, options))
    if options["person"] is not None or options["second"] is not None:
        raise USAGE(
            why="--as and --second are for a node's folder",
            why_ja="--as と --second はノードのフォルダーとともに使います",
            command="sealane agreement",
        )
    return access.party_signers(key, passphrase.read(options["passphrase_file"]))
