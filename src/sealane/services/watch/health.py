"""Whether a node can do its work: each check with its state, since when, words in both languages,
and what to do.

A check fails only for what this node's own operator can put right here and what keeps every act
from being done. A partner that is away is a warning: nobody is sent to another process for it.
Spec: spec/interfaces.md §5; docs/operators.md "Watch".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sealane.base.errors import Misconfigured, SealaneError, Unavailable, Untrusted, declare
from sealane.base.values import SECOND, Instant, format_instant
from sealane.ledger.log.marks import NOT_PROVEN
from sealane.registry.records import Newness
from sealane.services.newness import REFUSED_WHILE
from sealane.services.node import Node
from sealane.services.register.key_ends import KeyEnd
from sealane.services.watch.sample import Sample, Watched
from sealane.services.watch.window import Glimpse

DAYS, FREE, DRIFT, AHEAD, OLD = 30, 256 << 20, 5.0, 60.0, 3600.0
"""Days before its end that a key is told of; bytes that should be free; seconds that the clock may
move by itself, and be behind what was written; seconds that a statement or a message may wait.
"""

SLOW = declare(
    "watch.slow",
    Unavailable,
    "The {what} has not answered for a while.",
    "{what} が応答していません。",
    "Look at the disk, the database or the token that it waits for.",
    "待っているディスク、データベース、トークンを確かめてください。",
)
DISK = declare(
    "watch.disk",
    Unavailable,
    "{mib} MiB are free where the node's data lies.",
    "ノードのデータの置き場の空きは {mib} MiB です。",
    "Make room before writing stops.",
    "書き込みが止まる前に空きを作ってください。",
)
KEY_ENDS = declare(
    "watch.key_ends",
    Misconfigured,
    "The {role} key {kid} ends on {until}.",
    "{role} の鍵 {kid} は {until} に期限が切れます。",
    "Give it a successor in time, so that both can be in use for a while.",
    "両方が併用できるよう、期限前に後継を用意してください。",
)
CLOCK_SET = declare(
    "watch.clock_set",
    Misconfigured,
    "The clock was set by {seconds} s while the node ran.",
    "ノードの稼働中に時計が {seconds} 秒変えられました。",
    "Keep it by NTP or PTP; start the node anew once it is right.",
    "NTP または PTP で合わせ、正しくなったらノードを再起動してください。",
)
CLOCK_BEHIND = declare(
    "watch.clock_behind",
    Misconfigured,
    "The clock is {seconds} s behind what this node has written.",
    "時計が、このノードの記録より {seconds} 秒遅れています。",
    "Set it right; if it ran ahead before, this ends by itself.",
    "時計を合わせてください。以前に進んでいた場合は、自然に解消します。",
)
CLOCK_WRONG = declare(
    "watch.clock_wrong",
    Misconfigured,
    "The clock says {now}, before this node was made.",
    "時計が {now} を示しており、このノードの作成前です。",
    "Set it right: nothing that expires can be judged.",
    "時計を合わせてください。期限のあるものを判断できません。",
)
OUTBOX_WAITS = declare(
    "watch.outbox_waits",
    Unavailable,
    "{count} statements wait for a partner, the oldest for {seconds} s.",
    "相手国への文書 {count} 件が待っています。最も古いものは {seconds} 秒です。",
    "See `sealane node status` for whom they wait and why.",
    "`sealane node status` で、宛先と理由を確かめてください。",
)
MAIL_WAITS = declare(
    "watch.mail_waits",
    Unavailable,
    "{count} reminders wait for the mail server, the oldest for {seconds} s.",
    "通知メール {count} 件がメールサーバーを待っています。最も古いものは {seconds} 秒です。",
    "Look at the mail server and at the settings mail_*; the log says why (reminders.not_sent).",
    "メールサーバーと mail_* の設定を確かめてください。理由はログの reminders.not_sent です。",
)
WITNESS_LATE = declare(
    "watch.witness_late",
    Unavailable,
    "A partner's witness has not cosigned for {seconds} s; keys stop at {limit} s.",
    "相手国の証人が {seconds} 秒間連署していません。{limit} 秒で鍵の開示が止まります。",
    "Look at the connection to that partner: `sealane ledger status`.",
    "その相手国との接続を確かめてください：`sealane ledger status`。",
)
HOLDS = ("Nothing is wrong.", "異常はありません。")


class CheckState(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: its state, and the error that words it; None: nothing is wrong."""

    state: CheckState = CheckState.OK
    why: SealaneError | None = None


