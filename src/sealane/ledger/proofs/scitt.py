"""An evidence file as SCITT transparent statements: one for each entry that tells of a statement,
with its log's receipt.

Spec: RFC 9943; spec/evidence.md §5.
"""

from __future__ import annotations

from sealane.crypto.keys import Signer
from sealane.ledger import telling
from sealane.ledger.proofs import archive, cose, evidence
from sealane.ledger.proofs.proof import parse_proof


def export(data: bytes, signer: Signer) -> dict[str, bytes]:
    """Files by name: `<party>-<n>-<type>.cose` for each such entry, and beside them the statements'
    own signed bytes.

    The evidence is verified first, by the keys inside. The leaf of a log is the entry, so the entry
    is the payload; it names the statement by SHA-384.
    Raises: as `evidence.verify`; Malformed `cose.not_exportable`.
    """
    evidence.verify(data)
    members = archive.unpack(data)
    out = {}
    for name, entry in members.items():
        found = telling.told(entry) if name.startswith("entries/") else None
        if found is not None:
            party, number = name.removeprefix("entries/").removesuffix(".entry").split("/")
            proof = parse_proof(members[f"proofs/{party}/{number}.tlog-proof"])
            receipts = [cose.receipt(proof, entry, signer)]
            names = (party, found.item or found.statement[:24])
            out[f"{party}-{number}-{found.type}.cose"] = cose.transparent_statement(
                entry, names, signer, receipts
            )
        elif name.startswith("statements/"):
            out[name.removeprefix("statements/")] = entry
    return out
