"""A person's sight of the register, decided by the same clause that an opening asks.

Under an agreement its clause on clearances answers; of what is this nation's own, the nation's rule
as well: one of the two is enough to read a title, and neither opens anything. What was decided is
kept for a person's record as it stands, under the agreements as they are held, until the next dated
fact.
Spec: spec/interfaces.md §5; docs/search.md §Trimming; R20, R21, R22.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sealane.agreements.loaded import Agreements
from sealane.base.values import Instant
from sealane.decisions.outlook import clearing, horizon
from sealane.decisions.outlook.facts import reader_from_json
from sealane.decisions.outlook.holdings import FOREVER
from sealane.decisions.outlook.preview import Reader
from sealane.ports import Tx
from sealane.registry.searched import LabelClass
from sealane.services.deciding.national_rule import cleared_at_home
from sealane.services.deciding.request import registered_reader
from sealane.services.node import Node, OpenRegister
from sealane.services.sight import EVERYTHING, Sight, is_staff, sight_by_names


def sight_of(node: Node | OpenRegister, tx: Tx, person: Mapping[str, Any] | None) -> Sight:
    """What a person of the directory may see now; None, who holds the keystore or reads the folder
    of an embedded node, sees what staff do. Raises: Untrusted `directory.altered`.
    """
    if person is None or is_staff(person):
        return EVERYTHING
    assert isinstance(node, Node)
    now = node.host.now()
    agreements = node.agreements(tx)
    key = node.settings.node, str(person["id"])
    known = _KEPT.get(key)
    if known is None or not known.stands(person, agreements, now):
        if len(_KEPT) >= MOST:
            _KEPT.clear()
        known = _KEPT[key] = _decided_anew(node, tx, person, agreements, now)
    return known.sight


@dataclass(frozen=True, slots=True)
class _Kept:
    """A person's sight, good for the record that it was made of until the next dated fact."""

    person: Mapping[str, Any]
    agreements: Agreements
    since: Instant
    until: Instant
    sight: Sight

    def stands(self, person: Mapping[str, Any], agreements: Agreements, now: Instant) -> bool:
        """Whether nothing that it was made of is another by now."""
        same = self.agreements is agreements and self.person == person
        return same and self.since <= now < self.until


def _decided_anew(
    node: Node, tx: Tx, person: Mapping[str, Any], agreements: Agreements, now: Instant
) -> _Kept:
    held = copy.deepcopy(dict(person))
    facts = registered_reader(node, tx, held)
    who = reader_from_json({"subject": facts.subject, "facility": facts.facility})
    reader = Reader(subject=who.subject, facility=who.facility, purpose="", at=now)

    def decide(label_class: LabelClass) -> bool:
        at_home = label_class.provider == node.party and cleared_at_home(
            node, held, label_class.policy, label_class.level
        )
        return at_home or clearing.reaches(
            reader, label_class, agreements=agreements, schemes=node.schemes
        )

    dates = (
        date
        for name in agreements
        for date in (
            *horizon.of_agreement(name, agreements),
            *horizon.of_reader(who.subject, who.facility, name, agreements),
        )
    )
    until = horizon.first_after(now, dates) or FOREVER
    return _Kept(held, agreements, now, until, sight_by_names(held, now, decide))


_KEPT: dict[tuple[str, str], _Kept] = {}
"""By node and person; what does not stand any more is made anew."""
MOST = 1000
