"""A process holds the keys of its part, and neither others nor the way to them."""

import gc

import pytest

from sealane.adapters.keys import SERVING, SIGNING, WORKING, NodeKeys
from sealane.base.errors import Misconfigured
from sealane.crypto.keystore import OpenKeystore
from tests.clock import Clock

PASSPHRASE = b"correct horse battery"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("keys")
    NodeKeys.create(made, PASSPHRASE, Clock())
    return made


@pytest.mark.parametrize("roles", [SERVING, WORKING])
def test_what_a_part_needs_signs_and_what_it_does_not_is_not_there(folder, roles):
    every = NodeKeys.open(folder, PASSPHRASE)
    held = NodeKeys.open(folder, PASSPHRASE).only(roles)
    for role in SIGNING:
        assert [one.public for one in held.signers(role)] == [
            one.public for one in every.signers(role)
        ]
        for signer in held.signers(role):
            if role in roles:
                signer.public.verify(signer.sign(b"said"), b"said")
            else:
                with pytest.raises(Misconfigured, match=r"keystore\.withheld"):
                    signer.sign(b"said")
    assert held.kas_publics() == every.kas_publics()
    assert held.private("tls/ES384") == every.private("tls/ES384")
    assert held.private("session/secret") == every.private("session/secret")


def test_who_works_opens_no_share_and_who_serves_signs_no_head(folder):
    works = NodeKeys.open(folder, PASSPHRASE).only(WORKING)
    with pytest.raises(Misconfigured, match=r"keystore\.withheld"):
        works.unwrap("X-Wing", b"", b"")
    with pytest.raises(Misconfigured, match=r"keystore\.withheld"):
        works.private("kas/X-Wing")
    assert {"log", "head"}.isdisjoint(SERVING)
    assert "kas" not in WORKING


@pytest.mark.parametrize("roles", [SERVING, WORKING])
def test_the_root_key_is_not_kept_by_a_part(folder, roles):
    held = NodeKeys.open(folder, PASSPHRASE).only(roles)
    gc.collect()
    seen, left = set(), [held]
    while left:
        one = left.pop()
        if id(one) not in seen:
            seen.add(id(one))
            assert not isinstance(one, OpenKeystore)
            left += vars(one).values() if hasattr(one, "__dict__") else []
            left += one.values() if isinstance(one, dict) else []
