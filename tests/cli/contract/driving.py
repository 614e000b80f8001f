"""`sealane label VERB --batch` as an outsider drives it: one process a verb, one answer a line."""

from __future__ import annotations

import functools
import json
import subprocess
import sys
from typing import Any


@functools.cache
def _answers(verb: str, lines: list[str]) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "sealane.cli.main", "label", verb, "--batch"],
        input="\n".join(lines).encode(),
        capture_output=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def answers(verb: str, requests: list[Any]) -> Any:
    """The answer to each request, in order; the process has to answer every line and end with 0."""
    found = _answers(verb, tuple(json.dumps(one, ensure_ascii=False) for one in requests))
    assert len(found) == len(requests)
    return found


def alone(*arguments: str, stdin: str = "") -> Any:
    """One command with --json: its exit status and the one document on its stdout."""
    done = subprocess.run(
        [sys.executable, "-m", "sealane.cli.main", *arguments, "--json"],
        input=stdin.encode(),
        capture_output=True,
    )
    return done.returncode, json.loads(done.stdout)


def label(policy: str, classification: str, *categories: Any, **members: Any) -> Any:
    """A label in the contract's JSON form; a category is (tag, type, *values)."""
    return {
        "policy": policy,
        "classification": classification,
        **members,
        "categories": [
            {"tag": tag, "type": kind, "values": list(values)} for tag, kind, *values in categories
        ],
    }


def said(found: Any) -> Any:
    """A label's level and categories in one line, to compare: `SECRET | Caveat=AUSTEO | Releasable
    To=AUS,JPN`.
    """
    rows = [f"{one['tag']}={','.join(one['values'])}" for one in found["categories"]]
    return " | ".join([found["classification"], *rows])


NATO_CONTEXT = ("Context", "permissive", "NATO")


def nato(level: str, *countries: str) -> dict[str, Any]:
    """A NATO label, released to these countries where some are named."""
    if not countries:
        return label("NATO", level, NATO_CONTEXT)
    context = ("Context", "permissive", "NATO", "Releasable")
    return label("NATO", level, context, ("Releasable To", "permissive", *countries))
