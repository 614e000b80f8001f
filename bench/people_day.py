"""Many people at one node at once: two live nations as processes, a session for each person, each
in a thread with a connection kept open, doing what a day's work asks, again and again.

Nobody is signed in by passphrase here: two hundred at one moment and from one machine is what the
door is made to slow down.
"""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests import nations
from tests.clock import Clock, now
from tools import ports

from sealane.adapters import nodefolder
from sealane.cli.demo.stage import Stage
from sealane.registry.means import Means
from sealane.services.register import directory
from sealane.services.register.accounts import Accounts, set_passphrase
from sealane.services.register.sessions import Began, Sessions

ITEMS, PROGRAMS = 24, 16
THOUGHT = (1.0, 9.0)
"""Seconds that a person looks at what came before they ask for more."""
READER, CLERK = "jpn.sato", "jpn.clerk"
VISITS: dict[str, tuple[str, str, int]] = {
    "the register": ("GET", "/", 4),
    "an item": ("GET", "/items/{item}", 5),
    "people": ("GET", "/people", 1),
    "an agreement": ("GET", "/agreements/jpn-aus-2022", 1),
    "the ledger": ("GET", "/ledger", 1),
    "my account": ("GET", "/account", 1),
    "search": ("GET", "/api/v1/search?text=harbour&limit=20", 4),
    "the register, by a program": ("GET", "/api/v1/items?limit=50", 2),
    "a search kept": ("POST", "/api/v1/searches", 1),
    "an opening": ("POST", "/api/v1/items/{item}/open", 1),
}
"""What is done: how it is asked, and how often it comes among the others."""
BODIES = {
    "a search kept": '{"name": "to accept", "state": "delivered"}',
    "an opening": '{"purpose": "assessment", "action": "open"}',
}
DUE = {"an opening": {200, 403}}
"""What is answered rightly: a clerk opens nothing. Without: 200 alone."""


@dataclass
class Crowd:
    """The node that they are at, and who they are."""

    stage: Stage
    port: int
    items: list[str]
    cookies: list[str]
    tokens: list[str]
    """Of those who work by programs, which others borrow: a token takes a passphrase, and to derive
    two hundred takes minutes."""


@dataclass
class Minute:
    """What came of it."""

    answered: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    """Answers that were not due, by what was asked and what came."""
    seconds: dict[str, list[float]] = field(default_factory=dict)
    memory: list[int] = field(default_factory=list)
    """KiB that the node's process holds, once a second."""
    lasted: float = 0.0

    @property
    def growth(self) -> float:
        """How much the last third holds beside the middle third: where memory leaks, the node
        grows as long as it is asked.
        """
        third = len(self.memory) // 3
        middle, last = self.memory[third : 2 * third], self.memory[2 * third :]
        return max(last) / max(middle)


@contextmanager
def gathered(root: Path, people: int) -> Iterator[Crowd]:
    """Both nations serving; at Japan's node so many people, three readers to a clerk."""
    nations.build_live(root)
    (root / "passphrase").write_bytes(nations.PASSPHRASE)
    pair = nations.opened(root, Clock(now()))
    items = [
        nations.share(pair, b"x" * 10_000, reference=f"r-{one}", title=f"Harbour survey {one} 港湾")
        for one in range(ITEMS)
    ]
    pair.rounds(2)
    with pair.jpn.store.reading() as tx:
        usual = [pair.jpn.person(tx, one) for one in (READER, READER, READER, CLERK)]
    accounts = Accounts(pair.jpn, pair.sites["JPN"].secret)
    cookies, tokens = [], []
    for number in range(people):
        name = f"jpn.p{number}"
        directory.enter(pair.jpn, {**usual[number % len(usual)], "id": name})
        if number < PROGRAMS:
            set_passphrase(pair.jpn, name, "a passphrase of one's own")
            tokens.append(accounts.token(name, 1))
        secret = Sessions(pair.jpn).begin(name, Began(means=Means.PASSPHRASE))
        cookies.append(f"{accounts.cookie}={secret}")
    pair.close()
    folder = root / "jpn"
    port = ports.free()
    nodefolder.save(folder, replace(nodefolder.load(folder), console_port=port))
    stage = Stage(root, "en")
    try:
        for party in nations.NAMES:
            stage.start(party)
        yield Crowd(stage, port, items, cookies, tokens)
    finally:
        stage.stop()


def spent(crowd: Crowd, seconds: float) -> Minute:
    """Everybody works for so long: asks, looks at the answer, asks for more."""
    found, end = Minute(), time.monotonic() + seconds
    lock, start = threading.Lock(), time.monotonic()
    threads = [
        threading.Thread(target=_person, args=(crowd, number, end, found, lock))
        for number in range(len(crowd.cookies))
    ]
    for one in threads:
        one.start()
    process = crowd.stage.processes[-1]
    while time.monotonic() < end:
        found.memory.append(held(process.pid))
        time.sleep(1)
    for one in threads:
        one.join()
    found.lasted = time.monotonic() - start
    if process.poll() is not None:
        found.wrong["the node ended"] += 1
    return found


def held(pid: int) -> int:
    """KiB of memory that a process holds."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def _person(crowd: Crowd, number: int, end: float, found: Minute, lock: threading.Lock) -> None:
    dice = random.Random(number)
    names = list(VISITS)
    weights = [weight for _, _, weight in VISITS.values()]
    line = http.client.HTTPConnection("127.0.0.1", crowd.port, timeout=120)
    while time.monotonic() < end:
        (name,) = dice.choices(names, weights)
        method, path, _ = VISITS[name]
        path = path.format(item=dice.choice(crowd.items))
        headers = {"Cookie": crowd.cookies[number]}
        if path.startswith("/api/"):
            headers = {"Authorization": f"Bearer {crowd.tokens[number % len(crowd.tokens)]}"}
        if name in BODIES:
            headers["Content-Type"] = "application/json"
        time.sleep(dice.uniform(*THOUGHT))
        started = time.perf_counter()
        try:
            line.request(method, path, BODIES.get(name), headers)
            answer = line.getresponse()
            body = answer.read()
            told = "" if answer.status in DUE.get(name, {200}) else f"{answer.status}"
            if told and answer.getheader("content-type", "").endswith("problem+json"):
                told += f" {body[:120].decode(errors='replace')}"
        except (OSError, http.client.HTTPException) as error:
            told = type(error).__name__
            line.close()
        taken = time.perf_counter() - started
        with lock:
            found.answered[name] += 1
            found.seconds.setdefault(name, []).append(taken)
            if told:
                found.wrong[f"{name}: {told}"] += 1
    line.close()
