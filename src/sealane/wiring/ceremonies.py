"""The key ceremony of a stopped node: its keystore comes under m of n custodians or a token, is
tried, comes under others, and every step is on the record.

Shares are written first, then the keystore is replaced in one step: a crash leaves it open to
whoever opened it before, or to the new custodians, and never to both or to nobody.
Spec: R62; docs/operators.md §Key ceremony.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sealane.adapters import nodefolder
from sealane.adapters.keys import NodeKeys
from sealane.adapters.outputs import write_whole
from sealane.base import canonical
from sealane.base.errors import Misconfigured, SealaneError, declare
from sealane.base.values import identifier
from sealane.crypto import custodians
from sealane.crypto.custodians import Custody
from sealane.crypto.keystore import require_strong
from sealane.crypto.share_file import SealedShare
from sealane.crypto.token_lock import ASKED, TokenLock
from sealane.services.statements.journal import record
from sealane.wiring import keyless_entry
from sealane.wiring.machines import alone, tell_keys
from sealane.wiring.site import Site, opened_site

MAKE, CHANGE, RECOVER, TOKEN = "make", "change", "recover", "token"

NO_CUSTODIANS = declare(
    "custodian.none",
    Misconfigured,
    "The keystore in {path} opens to a passphrase; it has no custodians.",
    "{path} の鍵庫はパスフレーズで開きます。保管者はいません。",
    "Begin with `sealane node ceremony make`.",
    "`sealane node ceremony make` で始めてください。",
)
HELD_ALREADY = declare(
    "custodian.held",
    Misconfigured,
    "The keystore in {path} has custodians already: {threshold} of {names}.",
    "{path} の鍵庫には既に保管者がいます：{names} のうち {threshold} 人。",
    "Change them with `sealane node ceremony change`.",
    "`sealane node ceremony change` で変更してください。",
)
NOT_ONE = declare(
    "custodian.unknown",
    Misconfigured,
    "{name} is no custodian of this keystore; they are: {names}.",
    "{name} はこの鍵庫の保管者ではありません。保管者：{names}。",
    "Name one of them.",
    "そのいずれかを指定してください。",
)
FILE_THERE = declare(
    "custodian.file_exists",
    Misconfigured,
    "{path} is there already; no share is written over another.",
    "{path} は既にあります。分割片は上書きしません。",
    "Name another folder with --out.",
    "--out で別のフォルダーを指定してください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CeremonyPlan:
    """What a ceremony is to bring about: `make`, `change` or `recover`, and who holds shares."""

    means: str
    threshold: int
    custodians: tuple[str, ...]
    out: Path
    """Where the share files are put; each custodian takes their own away."""
    passphrases: tuple[bytes, ...] = field(default=(), repr=False)
    """Each custodian's own, in the same order."""

    def require(self) -> None:
        """Raises: Misconfigured `custodian.bounds`, `custodian.file_exists`; Malformed
        `value.identifier`.
        """
        for name in self.custodians:
            identifier(name)
            if self.place(name).exists():
                raise FILE_THERE(path=self.place(name))
        custodians.require_bounds(self.threshold, self.custodians)

    def place(self, custodian: str) -> Path:
        """The file of one custodian's share."""
        return self.out / f"{custodian}.share"


def custody_of(folder: Path) -> Custody | None:
    """Who opens the keystore that lies there; None: a passphrase does. Needs no passphrase.

    Raises: Misconfigured `keystore.missing`; Malformed `keystore.malformed`,
    `custodian.malformed`.
    """
    return NodeKeys.sealed(folder).custody


def required_custody(folder: Path) -> Custody:
    """The same of a node of this program's age, where there must be custodians. Raises:
    Misconfigured `custodian.none`, `db.older`, `db.newer`, and as `custody_of`.
    """
    nodefolder.load(folder)
    custody = custody_of(folder)
    if custody is None:
        raise NO_CUSTODIANS(path=folder)
    return custody


def lock_of(folder: Path) -> TokenLock | None:
    """The token that opens the keystore that lies there; None: none does. Needs no token. Raises:
    Misconfigured `keystore.missing`; Malformed `keystore.malformed`, `keystore.token_malformed`.
    """
    return NodeKeys.sealed(folder).lock


def number(lock: Custody | TokenLock) -> str:
    """The digest by which the ledger tells of a ceremony."""
    return canonical.sha384(canonical.encode(lock.kdf()))


def heirs(folder: Path, lost: str, instead: str | None) -> tuple[str, ...]:
    """Who holds shares once a custodian is lost, another in that place if one is named. Raises:
    Misconfigured `custodian.unknown`, `custodian.none`.
    """
    custody = required_custody(folder)
    if lost not in custody.custodians:
        raise NOT_ONE(name=lost, names=custody.named)
    named = (instead if name == lost else name for name in custody.custodians)
    return tuple(name for name in named if name is not None)


def hold(folder: Path, secret: bytes, plan: CeremonyPlan) -> Custody:
    """Bring a stopped node's keystore under custodians: their share files first, then, in one step,
    the keystore under a new root key. What opened it before opens nothing of it any more.

    Args:
        secret: what opens it now: the passphrase, or what custodians gave.
    Raises: Misconfigured `node.running`, `custodian.*`, `keystore.*`; Unavailable
    `store.write_failed`.
    """
    plan.require()
    require_state(folder, plan.means)
    for passphrase in plan.passphrases:
        require_strong(passphrase)
    with alone(folder), opened_site(folder, secret) as site:
        before, host = custody_of(folder), site.node.host
        custody, shared, words = custodians.divide(
            site.node.settings.node, plan.threshold, plan.custodians, host.entropy
        )
        gave = [] if before is None else custodians.contributors(before, secret)
        _tell(site, "custody.begun", custody, means=plan.means, **_people(gave))
        _write_shares(plan, custody, words, site)
        site.keys.hold(custody, shared, host)
        _tell(site, "custody.held", custody, means=plan.means, people=list(plan.custodians))
        with site.node.store.writing() as tx:
            tell_keys(site.node.settings, site.node.records, tx, site.keys, host)
    return custody


