"""What a key access service knows and asks: its record of an object, its caller, a verdict, and
what is recorded.

Spec: spec/key-access.md §7.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sealane.base.values import Instant
from sealane.labels.model.label import Label
from sealane.ports import Host, Store, Tx
from sealane.protocol.tokens import Issuer, Once
from sealane.sealing.keywrap import KeyProvider
from sealane.services.opentdf.group_commit import Turnstile
from sealane.services.opentdf.turn import Step, Turn
from sealane.services.statements.refusal_limits import Crowd


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRecord:
    """This service's own record of a sealed object, made at sealing or when a verified package
    arrived.

    Digests are SHA-384 hex: `policy_digest` over the base64 policy text, `kao_digests` as
    `KeyAccess.digest` has them. `label` None means an object of a plain OpenTDF peer, which has no
    label here and only its attributes.
    """

    item: str
    policy_uuid: str
    attributes: frozenset[str]
    policy_digest: str
    kao_digests: frozenset[str]
    agreement: tuple[str, str] | None
    label: Label | None
    label_digest: str
    recalled: bool = False
    foreign: bool = False
    provider: str | None = None
    """The party whose item it is; None where the record does not say."""
    terms: Mapping[str, Any] | None = None
    """Of an object of a plain OpenTDF peer: the facts under which the partner named it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who was authenticated, and how: `proof` is `dpop`, `address`, or a word of a direct caller
    such as `mtls`.

    `party` is the partner whose issuer vouched for the caller, under `agreements` only; None: the
    own nation's.
    """

    subject: str
    client: str
    issuer: str
    proof: str
    claims: Mapping[str, Any] = field(default_factory=dict)
    party: str | None = None
    agreements: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One object's opening as the decision sees it; the decision adds what the node knows of the
    caller.
    """

    caller: Caller
    record: ItemRecord
    at: Instant
    purpose: str | None
    fulfillable: tuple[str, ...]
    statement: str | None
    client_key_digest: str
    request_digest: str
    hybrid_client: bool
    suites: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyVerdict:
    """Permit or refuse, the decision's digest, its unmet clauses for the record, and the reader's
    obligations.
    """

    permit: bool
    decision: str | None = None
    clauses: tuple[str, ...] = ()
    reason: str = ""
    obligations: tuple[str, ...] = ()
    partner: str | None = None
    """Whom the opening concerns beside us, as far as it was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One line for the ledger: a share released or refused; identifiers, digests and codes only."""

    released: bool
    at: Instant
    reason: str
    request_digest: str
    caller: Caller | None = None
    policy_uuid: str | None = None
    kid: str | None = None
    suite: str | None = None
    record: ItemRecord | None = None
    verdict: KeyVerdict | None = None

    @property
    def concerns(self) -> str | None:
        """Whom the outcome concerns beside us: the reader's nation as the decision saw it, or that
        vouched for the caller, else the object's provider, which may be ourselves; None where
        nobody is known.
        """
        if self.verdict is not None and self.verdict.partner is not None:
            return self.verdict.partner
        if self.caller is not None and self.caller.party is not None:
            return self.caller.party
        return None if self.record is None else self.record.provider


class ItemRecords(Protocol):
    """The lookups behind key access."""

    def item(self, tx: Tx, policy_uuid: str) -> ItemRecord | None:
        """Our own record, as of this transaction."""
        ...

    def foreign(
        self, tx: Tx, policy_uuid: str, attributes: frozenset[str], caller: Caller, at: Instant
    ) -> ItemRecord | None:
        """A record for an object without one, only when an agreement in force names such objects;
        else None.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyAccess:
    """A key access service: its address, its keys, and what it asks before a key leaves.

    Args:
        origin: scheme, host and port, as clients call it; proofs are compared with it.
        issuers: who is trusted at this instant; a partner's issuer only under its agreement in
            force.
        once: as `Turn` has it.
        held: `records` for whoever has the turn; None: as they are.
        begin: told when a turn begins.
        record: makes the ledger entries, one an outcome, in order; they are durable when the
            transaction is.
    """

    origin: str
    host: Host
    store: Store
    keys: KeyProvider
    records: ItemRecords
    issuers: Callable[[Instant], Mapping[str, Issuer]]
    once: Callable[[Tx, Sequence[Once], Instant], Sequence[bool]]
    decide: Callable[[Tx, Asked], KeyVerdict]
    record: Callable[[Tx, Sequence[Outcome]], None]
    held: ItemRecords | None = None
    begin: Callable[[], None] = lambda: None
    crowd: Crowd = field(default_factory=Crowd)
    durably: Callable[[Step[Outcome]], Any] = field(init=False, repr=False, compare=False)
    """One atomic step, shared with those that come at the same time: durable when this returns, or
    nothing happened.
    """

    def __post_init__(self) -> None:
        turn = Turn(self.host, self.begin, self.once, self.record)
        object.__setattr__(self, "durably", Turnstile(self.store, turn).commit)
