"""Whether a label may stand on a domain: its level, its caveats, and whom it is limited to.

Spec: spec/export.md §2; R37.
"""

from __future__ import annotations

from sealane.labels.model.label import RELEASABLE_TO, Label
from sealane.labels.model.scheme import Level, Schemes
from sealane.registry.domain import ExportDomain
from sealane.services.guard.refusing import ABOVE_CEILING, CAVEAT, LIMITED
from sealane.services.node import Node


def require_fit(node: Node, domain: ExportDomain, label: Label) -> None:
    """Silence where a label may stand on a domain. Raises: Refused `export.above_ceiling`,
    `export.caveat`, `export.limited`.
    """
    ceiling = domain.ceiling.get(label.policy, ())
    if not _is_within(node.schemes, label, ceiling):
        told = ", ".join(ceiling) or "-"
        raise ABOVE_CEILING(classification=label.classification, domain=domain.id, ceiling=told)
    caveats = [
        value
        for one in label.categories
        if one.type == "restrictive"
        for value in one.values
        if value not in domain.admits
    ]
    if caveats:
        raise CAVEAT(caveats=", ".join(caveats), domain=domain.id)
    _require_readers(node, domain, label)


def _is_within(schemes: Schemes, label: Label, ceiling: tuple[str, ...]) -> bool:
    scheme = schemes[label.policy]
    level = scheme.level(label.classification)
    limits = [one for one in map(scheme.level, ceiling) if one is not None]
    return level is not None and any(
        one.branch == level.branch and level.order <= one.order for one in limits
    )


def _require_readers(node: Node, domain: ExportDomain, label: Label) -> None:
    """Whoever is on the domain is among those whom the label is limited to."""
    limits = [one for one in label.categories if one.type == "permissive" and one.values]
    if not limits:
        others = sorted(domain.readers - {node.party})
        if others and node.schemes[label.policy].country is not None:
            raise LIMITED(domain=domain.id, readers=", ".join(others))
        return
    if domain.public or any(one.tag != RELEASABLE_TO for one in limits):
        raise LIMITED(domain=domain.id, readers="*" if domain.public else "-")
    now = node.host.now()
    for one in limits:
        nations = node.schemes.groups.expand(one.values, at=now)
        if others := sorted(domain.readers - set(nations)):
            raise LIMITED(domain=domain.id, readers=", ".join(others))


def levels_above(node: Node, domain: ExportDomain, policy: str) -> list[Level]:
    """The levels of a scheme that may not stand on a domain."""
    scheme, ceiling = node.schemes[policy], domain.ceiling.get(policy, ())
    limits = [one for one in map(scheme.level, ceiling) if one is not None]
    return [
        level
        for level in scheme.levels
        if not any(one.branch == level.branch and level.order <= one.order for one in limits)
    ]
