"""m of n custodians: any m give the secret back, fewer do not, and nothing hostile opens.

`read_by_hand` is a second opinion: SLIP-0039 read by its text, without the library that made it.
"""

import itertools
import os
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shamir_mnemonic import Share
from shamir_mnemonic.cipher import decrypt
from shamir_mnemonic.wordlist import WORDLIST

from sealane.base.errors import SealaneError
from sealane.crypto import custodians
from sealane.crypto.custodians import OpenShare
from tests.fuzz import fuzz_custodians

FEW = settings(max_examples=40, deadline=None)
sizes = st.integers(2, 8).flatmap(lambda n: st.tuples(st.integers(2, n), st.just(n)))


def divided(threshold, count):
    names = [f"custodian-{place}" for place in range(count)]
    custody, secret, words = custodians.divide("canberra.aus.example", threshold, names, os.urandom)
    return (
        custody,
        secret,
        [
            OpenShare(
                words=one, node=custody.node, ceremony=custody.ceremony, custodian=names[place]
            )
            for place, one in enumerate(words)
        ],
    )


def times(a, b):
    product = 0
    for bit in range(8):
        if b >> bit & 1:
            product ^= a << bit
    for bit in range(14, 7, -1):
        if product >> bit & 1:
            product ^= 0x11B << bit - 8
    return product


def inverse(a):
    return next(b for b in range(1, 256) if times(a, b) == 1)


def read_by_hand(shares):
    """f(255) of the polynomial through these shares, by Lagrange over GF(2^8)."""
    points = []
    for words in shares:
        value = 0
        for word in words.split():
            value = value << 10 | WORDLIST.index(word)
        index = value >> (10 * 29 + 4) & 15
        points.append((index, (value >> 30 & (1 << 256) - 1).to_bytes(32, "big")))
    found = bytes(32)
    for x, data in points:
        basis = 1
        for other, _ in points:
            if other != x:
                basis = times(basis, times(255 ^ other, inverse(x ^ other)))
        found = bytes(a ^ times(b, basis) for a, b in zip(found, data, strict=True))
    return found


@FEW
@given(sizes, st.randoms())
def test_any_m_open_in_any_order_and_more_than_m_must_agree(size, chance):
    custody, secret, shares = divided(*size)
    for many in range(custody.threshold, len(shares) + 1):
        some = chance.sample(shares, many)
        assert custodians.join(custody, custodians.given(some)) == secret


@FEW
@given(sizes, st.randoms())
def test_fewer_than_m_are_refused_and_hold_another_secret(size, chance):
    custody, _, shares = divided(*size)
    some = chance.sample(shares, custody.threshold - 1)
    with pytest.raises(SealaneError, match=r"custodian\.too_few"):
        custodians.join(custody, custodians.given(some))
    assert read_by_hand([one.words for one in some]) != wrapped(custody, shares)


def wrapped(custody, shares):
    """What is divided, by hand, once it is held against the library."""
    found = read_by_hand([one.words for one in shares[: custody.threshold]])
    assert decrypt(found, b"", 0, custody.number, True) == custodians.join(
        custody, custodians.given(shares)
    )
    return found


def test_every_m_of_five_give_one_secret_by_hand_too():
    custody, secret, shares = divided(3, 5)
    for some in itertools.combinations(shares, 3):
        found = read_by_hand([one.words for one in some])
        assert decrypt(found, b"", 0, custody.number, True) == secret


@FEW
@given(sizes, st.randoms())
def test_a_share_with_a_mended_checksum_gives_no_other_secret(size, chance):
    custody, _, shares = divided(*size)
    place = chance.randrange(custody.threshold)
    true = Share.from_mnemonic(shares[place].words)
    value = bytearray(true.value)
    value[chance.randrange(32)] ^= chance.randrange(1, 256)
    shares[place] = replace(shares[place], words=replace(true, value=bytes(value)).mnemonic())
    for many in (custody.threshold, len(shares)):
        with pytest.raises(SealaneError, match=r"custodian\.unmatched"):
            custodians.join(custody, custodians.given(shares[:many]))


@FEW
@given(sizes, st.randoms())
def test_a_mistyped_word_is_always_found_and_never_repeated(size, chance):
    custody, _, shares = divided(*size)
    words = shares[0].words.split()
    place = chance.randrange(len(words))
    words[place] = chance.choice([word for word in WORDLIST if word != words[place]])
    shares[0] = replace(shares[0], words=" ".join(words))
    with pytest.raises(SealaneError, match=r"custodian\.altered") as caught:
        custodians.join(custody, custodians.given(shares))
    assert not set(words) & set(str(caught.value).split())


def test_a_share_twice_of_another_node_of_another_ceremony_are_each_told():
    custody, _, shares = divided(2, 3)
    _, _, others = divided(2, 3)
    foreign = replace(others[1], node="tokyo.jpn.example")
    unmarked = OpenShare(words=others[1].words)
    renamed = replace(shares[1], custodian="custodian-2")
    for second, code in (
        (shares[0], "custodian.twice"),
        (OpenShare(words=shares[0].words), "custodian.twice"),
        (foreign, "custodian.other_node"),
        (others[1], "custodian.other_ceremony"),
        (unmarked, "custodian.other_ceremony"),
        (renamed, "custodian.other_ceremony"),
    ):
        with pytest.raises(SealaneError) as caught:
            custodians.join(custody, custodians.given([shares[0], second]))
        assert caught.value.code == code
    with pytest.raises(SealaneError, match=r"custodian\.needed"):
        custodians.join(custody, b"correct horse battery")


@pytest.mark.parametrize(
    ("threshold", "names"),
    [
        (1, "ab"),
        (3, "ab"),
        (2, "aab"),
        (2, "aAb"),
        (True, "ab"),
        (2, "a"),
        (2, "abcdefghijklmnopq"),
    ],
)
def test_bounds_that_share_nothing_or_one_person_twice_are_refused(threshold, names):
    with pytest.raises(SealaneError, match=r"custodian\.bounds"):
        custodians.divide("canberra.aus.example", threshold, list(names), os.urandom)


def test_no_share_shows_its_words():
    _, _, shares = divided(2, 2)
    assert shares[0].words not in repr(shares[0]) + str(shares[0])


def test_hostile_share_files_and_headers_are_refused_by_a_code():
    fuzz_custodians.run(random.Random(7).getrandbits(32), 1500)
