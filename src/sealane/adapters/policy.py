"""Where the policy data that ships with Sealane lies: schemes, agreements, forms."""

from __future__ import annotations

from pathlib import Path


def policy_root(*, exercise: bool = False) -> Path:
    """The folder `policy/`: inside the installed package, or beside `src/` in a checkout.

    Args:
        exercise: the folder within it that has the invented nations, and nothing else.
    """
    root = _root()
    return root / "exercise" if exercise else root


def _root() -> Path:
    package = Path(__file__).resolve().parent.parent
    installed = package / "_policy"
    return installed if installed.is_dir() else package.parent.parent / "policy"
