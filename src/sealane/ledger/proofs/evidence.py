"""One file per item that proves what happened, to anybody, with no node and no network.

Members: `manifest.json` (canonical JSON, with the digest of every other member), `manifest.sha384`,
the agreement file, `statements/*.jws`, `entries/<party>/*.entry` with
`proofs/<party>/*.tlog-proof`, `policies/<party>.tlog-policy`, and `verify.html`. Verification
binds: statement to signer's keys, agreement and item; entry to statement, by digest and by every
member it tells; entry to log.
Spec: spec/evidence.md; R52, R59; spec/evidence.md §3 (a proof of some other entry is the classic
hole).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sealane.base import canonical
from sealane.base.errors import Untrusted, declare
from sealane.base.values import Instant, country, format_instant, identifier, parse_instant
from sealane.crypto.keys import PublicKey
from sealane.ledger import bodies, entries, receipt, telling
from sealane.ledger.log import merkle
from sealane.ledger.log.checkpoint import Checkpoint, parse_checkpoint
from sealane.ledger.log.note import VerifierKey
from sealane.ledger.log.policy import LogPolicy, parse_policy
from sealane.ledger.proofs import archive, pins
from sealane.ledger.proofs.proof import parse_proof

FORMAT = "sealane-evidence/v2"
CONTEXT = frozenset({"enrolment", "assurance.request", "assurance", "agreement.state"})
"""Statements that name no item and may still stand in the file."""

ALTERED = declare(
    "evidence.altered",
    Untrusted,
    "The evidence does not hold: {why}.",
    "証拠が成り立ちません：{why}。",
    "Do not rely on it; get it again from either party.",
    "依拠せず、いずれかの当事者から取り直してください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """One entry about the item, with its tlog-proof under a cosigned checkpoint."""

    entry: bytes
    proof: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyView:
    """What one party brings: its statement keys in suite order, its log's origin, the policy to
    judge it by, its entries.
    """

    party: str
    node: str
    keys: tuple[PublicKey, ...]
    origin: str
    policy: bytes
    logged: tuple[Logged, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceInput:
    """All that an evidence file is made from; bytes are exactly as signed, logged or published."""

    item: str
    agreement: str
    agreement_file: bytes
    made: Instant
    statements: tuple[bytes, ...]
    parties: tuple[PartyView, ...]
    page: bytes
    extras: Mapping[str, bytes] = field(default_factory=dict)
    """Further files, for example RFC 3161 tokens, by a name under `extras/`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the evidence proves; there is no report for evidence that does not hold.

    Example:
        >>> from pathlib import Path
        >>> data = Path("tests/vectors/evidence/good.evidence").read_bytes()
        >>> report = sealane.verify_evidence(data)
        >>> report.as_json()["verified"], report.pinned
        (True, False)
    """

    item: str
    agreement: str
    agreement_digest: str
    made: str
    statements: tuple[dict[str, Any], ...]
    absent: tuple[dict[str, Any], ...]
    """Statements about the item that an entry here names and whose bytes are not in the file."""
    logs: tuple[dict[str, Any], ...]
    pinned: bool

    def as_json(self) -> dict[str, Any]:
        both = all(len(one["proven_in"]) == len(self.logs) for one in self.statements)
        return {
            "verified": True,
            "item": self.item,
            "agreement": {"id": self.agreement, "digest": self.agreement_digest},
            "made": self.made,
            "proven_to_both": both,
            "trust": "pinned" if self.pinned else "keys inside the file",
            "statements": list(self.statements),
            "absent": list(self.absent),
            "logs": list(self.logs),
        }


def build(given: EvidenceInput) -> bytes:
    """The evidence file; the same input gives the same bytes, and it verifies. Raises: Untrusted,
    Malformed as `verify`.
    """
    members = _members(given)
    digests = {name: canonical.sha384(data) for name, data in members.items()}
    manifest = canonical.encode(
        {
            "format": FORMAT,
            "item": identifier(given.item),
            "made": format_instant(given.made),
            "agreement": {"id": given.agreement, "digest": canonical.sha384(given.agreement_file)},
            "parties": [
                {
                    "party": country(one.party),
                    "node": one.node,
                    "origin": one.origin,
                    "keys": [key.as_json() for key in one.keys],
                }
                for one in given.parties
            ],
            "files": digests,
        }
    )
    whole = {
        "manifest.json": manifest,
        "manifest.sha384": f"{canonical.sha384(manifest)}\n".encode(),
        **members,
    }
    data = archive.pack(whole)
    verify(data)
    return data


def _members(given: EvidenceInput) -> dict[str, bytes]:
    members = {"agreement.toml": given.agreement_file, "verify.html": given.page}
    for at, statement in enumerate(given.statements, start=1):
        members[f"statements/{at:05d}-{receipt.peek(statement).type}.jws"] = statement
    for view in given.parties:
        members[f"policies/{view.party}.tlog-policy"] = view.policy
        for at, logged in enumerate(view.logged, start=1):
            members[f"entries/{view.party}/{at:05d}.entry"] = logged.entry
            members[f"proofs/{view.party}/{at:05d}.tlog-proof"] = logged.proof
    return members | {f"extras/{identifier(name)}": data for name, data in given.extras.items()}


def verify(
    data: bytes, *, policies: Sequence[LogPolicy] = (), vkeys: Sequence[VerifierKey] = ()
) -> Report:
    """Prove everything the file claims, by the keys inside and by whatever the caller pins.

    Args:
        policies: tlog-policies the caller trusts; a log one of them names must satisfy it, and one
            log must be named.
        vkeys: log or cosigner keys; each must have signed the checkpoints of at least one log.
    Raises: Malformed `evidence.not_evidence`; Untrusted `evidence.altered`, `evidence.archive`,
    `evidence.pins`,
        `signature.invalid`, `jws.*`, `ledger.*`.
    Spec: spec/evidence.md §3.
    """
    members = archive.unpack(data)
    manifest = _manifest(members)
    try:
        check = _Check(members, manifest, policies, vkeys)
    except (KeyError, TypeError, AttributeError):
        raise ALTERED(why="the manifest's members have the wrong types") from None
    return check.report()


def _manifest(members: dict[str, bytes]) -> dict[str, Any]:
    raw = members.get("manifest.json", b"")
    if members.get("manifest.sha384") != f"{canonical.sha384(raw)}\n".encode():
        raise ALTERED(why="the manifest is not the one whose digest stands beside it")
    value = canonical.decode(raw, limit=8 << 20)
    if (
        not isinstance(value, dict)
        or set(value) != {"format", "item", "made", "agreement", "parties", "files"}
        or value["format"] != FORMAT
    ):
        raise ALTERED(why="the manifest has other members than version 1")
    names = [name for name in members if name not in {"manifest.json", "manifest.sha384"}]
    if not isinstance(value["files"], dict) or sorted(value["files"]) != sorted(names):
        raise ALTERED(why="the manifest lists other files")
    for name in names:
        if value["files"][name] != canonical.sha384(members[name]):
            raise ALTERED(why=f"{name} has another digest")
    return value


class _Check:
    """One verification: parties and keys first, then statements, then entries, then what the caller
    pins.
    """

    def __init__(
        self,
        members: dict[str, bytes],
        manifest: dict[str, Any],
        policies: Sequence[LogPolicy],
        vkeys: Sequence[VerifierKey],
    ) -> None:
        self.members = members
        self.pins = (policies, vkeys)
        self.item = identifier(manifest["item"])
        parse_instant(manifest["made"])
        self.made = str(manifest["made"])
        agreement = manifest["agreement"]
        if agreement["digest"] != canonical.sha384(members.get("agreement.toml", b"")):
            raise ALTERED(why="the agreement file is another version")
        self.agreement = (identifier(agreement["id"]), str(agreement["digest"]))
        self.parties = {country(one["party"]): one for one in manifest["parties"]}
        if not 1 <= len(self.parties) == len(manifest["parties"]) <= 8:
            raise ALTERED(why="parties are missing or named twice")
        self.keys = {
            party: [PublicKey.from_json(key) for key in one["keys"]]
            for party, one in self.parties.items()
        }
        self.checkpoints: dict[str, dict[bytes, Checkpoint]] = {party: {} for party in self.parties}
        self.witnesses: dict[str, set[str]] = {party: set() for party in self.parties}
        self.said: dict[str, receipt.Statement] = {}
        self.proven: dict[str, list[str]] = {}
        self.absent: dict[str, dict[str, Any]] = {}

    def report(self) -> Report:
        said = [
            self._statement(at, name) for at, name in enumerate(self._under("statements/"), start=1)
        ]
        digests = {one["digest"] for one in said}
        if len(digests) != len(said):
            raise ALTERED(why="a statement stands in it twice")
        counts = {party: self._entries(party) for party in self.parties}
        known = {"agreement.toml", "verify.html", "manifest.json", "manifest.sha384"}
        if stray := [
            name
            for name in self.members
            if name not in known
            and not name.startswith(("statements/", "entries/", "proofs/", "policies/", "extras/"))
        ]:
            raise ALTERED(why=f"{stray[0]} has no place in an evidence file")
        for one in said:
            one["proven_in"] = sorted(self.proven.get(one["digest"], []))
            if not one["proven_in"]:
                raise ALTERED(why=f"statement {one['type']} of {one['at']} stands in no log")
            one["answered"] = None if one["answers"] is None else one["answers"] in digests
        pinned = pins.hold(self.checkpoints, *self.pins)
        logs = tuple(self._log(party, counts[party]) for party in self.parties)
        return Report(
            item=self.item,
            agreement=self.agreement[0],
            agreement_digest=self.agreement[1],
            made=self.made,
            statements=tuple(said),
            absent=tuple(self.absent.values()),
            logs=logs,
            pinned=pinned,
        )

    def _log(self, party: str, count: int) -> dict[str, Any]:
        size = max((one.head.size for one in self.checkpoints[party].values()), default=0)
        witnesses = sorted(self.witnesses[party])
        return {
            "party": party,
            "origin": self.parties[party]["origin"],
            "entries": count,
            "size": size,
            "cosigned_by": witnesses,
            "proven_to_both_up_to": size if witnesses else 0,
        }

    def _under(self, folder: str) -> list[str]:
        return [name for name in self.members if name.startswith(folder)]

    def _statement(self, at: int, name: str) -> dict[str, Any]:
        data = self.members[name]

        def keys_of(claimed: receipt.Statement) -> list[PublicKey]:
            if name != f"statements/{at:05d}-{claimed.type}.jws":
                raise ALTERED(why=f"{name} is not named as it should be")
            if claimed.by not in self.keys:
                raise ALTERED(why=f"{name} is by a party whose keys are not here")
            return self.keys[claimed.by]

        said = receipt.hear(data, keys_of)
        if said.item != self.item and not (said.item is None and said.type in CONTEXT):
            raise ALTERED(why=f"{name} speaks of another item")
        if (said.agreement, said.agreement_digest) != self.agreement and said.type not in CONTEXT:
            raise ALTERED(why=f"{name} was said under another agreement or version")
        digest = receipt.digest(data)
        self.said[digest] = said
        return {
            "type": said.type,
            "by": said.by,
            "to": said.to,
            "at": said.at,
            "digest": digest,
            "decision": bodies.as_json(said.body).get("decision"),
            "answers": said.answers,
        }

    def _entries(self, party: str) -> int:
        policy = parse_policy(self.members.get(f"policies/{party}.tlog-policy", b""))
        names = self._under(f"entries/{party}/")
        proofs = self._under(f"proofs/{party}/")
        wanted = range(1, len(names) + 1)
        if names != [f"entries/{party}/{at:05d}.entry" for at in wanted] or proofs != [
            f"proofs/{party}/{at:05d}.tlog-proof" for at in wanted
        ]:
            raise ALTERED(why=f"entries and proofs of {party} do not pair")
        for name, proof_name in zip(names, proofs, strict=True):
            self._entry(party, policy, (name, proof_name))
        return len(names)

    def _entry(self, party: str, policy: LogPolicy, pair: tuple[str, str]) -> None:
        entry = self.members[pair[0]]
        proof = parse_proof(self.members[pair[1]])
        checkpoint = self._checkpoint(party, policy, proof.checkpoint)
        head = checkpoint.head
        merkle.verify_inclusion(
            merkle.leaf_hash(entry), proof.index, head.size, proof.path, head.root
        )
        found = entries.read(entry)
        name = (
            str(found.fields.get("statement", "")) if found.kind.startswith(telling.PREFIX) else ""
        )
        if name in self.said:
            if not telling.tells(found, self.said[name], name, self.parties[party]["node"]):
                raise ALTERED(why=f"{pair[0]} tells of a statement what the statement does not say")
            if party not in self.proven.setdefault(name, []):
                self.proven[name].append(party)
        elif found.fields.get("object") != self.item:
            raise ALTERED(why=f"{pair[0]} is about something else")
        elif name:
            self.absent.setdefault(
                name,
                {"type": found.kind.removeprefix(telling.PREFIX), "digest": name, "told_in": []},
            )["told_in"].append(party)

    def _checkpoint(self, party: str, policy: LogPolicy, raw: bytes) -> Checkpoint:
        """Judge each distinct checkpoint of a party once. Raises: Untrusted."""
        known = self.checkpoints[party]
        if raw not in known:
            checkpoint = parse_checkpoint(raw)
            if checkpoint.head.origin != self.parties[party]["origin"]:
                raise ALTERED(why=f"a proof of {party} is from another log")
            self.witnesses[party].update(policy.judge(checkpoint).witnesses)
            known[raw] = checkpoint
        return known[raw]
