"""Trust policies: which logs and which quorum of witnesses make a checkpoint good. Spec: C2SP
tlog-policy.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sealane.base.errors import Malformed, Untrusted, declare
from sealane.ledger.log.checkpoint import COSIGNATURES, Checkpoint, signed_by
from sealane.ledger.log.note import NOT_SIGNED, VerifierKey, parse_vkey

MAX_BYTES = 4 << 20
MAX_LINES = 4096
NONE = "none"

BAD_POLICY = declare(
    "ledger.policy",
    Malformed,
    "The trust policy cannot be read: {why}.",
    "信頼ポリシーを読み取れません：{why}。",
    "Compare it with c2sp.org/tlog-policy.",
    "c2sp.org/tlog-policy と照らし合わせてください。",
)
NO_QUORUM = declare(
    "ledger.quorum",
    Untrusted,
    "The checkpoint lacks the quorum {quorum!r}; it is cosigned by: {have}.",
    "チェックポイントが定足数 {quorum!r} を満たしません。連署：{have}。",
    "Wait until the witnesses have cosigned, then get the proof again.",
    "証人の連署を待って、証明を取り直してください。",
)

_CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_NUMBER = re.compile(r"[1-9][0-9]{0,5}")


@dataclass(frozen=True, slots=True)
class WitnessGroup:
    """Counts as witnessing when at least `threshold` of its members do."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LogVerdict:
    """Who signed: the log's key, and each known witness by policy name with its POSIX time."""

    log: VerifierKey | None
    witnesses: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class LogPolicy:
    """Known logs, witnesses, groups, and the name that must witness; URLs are advice only."""

    logs: tuple[VerifierKey, ...] = ()
    witnesses: Mapping[str, VerifierKey] = field(default_factory=dict)
    groups: Mapping[str, WitnessGroup] = field(default_factory=dict)
    quorum: str = NONE
    urls: Mapping[str, str] = field(default_factory=dict)
    """URL by log origin or witness name, where the file gives one."""

    def judge(self, checkpoint: Checkpoint, *, log_known: bool = False) -> LogVerdict:
        """Prove that one of the logs, under its own origin, signed, and that the quorum cosigned.

        Args:
            log_known: the log's signature was proven otherwise, so that none of `logs` needs to
                have signed.
        Raises: Untrusted `ledger.not_signed`, `ledger.note_signature`, `ledger.quorum`.
        """
        # Step 1: only keys of the origin that the head itself names count as the log's. A log key
        # of the policy under another origin vouches for that other log alone.
        origin = checkpoint.head.origin
        log_keys = [key for key in self.logs if key.name == origin]
        # Step 2: a line by a key that we know must hold, wanted or not; unknown lines say nothing.
        signed = signed_by(checkpoint, [*log_keys, *self.witnesses.values()])
        # Step 3: the log signed. Cosignatures without it would witness what nobody wrote.
        log = next((key for key in log_keys if key in signed), None)
        if log is None and not log_known:
            raise NOT_SIGNED(name=f"a log of the policy for {origin[:120]}")
        # Step 4: enough witnesses saw this head, so that the log cannot show us one of its own.
        times = {name: signed[key] for name, key in self.witnesses.items() if key in signed}
        if not self.witnessed(frozenset(times)):
            raise NO_QUORUM(quorum=self.quorum, have=", ".join(times) or "-")
        return LogVerdict(log, times)

    def held_by(self, name: str) -> str:
        """Whose a witness key is: the name of the group of keys that it is one of, or its own."""
        for group, keys in self.groups.items():
            if keys.threshold == 1 and len(keys.members) > 1 and name in keys.members:
                return group
        return name

    def witnessed(self, have: frozenset[str]) -> bool:
        """Whether the quorum is met, given the witnesses that cosigned; groups know only names
        before them.
        """
        met = {NONE, *have}
        for name, group in self.groups.items():
            if sum(member in met for member in group.members) >= group.threshold:
                met.add(name)
        return self.quorum in met


