"""A party's key file: sealed, with one key a suite, its public half readable without the
passphrase.
"""

import pytest

from sealane.adapters import partykeys
from sealane.agreements.signing import SUITES
from sealane.base.errors import Misconfigured, NotFound, SealaneError
from tests import clock

PASSPHRASE = b"correct horse battery"


@pytest.fixture(scope="module")
def key_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("keys") / "aus.keys"
    partykeys.generate(path, "AUS", PASSPHRASE, clock.Clock())
    return path


def test_the_key_file_signs_with_one_key_of_each_suite_and_its_public_half_needs_no_passphrase(
    key_file,
):
    signers = partykeys.signers(key_file, PASSPHRASE)
    assert [signer.public.alg for signer in signers] == list(SUITES)
    assert partykeys.party_of(key_file) == "AUS"
    assert partykeys.generations(key_file) == (tuple(signer.public for signer in signers),)


def test_the_key_file_is_readable_by_its_owner_only_and_is_never_overwritten(key_file):
    assert key_file.stat().st_mode & 0o077 == 0
    before = key_file.read_bytes()
    with pytest.raises(Misconfigured, match="key_file_exists"):
        partykeys.generate(key_file, "AUS", PASSPHRASE, clock.Clock())
    assert key_file.read_bytes() == before


def test_a_wrong_passphrase_opens_nothing(key_file):
    with pytest.raises(Misconfigured, match=r"keystore\.sealed"):
        partykeys.signers(key_file, PASSPHRASE + b"!")


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", None])
def test_what_is_no_key_file_is_refused(tmp_path, content):
    path = tmp_path / "x"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SealaneError):
        partykeys.generations(path)
    with pytest.raises(NotFound, match=r"agreement\.key_file"):
        partykeys.generations(tmp_path)
