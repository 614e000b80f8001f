"""The one order in which members, statements and entries stand in an evidence file.

So there is exactly one file of what it says. Writer and verifier both take the order from here.
Spec: spec/evidence.md §2.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sealane.base.values import parse_instant
from sealane.ledger import receipt

FIRST = ("manifest.json", "manifest.sha384", "agreement.toml", "verify.html")
"""The members that every file begins with."""


def arranged(names: Collection[str], parties: Sequence[str]) -> list[str]:
    """The names of a whole file with these statements, entries and extras, in the one order. Names
    that have no place in such a file are not among them; those that it must have always are.

    Args:
        parties: in the manifest's order.
    Spec: spec/evidence.md §2.
    """
    found = [*FIRST, *_under(names, "statements/")]
    for party in parties:
        cards = len(_under(names, f"cards/{party}/"))
        found += [f"cards/{party}/{number:05d}.jws" for number in range(1, 1 + cards)]
        found.append(f"policies/{party}.tlog-policy")
        for number in range(1, 1 + len(_under(names, f"entries/{party}/"))):
            found.append(f"entries/{party}/{number:05d}.entry")
            found.append(f"proofs/{party}/{number:05d}.tlog-proof")
    return found + _under(names, "extras/")


def _under(names: Iterable[str], folder: str) -> list[str]:
    return sorted(name for name in names if name.startswith(folder))


def as_said(statements: Iterable[bytes]) -> list[bytes]:
    """The statements by instant; at one instant an answer after what it answers, then by digest.

    Raises: Malformed as `receipt.peek`.
    Spec: spec/evidence.md §2.
    """
    held = [(receipt.digest(data), receipt.peek(data), data) for data in statements]
    answers = {digest: said.answers for digest, said, _ in held}

    def depth(digest: str | None) -> int:
        steps = 0
        while digest in answers:
            digest, steps = answers[digest], steps + 1
        return steps

    held.sort(key=lambda one: (parse_instant(one[1].at), depth(one[0]), one[0]))
    return [data for _, _, data in held]
