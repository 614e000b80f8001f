"""The two NATO syntaxes: 4774 labels as XML and, experimentally, as JSON.

Spec: ADatP-4774 App. 1; spec/interfaces.md §1.
"""

from __future__ import annotations

from sealane.base.values import Instant
from sealane.labels.marks.syntax import Parsed, Remark, Syntax
from sealane.labels.model.label import Label
from sealane.labels.model.scheme import Schemes
from sealane.labels.model.xml_tree import pointing
from sealane.labels.nato.json_label import read_json, write_json
from sealane.labels.nato.policy import warnings
from sealane.labels.nato.xml_label import parse_label
from sealane.labels.nato.xml_write import write_label


def _read_either(text: str, schemes: Schemes, at: Instant | None, _lenient: bool) -> Parsed:
    """XML, or the JSON form where the text begins as JSON does; written as XML."""
    remarks: list[Remark] = []
    if text.lstrip(" \t\r\n").startswith("{"):
        label = read_json(text, schemes, remarks)
        schemes.check(label, at=at)
    else:
        with pointing(text):
            label = parse_label(text, schemes, remarks)
            schemes.check(label, at=at)
    return Parsed(label, write_label(label, schemes), (*remarks, *warnings(label)))


def _read_json(text: str, schemes: Schemes, at: Instant | None, _lenient: bool) -> Parsed:
    remarks: list[Remark] = []
    label = read_json(text, schemes, remarks)
    schemes.check(label, at=at)
    return Parsed(label, write_json(label), tuple(remarks))


def _write_json(label: Label, _schemes: Schemes) -> str:
    return write_json(label)


NATO_4774 = Syntax(name="nato-4774", read=_read_either, write=write_label, reads_back=True)
NATO_4774_JSON = Syntax(name="nato-4774-json", read=_read_json, write=_write_json, reads_back=True)
