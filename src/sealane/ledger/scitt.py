"""An evidence file as SCITT transparent statements: one for each logged entry that is a statement, with a receipt a log.

Spec: RFC 9943; spec/evidence.md §5.
"""

from __future__ import annotations

from sealane.crypto.keys import Signer
from sealane.ledger import archive, cose, evidence, receipt
from sealane.ledger.proof import LogProof, parse_proof


def export(data: bytes, signer: Signer) -> dict[str, bytes]:
    """Transparent statements by file name; the evidence is verified first, by the keys inside.

    A statement that stands in a log by digest only is not its leaf, and is left to the evidence file.
    Raises: as `evidence.verify`; Malformed `cose.not_exportable`.
    """
    evidence.verify(data)
    members = archive.unpack(data)
    proofs: dict[bytes, list[LogProof]] = {}
    for name, entry in members.items():
        if name.startswith("entries/"):
            proof = members[name.replace("entries/", "proofs/").replace(".entry", ".tlog-proof")]
            proofs.setdefault(entry, []).append(parse_proof(proof))
    out = {}
    for name, statement in members.items():
        if name.startswith("statements/") and statement in proofs:
            said = receipt.peek(statement)
            receipts = [cose.receipt(proof, statement, signer) for proof in proofs[statement]]
            file = name.removeprefix("statements/").removesuffix(".jws")
            out[f"{file}.cose"] = cose.transparent_statement(statement, (said.by, said.item or said.agreement), signer, receipts)
    return out
