"""The containers of a release, all from one reading of the document.

One for each recipient, under a key of its own; and one for this nation alone while a second signer
has still to sign: what goes to a partner opens with both nations' parts alone, and a signer reads
what is to be signed before the partner knows of it.
Spec: R35, R41; spec/exchange.md §4; spec/container.md §3.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import BinaryIO

from sealane.services.exchange.asked_release import Release
from sealane.services.exchange.judged_release import Judgement
from sealane.services.exchange.stray_files import NewNames
from sealane.services.node import Node
from sealane.services.opening import containers


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The containers of a release: one for each recipient, and the one that this nation keeps while
    a second signer has still to read what is in it.
    """

    by_party: dict[str, containers.Packed]
    names: NewNames
    own: containers.Packed | None = None

    @property
    def everything(self) -> list[containers.Packed]:
        return [*self.by_party.values(), *([] if self.own is None else [self.own])]

    @property
    def document(self) -> str | None:
        """SHA-384 of the plaintext that all of them hold."""
        return self.everything[0].document

    @property
    def is_empty(self) -> bool:
        return not self.everything[0].record["plaintext_bytes"]


def sealed_for(
    node: Node,
    asked: Release,
    judgement: Judgement,
    source: BinaryIO,
    stack: ExitStack,
    *,
    kept: bool = False,
) -> Made:
    """A container for each recipient that it goes to, from one reading; they are named once `stack`
    ends well.

    Args:
        kept: whether this nation has a container of its own already.
    """
    names, going = NewNames(node), judgement.going
    cards = [judgement.cards[one.to] for one in going]
    waits = not kept and any(one.waits for one in going)
    spools = [stack.enter_context(node.blobs.adding()) for _ in range(len(going) + waits)]
    size = _size(source)
    for spool in spools:
        spool.expect(size)
    files = [spool.file for spool in spools]
    made = containers.pack_several(
        node,
        source,
        list(zip(files, cards, strict=False)),
        _document(node, asked, judgement, size),
        agreements=judgement.agreements,
        own=files[-1] if waits else None,
    )
    for spool, one in zip(spools, made, strict=True):
        names.keep(spool, one.container)
    by_party = {one.to: packed for one, packed in zip(going, made, strict=False)}
    return Made(by_party=by_party, names=names, own=made[-1] if waits else None)


def _document(
    node: Node, asked: Release, judgement: Judgement, size: int | None
) -> containers.Document:
    return containers.Document(
        label=asked.label,
        agreement=judgement.agreement,
        media_type=asked.media_type,
        profile=asked.profile,
        size=size,
        interop_url=node.interop_url,
        digest=True,
    )


def _size(source: BinaryIO) -> int | None:
    """Bytes to come when the source can tell."""
    if not source.seekable():
        return None
    here, end = source.tell(), source.seek(0, 2)
    source.seek(here)
    return end - here
