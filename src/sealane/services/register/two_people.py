"""Acts upon a partner that nobody does alone: the operator with the security officer, two persons
of the directory.

Spec: spec/exchange.md §2; spec/ledger.md §6; docs/who-may.md; R64.
"""

from __future__ import annotations

from sealane.base.errors import Code
from sealane.ports import Tx
from sealane.registry.records import Duty
from sealane.registry.who_may import Act, PersonProof
from sealane.services.node import WRONG_DUTY, Node
from sealane.services.register import acts
from sealane.services.register.acts import Named

BOTH = (Duty.OPERATOR, Duty.SECURITY_OFFICER)


def require_two(node: Node, tx: Tx, by: Named, *, needed: Code, party: str) -> list[str]:
    """The two persons who do this, one the operator and the other the security officer.

    Args:
        needed: what is raised where they are not two.
    Raises: NotFound `person.unknown`; Refused `person.unproven`, `person.duty`, and `needed` of
    that party.
    """
    actor = acts.actor_of(by)
    both = [one for one in (actor, actor.second) if one is not None and one.person is not None]
    duties = {str(one.person): set(node.person(tx, str(one.person))["duties"]) for one in both}
    if len(duties) != len(BOTH):
        raise needed(party=party)
    for one in both:
        acts.known(node, tx, Act.ENROL, one)
        if node.settings.profile == "production" and one.proof is PersonProof.UNPROVEN:
            raise acts.UNPROVEN(person=str(one.person))
    first, second = duties
    for mine, other in (BOTH, BOTH[::-1]):
        if mine in duties[first] and other in duties[second]:
            return [first, second]
    lacking = [duty for duty in BOTH if not any(duty in held for held in duties.values())]
    idle = next((name for name, held in duties.items() if not held & set(BOTH)), second)
    raise WRONG_DUTY(person=idle, duty=" / ".join(lacking or BOTH))
