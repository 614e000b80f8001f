"""The operator's policy of a node, signed with its statement keys: what `node.toml` says counts only with it.

Spec: spec/interfaces.md §4 ("the node's signed operator policy"); R4.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sealane.adapters.files import write_whole
from sealane.base import canonical
from sealane.base.errors import Misconfigured, SealaneError, declare
from sealane.crypto import jws
from sealane.crypto.keys import Signer
from sealane.settings import Settings

FILE, TYP = "operator-policy.jws", "sealane-operator-policy"

UNSIGNED = declare(
    "settings.policy_unsigned", Misconfigured,
    "node.toml accepts unverified rows, but the operator's signed policy does not say so.",
    "node.toml は未確認の行を受け入れるとしていますが、運用者の署名付き方針がありません。",
    "Sign it with `sealane node policy DIR --accept-unverified`, or set accept_unverified = false.",
    "`sealane node policy DIR --accept-unverified` で署名するか、accept_unverified = false にしてください。",
)


def sign(folder: Path, settings: Settings, signers: Sequence[Signer], at: str) -> bytes:
    """Write the policy that these settings state, signed by every statement key; the signed bytes."""
    said = {"v": 1, "node": settings.node, "party": settings.party, "accept_unverified": settings.accept_unverified, "at": at}
    data = jws.sign(canonical.encode(said), signers, typ=TYP)
    write_whole(folder / FILE, data)
    return data


def require(folder: Path, settings: Settings, signers: Sequence[Signer]) -> None:
    """Silence when the settings accept nothing, or the signed policy says the same. Raises: `settings.policy_unsigned`."""
    if not settings.accept_unverified:
        return
    keys = {signer.public.kid: signer.public for signer in signers}
    try:
        data = (folder / FILE).read_bytes()
        said = canonical.decode(jws.verify(data, keys=keys, required=keys, typ=TYP).payload)
    except (OSError, SealaneError):
        raise UNSIGNED() from None
    if not isinstance(said, dict) or (said.get("node"), said.get("party"), said.get("accept_unverified")) != (
            settings.node, settings.party, True):
        raise UNSIGNED()
