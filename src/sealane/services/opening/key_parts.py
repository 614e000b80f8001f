"""Each nation's part of an item's key: whose service holds which, and this node's share of it.

Key services answer from this node's own record of the item (`ItemTerms`), never from the asker's;
a part of the key is named (`sid`) by the party whose service holds it.
Spec: spec/container.md §4, §5; R31, R56, R62.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import BinaryIO

from sealane.agreements.loaded import Agreements
from sealane.base.errors import Conflict, Untrusted, declare
from sealane.labels.model.label import Label, label_from_json
from sealane.registry.records import Given
from sealane.sealing import container as containers
from sealane.sealing import origin, terms
from sealane.sealing.container import Container
from sealane.sealing.kao import KeyAccessObject, key_access_from_json, unwrap_key_access
from sealane.services.node import Node

PAGE = 500

OTHER_TERMS = declare(
    "container.other_terms",
    Untrusted,
    "The container was sealed under other terms than stated: {what}.",
    "コンテナが示された条件と異なる条件で封緘されています：{what}。",
    "Refuse it and tell the originator.",
    "受け取りを拒み、作成国に知らせてください。",
)
NO_SHARE = declare(
    "key.no_share",
    Conflict,
    "The container holds no key part for {party}.",
    "コンテナに {party} 向けの鍵の分割片がありません。",
    "Ask the originator to seal it again for both nations.",
    "両国向けに封緘し直すよう作成国に求めてください。",
)
IN_USE = declare(
    "key.in_use",
    Conflict,
    "{count} items held here are still wrapped to the key {kid}.",
    "ここで保有する {count} 件の項目がまだ鍵 {kid} で包まれています。",
    "Re-wrap or recall them first; with --force they never open again.",
    "先に包み直すか回収してください。--force を付けると二度と開けません。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemTerms:
    """What a node recorded of an item: the only facts its key service builds `info` from."""

    policy_uuid: str
    agreement: tuple[str, str] | None
    label: Label

    @classmethod
    def of(cls, row: Given) -> ItemTerms:
        """From a register row with `policy_uuid`, `agreement`, `agreement_digest` and `label`."""
        agreement = (str(row.agreement), str(row.agreement_digest)) if row.agreement else None
        return cls(
            policy_uuid=str(row.policy_uuid),
            agreement=agreement,
            label=label_from_json(row.label),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyAccessView:
    """A container's key parts by the party whose service holds each."""

    container: Container

    def part(self, party: str) -> KeyAccessObject:
        """The party's part, or the only one of an
        undivided key. Raises: Conflict `key.no_share`.
        """
        for part in self.container.manifest.key_access:
            if part.sid in (party, ""):
                return part
        raise NO_SHARE(party=party)

    @property
    def undivided(self) -> bool:
        """Whether one key service, the originator's, holds the
        whole key: an `interop` container.
        """
        return set(self.container.parts()) == {""}

    def others(self, party: str) -> tuple[str, ...]:
        """The other nations whose services hold a part; none of an undivided key."""
        sids = (part.sid for part in self.container.manifest.key_access)
        return tuple(sid for sid in dict.fromkeys(sids) if sid not in (party, ""))

    def digest_for(self, party: str) -> str:
        """The digest of a party's key access object, as both nations recorded it."""
        return self.part(party).digest()


def manifest_of(source: BinaryIO) -> KeyAccessView:
    """The key parts of a container. Raises: Malformed, Untrusted `container.*`."""
    return KeyAccessView(container=containers.read(source))


def own_share(node: Node, view: KeyAccessView, row: Given) -> bytes:
    """This node's share of an item, by its own record of the terms; the policy binding is checked.

    Raises: Untrusted `key.unwrap_failed`: whatever does not fit the record; Conflict
    `key.no_share`.
    """
    return _share(node, view, ItemTerms.of(row))


def sealed_share(node: Node, view: KeyAccessView, row: Given) -> bytes:
    """This node's share under the label that the recorded container was sealed with, for sealing it
    anew.

    The register's label may be another by now: then nothing opens until it is sealed anew.
    Raises: Untrusted `container.other_terms`: this is not the recorded container; as `own_share`.
    """
    claims = origin.read(view.container.manifest)
    if claims.seal_digest != row.sealed["seal"]:
        raise OTHER_TERMS(what="its seal")
    return _share(node, view, replace(ItemTerms.of(row), label=claims.label))


def _share(node: Node, view: KeyAccessView, held: ItemTerms) -> bytes:
    return share_in(node, view.part(node.party), view.container.manifest.policy.text, held)


def require_suites(node: Node, view: KeyAccessView, row: Given, agreements: Agreements) -> None:
    """Silence while the item's agreement allows every suite of its key now; re-wrapping alone does
    without this question.

    Raises: Refused `container.suite_not_allowed`. Spec: R62.
    """
    if not row.agreement:
        return
    at = node.host.now()
    governing = agreements.at(str(row.agreement), at)
    if governing is not None:
        terms.check_container(view.container, governing, at)


def provider_share(node: Node, row: Given, agreements: Agreements | None = None) -> bytes:
    """`own_share` from the container this node holds, or from the part that a holder told when it
    passed the item on; for an opening with `require_suites` before it.

    Raises: as `own_share` and `require_suites`; NotFound: the container is not here.
    """
    if row.part is not None:
        return _recorded_share(node, row, agreements)
    with node.blobs.read(str(row.container)) as source:
        view = manifest_of(source)
        if agreements is not None:
            require_suites(node, view, row, agreements)
        return own_share(node, view, row)


def _recorded_share(node: Node, row: Given, agreements: Agreements | None) -> bytes:
    """This node's share of what a holder sealed anew, by the part that stands in the register."""
    assert row.part is not None
    part = key_access_from_json(row.part["key_access"])
    governing = None if agreements is None else agreements.at(row.agreement, node.host.now())
    if governing is not None:
        terms.check_suites([part.suite], governing, node.host.now())
    return share_in(node, part, row.part["policy"], ItemTerms.of(row))


def share_in(node: Node, part: KeyAccessObject, policy: str, held: ItemTerms) -> bytes:
    """This node's share in one key access object, in its container or apart from it. Raises:
    Untrusted `key.unwrap_failed`: it was not sealed to us under these terms.
    """
    info = part.info(
        policy_uuid=held.policy_uuid, agreement=held.agreement, label_digest=held.label.digest()
    )
    return unwrap_key_access(part, policy, node.keys, info=info)


def wrapped_to(node: Node, kid: str) -> list[str]:
    """Before a key dies: the items, not recalled, of which a container here names it, in order of
    id.

    Files sealed without an agreement are not kept here. Spec: R62; spec/container.md §5.
    """
    items: list[str] = []
    after = None
    while True:
        with node.store.reading() as tx:
            rows = node.records.items.find(tx, order="id", limit=PAGE, after=after, recalled=None)
            held = {
                row.id: node.records.containers.column(tx, "container", item=row.id) for row in rows
            }
            parts = {row.id: node.records.onwards.column(tx, "part", item=row.id) for row in rows}
        items += [
            item
            for item, files in held.items()
            if any(_names_key(node, one, kid) for one in files)
            or any(one and one["key_access"].get("kid") == kid for one in parts[item])
        ]
        if len(rows) < PAGE:
            return items
        after = rows[-1].id


def _names_key(node: Node, container: str, kid: str) -> bool:
    if not node.blobs.has(container):
        return False
    with node.blobs.read(container) as source:
        parts = manifest_of(source).container.manifest.key_access
    return any(part.kid == kid for part in parts)
