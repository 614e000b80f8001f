"""Where a command's words go: one JSON document on stdout, or text in the person's language; errors
on stderr too.

Imports nothing but the standard library and Sealane's own core, so that a machine without the
node's packages is still told what is missing. Spec: spec/interfaces.md §1.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass, field
from typing import Any

from sealane.base.errors import INTERNAL, Misconfigured, SealaneError, declare
from sealane.base.exercise import MARK, MARK_JA
from sealane.base.visible import escaped_in_json, visible
from sealane.cli.frame.progress import Progress

NOT_INSTALLED = declare(
    "install.node",
    Misconfigured,
    "This needs the package {package}, which is not installed.",
    "これに必要なパッケージ {package} がインストールされていません。",
    "Install the command line and the node with `pip install 'sealane[node]'`; the library works"
    " without.",
    "`pip install 'sealane[node]'` でコマンドラインとノードを入れてください。ライブラリだけなら不要です。",  # noqa: E501
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command found out: data for machines, text for people, and
    the exit status (0 or 1).
    """

    data: Any
    text: str = ""
    exit_status: int = 0
    silent: bool = False
    """Whether everything was written out already."""


@dataclass(slots=True)
class Speaker:
    """Where this call's words go and in which language; whether it speaks of an exercise."""

    as_json: bool
    lang: str
    exercise: bool = False
    progress: Progress = field(init=False)

    def __post_init__(self) -> None:
        self.progress = Progress(self.lang)

    def say(self, answer: Answer) -> int:
        if answer.silent:
            return answer.exit_status
        if self.as_json or not answer.text:
            if self.exercise:
                print(self.marked(""), file=sys.stderr)
            print_json(answer.data)
        else:
            print(self.marked(answer.text))
        return answer.exit_status

    def marked(self, text: str) -> str:
        """The text as it can be shown; of an exercise each line says so."""
        lines = sayable(text).split("\n")
        if not self.exercise:
            return "\n".join(lines)
        mark = MARK_JA if self.lang == "ja" else MARK
        return "\n".join(f"{mark}  {line}".rstrip() for line in lines)

    def fail(self, error: SealaneError) -> int:
        if self.as_json:
            print_json({"error": error.as_json()})
        message, remedy = (
            (error.message_ja, error.remedy_ja)
            if self.lang == "ja"
            else (error.message, error.remedy)
        )
        where = "" if error.position is None else f" @{error.position}"
        print(self.marked(f"{error.code}{where}: {message}"), file=sys.stderr)
        if remedy:
            print(self.marked(f"  -> {remedy}"), file=sys.stderr)
        return error.exit_status

    def tell(self, text: str, text_ja: str) -> None:
        """Notices for people, on stderr."""
        self.progress.wipe()
        text = text_ja if self.lang == "ja" else text
        print(self.marked(text), file=sys.stderr, flush=True)


def default_language() -> str:
    """`ja` when the environment's locale is Japanese, else `en`."""
    locale = (
        os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    )
    return "ja" if locale.lower().startswith("ja") else "en"


def sayable(text: str) -> str:
    """The text with what no terminal can show spelled out: a file's name may be any bytes. In JSON
    the spelling is JSON's own, and gives back the name.
    """
    plain = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return visible(plain, keep="\n\t")


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    document = json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
    plain = document.encode("utf-8", "backslashreplace").decode("utf-8")
    sys.stdout.write(escaped_in_json(plain) + "\n")
    sys.stdout.flush()


def internal(error: Exception) -> SealaneError:
    """An unforeseen exception as the one internal error; its text never reaches the person.

    A package that is not installed is no fault of the program: then the words say what to install.
    """
    if isinstance(error, ModuleNotFoundError):
        package = (error.name or "sealane").partition(".")[0]
        if package != "sealane":
            return NOT_INSTALLED(package=package)
    return INTERNAL(kind=type(error).__name__)
