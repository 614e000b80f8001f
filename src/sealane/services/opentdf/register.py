"""Key access on the node's own register and ledger: a row becomes the record, an outcome becomes an
entry.

What a stranger sent stands in an entry only where it has the shape of an identifier; everything
else is a digest.
Spec: R57; spec/key-access.md §7.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from sealane.base.errors import Malformed
from sealane.base.values import Instant, format_instant, identifier
from sealane.labels.model.label import Label, label_from_json
from sealane.ledger import entries
from sealane.ports import Host, Log, Records, Tx
from sealane.registry.records import EntryRef, Given
from sealane.sealing.fqn import attributes, folded
from sealane.services import holding
from sealane.services.deciding.request import shut
from sealane.services.opentdf.model import Caller, ItemRecord, Outcome
from sealane.services.statements.journal import shared


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Objects of plain OpenTDF peers that an agreement in force names, by the only thing they
    carry: attributes.
    """

    agreement: tuple[str, str]
    attributes: frozenset[str]
    label: Label | None = None
    facts: Mapping[str, Any] | None = None
    """Area, purposes, project, time limit and provider, as the partner stated them."""


def item_record(row: Given) -> ItemRecord:
    """This service's record of an item, from its register row and the digests kept at sealing or on
    arrival.
    """
    label = label_from_json(row.label)
    agreement = (str(row.agreement), str(row.agreement_digest)) if row.agreement else None
    sealed = row.sealed
    return ItemRecord(
        item=str(row.id),
        policy_uuid=str(row.policy_uuid),
        label=label,
        label_digest=label.digest(),
        attributes=folded(attributes(label, agreement[0] if agreement else None)),
        policy_digest=str(sealed["policy"]),
        kao_digests=frozenset(sealed["key_access"].values()),
        agreement=agreement,
        recalled=shut(row),
        provider=row.provider,
    )


@dataclass(frozen=True, slots=True)
class RegisterRecords:
    """`ItemRecords` on the register; `named` gives what the agreements in
    force name at an instant.
    """

    register: Records
    named: Callable[[Tx, Instant], Sequence[Named]]

    def item(self, tx: Tx, policy_uuid: str) -> ItemRecord | None:
        """Our own record, as of this transaction."""
        row = holding.given_by_policy(self.register, tx, policy_uuid)
        return None if row is None else item_record(row)

    def foreign(
        self, tx: Tx, policy_uuid: str, names: frozenset[str], caller: Caller, at: Instant
    ) -> ItemRecord | None:
        """A record for an object without one, when one agreement names every attribute of it; else
        None.
        """
        for one in self.named(tx, at):
            if names and names <= one.attributes:
                return ItemRecord(
                    item="foreign",
                    policy_uuid=policy_uuid,
                    attributes=names,
                    policy_digest="",
                    kao_digests=frozenset(),
                    agreement=one.agreement,
                    label=one.label,
                    label_digest="",
                    foreign=True,
                    terms=one.facts,
                    provider=None if one.facts is None else one.facts.get("provider"),
                )
        return None


def entry_of(outcome: Outcome) -> tuple[str, dict[str, Any]]:
    """The entry kind and fields of one share released or refused. Spec: docs/ledger-entries.md."""
    record, verdict = outcome.record, outcome.verdict
    fields: dict[str, Any] = {
        "outcome": "released" if outcome.released else "refused",
        "statement": outcome.request_digest,
        "reason": outcome.reason or None,
        "decision": verdict.decision if verdict else None,
        "actor": _shaped(outcome.caller.subject) if outcome.caller else None,
        "policy": _shaped(outcome.policy_uuid),
        "kid": _shaped(outcome.kid),
        "peer": outcome.caller.party if outcome.caller else None,
    }
    if record is not None:
        fields |= {"object": _shaped(record.item), "label_digest": record.label_digest or None}
        if record.agreement is not None:
            fields |= {"agreement": record.agreement[0], "agreement_digest": record.agreement[1]}
    if outcome.released:
        return "key.released", fields | {"suite": outcome.suite}
    return "key.refused", fields | {
        "clauses": list(verdict.clauses)[:256] if verdict and verdict.clauses else None
    }


@dataclass(frozen=True, slots=True)
class Recorder:
    """Writes outcomes to the internal log, and without the person to the log that is kept with the
    partner that they concern, where there is one.

    What is about an item of the register also stands in that item's history.
    """

    node: str
    host: Host
    internal: Log
    shared: Callable[[Tx, str, str | None], Log | None]
    """The log kept under an agreement with the partner of an outcome; None where there is none."""
    register: Records
    together: Callable[[Tx], AbstractContextManager[object]]
    """As a store has it."""

    def __call__(self, tx: Tx, outcomes: Sequence[Outcome]) -> None:
        """One entry an outcome and log, in order; durable with `tx`."""
        told = [(*entry_of(outcome), outcome) for outcome in outcomes]
        entropy = self.host.entropy(2 * len(told) * entries.SALT)  # once: each call is a wait
        salts = (entropy[at : at + entries.SALT] for at in range(0, len(entropy), entries.SALT))
        lines: dict[tuple[str, str | None], list[bytes]] = {}
        for kind, fields, outcome in told:
            if "agreement" in fields:
                kept_with = (fields["agreement"], outcome.concerns)
                line = self._made(kind, outcome, shared(fields), next(salts))
                lines.setdefault(kept_with, []).append(line)
        inner = [self._made(kind, outcome, fields, next(salts)) for kind, fields, outcome in told]
        logs = [(self.shared(tx, *kept_with), made) for kept_with, made in lines.items()]
        with self.together(tx):
            for log, made in logs:
                if log is not None:
                    log.append(tx, made)
            first = self.internal.append(tx, inner)
            self.register.entry_refs.add_all(
                tx,
                [
                    self._ref(index, kind, outcome, outcome.record)
                    for index, (kind, _, outcome) in enumerate(told, first)
                    if outcome.record is not None and not outcome.record.foreign
                ],
            )

    def _ref(self, index: int, kind: str, outcome: Outcome, record: ItemRecord) -> EntryRef:
        at = format_instant(outcome.at)
        return EntryRef(
            origin=self.internal.origin, index=index, kind=kind, item=record.item, at=at
        )

    def _made(self, kind: str, outcome: Outcome, fields: Mapping[str, Any], salt: bytes) -> bytes:
        return entries.make(kind, outcome.at, salt, node=self.node, **fields)


def _shaped(text: str | None) -> str | None:
    try:
        return None if text is None else identifier(text)
    except Malformed:
        return None