class _PolicyLines:
    """The lines of a policy file as they come; a name is known from its line on."""

    def __init__(self) -> None:
        self.logs: dict[bytes, VerifierKey] = {}
        self.witnesses: dict[str, VerifierKey] = {}
        self.groups: dict[str, WitnessGroup] = {}
        self.urls: dict[str, str] = {}
        self.used: set[str] = set()
        self.quorum: str | None = None

    def log(self, words: list[str]) -> None:
        """`log KEY [URL]`: each key once."""
        if len(words) not in {1, 2}:
            raise BAD_POLICY(why="a log line has a key and at most a URL")
        key = _vkey(words[0])
        if key.public in self.logs:
            raise BAD_POLICY(why="one log key twice")
        self.logs[key.public] = key
        if len(words) == 2:
            self.urls[key.name] = words[1]

    def witness(self, words: list[str]) -> None:
        """`witness NAME KEY [URL]`: a cosignature key, once, under a name that is free."""
        if len(words) not in {2, 3}:
            raise BAD_POLICY(why="a witness line has a name, a key and at most a URL")
        key = _vkey(words[1])
        if key.kind not in COSIGNATURES:
            raise BAD_POLICY(why="a witness key is not a cosignature key")
        if any(key.public == other.public for other in self.witnesses.values()):
            raise BAD_POLICY(why="one witness key twice")
        self.witnesses[self._fresh(words[0])] = key
        if len(words) == 3:
            self.urls[words[0]] = words[2]

    def group(self, words: list[str]) -> None:
        """`group NAME THRESHOLD MEMBER...`: of names above it, each a member of one group only."""
        if len(words) < 3:
            raise BAD_POLICY(why="a group has a name, a threshold and members")
        name, threshold, *members = words
        self._fresh(name)
        for member in members:
            if member not in self.witnesses and member not in self.groups:
                raise BAD_POLICY(why="a group names what is not defined before it")
            if member in self.used:
                raise BAD_POLICY(why="a name is a member twice")
            self.used.add(member)
        count = {"any": 1, "all": len(members)}.get(threshold)
        if count is None:
            if not _NUMBER.fullmatch(threshold) or int(threshold) > len(members):
                raise BAD_POLICY(why="a threshold is not from 1 to the number of members")
            count = int(threshold)
        self.groups[name] = WitnessGroup(count, tuple(members))

    def set_quorum(self, words: list[str]) -> None:
        """`quorum NAME`: once, and of a name above it."""
        if len(words) != 1 or self.quorum is not None:
            raise BAD_POLICY(why="there is one quorum line, with one name")
        if words[0] not in {NONE, *self.witnesses, *self.groups}:
            raise BAD_POLICY(why="the quorum is not defined before it")
        self.quorum = words[0]

    def _fresh(self, name: str) -> str:
        if name == NONE or name in self.witnesses or name in self.groups:
            raise BAD_POLICY(why="a name is taken")
        return name


def parse_policy(data: bytes) -> LogPolicy:
    """A policy file, strictly. Raises: Malformed `ledger.policy`, `ledger.vkey`."""
    if len(data) > MAX_BYTES or _CONTROL.search(data):
        raise BAD_POLICY(why="too long, or a control character")
    lines = data.decode("latin-1").split("\n")  # octets above 0x7F are opaque
    if len(lines) > MAX_LINES:
        raise BAD_POLICY(why="too many lines")
    reader = _PolicyLines()
    verbs: dict[str, Callable[[list[str]], None]] = {
        "log": reader.log,
        "witness": reader.witness,
        "group": reader.group,
        "quorum": reader.set_quorum,
    }
    for number, line in enumerate(lines, start=1):
        words = [word for word in re.split("[ \t]+", line) if word]
        if not words or words[0].startswith("#"):
            continue
        if words[0] not in verbs:
            raise BAD_POLICY(position=number, why="a line is none of log, witness, group, quorum")
        verbs[words[0]](words[1:])
    if reader.quorum is None:
        raise BAD_POLICY(why="there is no quorum line")
    return LogPolicy(
        tuple(reader.logs.values()), reader.witnesses, reader.groups, reader.quorum, reader.urls
    )


def write_policy(
    log: VerifierKey | Sequence[VerifierKey],
    witnesses: Mapping[str, VerifierKey | Sequence[VerifierKey]],
) -> bytes:
    """The policy file that wants this log and all of these witnesses; at 1 and 2 all is the only
    safe threshold. Of several keys that a log or a witness had one after another, any counts.
    """
    logs = [log] if isinstance(log, VerifierKey) else log
    lines = [f"log {key.vkey}" for key in logs]
    for name, found in witnesses.items():
        keys = [found] if isinstance(found, VerifierKey) else found
        if len(keys) == 1:
            lines.append(f"witness {name} {keys[0].vkey}")
            continue
        numbered = [f"{name}.{number}" for number in range(1, 1 + len(keys))]
        lines += [f"witness {one} {key.vkey}" for one, key in zip(numbered, keys, strict=True)]
        lines.append(f"group {name} any {' '.join(numbered)}")
    if len(witnesses) > 1:
        lines.append(f"group witnesses all {' '.join(witnesses)}")
    lines.append(f"quorum {'witnesses' if len(witnesses) > 1 else next(iter(witnesses), NONE)}")
    return "".join(f"{line}\n" for line in lines).encode()


def _vkey(word: str) -> VerifierKey:
    try:
        return parse_vkey(word.encode("latin-1").decode())
    except UnicodeDecodeError:
        raise BAD_POLICY(why="a key name is not UTF-8") from None
