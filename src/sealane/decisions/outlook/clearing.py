"""Whose clearance reaches the level: one clause of the agreement, asked once per label class,
however many items there are.

A clearance that counts only by a consent to single items reaches no class.
Spec: docs/search.md §Trimming; R21, R22.
"""

from __future__ import annotations

from sealane.agreements.loaded import Agreements
from sealane.decisions.clauses import cleared
from sealane.decisions.compiled import terms_of
from sealane.decisions.markings import LabelRules
from sealane.decisions.outlook.holdings import ItemClass
from sealane.decisions.outlook.preview import Reader, question
from sealane.decisions.terms import Case
from sealane.labels.model.label import Category, Label
from sealane.registry.searched import LabelClass

_CAVEAT = (Category("caveat", "restrictive", ("caveat",)),)
"""What stands for whatever caveats a label has: under no agreement has such a label a row."""


def reaches(reader: Reader, of: LabelClass, *, agreements: Agreements, schemes: LabelRules) -> bool:
    """Whether one of the reader's clearances reaches the level of these items under their
    agreement; in doubt it does not.
    """
    agreement = agreements.at(of.agreement, reader.at)
    if agreement is None:
        return False
    label = Label(
        policy=of.policy,
        classification=of.level,
        categories=_CAVEAT if of.caveated else (),
    )
    item = ItemClass(label, of.area, "file", of.provider, frozenset(), frozenset()).item()
    asked = question(agreement.id, label, item, reader, ())
    try:
        return cleared(Case(asked, terms_of(agreement), agreements, schemes, accepted=False))
    except Exception:  # noqa: BLE001 - a clause that errs refuses
        return False
