"""The life of one transfer, the same table on both nodes, and of each copy that it makes.

Spec: R42, R44, R47, R48; spec/receipt.md.
"""

from __future__ import annotations

from sealane.base.table import Row, Table

PROVIDER, HOLDER = "provider", "holder"
SUSPENSE, ANSWER = "suspense", "recall answer"

TRANSFER = Table(
    life="transfer",
    start="awaiting second signer",
    rows=(
        # from                     event          to           who may    entry to record
        # clock
        Row("awaiting second signer", "countersign", "queued", PROVIDER, "release.countersigned"),
        Row("awaiting second signer", "withdraw", "withdrawn", PROVIDER, "release.withdrawn"),
        Row("queued", "deliver", "delivered", HOLDER, "transfer.received", starts=SUSPENSE),
        Row("queued", "reject", "rejected", HOLDER, "transfer.rejected"),
        Row("queued", "withdraw", "withdrawn", PROVIDER, "release.withdrawn"),
        Row("delivered", "accept", "accepted", HOLDER, "transfer.accepted", stops=SUSPENSE),
        Row("delivered", "reject", "rejected", HOLDER, "transfer.rejected", stops=SUSPENSE),
    ),
)

COPY = Table(
    life="copy",
    start="held",
    rows=(
        Row("held", "recall", "recalled", PROVIDER, "recall.ordered", starts=ANSWER),
        Row("recalled", "destroy", "destroyed", HOLDER, "destroyed", stops=ANSWER),
        Row("recalled", "fail", "not destroyed", HOLDER, "destroy.failed"),
        Row("not destroyed", "destroy", "destroyed", HOLDER, "destroyed", stops=ANSWER),
    ),
)
