"""The composition root: settings in, a node with its ports out."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sealane.adapters.tilelog import TileLog
    from sealane.agreements.agreement import Agreements


@functools.cache
def agreements() -> Agreements:
    """The agreements that ship with Sealane, parsed once. Raises: Misconfigured `agreement.folder`."""
    from sealane.adapters.agreements import load_agreements
    from sealane.adapters.policy import policy_root

    return load_agreements(policy_root() / "agreements")


def tile_log(place: str) -> AbstractContextManager[TileLog]:
    """Any writer's tile log, in a folder or behind a URL."""
    from sealane.adapters.tilelog import open_tile_log

    return open_tile_log(place)


def write_output(path: str, data: bytes) -> None:
    """A command's result, whole or not at all. Raises: Unavailable `store.write_failed`."""
    from pathlib import Path

    from sealane.adapters.files import write_whole

    write_whole(Path(path), data, mode=0o644)
