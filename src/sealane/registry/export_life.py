"""The life of a file that is to leave for a domain of lower protection.

Spec: spec/export.md §4; R37.
"""

from __future__ import annotations

from sealane.base.table import Row, Table
from sealane.registry.export_records import ExportState

SECOND, EITHER = "second person", "who held it or second person"
_HELD = ExportState.HELD
EXPORT = Table(
    life="export",
    start=_HELD,
    rows=(
        Row(_HELD, "pass", ExportState.PASSED, SECOND, "export.passed"),
        Row(_HELD, "stop", ExportState.STOPPED, EITHER, "export.stopped"),
    ),
)
