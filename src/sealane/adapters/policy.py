"""Where the policy data that ships with Sealane lies: schemes, agreements, forms."""

from __future__ import annotations

from pathlib import Path


def policy_root() -> Path:
    """The folder `policy/`: inside the installed package, or beside `src/` in a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "_policy"
    return installed if installed.is_dir() else package.parent.parent / "policy"
