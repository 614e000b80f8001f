"""What people and programs ask of two nations while everything fails around them, and what they
were told was done.

Each caller asks for one act until it is answered, as a person would; whatever was answered is
written down, and nothing else is.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx2

from sealane.cli.demo.cast import AGREEMENT, PROJECT
from sealane.ledger.log.checkpoint import parse_checkpoint
from tests import nations
from tests.faults.nation import Nation
from tests.web.visiting import PASSPHRASE, Browser

LATER = frozenset({408, 425, 429, 502, 503, 504})
SUITE = "X-Wing"
PATIENCE = httpx2.Timeout(60, connect=5)
"""A person who waits for an answer does not ask again at once."""


class NotNow(Exception):
    """No answer, or one that says later; whether the act was done is not known."""


@dataclass
class Shared:
    """One item, as those who asked know it."""

    reference: str
    text: str
    item: str = ""
    """Its number, once the release was answered."""
    done: set[str] = field(default_factory=set)
    """Acts that were answered: accepted, rewrapped, recalled."""
    opened: int = 0
    """How often its content came."""
    refused: bool = False
    """Whether its recipient turned the offer away: it was decided by another clock than offered."""

    @property
    def over(self) -> bool:
        return self.refused or "recalled" in self.done


class Caller:
    """A program with a token, and a browser with a session, at one nation's console."""

    def __init__(self, nation: Nation, tokens: dict[str, str]) -> None:
        self.nation, self._tokens = nation, tokens
        self.faults: list[str] = []

    def _client(self, person: str) -> httpx2.Client:
        word = {"Authorization": f"Bearer {self._tokens[person]}"}
        return httpx2.Client(
            base_url=self.nation.console, headers=word, trust_env=False, timeout=PATIENCE
        )

    def ask(self, person: str, method: str, path: str, **sent: Any) -> httpx2.Response:
        """One call. Raises: NotNow."""
        try:
            with self._client(person) as client:
                return self._judged(client.request(method, path, **sent))
        except httpx2.HTTPError as error:
            raise NotNow(type(error).__name__) from None

    def _judged(self, answer: httpx2.Response) -> httpx2.Response:
        if answer.status_code == 500:
            self.faults.append(f"{answer.request.url.path}: {answer.text[:300]}")
        if answer.status_code in LATER or answer.status_code == 500:
            raise NotNow(answer.text[:200])
        return answer

    def view(self, person: str, item: str) -> str:
        """The page that an opening answers with. Raises: NotNow."""
        try:
            with Browser(self.nation.console, PATIENCE) as browser:
                if browser.sign_in(person, PASSPHRASE).status_code != 303:
                    raise NotNow("not signed in")
                page = f"/items/{item}"
                shown = self._judged(browser.get(page))
                if f'action="{page}/open"' not in shown.text:
                    raise NotNow(f"no form: {shown.status_code}")
                sent = browser.send(shown, f"{page}/open", purpose="assessment", action="view")
                return str(self._judged(sent).text)
        except httpx2.HTTPError as error:
            raise NotNow(type(error).__name__) from None