@dataclass(slots=True)
class Health:
    """The checks of one node, and since when each stands as it does."""

    watched: Watched
    _since: dict[str, tuple[CheckState, str, Instant]] = field(default_factory=dict)
    _start: tuple[Instant, int] = field(init=False)

    def __post_init__(self) -> None:
        host = self.watched.node.host
        self._start = (host.now(), host.elapsed())

    def judge(self, sample: Glimpse[Sample], keys: Glimpse[bool]) -> dict[str, dict[str, Any]]:
        """Every check, by name. Asks nothing of the store: what it rests on was read before."""
        now = self.watched.node.host.now()
        found = {
            "store": self._store(sample),
            "keys": self._keys(keys, now),
            "clock": self._clock(sample.value, now),
            "outbox": _outbox(sample.value, now),
            "witness": _witness(sample.value, now),
            "mail": _mail(sample.value, now),
            "newest": _newest(sample.value),
            "verification": _verification(sample.value, now),
        }
        return {name: self._told(name, one, now) for name, one in found.items()}

    def drift(self) -> float:
        """Seconds by which the clock was moved since this process began."""
        host, (wall, steady) = self.watched.node.host, self._start
        return ((host.now() - wall) - (host.elapsed() - steady)) / SECOND

    def _store(self, seen: Glimpse[Sample]) -> Checked:
        if seen.trouble is not None:
            return Checked(CheckState.FAILED, seen.trouble)
        if seen.stalled or seen.value is None:
            return Checked(CheckState.FAILED, SLOW(what="store"))
        free = self.watched.free()
        if free < FREE:
            return Checked(CheckState.WARNING, DISK(mib=free >> 20))
        return Checked()

    def _keys(self, seen: Glimpse[bool], now: Instant) -> Checked:
        if seen.trouble is not None:
            return Checked(CheckState.FAILED, seen.trouble)
        if seen.stalled:
            return Checked(CheckState.FAILED, SLOW(what="keystore"))
        ends = sorted(self.watched.key_ends(), key=lambda one: one.until)
        if ends and ends[0].days_left(now) < DAYS:
            return Checked(CheckState.WARNING, _ends(ends[0]))
        return Checked()

    def _clock(self, sample: Sample | None, now: Instant) -> Checked:
        if sample is not None and now < sample.founded:
            return Checked(CheckState.FAILED, CLOCK_WRONG(now=format_instant(now)))
        behind = 0.0
        if sample is not None and sample.newest is not None:
            behind = (sample.newest - now) / SECOND
        if behind > AHEAD:
            return Checked(CheckState.WARNING, CLOCK_BEHIND(seconds=round(behind)))
        if abs(self.drift()) > DRIFT:
            return Checked(CheckState.WARNING, CLOCK_SET(seconds=round(self.drift())))
        return Checked()

    def _told(self, name: str, found: Checked, now: Instant) -> dict[str, Any]:
        code = "" if found.why is None else found.why.code
        state, known, since = self._since.get(name, (found.state, code, now))
        if (state, known) != (found.state, code):
            since = now
        self._since[name] = (found.state, code, since)
        words: dict[str, Any] = {"message": HOLDS[0], "message_ja": HOLDS[1]}
        if found.why is not None:
            words = found.why.as_json()
            words.pop("details", None)
        return {"state": str(found.state), "since": format_instant(since), **words}


def is_ready(checks: dict[str, dict[str, Any]]) -> bool:
    """Whether nothing failed; a warning is for people."""
    return all(one["state"] != CheckState.FAILED for one in checks.values())


def try_keys(node: Node) -> bool:
    """True, once every statement key signed and the key service refused what nobody wrapped.

    Raises: Unavailable `hsm.failed`; Misconfigured `hsm.unavailable`: a token does not answer.
    """
    for signer in node.keys.signers("statement"):
        signer.public.verify(signer.sign(PROBE), PROBE)
    for key in node.card.kas:
        try:
            node.keys.unwrap(key.suite, PROBE, PROBE, kid=key.kid)
        except Untrusted:
            continue  # the service is there, and opens nothing that was not wrapped to it
    return True


PROBE = b"sealane keys check " + bytes(109)


def _ends(key: KeyEnd) -> SealaneError:
    return KEY_ENDS(role=key.role, kid=key.kid, until=format_instant(key.until))


def _outbox(sample: Sample | None, now: Instant) -> Checked:
    if sample is None or sample.oldest is None:
        return Checked()
    waits = (now - sample.oldest) / SECOND
    if waits < OLD:
        return Checked()
    count = sum(sample.outbox.values())
    return Checked(CheckState.WARNING, OUTBOX_WAITS(count=count, seconds=round(waits)))


def _mail(sample: Sample | None, now: Instant) -> Checked:
    if sample is None or sample.oldest_mail is None:
        return Checked()
    waits = (now - sample.oldest_mail) / SECOND
    if waits < OLD:
        return Checked()
    said = MAIL_WAITS(count=sample.mail, seconds=round(waits))
    return Checked(CheckState.WARNING, said)


def _witness(sample: Sample | None, now: Instant) -> Checked:
    """The tail that is nearest to its limit."""
    tails = () if sample is None else sample.tails
    worst = max(tails, key=lambda one: one.seconds(now) / one.limit_seconds, default=None)
    if worst is None or worst.since is None:
        return Checked()
    waits, limit = worst.seconds(now), worst.limit_seconds
    if waits >= limit:
        said = NOT_PROVEN(since=format_instant(worst.since), grace=limit)
        return Checked(CheckState.WARNING, said)
    if waits * 2 >= limit:
        return Checked(CheckState.WARNING, WITNESS_LATE(seconds=round(waits), limit=limit))
    return Checked()


def _verification(sample: Sample | None, now: Instant) -> Checked:
    """A warning whatever it found: a log that does not re-derive is not signed any more either."""
    task = None if sample is None else sample.verification.task(now)
    return Checked() if task is None else Checked(CheckState.WARNING, task)


def _newest(sample: Sample | None) -> Checked:
    """Whether the node may be older than what it said: behind, it does nothing any more; in doubt,
    it waits for its partners.
    """
    state = Newness.CURRENT if sample is None else sample.newness
    refusal = REFUSED_WHILE.get(state)
    if refusal is None:
        return Checked()
    return Checked(CheckState.FAILED if state is Newness.BEHIND else CheckState.WARNING, refusal())
