"""Beats 2 and 3 of a rewrap: each object asked for is opened under the terms of our own record,
held against that record, and decided.

A share that does not open goes on as a blank one, so that failure and success run the same steps.
Spec: R20, R31, R36; spec/key-access.md §7.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sealane.base import canonical
from sealane.base.errors import SealaneError
from sealane.base.values import Instant
from sealane.labels.model.label import Label
from sealane.ports import Tx
from sealane.protocol.rewrap import Ask, RewrapBody, Wanted
from sealane.sealing.fqn import attributes as attributes_of
from sealane.sealing.fqn import folded
from sealane.sealing.kao import HPKE
from sealane.sealing.keywrap import HYBRID, X_WING, binding_holds
from sealane.services.opentdf.authentication import Authenticated
from sealane.services.opentdf.model import (
    Asked,
    Caller,
    ItemRecord,
    ItemRecords,
    KeyAccess,
    Outcome,
)

HYBRIDS = (HYBRID, X_WING)
"""A share wrapped under one of these leaves under one of these only: a classical client key would
undo it.
"""
BLANK = bytes(32)
"""Stands in for a share that did not open, so that a failure takes the path of a success."""

Terms = tuple[str, tuple[str, str] | None, str, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedShare:
    """A share that opened, or a blank one and `failed`: why it did not, for the record only."""

    share: bytes
    failed: str
    suite: str | None
    kid: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedObject:
    """One policy's shares in the order asked for, and the terms of our record that they were opened
    under.
    """

    ask: Ask
    shares: tuple[OpenedShare, ...]
    bound: bool
    """Whether an envelope of the call is bound to our record's terms."""
    terms: Terms | None

    @property
    def suites(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(share.suite or "-" for share in self.shares))


def open_objects(
    service: KeyAccess, body: RewrapBody, caller: Caller, at: Instant
) -> tuple[OpenedObject, ...]:
    """Beat 2 for every object of a call; no transaction is held while keys are used."""
    bound = any(
        wanted.kao is not None and wanted.kao.type == HPKE
        for ask in body.asks
        for wanted in ask.wanted
    )
    records: list[ItemRecord | None] = [None] * len(body.asks)
    if bound:
        with service.store.reading() as tx:
            records = [record_of(service.records, tx, ask, caller, at) for ask in body.asks]
    return tuple(
        OpenedObject(
            ask=ask,
            shares=tuple(_open(service, ask, wanted, record) for wanted in ask.wanted),
            bound=bound,
            terms=_terms(record),
        )
        for ask, record in zip(body.asks, records, strict=True)
    )


def record_of(
    records: ItemRecords, tx: Tx, ask: Ask, caller: Caller, at: Instant
) -> ItemRecord | None:
    """Our own record by policy uuid; without one, only what an agreement names."""
    if ask.policy is None:
        return None
    record = records.item(tx, ask.policy.uuid)
    if record is not None:
        return record
    names = folded(list(ask.policy.attributes))
    return records.foreign(tx, ask.policy.uuid, names, caller, at)


def unchanged(opened: OpenedObject, record: ItemRecord | None) -> bool:
    """Whether the record still has the terms that the shares were opened under."""
    return not opened.bound or opened.terms == _terms(record)


def _terms(record: ItemRecord | None) -> Terms | None:
    if record is None:
        return None
    return record.policy_uuid, record.agreement, record.label_digest, record.foreign


def _open(service: KeyAccess, ask: Ask, wanted: Wanted, record: ItemRecord | None) -> OpenedShare:
    """Unwrap under the terms of our record and check the binding; success and failure run the same
    steps.
    """
    if wanted.kao is None or ask.policy is None:
        binding_holds(BLANK, "", BLANK)
        return OpenedShare(share=BLANK, failed="key.object_malformed", suite=None, kid=None)
    share, failed, suite = BLANK, "", None
    kid = wanted.kao.kid or None
    try:
        suite = wanted.kao.suite
        info = b""
        if record is not None and not record.foreign:
            info = wanted.kao.info(
                policy_uuid=record.policy_uuid,
                agreement=record.agreement,
                label_digest=record.label_digest,
            )
        share = service.keys.unwrap(suite, wanted.kao.envelope(), info, kid=kid)
    except SealaneError as error:
        share, failed = BLANK, error.code
    holds = binding_holds(share, ask.policy.text, wanted.kao.binding)
    if not failed and not holds:
        failed = "key.binding"
    return OpenedShare(share=share, failed=failed, suite=suite, kid=kid)


def judge_object(
    service: KeyAccess, tx: Tx, opened: OpenedObject, asked: Asked | None, known: Authenticated
) -> list[Outcome]:
    """Beat 3: what was asked against our record, then the agreement's decision, once for all shares
    of the object.

    Args:
        asked: None where there is no record, or where it changed since the shares were opened.
    """
    ask = opened.ask
    # 1. The policy and each object are those that we recorded at sealing or on arrival.
    failures = [
        share.failed or _differs(ask, wanted, asked)
        for share, wanted in zip(opened.shares, ask.wanted, strict=True)
    ]
    # 2. Nothing refuses it whatever the agreement says.
    refused = _refused_before(ask, asked) or _weak_client_key(opened, asked)
    # 3. The agreement permits it; it is asked only about a share that can leave.
    verdict = None
    if asked is not None and not refused and not all(failures):
        verdict = service.decide(tx, asked)
        if not verdict.permit:
            refused = verdict.reason or "decision.refused"
    return [
        Outcome(
            released=not failed and not refused and verdict is not None,
            at=known.at,
            reason=failed or refused,
            request_digest=known.digest,
            caller=known.caller,
            kid=share.kid,
            suite=share.suite,
            policy_uuid=None if ask.policy is None else ask.policy.uuid,
            record=None if asked is None else asked.record,
            verdict=verdict,
        )
        for share, failed in zip(opened.shares, failures, strict=True)
    ]


def _weak_client_key(opened: OpenedObject, asked: Asked | None) -> str:
    if asked is None or asked.hybrid_client:
        return ""
    return "key.client_key_weak" if set(HYBRIDS) & set(opened.suites) else ""


def _differs(ask: Ask, wanted: Wanted, asked: Asked | None) -> str:
    """Why the policy or key access object on the wire is not the recorded one; empty when it is."""
    if asked is None or ask.policy is None or wanted.kao is None:
        return "key.no_record"
    record = asked.record
    if record.foreign:
        return ""
    if canonical.sha384(ask.policy.text.encode()) != record.policy_digest:
        return "key.policy_differs"
    return "" if wanted.kao.digest() in record.kao_digests else "key.object_foreign"


def _refused_before(ask: Ask, asked: Asked | None) -> str:
    """What refuses whatever the agreement says: no attributes, other attributes, a recall, a dissem
    without the caller.
    """
    if asked is None or ask.policy is None:
        return ""
    record = asked.record
    attributes = folded(list(ask.policy.attributes))
    if not attributes:
        return "key.no_attributes"
    if attributes != record.attributes:
        return "key.attributes_differ"
    if record.label is not None and not record.foreign:
        agreement = None if record.agreement is None else record.agreement[0]
        if attributes != _attributes_for(record.label, agreement):
            return "key.attributes_differ"
    if record.recalled:
        return "key.recalled"
    if ask.policy.dissem and asked.caller.subject not in ask.policy.dissem:
        return "key.dissem"
    return ""


@lru_cache(maxsize=4096)
def _attributes_for(label: Label, agreement: str | None) -> frozenset[str]:
    """The attribute set that this label stands for."""
    return folded(attributes_of(label, agreement))
