"""The OpenTDF surface of a node: its register, people, agreements and log behind key access and the
built-in issuer.

A caller's token says who asks; what that person may do is read from the register at each call and
decided by the agreement, exactly as for the node's own readers.
Spec: R20, R31, R57; spec/key-access.md §7, §8.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from sealane.agreements.agreement import Agreements
from sealane.base.errors import SealaneError
from sealane.base.values import Instant, format_instant
from sealane.crypto.keys import Signer
from sealane.decisions.decide import decide
from sealane.decisions.overlay import Overlay, nationally
from sealane.decisions.request import request_from_json
from sealane.labels.model.scheme import Schemes
from sealane.ports import Host, Store, Tx
from sealane.protocol.card import Card
from sealane.protocol.tokens import ClientRule, Issuer, Once
from sealane.sealing import terms
from sealane.sealing.keywrap import KeyProvider
from sealane.services.deciding.consents import standing_consents
from sealane.services.exchange.container_files import national_refusal
from sealane.services.opentdf import partner_readers
from sealane.services.opentdf.clients import client
from sealane.services.opentdf.group_commit import Turnstile
from sealane.services.opentdf.issuer import TokenIssuer
from sealane.services.opentdf.model import Asked, KeyAccess, Verdict
from sealane.services.opentdf.partner_services import Trust, in_force
from sealane.services.opentdf.register import Appender, Named, Recorder, RegisterRecords
from sealane.services.statements.refusal_limits import Crowd

SUBJECT = (
    "id",
    "nationality",
    "organisation",
    "organisation_country",
    "clearances",
    "briefings",
    "authorisations",
    "roles",
    "duties",
)


class Told(Protocol):
    """The part of a node's settings that the desk uses."""

    @property
    def node(self) -> str: ...

    @property
    def accept_unverified(self) -> bool: ...


class DeskNode(Protocol):
    """The part of a node that key access needs."""

    @property
    def party(self) -> str: ...

    @property
    def settings(self) -> Told: ...

    @property
    def host(self) -> Host: ...

    @property
    def store(self) -> Store: ...

    @property
    def records(self) -> Any: ...

    @property
    def keys(self) -> KeyProvider: ...

    @property
    def schemes(self) -> Schemes: ...

    @property
    def overlays(self) -> Sequence[Overlay]: ...

    @property
    def log(self) -> Callable[[str | None], Appender]: ...

    @property
    def agreements(self) -> Callable[[Tx], Agreements]: ...

    def require_proven(self, tx: Tx, agreement: str) -> None: ...

    def partner(self, tx: Tx, party: str) -> Card: ...


def key_access(
    node: DeskNode,
    *,
    origin: str,
    once: Callable[[Tx, Once, Instant], bool],
    issuers: Callable[[Instant], Mapping[str, Issuer]],
    crowd: Crowd | None = None,
    named: Callable[[Tx, Instant], Sequence[Named]] = lambda *_: (),
) -> KeyAccess:
    """The node's key access as clients reach it at `origin`.

    Args:
        issuers: who is trusted at an instant; `trusted` gives the built-in issuer.
        named: objects of plain OpenTDF peers that partners name under agreements in force; `named`
            gives them.
    """
    return KeyAccess(
        origin=origin,
        host=node.host,
        store=node.store,
        keys=node.keys,
        records=RegisterRecords(node.records, named),
        issuers=issuers,
        once=once,
        decide=lambda tx, asked: verdict(node, tx, asked),
        record=Recorder(
            node=node.settings.node, host=node.host, log=node.log, register=node.records
        ),
        commit=Turnstile(node.store).commit,
        crowd=crowd or Crowd(),
    )


def token_issuer(node: DeskNode, *, origin: str, signer: Signer) -> TokenIssuer:
    """The built-in issuer over the node's registered clients; `signer` is an ES384 key of this role
    alone.
    """
    return TokenIssuer(
        issuer=origin,
        audience=f"{origin}/kas",
        signer=signer,
        host=node.host,
        clients=lambda name: _read(node, lambda tx: client(node.records, tx, name)),
    )


def trusted(
    node: DeskNode, issuer: TokenIssuer | Issuer | None
) -> Callable[[Instant], Mapping[str, Issuer]]:
    """The own nation's issuer, built in or production, and partners' as accepted and in force at
    each call; None: partners' alone.
    """
    if isinstance(issuer, TokenIssuer):
        key = issuer.key
        own: Issuer | None = Issuer(
            issuer=issuer.issuer,
            audience=issuer.audience,
            keys={key.thumbprint: key},
            clients=_Registered(node),
        )
    else:
        own = issuer
    return lambda at: Trust(node, own, at)


def named(node: DeskNode) -> Callable[[Tx, Instant], Sequence[Named]]:
    """Objects of partners' plain OpenTDF clients, as accepted and in force at each call."""
    return lambda tx, at: [
        Named(
            agreement=one.agreement, attributes=each.attributes, label=each.label, facts=each.facts
        )
        for one in in_force(node, tx, at)
        for each in one.services.named
    ]


