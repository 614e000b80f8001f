"""Share files, words on paper and keystore headers: mutations are refused with one of our errors,
and no mutated share opens as another.
"""

from __future__ import annotations

import random
from contextlib import suppress

from sealane.base import canonical
from sealane.base.errors import SealaneError
from sealane.crypto import custodians
from sealane.crypto.custodians import Custody, OpenShare
from sealane.crypto.share_file import SealedShare, read_share
from tests.fuzz.fuzz_ledger import mutate

PASSPHRASE = b"correct horse battery"


def run(seed: int, rounds: int) -> None:
    rng = random.Random(seed)
    custody, secret, words = custodians.divide("n.aus.example", 2, ["a", "b", "c"], rng.randbytes)
    sealed = [
        SealedShare.seal(custody, place, one, PASSPHRASE, rng.randbytes)
        for place, one in enumerate(words)
    ]
    files = [one.dump() + PASSPHRASE for one in sealed] + [one.encode() for one in words]
    header = canonical.encode(custody.kdf())
    for _ in range(rounds):
        data = mutate(rng, rng.choice(files))
        with suppress(SealaneError):
            _join(custody, data, files[rng.randrange(3)], secret)
        with suppress(SealaneError):
            Custody.read(canonical.decode(mutate(rng, header)))


def _join(custody: Custody, hostile: bytes, honest: bytes, secret: bytes) -> None:
    """Whatever two files join to is the secret."""
    shares: list[OpenShare] = []
    for data in (hostile, honest):
        share, passphrase = read_share(data)
        if isinstance(share, SealedShare):
            share = share.open(passphrase or b"")
        shares.append(share)
    assert custodians.join(custody, custodians.given(shares)) == secret
