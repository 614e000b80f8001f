"""How every command answers: one JSON document with --json, else text for people; errors by exit
status.

A command function returns an `Answer` or raises a `SealaneError`; it prints nothing itself on
stdout.
Spec: spec/interfaces.md §1.
"""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from sealane.base.errors import INTERNAL, Malformed, SealaneError, declare
from sealane.base.inputs import TOO_LARGE, UNREADABLE
from sealane.cli.frame.progress import Progress

USAGE = declare(
    "usage.wrong",
    Malformed,
    "{why}",
    "使い方が違います：{why}",
    "See `{command} --help`.",
    "`{command} --help` を見てください。",
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command found out: data for machines, text for people, and
    the exit status (0 or 1).
    """

    data: Any
    text: str = ""
    exit_status: int = 0


def command(function: Callable[..., Answer]) -> Callable[..., None]:
    """Give a click callback `--json` and `--lang`, and the contract's way to answer and to fail."""

    @click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
    @click.option(
        "--lang", type=click.Choice(["en", "ja"]), default=None, help="Language for people."
    )
    @functools.wraps(function)
    def run(*args: Any, as_json: bool, lang: str | None, **kwargs: Any) -> None:
        context = click.get_current_context()
        context.obj = Speaker(as_json, lang or default_language())
        try:
            with context.obj.progress.running():
                answer = function(*args, **kwargs)
        except SealaneError as error:
            sys.exit(context.obj.fail(error))
        sys.exit(context.obj.say(answer))

    return run


def verb(
    group: click.Group, name: str, **options: Any
) -> Callable[[Callable[..., Answer]], click.Command]:
    """`@verb(label, "parse")`: a command of a group, with the contract's options."""

    def decorate(function: Callable[..., Answer]) -> click.Command:
        return group.command(name, **options)(command(function))

    return decorate


@dataclass(frozen=True, slots=True)
class Speaker:
    """Where this call's words go and in which language."""

    as_json: bool
    lang: str
    progress: Progress = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "progress", Progress(self.lang))

    def say(self, answer: Answer) -> int:
        if self.as_json or not answer.text:
            print_json(answer.data)
        else:
            print(answer.text)
        return answer.exit_status

    def fail(self, error: SealaneError) -> int:
        if self.as_json:
            print_json({"error": error.as_json()})
        message, remedy = (
            (error.message_ja, error.remedy_ja)
            if self.lang == "ja"
            else (error.message, error.remedy)
        )
        where = "" if error.position is None else f" @{error.position}"
        print(f"{error.code}{where}: {message}", file=sys.stderr)
        if remedy:
            print(f"  -> {remedy}", file=sys.stderr)
        return error.exit_status

    def tell(self, text: str, text_ja: str) -> None:
        """Notices for people, on stderr."""
        self.progress.wipe()
        print(text_ja if self.lang == "ja" else text, file=sys.stderr, flush=True)


def speaker() -> Speaker:
    """The current call's speaker."""
    found = click.get_current_context().obj
    assert isinstance(found, Speaker)
    return found


def default_language() -> str:
    """`ja` when the environment's locale is Japanese, else `en`."""
    locale = (
        os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    )
    return "ja" if locale.lower().startswith("ja") else "en"


def print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, separators=(", ", ": ")) + "\n")
    sys.stdout.flush()


def read_bytes(path: str, *, limit: int) -> bytes:
    """A whole small input, `-` for stdin. Raises: Malformed `input.unreadable`, Malformed
    `input.too_large`.
    """
    try:
        if path == "-":
            data = sys.stdin.buffer.read(limit + 1)
        else:
            with Path(path).open("rb") as file:
                data = file.read(limit + 1)
    except OSError as error:
        raise UNREADABLE(path=path, why=error.strerror or "unreadable") from None
    if len(data) > limit:
        raise TOO_LARGE(path=path, limit=limit)
    return data


def internal(error: Exception) -> SealaneError:
    """An unforeseen exception as the one internal error; its text never reaches the person."""
    return INTERNAL(kind=type(error).__name__)
