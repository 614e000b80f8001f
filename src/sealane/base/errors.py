"""Seven kinds of failure, each with a stable code, a sentence in two languages and a remedy.

A module declares its codes once, beside the code that raises them:

    UNKNOWN_TOKEN = declare("label.unknown_token", Malformed, "...{token}...", "...{token}...",
    "...", "...") raise UNKNOWN_TOKEN(position=12, token="FOO")
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

CATALOGUE: dict[str, Code] = {}


class SealaneError(Exception):
    """A failure that can explain itself; never raised bare, always one of the seven kinds below.

    Example:
        >>> try:
        ...     sealane.parse_mark("SECRET//REL ATLANTIS", "au-document")
        ... except sealane.SealaneError as error:
        ...     print(error.code, error.position, error.exit_status)
        label.unknown_token 12 2
    """

    exit_status: ClassVar[int] = 1

    def __init__(
        self,
        code: Code,
        *,
        position: int | str | None,
        details: Mapping[str, Any] | None,
        facts: Mapping[str, Any],
    ) -> None:
        self.code = code.code
        self.message = code.text.format_map(facts)
        self.message_ja = code.text_ja.format_map(facts)
        self.remedy = code.remedy.format_map(facts)
        self.remedy_ja = code.remedy_ja.format_map(facts)
        self.position = position
        self.details = dict(details) if details else None
        super().__init__(f"{self.code}: {self.message}")

    def as_json(self) -> dict[str, Any]:
        """The `error` member of the black-box contract. Spec: spec/interfaces.md §1."""
        out: dict[str, Any] = {
            "code": self.code,
            "message": self.message,
            "message_ja": self.message_ja,
        }
        if self.position is not None:
            out["position"] = self.position
        if self.remedy:
            out["remedy"] = self.remedy
            out["remedy_ja"] = self.remedy_ja
        if self.details:
            out["details"] = self.details
        return out


class Malformed(SealaneError):
    """The bytes are not what they should be, or the call is wrong.

    Example:
        >>> sealane.Malformed.exit_status
        2
    """

    exit_status = 2


class Untrusted(SealaneError):
    """A signature, proof, digest or chain does not hold.

    Example:
        >>> sealane.Untrusted.exit_status
        1
    """


class Refused(SealaneError):
    """A policy says no; `details` carries the decision and its digest.

    Example:
        >>> sealane.Refused.exit_status
        1
    """


class Conflict(SealaneError):
    """The state does not allow it: replayed, out of order, already done otherwise.

    Example:
        >>> sealane.Conflict.exit_status
        1
    """


class NotFound(SealaneError):
    """Nothing by that name here.

    Example:
        >>> sealane.NotFound.exit_status
        1
    """


class Unavailable(SealaneError):
    """Not now: a partner or a disk is away; trying again is safe.

    Example:
        >>> sealane.Unavailable.exit_status
        3
    """

    exit_status = 3


class Misconfigured(SealaneError):
    """The node, its keys or its policy are not set up for this.

    Example:
        >>> sealane.Misconfigured.exit_status
        4
    """

    exit_status = 4


@dataclass(frozen=True, slots=True)
class Code:
    """One stable code with its sentences; calling it makes the error."""

    code: str
    kind: type[SealaneError]
    text: str
    text_ja: str
    remedy: str = ""
    remedy_ja: str = ""

    def __call__(
        self,
        *,
        position: int | str | None = None,
        details: Mapping[str, Any] | None = None,
        **facts: Any,
    ) -> SealaneError:
        return self.kind(self, position=position, details=details, facts=facts)


def declare(
    code: str,
    kind: type[SealaneError],
    text: str,
    text_ja: str,
    remedy: str = "",
    remedy_ja: str = "",
) -> Code:
    """Register a code; the same code declared twice is a programming error.

    `text` and `remedy` are `str.format` templates over the facts given when the error is made.
    Spec: spec/interfaces.md §1, R66.
    """
    if code in CATALOGUE:
        raise ValueError(f"error code declared twice: {code}")
    if bool(remedy) != bool(remedy_ja):
        raise ValueError(f"a remedy needs both languages: {code}")
    CATALOGUE[code] = made = Code(code, kind, text, text_ja, remedy, remedy_ja)
    return made


def retold(told: Mapping[str, Any], kind: type[SealaneError]) -> SealaneError:
    """An error as a node told it, word for word; it has `as_json` of the one that was raised there.

    Args:
        told: the members of `as_json`.
        kind: which of the seven it is, where this program knows no such code.
    """
    code = str(told.get("code", "internal.fault"))
    known = CATALOGUE.get(code)
    words = {
        name: str(told.get(member, "")).replace("{", "{{").replace("}", "}}")
        for name, member in (
            ("text", "message"),
            ("text_ja", "message_ja"),
            ("remedy", "remedy"),
            ("remedy_ja", "remedy_ja"),
        )
    }
    made = Code(code, kind if known is None else known.kind, **words)
    position, details = told.get("position"), told.get("details")
    return made(
        position=position if isinstance(position, int | str) else None,
        details=details if isinstance(details, dict) else None,
    )


INTERNAL = declare(
    "internal.fault",
    Unavailable,
    "Sealane met a fault of its own ({kind}); nothing was released.",
    "Sealane 内部の障害（{kind}）です。何も提供されていません。",
    "Try again; if it happens again, report it with the node's log.",
    "再試行し、繰り返す場合はノードのログを添えて報告してください。",
)
