"""The catalogue: every kind of ledger entry, who writes it, which requirement it serves, and its
allowed fields.

Values are identifiers, digests, numbers and codes, never content or free text. A signed statement
is an entry of kind `statement.<type>` that names the statement by digest; of its members only those
of `MEMBER_FIELDS` are told.
Spec: spec/ledger.md §3; R57; `docs/ledger-entries.md` is made from this file.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sealane.base.values import country, identifier, parse_instant
from sealane.ledger import bodies
from sealane.ledger.checkpoint import parse_checkpoint

_HEX384 = re.compile(r"[0-9a-f]{96}")
_HEX256 = re.compile(r"[0-9a-f]{64}")
_CODE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_ORIGIN = re.compile(r"[!-~]{1,255}")
_CLAUSE = re.compile(
    r"[\w.():/§-]{1,64}(?: [\w.():/§-]{1,40})?"
)  # a number, or a word and a number; no sentence
MAX_NOTE_FIELD = 48_000


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: who writes it, the requirement it serves, and its fields beyond the common ones."""

    name: str
    writer: str
    serves: str
    says: str
    fields: tuple[str, ...] = ()


COMMON = (
    "node",
    "peer",
    "actor",
    "object",
    "copy",
    "agreement",
    "agreement_digest",
    "label_digest",
    "purpose",
    "rule",
    "outcome",
    "decision",
    "reason",
    "statement",
    "prev",
)
"""Fields any kind may hold: who, what, why, under which clause, with which outcome (R57)."""


def _text(pattern: re.Pattern[str]) -> Callable[[Any], object]:
    def check(value: Any) -> object:
        if not isinstance(value, str) or pattern.fullmatch(value) is None:
            raise ValueError
        return value

    return check


def _number(value: Any) -> object:
    if type(value) is not int or value < 0:
        raise ValueError
    return value


def _truth(value: Any) -> object:
    if type(value) is not bool:
        raise ValueError
    return value


def _many(check: Callable[[Any], object]) -> Callable[[Any], object]:
    def each(value: Any) -> object:
        if not isinstance(value, list) or len(value) > 256:
            raise ValueError
        return [check(one) for one in value]

    return each


def _note(value: Any) -> object:
    if not isinstance(value, str) or len(value) > MAX_NOTE_FIELD:
        raise ValueError
    return parse_checkpoint(value.encode())


_id, _code, _digest = identifier, _text(_CODE), _text(_HEX384)
FIELDS: dict[str, tuple[str, Callable[[Any], object]]] = {
    "node": ("identifier", _id),
    "peer": ("country or identifier", _id),
    "actor": ("identifier", _id),
    "object": ("identifier", _id),
    "copy": ("number", _number),
    "agreement": ("identifier", _id),
    "agreement_digest": ("SHA-384", _digest),
    "label_digest": ("SHA-384", _digest),
    "purpose": ("code", _code),
    "rule": ("clause", _text(_CLAUSE)),
    "outcome": ("code", _code),
    "decision": ("SHA-384", _digest),
    "reason": ("code", _code),
    "statement": ("SHA-384", _digest),
    "prev": ("SHA-384", _digest),
    "origin": ("log origin", _text(_ORIGIN)),
    "size": ("number", _number),
    "root": ("SHA-256", _text(_HEX256)),
    "shadow_root": ("SHA-384", _digest),
    "note": ("checkpoint text", _note),
    "kid": ("identifier", _id),
    "kids": ("identifiers", _many(_id)),
    "suite": ("code", _text(re.compile(r"[A-Za-z0-9-]{1,40}"))),
    "party": ("country", country),
    "object_digest": ("SHA-384", _digest),
    "object_sha256": ("SHA-256", _text(_HEX256)),
    "policy": ("identifier", _id),
    "clauses": ("clauses", _many(_text(_CLAUSE))),
    "people": ("identifiers", _many(_id)),
    "items": ("identifiers", _many(_id)),
    "due": ("instant", parse_instant),
    "until": ("instant", parse_instant),
    "from_index": ("number", _number),
    "to_index": ("number", _number),
    "count": ("number", _number),
    "state": ("code", _code),
    "version": ("code", _code),
    "path": ("code", _code),
    "means": ("code", _code),
    "lacking": ("codes", _many(_code)),
    "settled": ("truth", _truth),
    "facility": ("identifier", _id),
    "record": ("SHA-384", _digest),
    "by": ("country", country),
    "to": ("country", country),
    "said": ("instant", parse_instant),
    "answers": ("SHA-384", _digest),
    "type": ("code", _code),
    "register": ("code", _code),
    "role": ("code", _code),
    "credential": ("identifier", _id),
}
"""Every field that may ever stand in an entry, with its type."""

