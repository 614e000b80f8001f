"""The index of the register in the node's own database: made of the items' rows and nothing else,
kept in the transaction of each of them, on SQLite by FTS5 and on PostgreSQL by GIN.

Nothing of it is exported, migrated or bound: what is derived is made anew.

* `tables.py`: its tables, and by which version of the code they were filled.
* `keeping.py`: an item's row into the index, changed in it, and the whole anew.
* `engines.py`: what the two databases say differently.
* `finding.py`: pages and counts of what a person may see.

Spec: docs/search.md; docs/adr/0041-search-in-the-same-step.md.
"""

from sealane.adapters.search.finding import SqlSearch
from sealane.adapters.search.keeping import keep, rebuild
from sealane.adapters.search.tables import is_current, is_derived, make, unmark

__all__ = ["SqlSearch", "is_derived", "keep", "make", "rebuild", "unmark", "is_current"]
