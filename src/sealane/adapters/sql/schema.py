"""What every table of a node's database is made of, alike on SQLite and PostgreSQL.

Texts are ordered by their bytes, and whole numbers have 64 bits: instants are nanoseconds.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, MetaData, String

OWNER = "sealane_node"
"""The table that says whose a database is, where it is no file of the node's folder."""
SCHEMA = MetaData()
"""Every adapter module declares its tables here; `tables.make_tables` makes them."""
TEXT = String().with_variant(String(collation="C"), "postgresql")
"""A text, compared and ordered byte by byte whatever the server's language is."""
LONG = BigInteger().with_variant(Integer(), "sqlite")
"""A whole number of 64 bits; SQLite's INTEGER has them, PostgreSQL's has 32."""