def hold_by_token(folder: Path, secret: bytes) -> TokenLock:
    """Bring a stopped node's keystore under the token that holds its unwrapping keys, under a new
    root key. What opened it before opens nothing of it any more; again, only the newest is opened.

    Args:
        secret: what opens it now.
    Raises: Misconfigured `node.running`, `keystore.*`, `custodian.*`; Unavailable `hsm.failed`,
    `store.write_failed`.
    """
    require_state(folder, TOKEN)
    with alone(folder), opened_site(folder, secret) as site:
        before, host = custody_of(folder), site.node.host
        lock, hidden = site.keys.locked_by_token(site.node.settings.pkcs11_token, host)
        gave = [] if before is None else custodians.contributors(before, secret)
        _tell(site, "custody.begun", lock, means=TOKEN, **_people(gave))
        site.keys.hold(lock, hidden, host)
        _tell(site, "custody.held", lock, means=TOKEN)
        with site.node.store.writing() as tx:
            tell_keys(site.node.settings, site.node.records, tx, site.keys, host)
    return lock


def try_token(folder: Path) -> TokenLock:
    """Whether the token opens the keystore; no key is opened, and either outcome is recorded. The
    node may run. Raises: Misconfigured `custodian.none`, `keystore.*`, `hsm.unavailable`;
    Unavailable `hsm.failed`.
    """
    settings, lock = nodefolder.load(folder), lock_of(folder)
    if lock is None:
        raise NO_CUSTODIANS(path=folder)
    with _trying(folder, lock):
        token = nodefolder.token_of(settings)
        try:
            NodeKeys.sealed(folder).unseal(ASKED, token)
        finally:
            if token is not None:
                token.close()
    return lock


@contextmanager
def _trying(folder: Path, lock: Custody | TokenLock) -> Iterator[dict[str, Any]]:
    """A try of what opens a keystore: either outcome is recorded, with what is put in here."""
    told: dict[str, Any] = {}
    try:
        yield told
    except SealaneError as error:
        keyless_entry.append_entry(
            folder, "custody.tried", record=number(lock), settled=False, reason=error.code
        )
        raise
    keyless_entry.append_entry(folder, "custody.tried", record=number(lock), settled=True, **told)


def require_state(folder: Path, means: str) -> None:
    """A ceremony is made once, then changed, and at a stopped node. Raises: Misconfigured
    `custodian.held`, `custodian.none`, `node.running`.
    """
    if nodefolder.is_running(folder):
        raise nodefolder.RUNNING(path=folder)
    if means == TOKEN:
        nodefolder.load(folder)
    elif means != MAKE:
        required_custody(folder)
    elif (custody := custody_of(folder)) is not None:
        raise HELD_ALREADY(path=folder, threshold=custody.threshold, names=custody.named)


def try_shares(folder: Path, give: Callable[[], bytes]) -> tuple[Custody, list[str]]:
    """Whether these custodians open the keystore, and who they were; no key is opened, and either
    outcome is recorded. The node may run.

    Args:
        give: asks the custodians; what it raises is the outcome.
    Raises: Misconfigured `custodian.*`, `keystore.sealed`; Malformed `custodian.*`.
    """
    custody = required_custody(folder)
    with _trying(folder, custody) as told:
        secret = give()
        who = told["people"] = custodians.contributors(custody, secret)
        NodeKeys.sealed(folder).unseal(secret)
    return custody, who


def write_words(folder: Path, secret: bytes, out: Path) -> str:
    """Write one custodian's share out in words, recorded first; whose it is.

    Args:
        out: a terminal, or a file that is to be printed and destroyed.
    Raises: Misconfigured `custodian.*`; Malformed `custodian.*`, `output.refused`.
    """
    custody = required_custody(folder)
    who = custodians.contributors(custody, secret)
    if len(who) != 1:
        raise custodians.BOUNDS(threshold=1, count=len(who))
    keyless_entry.append_entry(folder, "custody.written", record=number(custody), people=who)
    write_whole(out, _sheet(custody, who[0], custodians.words_of(secret)[0]).encode())
    return who[0]


def _sheet(custody: Custody, who: str, words: str) -> str:
    numbered = [f"{place:2} {word:<10}" for place, word in enumerate(words.split(), 1)]
    lines = ["  ".join(numbered[start : start + 4]).rstrip() for start in range(0, 33, 4)]
    title = f"{custody.node}  {who}  {custody.threshold}/{len(custody.custodians)}  SLIP-0039"
    return "\n".join([title, f"{custody.ceremony}", "", *lines, ""])


def _write_shares(plan: CeremonyPlan, custody: Custody, words: Sequence[str], site: Site) -> None:
    plan.out.mkdir(mode=0o700, parents=True, exist_ok=True)
    for place, passphrase in enumerate(plan.passphrases):
        share = SealedShare.seal(custody, place, words[place], passphrase, site.node.host.entropy)
        write_whole(plan.place(plan.custodians[place]), share.dump())


def _tell(site: Site, kind: str, lock: Custody | TokenLock, **told: Any) -> None:
    if isinstance(lock, Custody):
        told = {"threshold": lock.threshold, "count": len(lock.custodians), **told}
    with site.node.store.writing() as tx:
        record(site.node, tx, kind, record=number(lock), **told)


def _people(names: list[str]) -> dict[str, list[str]]:
    return {"people": names} if names else {}