_ROWS = (
    # name, written by, serves, says, further fields
    ("log.opened", "ledger", "R57", "this log begins", "origin kids"),
    (
        "log.verified",
        "ledger",
        "R61",
        "every leaf, tile and head was re-derived",
        "origin size root settled count",
    ),
    (
        "log.restored",
        "ledger",
        "R59",
        "entries came back from the partner's mirror",
        "origin from_index to_index",
    ),
    ("log.refused_to_sign", "ledger", "R59", "a head was not signed", "origin size root"),
    (
        "head.entangled",
        "ledger",
        "R59",
        "the partner's newest cosigned head",
        "origin size root note",
    ),
    (
        "head.conflict",
        "witness",
        "R59",
        "a signed head that contradicts an earlier one was kept",
        "origin size root note",
    ),
    ("head.cosigned", "witness", "R59", "the partner's head was witnessed", "origin size root"),
    (
        "disposal.authorised",
        "audit",
        "R58",
        "a disposal authority was recorded",
        "origin to_index record count",
    ),
    (
        "statements.disposed",
        "audit",
        "R58",
        "the bytes of an item's statements were erased; the log stays whole",
        "record count",
    ),
    (
        "log.pruned",
        "ledger",
        "R58",
        "entries below an index are no longer served",
        "origin to_index record",
    ),
    (
        "audit.reconciled",
        "audit",
        "R59",
        "two registries and ledgers were compared",
        "settled count record",
    ),
    ("evidence.exported", "audit", "R52", "an evidence file was made", "record"),
    ("pack.exported", "audit", "R52", "an assessment pack was made", "record count"),
    (
        "record.read",
        "every service",
        "R57",
        "a record or register was read",
        "register record count",
    ),
    (
        "node.started",
        "node",
        "R57",
        "the node started; what the system did not grant to protect its keys",
        "version record lacking",
    ),
    ("node.unsealed", "node", "R57", "the keystore was opened", "means"),
    ("node.stopped", "node", "R57", "the node stopped", ""),
    ("settings.changed", "node", "R57", "settings were changed", "record"),
    ("key.born", "keystore", "R62", "a key was made", "kid suite role until"),
    ("key.rotated", "keystore", "R62", "a key took another's place", "kid kids suite role until"),
    ("key.retired", "keystore", "R62", "a key is no longer used", "kid suite role"),
    ("key.compromised", "keystore", "R56", "a key is no longer trusted", "kid suite role items"),
    (
        "key.rewrapped",
        "key access",
        "R62",
        "content keys moved to another suite",
        "kid suite items count",
    ),
    ("person.enrolled", "people", "R57", "a person was entered", "role credential"),
    ("person.changed", "people", "R57", "a person's record changed", "record role credential"),
    ("person.ended", "people", "R57", "a person's access ended", ""),
    ("duty.granted", "people", "R64", "a duty was given, by two", "role people"),
    ("duty.removed", "people", "R64", "a duty was taken, by two", "role people"),
    ("login.done", "people", "R57", "a person signed in", "credential means"),
    ("login.denied", "people", "R57", "a sign-in failed", "credential means"),
    ("clearance.recorded", "people", "R20", "a clearance was entered", "record until state"),
    (
        "authorisation.recorded",
        "people",
        "R21",
        "a named authorisation was entered",
        "record until people",
    ),
    ("briefing.recorded", "people", "R26", "a briefing was entered", "record until"),
    (
        "facility.recorded",
        "people",
        "R49",
        "a facility's accreditation was entered",
        "record facility until",
    ),
    ("agreement.proposed", "agree", "R7", "a version was put to the partner", "version kids"),
    ("agreement.signed", "agree", "R7", "this party signed a version", "version kids"),
    ("agreement.in_force", "agree", "R1", "a version is in force for this party", "version until"),
    ("agreement.withdrawn", "agree", "R7", "a proposed version was taken back", "version"),
    ("agreement.declined", "agree", "R7", "a proposed version was declined", "version"),
    ("agreement.authority", "agree", "R10", "a competent authority changed", "version record"),
    ("agreement.law_change", "agree", "R11", "a change of law was notified", "version record"),
    ("agreement.notice", "agree", "R8", "notice of termination was given", "version until record"),
    ("agreement.resumed", "agree", "R8", "a party lifted its suspension", "version record"),
    ("agreement.amended", "agree", "R8", "a later version took this one's place", "version"),
    ("agreement.suspended", "agree", "R8", "a party suspended a version", "version record"),
    ("agreement.ended", "agree", "R8", "a version ended", "version"),
    (
        "peer.enrolled",
        "agree",
        "R59",
        "the partner's keys were accepted, by two",
        "party kids people",
    ),
    (
        "calls.limited",
        "every service",
        "R57",
        "calls that proved nothing, beyond the measure: refused, and only counted",
        "path count",
    ),
    (
        "services.accepted",
        "agree",
        "R57",
        "a partner's token issuer and key services are trusted under an agreement",
        "party record",
    ),
    (
        "services.ended",
        "agree",
        "R57",
        "a partner's token issuer and key services are trusted no more",
        "party record",
    ),
    (
        "item.registered",
        "publish",
        "R39",
        "an item was entered",
        "object_digest object_sha256 register",
    ),
    ("item.derived", "publish", "R13", "an item was made from others", "items object_digest"),
    (
        "item.sealed",
        "publish",
        "R62",
        "an item was sealed",
        "policy object_digest object_sha256 suite kids",
    ),
    ("item.level_changed", "custody", "R16", "the originator changed the level", "record"),
    ("decision.permit", "decide", "R57", "a request was permitted", "clauses path"),
    ("decision.refuse", "decide", "R36", "a request was refused", "clauses path"),
    ("release.countersigned", "disclose", "R30", "a second signer agreed to a release", "people"),
    ("release.withdrawn", "disclose", "R30", "a release was taken back before it left", ""),
    (
        "statement.refused",
        "every service",
        "R59",
        "a partner's message was not accepted",
        "type object_digest",
    ),
    (
        "assurance.given",
        "people",
        "R28",
        "this party assured its readers' clearance, need and protection",
        "record until",
    ),
    ("transfer.accepted", "receive", "R44", "the registry clerk accepted the item", ""),
    (
        "transfer.offered",
        "disclose",
        "R42",
        "an item was submitted to the partner",
        "object_digest object_sha256 due people",
    ),
    (
        "transfer.delivered",
        "disclose",
        "R42",
        "the partner's receipt arrived and holds",
        "object_digest",
    ),
    (
        "transfer.received",
        "receive",
        "R44",
        "an item was stored and its digest re-checked",
        "object_digest object_sha256",
    ),
    ("transfer.rejected", "receive", "R44", "an item was refused, with reason", "object_digest"),
    ("transfer.answered", "disclose", "R44", "a rejection was answered", ""),
    ("transfer.overdue", "disclose", "R42", "no receipt came in time", "due"),
    ("transfer.expired", "disclose", "R42", "the time limit passed", "due"),
    ("key.requested", "key access", "R57", "a key was asked for", "kid policy"),
    ("key.released", "key access", "R57", "a key leaves under a decision", "kid policy suite"),
    ("key.refused", "key access", "R57", "a key does not leave", "kid policy clauses"),
    (
        "item.opened",
        "key access",
        "R57",
        "a key was used by this person or post",
        "facility credential",
    ),
    ("open.denied", "key access", "R57", "an opening was refused", "clauses facility credential"),
    ("copy.made", "custody", "R40", "a copy was made", "count facility"),
    ("copy.moved", "custody", "R41", "a copy changed hands or place", "facility people"),
    ("copy.returned", "custody", "R47", "a copy went back", ""),
    (
        "copy.destroyed",
        "custody",
        "R48",
        "a copy was destroyed; means says what kind",
        "means people",
    ),
    (
        "destroyed",
        "custody",
        "R48",
        "key share and ciphertext of an item were erased; means says what kind",
        "means people count",
    ),
    (
        "destroy.failed",
        "custody",
        "R48",
        "an item could not be destroyed, with reason",
        "means people count",
    ),
    ("destruction.impossible", "custody", "R48", "a copy could not be destroyed", "means"),
    ("inventory.opened", "custody", "R45", "a muster began", "register count"),
    ("inventory.closed", "custody", "R45", "a muster ended", "register count settled"),
    ("recall.ordered", "custody", "R47", "the originator called an item back", "due items"),
    (
        "recall.executed",
        "custody",
        "R47",
        "a recall was carried out; means says what kind",
        "means",
    ),
    ("recall.refused", "custody", "R47", "a recall could not be carried out", "means"),
    ("consent.asked", "liaison", "R32", "the originator was asked", "due"),
    ("consent.answered", "liaison", "R32", "the originator answered", "until"),
    ("challenge.raised", "liaison", "R17", "a level was challenged", "due"),
    ("challenge.answered", "liaison", "R17", "a challenge was answered", ""),
    ("rfi.asked", "liaison", "R33", "information was asked for", "due"),
    ("rfi.answered", "liaison", "R33", "a request for information was answered", ""),
    ("visit.requested", "liaison", "R50", "a visit was asked for", "facility people until"),
    ("visit.answered", "liaison", "R50", "the host answered", "facility people until"),
    ("incident.opened", "liaison", "R53", "a loss, compromise or doubt", "items people count"),
    ("incident.notified", "liaison", "R53", "the provider was told", "items count due"),
    ("incident.closed", "liaison", "R54", "an incident closed after its result was sent", "record"),
    ("export.held", "disclose", "R65", "an export waits for review", "record"),
    ("export.passed", "disclose", "R65", "an export was passed, by two", "record people"),
    ("item.recorded", "every service", "R39", "a registry row changed", "register record state"),
    ("due.listed", "custody", "R42", "what is due was listed", "count"),
)
_STATEMENTS = {
    # type: who says it, serves, says
    "enrolment": ("either", "R59", "a party's card was said"),
    "assurance.request": ("provider", "R30", "the recipient's assurance was asked for"),
    "assurance": ("recipient", "R30", "clearance, need and protection were assured"),
    "offer": ("provider", "R42", "an item was submitted"),
    "transfer.received": ("recipient", "R42", "it was stored whole and its digest re-checked"),
    "transfer.rejected": ("recipient", "R44", "it was not taken, with reason"),
    "transfer.accepted": ("recipient", "R44", "the registry clerk accepted it"),
    "open.request": ("recipient", "R57", "a key was asked for"),
    "key.released": ("provider or holder", "R57", "a share left"),
    "key.refused": ("provider", "R57", "a share did not leave"),
    "opened": ("recipient", "R57", "a key was used"),
    "open.denied": ("recipient", "R57", "an opening was refused at home"),
    "recall.ordered": ("provider", "R47", "the item was called back"),
    "destroyed": ("recipient", "R48", "key share and ciphertext were erased"),
    "destroy.failed": ("recipient", "R48", "they were not, and why"),
    "rewrap.request": (
        "provider",
        "R62",
        "the holder's share was asked for, to seal the item anew",
    ),
    "rewrapped": ("provider", "R62", "the item under another suite"),
    "relabelled": ("provider", "R16", "the originator gave the item another label"),
    "agreement.state": ("either", "R8", "a party's notices about a version were told"),
    "consent.request": ("holder", "R32", "the originator was asked"),
    "consent": ("provider", "R32", "the originator answered"),
    "statements.request": (
        "either",
        "R59",
        "bytes of statements that the log names were asked for",
    ),
    "statements": ("either", "R59", "such bytes were given"),
    "inventory.request": (
        "either",
        "R59",
        "the partner's register of what is between the two was asked for",
    ),
    "inventory": ("either", "R59", "such a register was given, without content"),
    "acknowledged": ("either", "R44", "a statement was stored and logged"),
    "rejected": ("either", "R44", "a statement was not accepted, and why"),
}
MEMBER_FIELDS = {
    "answers": "answers",
    "decision": "decision",
    "container": "object_digest",
    "purpose": "purpose",
    "code": "reason",
    "clauses": "clauses",
    "state": "state",
    "suite": "suite",
    "copy": "copy",
}
"""Members of a statement's body that its entry tells, where they have the field's shape, and the
field they stand in.
"""


