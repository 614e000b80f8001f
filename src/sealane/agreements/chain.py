"""What holds between agreements: a successor begins where the older ends, a version names the bytes
it replaces.

Circles are refused earlier, when `Agreements` is made.

Spec: spec/agreement.md §5; R1, R8.
"""

from __future__ import annotations

import itertools

from sealane.agreements.agreement import Agreement
from sealane.agreements.loaded import Agreements
from sealane.base.errors import Malformed, Untrusted, declare

OVERLAP = declare(
    "agreement.succession_overlap",
    Malformed,
    "{successor} succeeds {id}, but {id} has not ended when {successor} begins.",
    "{successor} は {id} を承継しますが、その発効時に {id} が終了していません。",
    "End the older agreement where its successor begins.",
    "後継の発効時に先の取決めを終了させてください。",
)
BROKEN = declare(
    "agreement.chain_broken",
    Untrusted,
    "Version {version} of {id} does not name the bytes of version {before} as what it replaces.",
    "{id} の第 {version} 版は、第 {before} 版のバイト列を先の版として指していません。",
    "Set `previous` to the SHA-384 of the older file, and have all parties sign again.",
    "`previous` を先のファイルの SHA-384 にし、全当事国の署名を取り直してください。",
)


def verify(agreements: Agreements) -> None:
    """Silence when successions, foundations and versions hold together.

    Raises: Malformed `agreement.succession_overlap`; Untrusted `agreement.chain_broken`.
    """
    for name in agreements:
        several = agreements.versions(name)
        for older, newer in itertools.pairwise(several):
            if newer.version == older.version + 1 and newer.previous != older.digest:
                raise BROKEN(id=name, version=newer.version, before=older.version)
        _apart(several[0], agreements)


def _apart(successor: Agreement, agreements: Agreements) -> None:
    for older in agreements.versions(successor.succeeds or ""):
        if older.period.until is None or older.period.until > successor.period.since:
            raise OVERLAP(successor=successor.id, id=older.id)
