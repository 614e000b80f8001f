"""The rules of every scheme that names none of its own. Spec: X.841; ADatP-4774.1."""

from __future__ import annotations

from sealane.labels.model.scheme import SchemeRules
from sealane.labels.rules.acceptance import check_label
from sealane.labels.rules.access import access_generic
from sealane.labels.rules.rollup import merge_generic

RULES = SchemeRules(check=check_label, merge=merge_generic, access=access_generic)
