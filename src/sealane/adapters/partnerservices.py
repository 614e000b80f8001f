"""What partners said of their OpenTDF side, as accepted by the operator: exact signed bytes, one
row an agreement.
"""

from sqlalchemy import Column, LargeBinary, PrimaryKeyConstraint, String, Table

from sealane.adapters.sql import SCHEMA

SERVICES = Table(
    "services",
    SCHEMA,
    Column("party", String),
    Column("agreement", String),
    Column("data", LargeBinary, nullable=False),
    Column("since", String, nullable=False),
    Column("ended", String),
    PrimaryKeyConstraint("party", "agreement"),
)
"""Rows close, nothing is deleted: `ended` is when the operator ended the trust."""
