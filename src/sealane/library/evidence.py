"""Evidence: one file that proves to anybody what happened to an item. Spec: spec/evidence.md."""

from __future__ import annotations

from collections.abc import Sequence

from sealane.ledger.log.note import parse_vkey
from sealane.ledger.log.policy import parse_policy
from sealane.ledger.proofs import evidence
from sealane.ledger.proofs.evidence_check import Report


def verify_evidence(
    data: bytes, *, policies: Sequence[bytes] = (), vkeys: Sequence[str] = ()
) -> Report:
    """Prove everything an evidence file claims; there is no report for evidence that does not hold.

    Args:
        policies: tlog-policy files you trust; a log that one of them names must satisfy it.
        vkeys: keys of logs or witnesses, as they publish them; each must have signed one log's
            checkpoints. Without either, the keys inside the file are what it rests on.
    Raises: Malformed `evidence.not_evidence`; Untrusted `evidence.*`, `signature.invalid`,
        `jws.*`, `ledger.*`.
    Spec: spec/evidence.md §3.

    Example:
        >>> from pathlib import Path
        >>> data = Path("tests/vectors/evidence/good.evidence").read_bytes()
        >>> report = sealane.verify_evidence(data)
        >>> [(said["type"], said["by"], said["proven_in"]) for said in report.statements]
        [('acknowledged', 'JPN', ['AUS', 'JPN'])]
        >>> sealane.verify_evidence(data.replace(b"JPN", b"USA"))
        Traceback (most recent call last):
        sealane.base.errors.Untrusted: evidence.archive: The evidence file was altered: ...
    """
    return evidence.verify(
        data,
        policies=[parse_policy(policy) for policy in policies],
        vkeys=[parse_vkey(vkey) for vkey in vkeys],
    )
