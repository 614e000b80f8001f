"""In production the last who could enter people cannot be ended, by hand or by SCIM."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sealane.base.errors import Conflict
from sealane.registry.person_proof import PersonProof
from sealane.services.register import leaving
from sealane.services.register.acts import Actor
from tests.nations import Pair


def test_somebody_is_left_who_may_enter_people_with_a_second(pair: Pair) -> None:
    settings = replace(pair.jpn.settings, profile="production", accept_unverified=False)
    node = replace(pair.jpn, settings=settings)
    officer = Actor("jpn.security", PersonProof.TOKEN)
    assert leaving.leave(node, "operator", by=officer)  # an officer too, and not the last
    with pytest.raises(Conflict, match=r"person\.last_officer"):
        leaving.leave(node, "jpn.security", by=officer)
    with (
        node.store.writing() as tx,
        pytest.raises(Conflict, match=r"person\.last_officer"),
    ):
        leaving.end_access(node, tx, "jpn.security", client="ministry")
    assert leaving.leave(node, "jpn.sato", by=officer)
    assert not leaving.leave(node, "jpn.sato", by=officer)
