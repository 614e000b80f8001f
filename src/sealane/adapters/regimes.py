"""Clearance regimes from a folder: every `*.toml`, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sealane.base.errors import Misconfigured, SealaneError, declare
from sealane.registry.regime import MAX_BYTES, Regime, parse_regime

BAD_FOLDER = declare(
    "clearance.folder",
    Misconfigured,
    "The clearance regime {path} is refused: {why}",
    "適格性の制度 {path} を受け入れられません：{why}",
    "Mend the file, or remove it.",
    "ファイルを直すか、取り除いてください。",
)


def load_regimes(root: Path) -> Mapping[str, Regime]:
    """Regimes by state. Raises: Misconfigured `clearance.folder`: unreadable, malformed, or two of
    one state.
    """
    out: dict[str, Regime] = {}
    for path in sorted(root.glob("*.toml")):
        try:
            with path.open("rb") as file:
                regime = parse_regime(file.read(MAX_BYTES + 1))
        except (OSError, SealaneError) as error:
            raise BAD_FOLDER(path=path.name, why=getattr(error, "message", "unreadable")) from None
        if regime.state in out:
            raise BAD_FOLDER(path=path.name, why=f"{regime.state} stands twice")
        out[regime.state] = regime
    return out
