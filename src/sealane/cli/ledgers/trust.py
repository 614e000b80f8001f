"""Whose signature makes a head count: the keys and the policy that the command line gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sealane.cli.frame.answer import USAGE, read_bytes, together

if TYPE_CHECKING:
    from sealane.ledger.log.note import VerifierKey
    from sealane.ledger.log.policy import LogPolicy

pins = together(
    click.option(
        "--policy",
        "policy_files",
        multiple=True,
        metavar="FILE",
        help="A tlog-policy you trust; a log it names must satisfy it.",
    ),
    click.option(
        "--vkey",
        "vkeys",
        multiple=True,
        metavar="V",
        help="A log's or witness's key that must have signed one log's head.",
    ),
)
"""Whom somebody trusts who verifies a file of several logs."""


def read_pins(
    policy_files: tuple[str, ...], vkeys: tuple[str, ...]
) -> tuple[list[LogPolicy], list[VerifierKey]]:
    """What `pins` were given. Raises: Malformed `policy.*`, `vkey.*`, `input.*`."""
    from sealane.ledger.log.note import parse_vkey
    from sealane.ledger.log.policy import MAX_BYTES, parse_policy

    policies = [parse_policy(read_bytes(name, limit=MAX_BYTES)) for name in policy_files]
    return policies, [parse_vkey(text) for text in vkeys]


class LogTrust:
    """The keys and policy given on the command line, or wrong usage."""

    def __init__(self, vkeys: tuple[str, ...], policy_file: str | None) -> None:
        from sealane.ledger.log.note import parse_vkey
        from sealane.ledger.log.policy import MAX_BYTES, parse_policy

        if not vkeys and policy_file is None:
            raise USAGE(
                why="give --vkey or --policy",
                why_ja="--vkey か --policy を指定してください",
                command="sealane ledger verify",
            )
        self.keys = [parse_vkey(text) for text in vkeys]
        self.policy = (
            None if policy_file is None else parse_policy(read_bytes(policy_file, limit=MAX_BYTES))
        )

    def judge(self, checkpoint: Any, origin: str | None) -> list[str]:
        """The names that signed. Raises: Untrusted."""
        from sealane.ledger.log.checkpoint import WRONG_ORIGIN, require

        names = {key.name for key in self.keys}
        if origin is not None:
            names = {origin}
        elif self.policy is not None and self.policy.logs:
            names = {key.name for key in self.policy.logs}
        if names and checkpoint.head.origin not in names:
            raise WRONG_ORIGIN(found=checkpoint.head.origin[:120], wanted=", ".join(sorted(names)))
        signed = [key.name for key in require(checkpoint, self.keys)]
        if self.policy is not None:
            known = bool(self.keys) and not self.policy.logs
            verdict = self.policy.judge(checkpoint, log_known=known)
            signed += (
                [verdict.log.name]
                if verdict.log is not None and verdict.log not in self.keys
                else []
            )
            signed += verdict.witnesses
        return signed
