"""What packages, units, images and charts say, held against the program that they start."""

from __future__ import annotations

import re
from pathlib import Path

from sealane.cli import docs

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"


def unknown_words(command: list[str]) -> list[str]:
    """What of a command (`sealane` left out) the program has not: its verb, or options of it."""
    always = {"--json", "--lang", "--help"}
    for verb, found in docs.walk():
        if command[: len(verb)] == list(verb):
            known = always.union(*(one.opts + one.secondary_opts for one in found.params))
            given = {word.partition("=")[0] for word in command if re.match(r"--[a-z]", word)}
            return sorted(given - known)
    return command[:2]