class _Registered(Mapping[str, ClientRule]):
    """Registered clients by id, looked up when asked for."""

    def __init__(self, node: DeskNode) -> None:
        self._node = node

    def __getitem__(self, name: str) -> ClientRule:
        found = _read(self._node, lambda tx: client(self._node.records, tx, name))
        if found is None:
            raise KeyError(name)
        rule: ClientRule = found.rule
        return rule

    def __iter__(self) -> Iterator[str]:
        rows = _read(self._node, lambda tx: self._node.records.find(tx, "clients", order="id"))
        return iter([str(row["id"]) for row in rows if row["ended"] is None])

    def __len__(self) -> int:
        return sum(1 for _ in self)


def verdict(node: DeskNode, tx: Tx, asked: Asked) -> Verdict:
    """The agreement's answer to an opening by the caller, from the register as it is in this
    transaction.

    Fails closed: an unknown person, a missing purpose, a log that the partner has not cosigned in
    time, a suite past its last use and a request that cannot be decided are refused.
    """
    caller, record = asked.caller, asked.record
    if caller.party is not None and (
        record.agreement is None or record.agreement[0] not in caller.agreements
    ):
        return Verdict(permit=False, reason="key.other_agreement")
    row = node.records.get(tx, "items", id=record.item)
    person = node.records.get(tx, "people", id=caller.subject) if caller.party is None else None
    if row is None and not record.foreign:
        return Verdict(permit=False, reason="key.no_agreement")
    if person is None and (caller.party is None or record.foreign):
        return Verdict(permit=False, reason="person.unknown")
    if record.agreement is None and row is not None and person is not None:
        return _national(node, person["data"], asked, row)
    if asked.purpose is None and asked.statement is None:
        return Verdict(permit=False, reason="key.no_purpose")
    try:
        request, theirs = _question(node, tx, asked, row, person)
        return _decided(node, tx, asked, request, theirs)
    except SealaneError as error:
        return Verdict(permit=False, reason=error.code)


def _question(
    node: DeskNode,
    tx: Tx,
    asked: Asked,
    row: Mapping[str, Any] | None,
    person: Mapping[str, Any] | None,
) -> tuple[dict[str, Any], str | None]:
    """What is decided, and what the reader's nation decided, where it said so."""
    if asked.record.foreign and person is not None:
        facility = _facility(node, tx, person["data"])
        return {
            **partner_readers.plain_object(node, person["data"], asked, SUBJECT),
            "facility": facility,
        }, None
    if row is not None and person is not None:
        return _request(node, tx, row, person["data"], asked), None
    if row is None:
        raise partner_readers.NOT_VOUCHED(party=str(asked.caller.party), why="object")
    request, theirs = partner_readers.reader(node, tx, row, asked)
    return {**request, "consents": standing_consents(row)}, theirs


def _decided(
    node: DeskNode, tx: Tx, asked: Asked, request: dict[str, Any], theirs: str | None
) -> Verdict:
    """The decision, once the log is proven and the suites are in use; it must be the digest the
    reader's nation stated.
    """
    assert asked.record.agreement is not None
    node.require_proven(tx, asked.record.agreement[0])
    agreements = node.agreements(tx)
    governing = agreements.at(asked.record.agreement[0], asked.at)
    if governing is not None:
        terms.check_suites(asked.suites, governing, asked.at)
    found = nationally(
        decide(
            request_from_json(request),
            agreements=agreements,
            schemes=node.schemes,
            accept_unverified=node.settings.accept_unverified,
        ),
        node.overlays,
    )
    unmet = tuple(reason for reason in found.edition("partner") if not reason.met)
    clauses = tuple(dict.fromkeys(one.clause for one in unmet))
    if theirs is not None and found.permit and found.digest != theirs:
        return Verdict(
            permit=False, decision=found.digest, clauses=clauses, reason="decision.digest_differs"
        )
    return Verdict(
        permit=found.permit,
        decision=found.digest,
        clauses=clauses,
        reason=unmet[0].code if unmet else "",
    )


def _facility(node: DeskNode, tx: Tx, person: Mapping[str, Any]) -> Any:
    held = (
        node.records.get(tx, "facilities", id=person["facility"])
        if person.get("facility")
        else None
    )
    return None if held is None else held["data"]


def _national(
    node: DeskNode, person: Mapping[str, Any], asked: Asked, row: Mapping[str, Any]
) -> Verdict:
    """An own item outside every agreement: the label's own rule, as for `sealane open` at this
    node.
    """
    if row["direction"] != "own" or asked.record.label is None:
        return Verdict(permit=False, reason="key.no_agreement")
    why = national_refusal(node, person, asked.record.label, row)
    return Verdict(permit=why is None, reason="national.refused" if why else "")


def _request(
    node: DeskNode, tx: Tx, row: Mapping[str, Any], person: Mapping[str, Any], asked: Asked
) -> dict[str, Any]:
    """The exact request that is decided: this reader, this item, now."""
    return {
        "action": "open",
        "label": row["label"],
        "item": partner_readers.item_of(row),
        "subject": {name: person[name] for name in SUBJECT},
        "recipient": person["organisation_country"],
        "purpose": asked.purpose,
        "facility": _facility(node, tx, person),
        "consents": standing_consents(row),
        "assurance": None,
        "agreement": row["agreement"],
        "at": format_instant(asked.at),
    }


def _read(node: DeskNode, step: Callable[[Tx], Any]) -> Any:
    with node.store.reading() as tx:
        return step(tx)
