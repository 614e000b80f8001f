"""How every command answers: one JSON document with --json, else text for people; errors by exit
status.

A command function returns an `Answer` or raises a `SealaneError`; it prints nothing itself on
stdout.
Spec: spec/interfaces.md §1.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from sealane.base.errors import Malformed, SealaneError, declare
from sealane.base.inputs import TOO_LARGE, UNREADABLE
from sealane.cli import access
from sealane.cli.frame.speaker import (
    Answer,
    Speaker,
    default_language,
    internal,
    print_json,
)

__all__ = [
    "USAGE",
    "Answer",
    "AnsweredOtherwise",
    "Speaker",
    "command",
    "default_language",
    "internal",
    "print_json",
    "read_bytes",
    "speaker",
    "verb",
]


class AnsweredOtherwise(Exception):
    """A verb was answered by something else than it words, such as that its act waits."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        super().__init__(answer.text)


USAGE = declare(
    "usage.wrong",
    Malformed,
    "{why}",
    "使い方が違います：{why_ja}",
    "See `{command} --help`.",
    "`{command} --help` を見てください。",
)


def command(function: Callable[..., Answer]) -> Callable[..., None]:
    """Give a click callback `--json` and `--lang`, and the contract's way to answer and to fail."""

    @click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
    @click.option(
        "--lang", type=click.Choice(["en", "ja"]), default=None, help="Language for people."
    )
    @functools.wraps(function)
    def run(*args: Any, as_json: bool, lang: str | None, **kwargs: Any) -> None:
        context = click.get_current_context()
        exercise = access.is_exercise(kwargs)
        context.obj = Speaker(as_json, lang or default_language(), exercise=exercise)
        try:
            with context.obj.progress.running():
                answer = function(*args, **kwargs)
        except AnsweredOtherwise as other:
            answer = other.answer
        except SealaneError as error:
            sys.exit(context.obj.fail(error))
        sys.exit(context.obj.say(answer))

    return run


def alone(name: str) -> Callable[[Callable[..., Answer]], click.Command]:
    """`@alone("withdraw")`: a command with the contract's options, for a group to take in."""

    def decorate(function: Callable[..., Answer]) -> click.Command:
        return click.command(name)(command(function))

    return decorate


def together(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Several options as one, in the order of the help."""

    def decorate(function: Any) -> Any:
        for one in reversed(options):
            function = one(function)
        return function

    return decorate


def take_in(group: click.Group, verbs: Iterable[click.Command]) -> None:
    """Add the commands of a module to their group."""
    for one in verbs:
        group.add_command(one)


def verb(
    group: click.Group, name: str, **options: Any
) -> Callable[[Callable[..., Answer]], click.Command]:
    """`@verb(label, "parse")`: a command of a group, with the contract's options."""

    def decorate(function: Callable[..., Answer]) -> click.Command:
        return group.command(name, **options)(command(function))

    return decorate


def speaker() -> Speaker:
    """The current call's speaker."""
    found = click.get_current_context().obj
    assert isinstance(found, Speaker)
    return found


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
