"""In production the second of a release signs with a credential of their own; until then it
waits.
"""

import dataclasses
import io

import pytest

from sealane.base.errors import SealaneError
from sealane.registry.person_proof import PersonProof
from sealane.services.exchange import release
from sealane.services.register.acts import Actor
from tests import nations
from tests.clock import Clock


def verified(data):
    """An agreement whose rows both nations verified: production accepts no others."""
    return data.replace(b'status = "unverified"', b'status = "verified"')


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    root = tmp_path_factory.mktemp("production") / "made"
    nations.build(root, Clock(), written=verified)
    return root


@pytest.fixture
def pair(made, tmp_path):
    opened = nations.opened(nations.copy_of(made, tmp_path / "pair"), Clock())
    settings = dataclasses.replace(
        opened.aus.settings, profile="production", accept_unverified=False
    )
    site = opened.sites["AUS"]
    node = dataclasses.replace(site.node, settings=settings)
    opened.sites["AUS"] = dataclasses.replace(site, node=node)
    opened.line.nodes["AUS"] = node
    yield opened
    opened.close()


def asked(node, second_proof):
    return nations.wanted(node, proof=PersonProof.TOKEN, second_proof=second_proof)


def proven(name):
    return Actor(name, PersonProof.TOKEN)


def queued(node):
    with node.store.reading() as tx:
        return [row.type for row in node.records.outbox.find(tx, order="id", done=None)]


def test_a_release_whose_second_gives_no_token_waits_until_the_second_signs(pair):
    node = pair.aus
    found = release.release(node, asked(node, PersonProof.UNPROVEN), io.BytesIO(b"harbour"))
    assert found.state == "awaiting second signer"
    assert [one.state for one in found.transfers] == ["awaiting second signer"]
    assert queued(node) == []
    with node.store.reading() as tx:
        assert node.item(tx, found.item).facts["second_signer"] is None
    for signer, code in (
        (Actor("aus.second"), "person.unproven"),
        (proven("aus.release"), "person.duty"),
    ):
        with pytest.raises(SealaneError, match=code.replace(".", r"\.")):
            release.countersign(node, found.item, signer)
        assert queued(node) == []
    signed = release.countersign(node, found.item, proven("aus.second"))
    assert [one.state for one in signed.transfers] == ["queued"]
    assert queued(node) == ["offer"]
    with node.store.reading() as tx:
        assert node.item(tx, found.item).facts["second_signer"] == "aus.second"


def test_a_release_whose_second_is_proven_leaves_at_once(pair):
    node = pair.aus
    found = release.release(node, asked(node, PersonProof.TOKEN), io.BytesIO(b"harbour"))
    assert [one.state for one in found.transfers] == ["queued"]
    assert queued(node) == ["offer"]