class Load:
    """The callers of both nations, each in a thread of its own."""

    def __init__(self, callers: dict[str, Caller], chance: random.Random) -> None:
        self.callers, self._chance = callers, chance
        self.shared: list[Shared] = []
        self.heads: dict[str, dict[int, bytes]] = {}
        self.troubles: list[str] = []
        """What no fault explains."""
        self.waited: dict[str, int] = {}
        """How often each act was asked in vain, and why last."""
        self._halt, self._over = threading.Event(), threading.Event()
        self._numbers, self._steps = 0, self._table()
        self._threads: list[threading.Thread] = []

    def _table(self) -> dict[str, tuple[Callable[[], bool], float]]:
        """Who does what, with the seconds of rest between two acts; each answers whether there was
        something to do.
        """
        return {
            "release": (self._release, 1.0),
            "accept": (lambda: self._next("accepted", self._accept), 0.5),
            "open": (self._open, 1.0),
            "rewrap": (lambda: self._next("rewrapped", self._rewrap), 6.0),
            "recall": (lambda: self._next("recalled", self._recall), 3.0),
            "heads": (self._look, 0.5),
        }

    def start(self) -> None:
        """Begin, or go on after a pause."""
        self._halt.clear()
        for name, (step, rest) in self._steps.items():
            work = threading.Thread(target=self._again, args=(name, step, rest), daemon=True)
            work.start()
            self._threads.append(work)

    def pause(self, seconds: float) -> None:
        """Begin nothing more, and see every act that was begun answered. Raises: AssertionError
        when one is not, though nothing fails any more.
        """
        self._halt.set()
        end = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        stuck = [one.name for one in self._threads if one.is_alive()]
        assert not stuck, (stuck, self.waited)
        self._threads.clear()

    def end(self) -> None:
        self._halt.set()
        self._over.set()

    def _again(self, name: str, step: Callable[[], bool], rest: float) -> None:
        threading.current_thread().name = name
        while not self._halt.is_set():
            try:
                step()
            except Exception as error:  # noqa: BLE001 - told at the next look at the laws
                self.troubles.append(f"{name}: {error!r}")
            self._halt.wait(rest)

    def _until(self, what: str, act: Callable[[], bool]) -> bool:
        """Ask until it is answered, as often as it takes; False where the test is over before."""
        while not self._over.is_set():
            try:
                if act():
                    return True
                why = "refused"
            except NotNow as error:
                why = str(error)
            self.waited[what.partition(" ")[0]] = self.waited.get(what.partition(" ")[0], 0) + 1
            self.waited[f"{what}: {why[:120]}"] = 1
            self._over.wait(0.5)
        return False

    def _next(self, mark: str, act: Callable[[Shared], bool]) -> bool:
        """The next item that is due for an act; whether there was one."""
        for one in list(self.shared):
            if one.item and self._due(one, mark):
                done = self._until(f"{mark} {one.item}", partial(act, one))
                if done and not one.refused and ("recalled" not in one.done or mark == "recalled"):
                    one.done.add(mark)
                return True
        return False

    def _due(self, one: Shared, mark: str) -> bool:
        """Every item is accepted, every third re-wrapped, every fourth recalled after it was
        opened.
        """
        number = int(one.reference.rpartition("-")[2])
        every, after = {"accepted": (1, 0), "rewrapped": (3, 0), "recalled": (4, 1)}[mark]
        return mark not in one.done and not one.over and number % every == 0 and one.opened >= after

    def _release(self) -> bool:
        self._numbers += 1
        one = Shared(f"load-{self._numbers}", f"harbour {self._numbers} {self._chance.random()}")
        self.shared.append(one)
        terms = {
            "to": ["JPN"],
            "label": nations.LABEL,
            "purpose": "assessment",
            "area": "maritime",
            "agreement": AGREEMENT,
            "originator": "aus.analyst",
            "second": "aus.second",
            "project": PROJECT,
            "title": one.reference,
            "reference": one.reference,
        }
        body = one.text.encode() * self._chance.choice([1, 40, 4000])

        def act() -> bool:
            answer = self.callers["AUS"].ask(
                "aus.release",
                "POST",
                "/api/v1/releases",
                data={"release": json.dumps(terms)},
                files={"file": (f"{one.reference}.txt", body)},
                headers={"Idempotency-Key": one.reference},
            )
            one.item = self._taken(answer).get("item", "")
            return bool(one.item)

        return self._until(one.reference, act)

    def _taken(self, answer: httpx2.Response) -> dict[str, Any]:
        """What an act that was done answers. Raises: NotNow."""
        if answer.status_code in (200, 201, 202):
            return dict(answer.json())
        raise NotNow(f"{answer.status_code} {answer.text[:200]}")

    def _accept(self, one: Shared) -> bool:
        answer = self.callers["JPN"].ask("jpn.clerk", "POST", f"/api/v1/items/{one.item}/accept")
        if answer.status_code == 404 and self._turned_away(one):
            return True
        if answer.status_code == 409:  # done before, and the answer was lost; or called back
            return self._state(one) == "accepted" or "recalled" in one.done
        return bool(self._taken(answer))

    def _state(self, one: Shared) -> str:
        answer = self.callers["JPN"].ask("jpn.clerk", "GET", f"/api/v1/items/{one.item}")
        return str(answer.json().get("state"))

    def _turned_away(self, one: Shared) -> bool:
        answer = self.callers["AUS"].ask("aus.release", "GET", f"/api/v1/items/{one.item}")
        one.refused = answer.json().get("state") == "rejected"
        return one.refused

    def _recall(self, one: Shared) -> bool:
        answer = self.callers["AUS"].ask(
            "aus.release", "POST", f"/api/v1/items/{one.item}/recall", json={"reason": "load"}
        )
        return bool(self._taken(answer))

    def _open(self) -> bool:
        held = [one for one in self.shared if one.item and not one.over]
        fresh = [one for one in held if not one.opened] or held
        if not fresh:
            return False
        one = fresh[0] if not fresh[0].opened else self._chance.choice(fresh)

        def act() -> bool:
            if one.over:
                return True
            found = one.text in self.callers["JPN"].view("jpn.sato", one.item)
            one.opened += found
            return found

        return self._until(f"open {one.item}", act)

    def _rewrap(self, one: Shared) -> bool:
        """`item rewrap`, as an operator types it: a process of its own."""
        nation = self.callers["AUS"].nation
        word = str(nation.folder.parent / "passphrase")
        call = ["item", "rewrap", one.item, "--suite", SUITE, "--as", "aus.release", "--json"]
        place = ["--node", str(nation.folder), "--passphrase-file", word]
        env = nation.processes[0].env
        done = subprocess.run(
            [sys.executable, "-m", "sealane.cli.main", *call, *place],
            capture_output=True,
            env=env,
            timeout=300,
            check=False,
        )
        if done.returncode == 0 or one.over:
            return True
        said = (done.stdout or done.stderr).decode()
        if done.returncode in (2, 4) or "Traceback" in done.stderr.decode():
            self.troubles.append(f"rewrap: {done.returncode} {said[-600:]}")
            return True
        raise NotNow(said[-160:])

    def _look(self) -> bool:
        """The newest signed head of each shared log, as its own node shows it."""
        for party, person in (("AUS", "aus.auditor"), ("JPN", "jpn.auditor")):
            try:
                answer = self.callers[party].ask(person, "GET", f"/ledger/{AGREEMENT}/checkpoint")
            except NotNow:
                continue
            if answer.status_code == 200:
                head = parse_checkpoint(answer.content).head
                known = self.heads.setdefault(party, {}).setdefault(head.size, head.root)
                if known != head.root:
                    self.troubles.append(f"{party}: two heads of size {head.size}")
        return True