def _statement(kind: str, members: tuple[str, ...]) -> Kind:
    writer, serves, says = _STATEMENTS.get(kind, ("either", "R59", "a signed statement"))
    told = (MEMBER_FIELDS[name] for name in members if name in MEMBER_FIELDS)
    return Kind(
        f"statement.{kind}",
        writer,
        serves,
        says,
        ("by", "to", "said", *(name for name in told if name not in COMMON)),
    )


KINDS: dict[str, Kind] = {
    name: Kind(name, writer, serves, says, tuple(fields.split()))
    for name, writer, serves, says, fields in _ROWS
} | {f"statement.{kind}": _statement(kind, bodies.members(kind)) for kind in bodies.TYPES}
"""Every kind by name."""


def catalogue() -> str:
    """`docs/ledger-entries.md`, from this module."""
    lines = [
        "# What stands in a ledger",
        "",
        (
            "Made from `sealane.ledger.kinds` by `make docs`. An entry is canonical JSON: `v` (1),"
            " `kind`, `at`, `salt` (16 random"
        ),
        (
            "bytes in hex), and fields of the kind; any other member is refused, when written and"
            " when read. It never holds content"
        ),
        (
            "or free text. A signed statement is an entry of kind `statement.<type>`: `statement`"
            " is the SHA-384 of its exact bytes,"
        ),
        (
            "whose nonce of 128 random bits stands in no log (see `spec/ledger.md`); `said` is its"
            " own instant, `at` the writer's."
        ),
        "",
        f"Every kind may also hold: {', '.join(f'`{name}`' for name in COMMON)}.",
        "",
        "| kind | says | further fields | written by | serves |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| `{kind.name}` | {kind.says} | {', '.join(f'`{name}`' for name in kind.fields) or '–'} |"
        f" {kind.writer} | {kind.serves} |"
        for kind in KINDS.values()
    ]
    lines += [
        "",
        "| field | type |",
        "|---|---|",
        *(f"| `{name}` | {says} |" for name, (says, _) in FIELDS.items()),
    ]
    return "\n".join(lines) + "\n"
