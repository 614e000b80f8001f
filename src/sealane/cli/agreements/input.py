"""What the agreement verbs read: agreement files by path or shipped id, and enrolled keys."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sealane import shipped
from sealane.base.errors import Malformed, declare
from sealane.cli import access
from sealane.cli.frame.answer import USAGE, read_bytes

if TYPE_CHECKING:
    from sealane.agreements.agreement import Agreement
    from sealane.crypto.keys import PublicKey

MAX_KEYS = 1 << 20
SIGNATURES = ".sigs"

NO_PARTY = declare(
    "agreement.party_unknown",
    Malformed,
    "{key} does not say whose keys it holds.",
    "{key} は誰の鍵かを示していません。",
    "Give --party.",
    "--party を指定してください。",
)


def read_agreement(file: str) -> tuple[bytes, Agreement]:
    """The exact bytes and what they say; an id of a shipped agreement stands for its file."""
    from sealane.agreements.parse import MAX_BYTES, parse_agreement

    if (
        file != "-"
        and not Path(file).exists()
        and (path := shipped.agreement_file(file)) is not None
    ):
        file = str(path)
    if file != "-" and Path(file).is_dir():
        raise USAGE(
            why=f"{file} is a folder",
            why_ja=f"{file} はフォルダーです",
            command="sealane agreement",
        )
    data = read_bytes(file, limit=1 << 30) if file != "-" else read_bytes(file, limit=MAX_BYTES)
    return data, parse_agreement(data)


def enrolled(places: tuple[str, ...]) -> dict[str, tuple[PublicKey, ...]]:
    """Parties' keys: files as `agreement keys` prints them, key files, or nodes' folders (their
    public halves).

    Raises: Malformed `agreement.signatures_malformed`, `agreement.party_unknown`; NotFound
    `agreement.key_file`.
    """
    from sealane.agreements.endorsements import keys_from_json
    from sealane.base import canonical

    found: dict[str, tuple[PublicKey, ...]] = {}
    for place in places:
        value = None if Path(place).is_dir() else canonical.parse(read_bytes(place, limit=MAX_KEYS))
        if value is None or (isinstance(value, dict) and "kdf" in value):
            party = access.party_of(Path(place))
            if party is None:
                raise NO_PARTY(key=place)
            several = {party: access.party_publics(Path(place))}
        else:
            several = keys_from_json(value)
        for party, keys in several.items():
            found[party] = (*found.get(party, ()), *keys)
    return found
