"""Lines of a guide typed into one shell, as a person types them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SECONDS = 900


@dataclass(frozen=True)
class Typed:
    """One line as it was typed, its status, and what stood on the screen until the next."""

    line: str
    status: int
    told: str


def typed(script: list[str], folder: Path) -> list[Typed]:
    """Each line typed into one shell; what it leaves running goes on until `stop`."""
    answers = folder / "answers"
    answers.mkdir(exist_ok=True)
    before = f'PATH="{Path(sys.executable).parent}:$PATH"\n'
    with subprocess.Popen(
        ["bash", "-c", before + text(script, answers)], cwd=folder, start_new_session=True
    ) as shell:
        try:
            shell.wait(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(shell.pid, signal.SIGTERM)
            raise
    return came_of(script, answers)


def text(script: list[str], answers: Path) -> str:
    """A program of a shell that types each line, and puts what came of it into a folder."""
    return "".join(
        f"exec >{answers}/{at} 2>&1\n{line}\necho $? >{answers}/{at}.status\n"
        for at, line in enumerate(script)
    )


def came_of(script: list[str], answers: Path) -> list[Typed]:
    """What came of each line."""
    return [
        Typed(
            line,
            int((answers / f"{at}.status").read_text()),
            (answers / str(at)).read_text(encoding="utf-8", errors="replace"),
        )
        for at, line in enumerate(script)
    ]
