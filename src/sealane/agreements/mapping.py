"""A label under another party's scheme, exactly as far as an agreement's table goes and no further.

Directional and dated; a restriction that the other scheme cannot express refuses the map; nothing
is ever lowered and nobody is added. A level that is only handled as another says so in `handle_as`.
Spec: R3, R4, R5; spec/agreement.md §2.1.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from sealane.agreements.agreement import Agreement
from sealane.base.errors import Refused, declare
from sealane.base.values import Instant, format_instant
from sealane.labels.model.errors import CAVEAT_LOST, NO_EQUIVALENT
from sealane.labels.model.label import RELEASABLE_TO, Category, Label
from sealane.labels.model.scheme import Schemes

NOT_IN_FORCE = declare(
    "agreement.not_in_force",
    Refused,
    "The agreement {id} is not in force at {at}.",
    "取決め {id} は {at} に効力を有しません。",
    "Use an agreement that is in force.",
    "効力のある取決めを使ってください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """A label under the other scheme; `dropped` names the informative
    tags that it could not carry.

    Example:
        >>> agreement = sealane.shipped_agreements()["jpn-aus-2022"]
        >>> label = sealane.parse_mark("PROTECTED//REL AUS/JPN", "au-document").label
        >>> sealane.map_label(label, agreement, "JPN", at="2026-11-22T00:00:00Z").handle_as
        '秘'
    """

    label: Label
    handle_as: str | None
    clause: str
    verified: bool
    dropped: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Spec: spec/interfaces.md §1 (`label map`)."""
        return {
            "label": self.label.as_json(),
            "handle_as": self.handle_as,
            "clause": self.clause,
            "verified": self.verified,
            "dropped": list(self.dropped),
        }


def map_label(
    label: Label, agreement: Agreement, to: str, schemes: Schemes, *, at: Instant
) -> Mapped:
    """The label under scheme `to`, keeping originator and audience.

    Raises: Refused `agreement.not_in_force`, `label.no_equivalent`, `label.caveat_lost`; as
    `Scheme.check` for both.
    """
    source = schemes.check(label)
    target = schemes[to]
    if not agreement.in_force(at):
        raise NOT_IN_FORCE(id=agreement.id, at=format_instant(at))
    found = agreement.equivalent(label.policy, label.classification, to)
    if found is None or not found.names:
        raise NO_EQUIVALENT(position="classification", to=to)
    kept, dropped = [], []
    for number, category in enumerate(label.categories):
        tag = target.tag(category.tag)
        if category.tag == RELEASABLE_TO and tag is not None and tag.type == category.type:
            kept.append(category)
        elif category.type == "informative":
            dropped.append(category.tag)
        else:
            raise CAVEAT_LOST(position=f"categories[{number}]")
    if label.category(RELEASABLE_TO) is None:
        absent = source.tag(RELEASABLE_TO)
        if absent is not None and absent.absent == "national" and source.country:
            # a missing list means another nation there: say whose information this is
            kept.append(Category(RELEASABLE_TO, "permissive", (source.country,)))
        elif absent is not None and absent.absent != "unconstrained":
            raise CAVEAT_LOST(position="categories")
    made = dataclasses.replace(
        label,
        policy=to,
        classification=found.names[0],
        categories=tuple(sorted(kept)),
        succession=None,
        originator=label.originator or source.country,
    )
    target.check(made, at=at)
    return Mapped(
        label=made,
        handle_as=found.names[0] if found.handle_as else None,
        clause=found.clause,
        verified=found.verified,
        dropped=tuple(dropped),
    )
