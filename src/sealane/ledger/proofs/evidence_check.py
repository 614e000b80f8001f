"""What an evidence file must show before any of it is believed, step by step.

The steps are those of the specification, in its order: members, agreement, statements, entries,
what an entry tells, completeness, and what the caller pins. The first that fails refuses the file.
Spec: spec/evidence.md §3.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sealane.base import canonical
from sealane.base.errors import Untrusted, declare
from sealane.base.values import country, identifier, parse_instant
from sealane.crypto import jws
from sealane.crypto.keys import PublicKey
from sealane.ledger import bodies, entries, receipt, succession, telling
from sealane.ledger.log import merkle
from sealane.ledger.log.checkpoint import Checkpoint, parse_checkpoint, require
from sealane.ledger.log.note import VerifierKey
from sealane.ledger.log.policy import LogPolicy, parse_policy
from sealane.ledger.proofs import order
from sealane.ledger.proofs.proof import parse_proof
from sealane.ledger.succession import CardLink

FORMAT = "sealane-evidence/v2"
CONTEXT = frozenset({"enrolment", "assurance.request", "assurance", "agreement.state"})
"""Statements that name no item and may still stand in the file."""

ALTERED = declare(
    "evidence.altered",
    Untrusted,
    "The evidence does not hold: {why}.",
    "証拠が成り立ちません：{why}。",
    "Do not rely on it; get it again from either party.",
    "依拠せず、いずれかの当事国から取り直してください。",
)
NOT_PINNED = declare(
    "evidence.pins",
    Untrusted,
    "The evidence rests on other keys than those you trust: {why}.",
    "証拠は、指定された信頼鍵とは別の鍵によっています：{why}。",
    "Compare the log keys and policies with those the parties published.",
    "各当事国が公開した鍵とポリシーと照らし合わせてください。",
)


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


def read_manifest(members: dict[str, bytes]) -> dict[str, Any]:
    """Step 1: the manifest is the one whose digest stands beside it, and lists every other member
    with its digest. Raises: Untrusted `evidence.altered`.
    """
    raw = members.get("manifest.json", b"")
    if members.get("manifest.sha384") != f"{canonical.sha384(raw)}\n".encode():
        raise ALTERED(why="the manifest is not the one whose digest stands beside it")
    value = canonical.decode(raw, limit=8 << 20)
    if (
        not isinstance(value, dict)
        or set(value) != {"format", "item", "made", "agreement", "parties", "files"}
        or value["format"] != FORMAT
    ):
        raise ALTERED(why="the manifest has other members than its format")
    names = [name for name in members if name not in {"manifest.json", "manifest.sha384"}]
    if not isinstance(value["files"], dict) or sorted(value["files"]) != sorted(names):
        raise ALTERED(why="the manifest lists other files")
    for name in names:
        if value["files"][name] != canonical.sha384(members[name]):
            raise ALTERED(why=f"{name} has another digest")
    return value


class EvidenceCheck:
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
        # Step 2: the agreement that everything was said under is the one in the file.
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
        self._one_form(manifest)
        self._in_order()
        self.lines = {party: self._line(party) for party in self.parties}
        self.checkpoints: dict[str, dict[bytes, Checkpoint]] = {party: {} for party in self.parties}
        self.witnesses: dict[str, set[str]] = {party: set() for party in self.parties}
        self.said: dict[str, receipt.Statement] = {}
        self.proven: dict[str, list[str]] = {}
        self.absent: dict[str, dict[str, Any]] = {}

    def _line(self, party: str) -> list[CardLink]:
        """Step 2: where statement keys were renewed, the cards of the party, each signed by the one
        before it; the manifest's keys are the first's, and lead to the others.
        """
        line = succession.walked([self.members[name] for name in self._under(f"cards/{party}/")])
        if line and (line[0].party, line[0].node, list(line[0].statement)) != (
            party,
            self.parties[party]["node"],
            self.keys[party],
        ):
            raise ALTERED(why=f"the first card of {party} has other keys than the manifest")
        return line

    def report(self) -> Report:
        """Steps 3 to 7, and what they showed. Raises: Untrusted, Malformed as `evidence.verify`."""
        statements = [
            self._statement(number, name)
            for number, name in enumerate(self._under("statements/"), start=1)
        ]
        counts = {party: self._entries(party) for party in self.parties}
        self._complete(statements)
        pinned = self._pinned()
        return Report(
            item=self.item,
            agreement=self.agreement[0],
            agreement_digest=self.agreement[1],
            made=self.made,
            statements=tuple(statements),
            absent=tuple(self.absent.values()),
            logs=tuple(self._log(party, counts[party]) for party in self.parties),
            pinned=pinned,
        )

    def _one_form(self, manifest: dict[str, Any]) -> None:
        """Step 1: what the manifest says has one form, so that nothing can be added to it."""
        if set(manifest["agreement"]) != {"id", "digest"}:
            raise ALTERED(why="the manifest's agreement has other members")
        for party, one in self.parties.items():
            keys = [key.as_json() for key in self.keys[party]]
            if set(one) != {"party", "node", "origin", "keys"} or one["keys"] != keys:
                raise ALTERED(why=f"what the manifest says of {party} has other members")

    def _in_order(self) -> None:
        """Step 1: all members that such a file has and none besides, in the one order."""
        wanted = order.arranged(self.members, list(self.parties))
        missing = next((name for name in wanted if name not in self.members), None)
        if missing is not None:
            raise ALTERED(why=f"{missing} is missing")
        placed = set(wanted)
        besides = next((name for name in self.members if name not in placed), None)
        if besides is not None:
            raise ALTERED(why=f"{besides} has no place in an evidence file")
        for name, due in zip(self.members, wanted, strict=True):
            if name != due:
                raise ALTERED(why=f"{name} stands where {due} should")

    def _complete(self, statements: list[dict[str, Any]]) -> None:
        """Step 6: each statement stands once in the file and in at least one log."""
        digests = {statement["digest"] for statement in statements}
        if len(digests) != len(statements):
            raise ALTERED(why="a statement stands in it twice")
        said = [self.members[name] for name in self._under("statements/")]
        if said != order.as_said(said):
            raise ALTERED(why="the statements do not stand in the order in which they were said")
        for statement in statements:
            logs = sorted(self.proven.get(statement["digest"], []))
            if not logs:
                what = f"statement {statement['type']} of {statement['at']}"
                raise ALTERED(why=f"{what} stands in no log")
            statement["proven_in"] = logs
            answers = statement["answers"]
            statement["answered"] = None if answers is None else answers in digests

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

    def _statement(self, number: int, name: str) -> dict[str, Any]:
        """Step 3: signed by both keys of the party in its `by`, about this item, under this very
        agreement; statements of the context may name no item and another version.
        """
        data = self.members[name]

        def keys_of(claimed: receipt.Statement) -> Sequence[PublicKey]:
            if name != f"statements/{number:05d}-{claimed.type}.jws":
                raise ALTERED(why=f"{name} is not named as it should be")
            if claimed.by not in self.keys:
                raise ALTERED(why=f"{name} is by a party whose keys are not here")
            line = self.lines[claimed.by]
            if not line:
                return self.keys[claimed.by]
            card = succession.signed_with(line, jws.kids(data), parse_instant(claimed.at))
            if card is None:
                raise ALTERED(why=f"{name} is signed by keys that did not count when it was said")
            return card.statement

        said = receipt.hear(data, keys_of)
        of_context = said.type in CONTEXT
        if said.item != self.item and not (said.item is None and of_context):
            raise ALTERED(why=f"{name} speaks of another item")
        if (said.agreement, said.agreement_digest) != self.agreement and not of_context:
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
        """The entries of one party's log, each with its proof; how many there are."""
        policy = parse_policy(self.members.get(f"policies/{party}.tlog-policy", b""))
        names = self._under(f"entries/{party}/")
        last = -1
        for name, proof_name in zip(names, self._under(f"proofs/{party}/"), strict=True):
            index = self._proven_entry(party, policy, (name, proof_name))
            if index <= last:
                raise ALTERED(why=f"{name} does not stand in the order of its log")
            last = index
            self._told(party, name)
        return len(names)

    def _proven_entry(self, party: str, policy: LogPolicy, pair: tuple[str, str]) -> int:
        """Step 4: the entry leads to a head of that party's log, signed and cosigned; its index."""
        entry = self.members[pair[0]]
        proof = parse_proof(self.members[pair[1]])
        head = self._checkpoint(party, policy, proof.checkpoint).head
        leaf = merkle.leaf_hash(entry)
        merkle.verify_inclusion(leaf, proof.index, head.size, proof.path, head.root)
        return proof.index

    def _told(self, party: str, name: str) -> None:
        """Step 5: the entry tells of a statement here, member by member, or is about this item. A
        proof of some other entry proves nothing, and another party's items are not to be shown.
        """
        entry = entries.read(self.members[name])
        statement = ""
        if entry.kind.startswith(telling.PREFIX):
            statement = str(entry.fields.get("statement", ""))
        if statement in self.said:
            node = self.parties[party]["node"]
            if not telling.tells(entry, self.said[statement], statement, node):
                raise ALTERED(why=f"{name} tells of a statement what the statement does not say")
            logs = self.proven.setdefault(statement, [])
            if party not in logs:
                logs.append(party)
        elif entry.fields.get("object") != self.item:
            raise ALTERED(why=f"{name} is about something else")
        elif statement:
            kind = entry.kind.removeprefix(telling.PREFIX)
            missing = {"type": kind, "digest": statement, "told_in": []}
            self.absent.setdefault(statement, missing)["told_in"].append(party)

    def _checkpoint(self, party: str, policy: LogPolicy, raw: bytes) -> Checkpoint:
        """Judge each distinct checkpoint of a party once. Raises: Untrusted."""
        known = self.checkpoints[party]
        if raw not in known:
            checkpoint = parse_checkpoint(raw)
            if checkpoint.head.origin != self.parties[party]["origin"]:
                raise ALTERED(why=f"a proof of {party} is from another log")
            cosigned = policy.judge(checkpoint).witnesses
            self.witnesses[party].update(policy.held_by(name) for name in cosigned)
            known[raw] = checkpoint
        return known[raw]

    def _pinned(self) -> bool:
        """Step 7: what the caller trusts has signed too. Everything before this rests on keys that
        the file itself brings along.
        """
        policies, vkeys = self.pins
        checkpoints = [one for of_party in self.checkpoints.values() for one in of_party.values()]
        for policy in policies:
            origins = {key.name for key in policy.logs}
            named = [one for one in checkpoints if one.head.origin in origins]
            if not named:
                raise NOT_PINNED(why="no log here is named by the policy")
            _satisfied(policy, named)
        for key in vkeys:
            logs = self.checkpoints.values()
            if not any(of_log and _all_signed(of_log.values(), key) for of_log in logs):
                raise NOT_PINNED(why=f"no log's checkpoints are all signed by {key.name}")
        return bool(policies or vkeys)


def _all_signed(checkpoints: Iterable[Checkpoint], key: VerifierKey) -> bool:
    try:
        for checkpoint in checkpoints:
            require(checkpoint, [key])
    except Untrusted:
        return False
    return True


def _satisfied(policy: LogPolicy, checkpoints: Sequence[Checkpoint]) -> None:
    for checkpoint in checkpoints:
        try:
            policy.judge(checkpoint)
        except Untrusted as error:
            raise NOT_PINNED(why=error.message) from None
