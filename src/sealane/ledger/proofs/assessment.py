"""The pack that a nation makes for a partner's inspection, proven to anybody with no node and no
network: registers, counts, logs, inventories and incidents between the two, without content.

Members: `manifest.jws`, signed by the statement keys of who made it, with the digest of every other
member; `registers/*.json`; and of each agreement's log its policy, a cosigned checkpoint, and every
entry below it. The log is derived anew from its entries, so none is left out and none added.
Spec: spec/assessment.md; R52, R59.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sealane.base import canonical
from sealane.base.errors import Malformed, Refused, SealaneError, Untrusted, declare
from sealane.base.values import country, identifier, parse_instant
from sealane.crypto import jws
from sealane.crypto.keys import PublicKey, Signer
from sealane.ledger import entries
from sealane.ledger.log.checkpoint import Checkpoint, parse_checkpoint, require
from sealane.ledger.log.merkle import Frontier
from sealane.ledger.log.note import VerifierKey
from sealane.ledger.log.origins import shared_origin
from sealane.ledger.log.policy import LogPolicy, parse_policy
from sealane.ledger.proofs import archive

FORMAT, TYP, MANIFEST = "sealane-assessment/v1", "sealane-assessment", "manifest.jws"
REGISTERS = ("cases", "copies", "facilities", "inventories", "items")
PARTS = ("checkpoint", "entries", "policy")
FOLDER_MOST = archive.MAX_BYTES - (1 << 20)
_MEMBERS = {"format", "by", "node", "for", "made", "keys", "logs", "counts", "files"}
_ITEM = {
    "id",
    "direction",
    "agreement",
    "state",
    "recalled",
    "container",
    "policy_uuid",
    "decision",
    "label",
    "copies",
}

NOT_PACK = declare(
    "assess.not_assessment",
    Malformed,
    "This is not an assessment pack.",
    "査察資料のファイルではありません。",
    "Give a file that `sealane assess export` made.",
    "`sealane assess export` が作ったファイルを指定してください。",
)
ALTERED = declare(
    "assess.altered",
    Untrusted,
    "The assessment pack does not hold: {why}.",
    "査察資料が成り立ちません：{why}。",
    "Do not rely on it; get it again from the nation that made it.",
    "依拠せず、作成国から取り直してください。",
)
NOT_PINNED = declare(
    "assess.pins",
    Untrusted,
    "The assessment pack rests on other keys than those you trust: {why}.",
    "査察資料は、指定された信頼鍵とは別の鍵によっています：{why}。",
    "Compare them with the card that you enrolled.",
    "登録済みのカードと照らし合わせてください。",
)
TOO_LARGE = declare(
    "assess.too_large",
    Refused,
    "The pack would hold {size} bytes; at most {most} fit into one.",
    "資料は {size} バイトになり、一つに入る {most} バイトを超えます。",
    "Name one agreement: --agreement ID.",
    "一つの取決めに限ってください（--agreement ID）。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessedLog:
    """One log whole, up to a head that the partner cosigned."""

    agreement: str
    digest: str
    """SHA-384 of the agreement's file."""
    origin: str
    policy: bytes
    checkpoint: bytes
    entries: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentInput:
    """All that a pack is made from."""

    by: str
    node: str
    for_: str
    made: str
    registers: Mapping[str, Any]
    """By the names of `REGISTERS`."""
    counts: Mapping[str, int]
    logs: tuple[AssessedLog, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentPins:
    """What a reader trusts besides: log policies, keys of logs or witnesses, statement keys."""

    policies: Sequence[LogPolicy] = ()
    vkeys: Sequence[VerifierKey] = ()
    card: tuple[str, str, Sequence[PublicKey]] | None = None
    """Party, node and statement keys of the card that the reader enrolled."""

    def __bool__(self) -> bool:
        return bool(self.policies or self.vkeys or self.card)


def build(given: AssessmentInput, signers: Sequence[Signer]) -> bytes:
    """The pack; it verifies. Raises: Refused `assess.too_large`."""
    members: dict[str, bytes] = {
        f"registers/{name}.json": canonical.encode(given.registers[name]) for name in REGISTERS
    }
    for log in given.logs:
        folder = f"logs/{identifier(log.agreement)}"
        members[f"{folder}/checkpoint"] = log.checkpoint
        members[f"{folder}/entries"] = b"".join(entry + b"\n" for entry in log.entries)
        members[f"{folder}/policy"] = log.policy
    size = sum(map(len, members.values()))
    if size > FOLDER_MOST:
        raise TOO_LARGE(size=size, most=FOLDER_MOST)
    manifest = {
        "format": FORMAT,
        "by": given.by,
        "node": given.node,
        "for": given.for_,
        "made": given.made,
        "keys": [signer.public.as_json() for signer in signers],
        "logs": [
            {"agreement": log.agreement, "digest": log.digest, "origin": log.origin}
            for log in given.logs
        ],
        "counts": dict(given.counts),
        "files": {name: canonical.sha384(data) for name, data in members.items()},
    }
    signed = jws.sign(canonical.encode(manifest), signers, typ=TYP)
    data = archive.pack({MANIFEST: signed, **{name: members[name] for name in sorted(members)}})
    verify(data)
    return data


def verify(data: bytes, pins: AssessmentPins | None = None) -> dict[str, Any]:
    """What a pack shows, once everything that it claims of its logs is proven; what rests on the
    word of who made it stands under `claimed`.

    Raises: Malformed `assess.not_assessment`; Untrusted `assess.altered`, `assess.pins`.
    Spec: spec/assessment.md §3.
    """
    try:
        return _Check(_members(data), pins or AssessmentPins()).report()
    except SealaneError as error:
        if error.code in (NOT_PACK.code, ALTERED.code, NOT_PINNED.code):
            raise
        raise ALTERED(why=f"{error.code}: {error.message}"[:200]) from None
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        raise ALTERED(why="a member has another form than it should") from None


def _members(data: bytes) -> dict[str, bytes]:
    """Step 1: every byte belongs to a member, and the manifest is the first of them."""
    try:
        members = archive.unpack(data)
    except Malformed:
        raise NOT_PACK() from None
    if next(iter(members)) != MANIFEST:
        raise NOT_PACK()
    return members


class _Check:
    """One verification, step by step; the first that fails refuses the pack."""

    def __init__(self, members: dict[str, bytes], pins: AssessmentPins) -> None:
        self.members, self.pins = members, pins
        self.manifest = self._manifest()
        self.heads: list[Checkpoint] = []
        self.kinds: Counter[str] = Counter()
        self.mentioned: set[str] = set()
        self.statements: set[str] = set()

    def _manifest(self) -> dict[str, Any]:
        """Steps 2 and 3: signed by all the keys that it names, and by those of the card that the
        reader holds; every other member is the one whose digest it has, in the one order.
        """
        signed = self.members[MANIFEST]
        claimed: Any = canonical.decode(jws.peek(signed), limit=8 << 20)
        if not isinstance(claimed, dict) or set(claimed) != _MEMBERS:
            raise ALTERED(why="the manifest has other members than its format")
        if claimed["format"] != FORMAT:
            raise ALTERED(why="it has another format")
        keys = [PublicKey.from_json(key) for key in claimed["keys"]]
        if not keys or [key.as_json() for key in keys] != claimed["keys"]:
            raise ALTERED(why="its keys are not written as they should be")
        ring = {key.kid: key for key in keys}
        jws.verify(signed, keys=ring, required=list(ring), typ=TYP)
        if list(ring) != jws.kids(signed):
            raise ALTERED(why="its signatures do not stand in the order of its keys")
        country(claimed["by"]), country(claimed["for"]), parse_instant(claimed["made"])
        self._pinned_card(claimed, keys)
        wanted = [f"registers/{name}.json" for name in REGISTERS] + [
            f"logs/{identifier(log['agreement'])}/{part}"
            for log in claimed["logs"]
            for part in PARTS
        ]
        if list(self.members) != [MANIFEST, *sorted(wanted)]:
            raise ALTERED(why="members are missing, named twice, or out of their order")
        if claimed["files"] != {name: canonical.sha384(self.members[name]) for name in wanted}:
            raise ALTERED(why="a member has another digest")
        return claimed

    def _pinned_card(self, claimed: Mapping[str, Any], keys: Sequence[PublicKey]) -> None:
        if self.pins.card is None:
            return
        party, node, trusted = self.pins.card
        if (claimed["by"], claimed["node"]) != (party, node):
            raise NOT_PINNED(why=f"it was made by {claimed['node']} of {claimed['by']}")
        if list(keys) != list(trusted):
            raise NOT_PINNED(why="its statement keys are not those of the card")

    def report(self) -> dict[str, Any]:
        """Steps 4 to 6, and what they showed."""
        claimed = self.manifest
        logs = [self._log(log) for log in claimed["logs"]]
        items = self._register("items", "items")
        self._registers(items)
        if claimed["counts"].get("entries") != sum(self.kinds.values()):
            raise ALTERED(why="it counts other entries than its logs hold")
        self._pinned()
        known = {one["id"] for one in items}
        return {
            "verified": True,
            "by": claimed["by"],
            "node": claimed["node"],
            "for": claimed["for"],
            "made": claimed["made"],
            "trust": "pinned" if self.pins else "keys inside the file",
            "logs": logs,
            "entries": dict(sorted(self.kinds.items())),
            "counts": claimed["counts"],
            "items": items,
            "unproven": sorted(known - self.mentioned),
            "unlisted": sorted(self.mentioned - known),
            "incidents": [
                {**one, "proven": one["statement"] in self.statements}
                for one in self._register("cases", "cases")
                if one["kind"] == "incident"
            ],
            "inventories": self._register("inventories", "inventories"),
            "copies": self._register("copies", "copies"),
            "facilities": self._register("facilities", "facilities"),
            "claimed": [f"registers/{name}.json" for name in REGISTERS],
        }

    def _log(self, log: Mapping[str, Any]) -> dict[str, Any]:
        """Step 4: one log, derived anew from its entries, signed by its writer and cosigned by the
        witness of the nation that the pack is for.
        """
        if set(log) != {"agreement", "digest", "origin"}:
            raise ALTERED(why="what it says of a log has other members")
        claimed, folder = self.manifest, f"logs/{log['agreement']}"
        head = parse_checkpoint(self.members[f"{folder}/checkpoint"])
        alone = shared_origin(claimed["node"], log["agreement"])
        shared = shared_origin(claimed["node"], log["agreement"], claimed["for"])
        if log["origin"] not in (alone, shared) or head.head.origin != log["origin"]:
            raise ALTERED(why=f"{folder} is of another log")
        policy = parse_policy(self.members[f"{folder}/policy"])
        witnesses = {policy.held_by(name) for name in policy.judge(head).witnesses}
        if claimed["for"] not in witnesses:
            raise ALTERED(why=f"{folder} has no cosignature of {claimed['for']}")
        tree = Frontier()
        lines = self.members[f"{folder}/entries"].split(b"\n")
        if lines.pop() != b"":
            raise ALTERED(why=f"{folder} ends within an entry")
        for line in lines:
            tree.append(line)
            self._entry(line)
        if (tree.size, tree.root()) != (head.head.size, head.head.root):
            raise ALTERED(why=f"{folder} has other entries than its head")
        self.heads.append(head)
        return {**log, "size": tree.size, "cosigned_by": sorted(witnesses)}

    def _entry(self, line: bytes) -> None:
        """Step 5: what an entry tells of, as far as this program knows its kind."""
        entry = entries.known(line)
        if entry is None:
            self.kinds["unknown"] += 1
            return
        if entry.fields.get("node", self.manifest["node"]) != self.manifest["node"]:
            raise ALTERED(why="an entry was written by another node")
        self.kinds[entry.kind] += 1
        if "object" in entry.fields:
            self.mentioned.add(str(entry.fields["object"]))
        if "statement" in entry.fields:
            self.statements.add(str(entry.fields["statement"]))

    def _registers(self, items: Sequence[Mapping[str, Any]]) -> None:
        """Step 6: the registers are about the items of the pack and its cases about these two."""
        claimed = self.manifest
        if any(set(one) != _ITEM for one in items):
            raise ALTERED(why="an item is told with other members")
        known = {one["id"] for one in items}
        if len(known) != len(items):
            raise ALTERED(why="an item stands in it twice")
        agreed = {log["agreement"] for log in claimed["logs"]}
        if not {one["agreement"] for one in items} <= agreed:
            raise ALTERED(why="an item is of an agreement that it has no log of")
        counted = [
            line for one in self._register("inventories", "inventories") for line in one["lines"]
        ]
        if any(one["item"] not in known for one in (*self._register("copies", "copies"), *counted)):
            raise ALTERED(why="a copy is of an item that it does not list")
        for one in self._register("cases", "cases"):
            if {one["opener"], one["with"]} != {claimed["by"], claimed["for"]}:
                raise ALTERED(why="a case is between other nations")
        told = {name: len(self._register(name, name)) for name in REGISTERS}
        if any(claimed["counts"].get(name) != count for name, count in told.items()):
            raise ALTERED(why="it counts otherwise than its registers")

    def _register(self, name: str, member: str) -> list[dict[str, Any]]:
        value: Any = canonical.decode(
            self.members[f"registers/{name}.json"], limit=archive.MAX_BYTES
        )
        if set(value) != {member} or not isinstance(value[member], list):
            raise ALTERED(why=f"registers/{name}.json has another form")
        return list(value[member])

    def _pinned(self) -> None:
        """Step 7: what the reader trusts has signed too; everything before rests on keys that the
        pack brings along.
        """
        for policy in self.pins.policies:
            origins = {key.name for key in policy.logs}
            named = [head for head in self.heads if head.head.origin in origins]
            if not named:
                raise NOT_PINNED(why="no log here is named by the policy")
            for head in named:
                try:
                    policy.judge(head)
                except Untrusted as error:
                    raise NOT_PINNED(why=error.message) from None
        for key in self.pins.vkeys:
            if not any(_signed(head, key) for head in self.heads):
                raise NOT_PINNED(why=f"no log's head is signed by {key.name}")


def _signed(head: Checkpoint, key: VerifierKey) -> bool:
    try:
        require(head, [key])
    except Untrusted:
        return False
    return True
