"""Put the ledger of one agreement with one partner together from a node's keys and the partner's
card: publisher, witness, mirror, board.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sealane.crypto.keys import PublicKey, Signer
from sealane.ledger.log import note
from sealane.ledger.log.checkpoint import NoteSigner
from sealane.ledger.log.note import VerifierKey
from sealane.ports import Anchor, Host, Log, Store, Tx, WitnessBook
from sealane.services.ledgers.mirror import Mirror
from sealane.services.ledgers.pair import Partnership
from sealane.services.ledgers.publisher import Publisher
from sealane.services.ledgers.witness import OnConflict, Witness

_LOG = {"Ed25519": note.ED25519, "ML-DSA-44": note.COSIGN_MLDSA44}
_COSIGNER = {"Ed25519": note.COSIGN_ED25519, "ML-DSA-44": note.COSIGN_MLDSA44}


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnKeys:
    """This node's signing keys by role; a key has one role, and mirror and witness differ."""

    log: Sequence[Signer]
    witness: Sequence[Signer]
    mirror: Sequence[Signer] = ()
    head: Sequence[Signer] = ()
    ever: Sequence[PublicKey] = ()
    """Every log key that this node had: heads that it signed long ago are its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerKeys:
    """The partner's public keys by role, from all its cards, newest first."""

    log: Sequence[PublicKey]
    witness: Sequence[PublicKey]
    mirror: Sequence[PublicKey] = ()
    log_in_force: Sequence[PublicKey] | None = None
    """Those of `log` that have not ended; None: all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where the ledger lives."""

    store: Store
    book: WitnessBook
    host: Host
    anchor: Anchor
    own: Log
    partner: Log
    """The mirror's log, of the partner's origin."""
    may_sign: Callable[[Tx], None] = lambda _: None
    """Raises while this node may be older than what it said: then no head is signed or cosigned."""


def connect(
    ports: Ports,
    nodes: tuple[str, str],
    own: OwnKeys,
    partner: PartnerKeys,
    on_conflict: OnConflict | None = None,
) -> Partnership:
    """Both halves for one agreement with one partner.

    Args:
        nodes: the names of this node and of the partner's.
        on_conflict: called in the witness's transaction when the partner signed what contradicts.
    """
    mine, theirs = nodes
    ever = log_keys(ports.partner.origin, partner.log)
    in_force = partner.log if partner.log_in_force is None else partner.log_in_force
    trusted = log_keys(ports.partner.origin, in_force)
    witness = Witness(
        store=ports.store,
        book=ports.book,
        host=ports.host,
        on_conflict=on_conflict,
        may_sign=ports.may_sign,
        signers=[
            NoteSigner(f"{mine}/witness", _COSIGNER[key.public.alg], key) for key in own.witness
        ],
        trusted=lambda origin: trusted if origin == ports.partner.origin else (),
        ever=lambda origin: ever if origin == ports.partner.origin else (),
    )
    mirror = Mirror(
        store=ports.store,
        book=ports.book,
        host=ports.host,
        log=ports.partner,
        witness=witness,
        may_sign=ports.may_sign,
        signers=[
            NoteSigner(f"{mine}/mirror", _COSIGNER[key.public.alg], key) for key in own.mirror
        ],
    )
    publisher = Publisher(
        store=ports.store,
        book=ports.book,
        host=ports.host,
        log=ports.own,
        anchor=ports.anchor,
        may_sign=ports.may_sign,
        signers=[NoteSigner(ports.own.origin, _LOG[key.public.alg], key) for key in own.log],
        shadow_signers=own.head,
        ever=log_keys(ports.own.origin, own.ever),
        witnesses=cosigner_keys(f"{theirs}/witness", partner.witness),
        mirrors=cosigner_keys(f"{theirs}/mirror", partner.mirror),
    )
    return Partnership(publisher=publisher, mirror=mirror)


def internal(ports: Ports, own: OwnKeys) -> Publisher:
    """The publisher of the log that is never shared: signed and anchored, with no witness.
    `ports.partner` is not used.
    """
    return Publisher(
        store=ports.store,
        book=ports.book,
        host=ports.host,
        log=ports.own,
        anchor=ports.anchor,
        may_sign=ports.may_sign,
        shadow_signers=own.head,
        ever=log_keys(ports.own.origin, own.ever),
        signers=[NoteSigner(ports.own.origin, _LOG[key.public.alg], key) for key in own.log],
    )


def log_keys(origin: str, keys: Sequence[PublicKey]) -> tuple[VerifierKey, ...]:
    """A log's verifier keys, under its origin as name."""
    return tuple(VerifierKey(origin, _LOG[key.alg], key.data) for key in keys)


def cosigner_keys(name: str, keys: Sequence[PublicKey]) -> tuple[VerifierKey, ...]:
    """A witness's or mirror's verifier keys."""
    return tuple(VerifierKey(name, _COSIGNER[key.alg], key.data) for key in keys)
