"""Years between nations: the clock turned by them, people and assurances entered anew as each goes
by, and keys renewed.
"""

from typing import Any

from sealane.services.register import enrolment
from sealane.wiring.renewing import renew_site
from tests import nations

DAY_SECONDS = 86_400


def pass_days(pair: Any, days: Any) -> Any:
    """Turn the clock by days; both nations enter their people and give their assurance anew."""
    pair.clock.pass_(days * DAY_SECONDS)
    nations.staff(pair)


def renew(world: Any, party: Any, role: Any = "all") -> Any:
    """New keys for a party's role, not yet told."""
    return renew_site(world.sites[party], role)


def accept(node: Any, party: Any) -> Any:
    """Two people accept a partner's waiting card."""
    by = nations.two("operator", f"{node.party.lower()}.security")
    return enrolment.enrol(node, enrolment.waiting_card(node, party), by=by)


def renewed(pair: Any, party: Any, role: Any = "all") -> Any:
    """A party's role renewed, told, accepted by the other, and that told back."""
    done = renew(pair, party, role)
    pair.settle(2)
    if role in ("all", "statement"):
        accept(pair.line.nodes[nations.other(party)], party)
        pair.settle(2)
    return done


def standing(node: Any, party: Any) -> Any:
    """How far a partner knows this node's cards: (known, accepted)."""
    with node.store.reading() as tx:
        row = node.records.card_standings.get(tx, party=party)
    return row.known, row.accepted
