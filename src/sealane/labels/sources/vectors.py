"""A scheme's own test cases, run against the code that reads and writes its marks.

Spec: spec/scheme.md.
"""

from __future__ import annotations

from sealane.base.errors import SealaneError
from sealane.labels.model.scheme import Scheme, Schemes, Vector
from sealane.labels.nations import SYNTAXES


def verify_vectors(scheme: Scheme, schemes: Schemes) -> list[str]:
    """What a scheme's own vectors find wrong, one sentence each; an empty list when all hold."""
    wrong = []
    for number, vector in enumerate(scheme.vectors):
        fault = _fault(vector, schemes)
        if fault:
            wrong.append(f"vector {number} ({vector.syntax}): {fault}")
    return wrong


def _fault(vector: Vector, schemes: Schemes) -> str:
    """What one vector finds wrong; empty when it holds."""
    # 1. The text is read and its label written, or refused with the code that the vector names.
    try:
        syntax = SYNTAXES[vector.syntax]
        parsed = syntax.parse(vector.text, schemes, lenient=vector.lenient)
        rendered = syntax.render(parsed.label, schemes)
    except SealaneError as error:
        if error.code == vector.error:
            return ""
        return f"{error.code} instead of {vector.error or 'a label'}"
    if vector.error is not None:
        return f"accepted instead of {vector.error}"
    # 2. The label says what the vector says.
    label = parsed.label
    if vector.classification is not None and label.classification != vector.classification:
        return "another classification"
    said = {category.tag: category.values for category in label.categories}
    if vector.categories is not None and said != dict(vector.categories):
        return "other categories"
    # 3. Its canonical text is the vector's, however it is come by.
    canonical = vector.text if vector.canonical is None else vector.canonical
    if parsed.canonical != canonical or rendered != parsed.canonical:
        return f"canonical text {parsed.canonical!r}"
    return ""
