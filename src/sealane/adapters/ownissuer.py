"""The nation's own token issuer as a signed file of the node: it counts only as the operator signed
it.

Spec: spec/key-access.md §4.1; spec/key-access.md §8.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sealane.adapters.outputs import write_whole
from sealane.base import canonical
from sealane.base.errors import Misconfigured, SealaneError, declare
from sealane.crypto import jws
from sealane.crypto.keys import PublicKey, Signer
from sealane.protocol.trust import NationalIssuer, national_from_json
from sealane.settings import Settings

FILE, TYP = "issuer.jws", "sealane-national-issuer"
MAX_BYTES = 1 << 20

UNSIGNED = declare(
    "issuer.unsigned",
    Misconfigured,
    "{path} is not an issuer that this node's operator signed.",
    "{path} はこのノードの運用者が署名した発行者ではありません。",
    "Sign it again with `sealane node issuer`, or remove the file.",
    "`sealane node issuer` で署名し直すか、ファイルを取り除いてください。",
)
OTHER_AUDIENCE = declare(
    "issuer.other_service",
    Misconfigured,
    "The issuer's tokens are for {theirs}, not for this node's key service, {ours}.",
    "発行者のトークンの宛先は {theirs} であり、本ノードの鍵サービス {ours} ではありません。",
    "Have the issuer put {ours} into `aud`, or correct opentdf_url.",
    "発行者の `aud` を {ours} にするか、opentdf_url を直してください。",
)


def sign(
    folder: Path, settings: Settings, signers: Sequence[Signer], issuer: Any, at: str
) -> tuple[bytes, NationalIssuer]:
    """Write the file; its bytes and what they say. Raises: Malformed `issuer.*`; Misconfigured
    `issuer.other_service`.
    """
    found = _fitting(settings, national_from_json(issuer))
    said = {"v": 1, "node": settings.node, "party": settings.party, "issuer": issuer, "at": at}
    data = jws.sign(canonical.encode(said), signers, typ=TYP)
    write_whole(folder / FILE, data)
    return data, found


def load(folder: Path, settings: Settings, own: Sequence[PublicKey]) -> NationalIssuer | None:
    """The nation's own issuer, or None where there is no file; signed by any statement keys that
    this node ever had. Raises: Misconfigured
    `issuer.unsigned`, `issuer.other_service`.
    """
    path = folder / FILE
    if not path.exists():
        return None
    try:
        with path.open("rb") as file:
            said = canonical.decode(
                jws.verify_by_suites(file.read(MAX_BYTES), keys=own, typ=TYP).payload
            )
        if not isinstance(said, dict) or (said.get("node"), said.get("party")) != (
            settings.node,
            settings.party,
        ):
            raise UNSIGNED(path=path.name)
        return _fitting(settings, national_from_json(said.get("issuer")))
    except Misconfigured:
        raise
    except (OSError, SealaneError):
        raise UNSIGNED(path=path.name) from None


def _fitting(settings: Settings, found: NationalIssuer) -> NationalIssuer:
    ours = f"{settings.kas_origin}/kas"
    if found.trusted.audience != ours:
        raise OTHER_AUDIENCE(theirs=found.trusted.audience, ours=ours)
    return found
