"""The label that lies in a file itself, proven or not. Runs in the child.

Spec: spec/labels.md §Carriers.
"""

from __future__ import annotations

import io

from sealane.base.errors import SealaneError
from sealane.contents.found import CarriedMark
from sealane.labels.binding.errors import BINDING_MISSING
from sealane.labels.binding.office_package import is_office
from sealane.labels.binding.ooxml import carries_ooxml, verify_ooxml
from sealane.labels.binding.pdf import carries_pdf, is_pdf, verify_pdf
from sealane.labels.model.scheme import Schemes


def carried(data: bytes, schemes: Schemes) -> tuple[CarriedMark, ...]:
    """The label inside a PDF or an Office package; nothing where none is."""
    source = io.BytesIO(data)
    pdf = is_pdf(data)
    if not pdf and not is_office(source):
        return ()
    carrier = "pdf" if pdf else "ooxml"
    try:
        bound = (verify_pdf if pdf else verify_ooxml)(source, schemes)
    except SealaneError as error:
        there = (carries_pdf if pdf else carries_ooxml)(source)
        if error.code == BINDING_MISSING.code or not there:
            return ()
        return (CarriedMark(carrier, None, error.code),)
    return (CarriedMark(carrier, bound.label.as_json()),)
