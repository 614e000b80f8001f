"""A command's help page in Japanese: click's page, each text of which is put into Japanese as it is
written, in lines by columns.

`shown` lets every page that is made within it be a Japanese one; no command is changed by it.
Spec: R66.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import click

from sealane.cli.frame.columns import columns, wrapped
from sealane.cli.frame.japanese import japanese

EXTRA = re.compile(r"(?P<help>.*?)(?:(?:^|  )\[(?P<extra>[^\]]*)\])?", re.DOTALL)
"""An option's help, and what click adds in brackets."""
RAW = "\b\n"
"""What click begins a paragraph with whose lines stay as they are."""
DEEPER = 4
"""By how much the rest of a line that stays is indented."""


@contextmanager
def shown() -> Iterator[None]:
    """Help pages are in Japanese until this ends."""
    before = click.Context.formatter_class
    click.Context.formatter_class = JapanesePage
    try:
        yield
    finally:
        click.Context.formatter_class = before


def page(context: click.Context) -> str:
    """A command's help page in Japanese."""
    with shown(), context.scope(cleanup=False):
        return context.get_help()


def told_of(command: click.Command) -> str:
    """What a command's help says in Japanese: the command's own `help_ja`, else the catalogue."""
    own = getattr(command, "help_ja", "")
    return own or japanese(inspect.cleandoc(command.help or command.short_help or ""))


class JapanesePage(click.HelpFormatter):
    """click's formatter for the command whose context is current, in Japanese."""

    def __init__(
        self, indent_increment: int = 2, width: int | None = None, max_width: int | None = None
    ) -> None:
        super().__init__(indent_increment, width, max_width)
        self._command = click.get_current_context().command
        self._commands = False

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The line of how to call it, broken beside the command's name."""
        start = f"{japanese('Usage:')}{prog} "
        words = " ".join(map(japanese, args.split()))
        first, *rest = wrapped(words, self.width - columns(start)) or [""]
        self.write(f"{start}{first}".rstrip() + "\n")
        for line in rest:
            self.write(" " * columns(start) + line + "\n")

    def write_heading(self, heading: str) -> None:
        """A heading of a list."""
        self._commands = heading == "Commands"
        self.write(f"{'':>{self.current_indent}}{japanese(heading)}：\n")

    def write_text(self, text: str) -> None:
        """The command's own help, or what stands below it."""
        own = text == inspect.cleandoc(self._command.help or "").partition("\f")[0]
        said = told_of(self._command) if own else japanese(text)
        for line in _lines(said, self.width - self.current_indent):
            self.write(f"{'':>{self.current_indent}}{line}".rstrip() + "\n")

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Options or commands, each beside what it is."""
        listed = list(rows)
        widest = max(columns(first) for first, _ in listed)
        left = min(widest, col_max) + col_spacing
        for first, second in listed:
            said = self._told_of(first) if self._commands else _option(second)
            lines = _lines(said, max(self.width - left - self.current_indent, 10))
            start = f"{'':>{self.current_indent}}{first}"
            if columns(first) <= left - col_spacing and said:
                lines[0] = start + " " * (left - columns(first)) + lines[0]
            else:
                self.write(start + "\n")
                lines[0] = " " * (left + self.current_indent) + lines[0]
            for at, line in enumerate(lines):
                indent = left + self.current_indent if at else 0
                self.write((" " * indent + line).rstrip() + "\n" if line.strip() else "")

    def _told_of(self, name: str) -> str:
        """A command of this group in a sentence; whole, since a Japanese one says at its end what
        is done.
        """
        assert isinstance(self._command, click.Group)
        found = self._command.get_command(click.get_current_context(), name)
        assert found is not None
        first, stop, _ = told_of(found).partition("\n\n")[0].partition("。")
        return first + stop


def _option(text: str) -> str:
    """An option's help with what click adds to it."""
    found = EXTRA.fullmatch(text)
    assert found is not None
    said = japanese(found["help"]) if found["help"] else ""
    if found["extra"] is None:
        return said
    return f"{said}［{'；'.join(map(japanese, found['extra'].split('; ')))}］"


def _lines(text: str, width: int) -> list[str]:
    """Paragraphs in lines; the lines of one that stays as it is each begin at the left."""
    lines: list[str] = []
    for paragraph in text.split("\n\n"):
        lines += [""] if lines else []
        if paragraph.startswith(RAW):
            for line in paragraph.removeprefix(RAW).splitlines():
                first, *rest = wrapped(line, width - DEEPER)
                lines += [first, *(" " * DEEPER + one for one in rest)]
        else:
            lines += wrapped(" ".join(paragraph.split("\n")), width)
    return lines
