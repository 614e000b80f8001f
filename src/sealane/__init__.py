"""Sealane: sovereign parties share sealed documents under a signed agreement, and prove what
happened.

The names in `__all__` are the stable surface; docs/library.md says what is promised of them. Each
is imported when it is first asked for, so that `import sealane` costs next to nothing.

Example:
    >>> import sealane
    >>> sealane.parse_mark("SECRET//REL AUS/JPN", "au-document").label.classification
    'SECRET'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sealane.adapters.agreements import load_agreements
    from sealane.adapters.schemes import load_schemes
    from sealane.agreements.agreement import Agreement
    from sealane.agreements.loaded import Agreements
    from sealane.agreements.mapping import Mapped
    from sealane.agreements.parse import parse_agreement
    from sealane.base.errors import (
        Conflict,
        Malformed,
        Misconfigured,
        NotFound,
        Refused,
        SealaneError,
        Unavailable,
        Untrusted,
    )
    from sealane.crypto.keys import PrivateKey, PublicKey, Signer
    from sealane.decisions.decide import Decision
    from sealane.decisions.rehearsal.review import Review
    from sealane.labels.marks.syntax import Parsed
    from sealane.labels.model.clearance import Clearance, clearance_from_json
    from sealane.labels.model.label import Category, Label, label_from_json
    from sealane.labels.model.scheme import Schemes
    from sealane.labels.model.verdict import Verdict
    from sealane.ledger.proofs.evidence_check import Report
    from sealane.library.decisions import (
        check_agreement,
        decide,
        explain,
        shipped_agreements,
    )
    from sealane.library.evidence import verify_evidence
    from sealane.library.labels import (
        banner,
        map_label,
        may_access,
        merge_labels,
        parse_mark,
        render_mark,
        shipped_schemes,
    )
    from sealane.library.sealing import inspect_sealed, open_sealed, seal
    from sealane.sealing.inspection import Inspection
    from sealane.sealing.kem import KemPrivateKey, KemPublicKey
    from sealane.sealing.keywrap import KeyProvider, KeyRing
    from sealane.sealing.plan import KeyService, Sealed
    from sealane.services.opening.with_key_in_hand import OpenedFile

__version__ = "0.1.0"

__all__ = [
    # Marks and labels
    "parse_mark",
    "render_mark",
    "merge_labels",
    "banner",
    "map_label",
    "may_access",
    "label_from_json",
    "clearance_from_json",
    "shipped_schemes",
    "load_schemes",
    "Label",
    "Category",
    "Parsed",
    "Mapped",
    "Clearance",
    "Verdict",
    "Schemes",
    # Agreements and decisions
    "parse_agreement",
    "check_agreement",
    "decide",
    "explain",
    "shipped_agreements",
    "load_agreements",
    "Agreement",
    "Agreements",
    "Review",
    "Decision",
    # Sealing
    "seal",
    "inspect_sealed",
    "open_sealed",
    "KeyService",
    "KeyRing",
    "PrivateKey",
    "PublicKey",
    "KemPrivateKey",
    "KemPublicKey",
    "Signer",
    "KeyProvider",
    "Sealed",
    "Inspection",
    "OpenedFile",
    # Evidence
    "verify_evidence",
    "Report",
    # Errors
    "SealaneError",
    "Malformed",
    "Untrusted",
    "Refused",
    "Conflict",
    "NotFound",
    "Unavailable",
    "Misconfigured",
]

_HOMES = {
    "sealane.library.labels": (
        "parse_mark",
        "render_mark",
        "merge_labels",
        "banner",
        "map_label",
        "may_access",
        "shipped_schemes",
    ),
    "sealane.labels.model.label": ("label_from_json", "Label", "Category"),
    "sealane.labels.model.clearance": ("clearance_from_json", "Clearance"),
    "sealane.labels.marks.syntax": ("Parsed",),
    "sealane.labels.model.scheme": ("Schemes",),
    "sealane.labels.model.verdict": ("Verdict",),
    "sealane.adapters.schemes": ("load_schemes",),
    "sealane.library.decisions": ("check_agreement", "decide", "explain", "shipped_agreements"),
    "sealane.adapters.agreements": ("load_agreements",),
    "sealane.agreements.parse": ("parse_agreement",),
    "sealane.agreements.agreement": ("Agreement",),
    "sealane.agreements.loaded": ("Agreements",),
    "sealane.agreements.mapping": ("Mapped",),
    "sealane.decisions.rehearsal.review": ("Review",),
    "sealane.decisions.decide": ("Decision",),
    "sealane.library.sealing": ("seal", "inspect_sealed", "open_sealed"),
    "sealane.crypto.keys": ("PrivateKey", "PublicKey", "Signer"),
    "sealane.sealing.kem": ("KemPrivateKey", "KemPublicKey"),
    "sealane.sealing.keywrap": ("KeyProvider", "KeyRing"),
    "sealane.sealing.plan": ("KeyService", "Sealed"),
    "sealane.sealing.inspection": ("Inspection",),
    "sealane.services.opening.with_key_in_hand": ("OpenedFile",),
    "sealane.library.evidence": ("verify_evidence",),
    "sealane.ledger.proofs.evidence_check": ("Report",),
    "sealane.base.errors": (
        "SealaneError",
        "Malformed",
        "Untrusted",
        "Refused",
        "Conflict",
        "NotFound",
        "Unavailable",
        "Misconfigured",
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """A public name, imported from its home when it is first asked for. Spec: PEP 562."""
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module 'sealane' has no attribute {name!r}")
    found = getattr(importlib.import_module(home), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
