"""Both nodes of the demonstration: their folders, their processes, and what each step showed."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sealane.base.errors import Unavailable, declare
from sealane.cli import access
from sealane.cli.frame.answer import speaker

NODES = {"AUS": "canberra.aus.example", "JPN": "tokyo.jpn.example"}

STEP_FAILED = declare(
    "demo.step",
    Unavailable,
    "The demonstration stopped: {what}.",
    "デモが止まりました：{what}。",
    "The folder {folder} keeps both nodes as they are; look into node.log there.",
    "フォルダー {folder} に両ノードがそのまま残っています。node.log を見てください。",
)


@dataclass(frozen=True, kw_only=True)
class Engines:
    """What both nodes stand on: by default a folder and a process each."""

    database: str = ""
    """A PostgreSQL database, in which each nation has a schema of its own; empty: a file each."""
    blobs: str = ""
    """The address of a bucket, up to where each nation's own prefix begins; empty: folders."""
    endpoint: str = ""
    """Where that bucket is served."""
    wake: str = ""
    """A NATS server; empty: none."""
    apart: bool = False
    """Two processes a nation: one serves, one works."""

    def options(self, party: str) -> list[str]:
        """What `node init` is told of them."""
        told = []
        if self.database:
            place = access.empty_schema(self.database, f"sealane_demo_{party.lower()}")
            told += ["--database", place]
        if self.blobs:
            at = f"?endpoint={self.endpoint}" if self.endpoint else ""
            told += ["--blobs", f"{self.blobs}{party.lower()}{at}"]
        if self.wake:
            told += ["--wake", self.wake]
        return told


@dataclass
class Stage:
    """Both nodes' folders, their processes, and what came out of each step."""

    root: Path
    language: str
    engines: Engines = field(default_factory=lambda: Engines())
    """What both nodes stand on."""
    rows: list[tuple[str, str, bool]] = field(default_factory=list)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def folder(self, party: str) -> str:
        """A nation's node folder, as an argument."""
        return str(self.root / party.lower())

    @property
    def passphrase(self) -> list[str]:
        """The option that opens either node's keys."""
        return ["--passphrase-file", str(self.root / "passphrase")]

    def run(
        self, *arguments: str, party: str | None = None, keys: bool = True
    ) -> tuple[int, dict[str, Any]]:
        """One command in a process of its own: exit status and JSON answer."""
        call = [sys.executable, "-m", "sealane.cli.main", *arguments, "--json"]
        if party is not None:
            call += ["--node", self.folder(party)]
        if keys:
            call += self.passphrase
        done = subprocess.run(call, capture_output=True, check=False, timeout=600)  # noqa: S603 - our own command line
        try:
            return done.returncode, json.loads(done.stdout)
        except ValueError:
            return done.returncode, {
                "error": {
                    "code": "demo.no_answer",
                    "message": done.stderr.decode()[-400:],
                    "message_ja": "",
                }
            }

    def must(self, *arguments: str, party: str | None = None, keys: bool = True) -> dict[str, Any]:
        """As `run`, but anything but success ends the demonstration. Raises: Unavailable
        `demo.step`.
        """
        status, answer = self.run(*arguments, party=party, keys=keys)
        if status != 0:
            raise STEP_FAILED(
                what=f"{' '.join(arguments[:3])}: {answer.get('error', answer)}", folder=self.root
            )
        return answer

    def check(self, english: str, japanese: str, held: bool, detail: str = "") -> bool:
        """Note one line of the table and show it at once."""
        told = japanese if self.language == "ja" else english
        self.rows.append((told, detail, held))
        speaker().tell(
            f"  {'ok' if held else 'NO'}  {told}{'  ' + detail if detail else ''}",
            f"  {'可' if held else '否'}  {told}{'　' + detail if detail else ''}",
        )
        return held

    def start(self, party: str) -> None:
        """Start a node's process, or both of them, and wait until it serves."""
        if self.engines.apart:
            self._process(party, "work")
        told, process = self._process(party, "serve" if self.engines.apart else "run")
        for _ in range(600):
            if b"http://" in told.read_bytes():
                return
            if process.poll() is not None:
                break
            time.sleep(0.05)
        raise STEP_FAILED(what=f"{NODES[party]} did not start", folder=self.root)

    def _process(self, party: str, role: str) -> tuple[Path, subprocess.Popen[bytes]]:
        """One process of a node, and where it tells what it does."""
        told = Path(self.folder(party), "node.log" if role != "work" else "work.log")
        folder = self.folder(party)
        call = [sys.executable, "-m", "sealane.cli.main", "node", role, folder, *self.passphrase]
        with told.open("ab") as log:
            process = subprocess.Popen(call, stderr=log, stdout=log)  # noqa: S603 - our own command line
        self.processes.append(process)
        return told, process

    def stop(self) -> None:
        """Ask all processes to end, and make them."""
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
        self.processes.clear()

    def until(self, what: Callable[[], bool], seconds: float = 30) -> bool:
        """Wait for what the two nodes do by themselves."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if what():
                return True
            time.sleep(0.3)
        return False
