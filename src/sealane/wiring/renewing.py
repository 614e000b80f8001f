"""The keys of a node renewed, on a node that runs or stands still: one way for every role.

New keys are made beside the old in the keystore, where they count for nothing; the next card puts
them on record, and goes to every partner by itself. A process that serves the node reads both anew.
Spec: docs/operators.md §Renew every key; R62.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sealane.adapters import nodefolder
from sealane.adapters.key_making import RenewedKey
from sealane.adapters.keys import WRAPPING
from sealane.base.errors import Malformed, declare
from sealane.ports import Host
from sealane.protocol.card import Card
from sealane.services.dialogue import alarms
from sealane.services.register import renewal
from sealane.services.statements.journal import record
from sealane.wiring.cards import stated, terms_of
from sealane.wiring.machines import tell_keys
from sealane.wiring.site import Site, opened_site

ROLES = {
    "tls": ("tls",),
    "statement": ("statement",),
    "head": ("head",),
    "log": ("log",),
    "witness": ("witness", "mirror"),
    "kas": ("kas",),
}
"""What can be renewed, and the roles of its keys: a witness mirrors too."""
ALL = "all"

NO_ROLE = declare(
    "key.no_role",
    Malformed,
    "{role!r} is no role of keys.",
    "{role!r} という鍵の役割はありません。",
    "Name one of: {known}.",
    "次のいずれかを指定してください：{known}。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """What a renewal made, and who hears of it."""

    card: Card
    keys: tuple[RenewedKey, ...]
    told: tuple[str, ...]
    by_hand: tuple[str, ...]
    incidents: Mapping[str, str] = field(default_factory=dict)
    """Of a key that was compromised: the cases that tell the partners, by party."""

    def as_json(self) -> dict[str, Any]:
        return {
            "card": self.card.number,
            "fingerprint": self.card.fingerprint(),
            "keys": [
                {
                    "role": one.role,
                    "suite": one.suite,
                    "kid": one.kid,
                    "kept": one.kept,
                    "until": one.until,
                }
                for one in self.keys
            ],
            "told": list(self.told),
            "by_hand": list(self.by_hand),
            "incidents": dict(self.incidents),
        }


def renew(
    folder: Path,
    passphrase: bytes,
    role: str = ALL,
    *,
    suites: Sequence[str] = WRAPPING,
    compromised: str | None = None,
    host: Host | None = None,
) -> Renewal:
    """Give a role, or all, new keys. Raises: as `renew_site`; Misconfigured `node.missing`,
    `keystore.*`.
    """
    with opened_site(folder, passphrase, host=host) as site:
        return renew_site(site, role, suites=suites, compromised=compromised)


def renew_site(
    site: Site,
    role: str = ALL,
    *,
    suites: Sequence[str] = WRAPPING,
    compromised: str | None = None,
) -> Renewal:
    """The same at an open node.

    Args: compromised: what happened to the old ones; an incident tells every partner, in the step
    that puts the new ones on record.
    Raises: Malformed `key.no_role`; Unavailable `node.in_doubt`, `node.behind`,
    `store.write_failed`, `hsm.failed`.
    """
    node, settings = site.node, site.node.settings
    wanted = list(ROLES) if role == ALL else [role]
    if unknown := [one for one in wanted if one not in ROLES]:
        raise NO_ROLE(role=unknown[0][:40], known=", ".join([*ROLES, ALL]))
    roles = {name for one in wanted for name in ROLES[one]}
    with node.store.writing() as tx:
        node.require_current(tx)
        newest = renewal.begin(node, tx)
    made = site.keys.renew(roles, node.host, terms_of(settings), suites)
    card = stated(_next(site, newest, roles), site.keys, terms_of(settings))
    with node.store.writing() as tx:
        for one in made:
            told = {"kid": one.kid, "suite": one.suite, "role": one.role, "until": one.until}
            record(node, tx, "key.born", **told)
            record(node, tx, "key.rotated", kids=[one.kept], **told)
        heard = renewal.succeed(node, tx, card)
        tell_keys(settings, node.records, tx, site.keys, node.host)
        told_of = (
            {}
            if compromised is None
            else alarms.key_compromised(node, tx, f"{', '.join(wanted)}: {compromised}")
        )
    if "tls" in roles:
        nodefolder.put_certificate(site.folder, card.tls)
    return Renewal(
        card=node.own_card(),
        keys=tuple(made),
        told=heard.told,
        by_hand=heard.by_hand,
        incidents=told_of,
    )


def _next(site: Site, newest: Card, roles: set[str]) -> Card:
    """The newest card with the newest keys of these roles, and the addresses of now."""
    keys, settings = site.keys, site.node.settings
    changed: dict[str, Any] = {"url": settings.peer_origin, "opentdf": settings.kas_origin}
    for role in roles & {"statement", "head"}:
        changed[role] = tuple(key.public for key in keys.signers(role))
    for role in roles & {"log", "witness", "mirror"}:
        changed[role] = keys.signers(role)[0].public
    if "kas" in roles:
        changed["kas"] = keys.kas_publics()
    if "tls" in roles:
        changed["tls"] = nodefolder.new_certificate(settings, keys, site.node.host)
    return replace(newest, **changed)
