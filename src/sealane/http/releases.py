"""`POST /api/v1/releases`: what `sealane release` does, for a program with a person's token.

A multipart body: `release`, a JSON object whose members have the command's option names, and
`file`. The officer is whoever the token is of. `Idempotency-Key` makes a repeated call harmless.
Spec: spec/openapi.yaml; spec/interfaces.md §5.
"""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from sealane.base import canonical
from sealane.base.errors import Malformed, declare
from sealane.registry.who_may import Act
from sealane.services.exchange import outbox, release, stated_release
from sealane.services.exchange.released_answer import answer
from sealane.services.node import Node
from sealane.services.register import acts, keyed
from sealane.services.register.acts import Actor

MAX_TERMS = 1 << 20
TEXTS = ("agreement", "until", "originator", "second", "project", "committee", "title")
MEMBERS = frozenset(
    {
        "to",
        "each",
        "label",
        "purpose",
        "also-purpose",
        "area",
        "kind",
        "profile",
        "reference",
        *TEXTS,
    }
)

BAD_RELEASE = declare(
    "api.release",
    Malformed,
    "The release is not as the specification has it: {member}.",
    "提供の内容が仕様と異なります：{member}。",
    "Send `release`, a JSON object, and `file`, as multipart/form-data; `to` is a list.",
    "multipart/form-data で `release`（JSON）と `file` を送ってください。`to` は配列です。",
)


@dataclass(frozen=True, slots=True)
class Posted:
    """A release as it was posted: its terms, the file with its name, and the caller's key."""

    stated: bytes
    name: str
    file: BinaryIO
    key: str | None = None


def made(node: Node, who: Actor, sent_in: Posted) -> dict[str, Any]:
    """Release, deliver what can be delivered now, and answer as the command does. With a key the
    same again gives the same item, whatever became of the first call.

    Raises: Malformed `api.release`, `api.key`, `json.*`; Conflict `api.key_reused`; and as
    `release.release`.
    """
    terms = canonical.parse(sent_in.stated, limit=MAX_TERMS)
    asked, file = _asked(node, who, terms, sent_in.name), sent_in.file
    if sent_in.key is not None:
        with node.store.reading() as tx:
            acts.require(node, tx, Act.RELEASE, who)
        content = hashlib.file_digest(file, "sha384").hexdigest()  # type: ignore[arg-type]
        file.seek(0)
        held = keyed.hold(node, who, sent_in.key, canonical.digest([terms, sent_in.name, content]))
        asked = replace(asked, reference=asked.reference or f"key-{held[:40]}")
    released = release.release(node, asked, file)
    sent = outbox.deliver_at_once(node, item=released.item)
    return answer(node, released, sent, asked)


def _asked(node: Node, who: Actor, stated: Any, name: str) -> release.Release:
    terms = _checked(stated)
    to = stated_release.recipients(terms["to"])
    with node.store.reading() as tx:
        agreement = stated_release.agreement_of(node, tx, terms.get("agreement"), to)
        originator = terms.get("originator") or stated_release.holder(node, tx, "originator")
    return release.Release(
        label=stated_release.label_of(node, terms["label"]),
        to=to,
        each=terms.get("each", False),
        agreement=agreement,
        area=terms["area"],
        purpose=terms["purpose"],
        purposes=tuple(dict.fromkeys((terms["purpose"], *terms.get("also-purpose", ())))),
        until=stated_release.until_of(node, terms.get("until")),
        originator=originator,
        officer=str(who.person),
        proof=who.proof,
        second=terms.get("second"),
        kind=terms.get("kind", "file"),
        project=terms.get("project"),
        committee=terms.get("committee"),
        title=terms.get("title") or name,
        media_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
        reference=terms.get("reference"),
        profile=terms.get("profile", "sovereign"),
    )


def _checked(stated: Any) -> Mapping[str, Any]:
    """The members, each of its type. Raises: Malformed `api.release`, naming the first that is
    wrong.
    """
    if not isinstance(stated, dict):
        raise BAD_RELEASE(member="release")
    if unknown := sorted(set(stated) - MEMBERS):
        raise BAD_RELEASE(member=unknown[0])
    good = {
        "to": _texts(stated.get("to")),
        "label": isinstance(stated.get("label"), str | dict),
        "purpose": isinstance(stated.get("purpose"), str),
        "area": isinstance(stated.get("area"), str),
        "each": isinstance(stated.get("each", False), bool),
        "also-purpose": _texts(stated.get("also-purpose", [])),
        **{
            name: isinstance(stated.get(name, ""), str) for name in ("kind", "profile", "reference")
        },
        **{name: isinstance(stated.get(name), str | None) for name in TEXTS},
    }
    for member, right in good.items():
        if not right:
            raise BAD_RELEASE(member=member)
    return stated


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)
