"""Succession has no circle and no overlap; a version names the exact bytes it replaces."""

import pytest

from sealane.adapters.agreements import load_agreements
from sealane.adapters.policy import policy_root
from sealane.agreements import chain
from sealane.agreements.loaded import Agreements
from sealane.agreements.parse import parse_agreement
from sealane.base.errors import SealaneError

TEXT = (policy_root() / "agreements" / "jpn-aus-2007.toml").read_text(encoding="utf-8")


def made(
    name,
    *,
    succeeds=None,
    rests_on=(),
    version=1,
    previous=None,
    since="2007-03-13",
    until="2022-10-22",
):
    head = TEXT.replace('id = "jpn-aus-2007"', f'id = "{name}"', 1).replace(
        "version = 1", f"version = {version}", 1
    )
    listed = ", ".join(f'"{base}"' for base in rests_on)
    extra = (f'succeeds = "{succeeds}"\n' if succeeds else "") + (
        f'previous = "{previous}"\n' if previous else ""
    )
    head = head.replace("rests_on = []\n", f"rests_on = [{listed}]\n{extra}", 1)
    head = head.replace('since = "2007-03-13T', f'since = "{since}T', 1).replace(
        'until = "2022-10-22T', f'until = "{until}T', 1
    )
    return parse_agreement(head.encode())


def code(*agreements):
    try:
        chain.verify(Agreements(agreements))
    except SealaneError as error:
        return error.code
    return None


def test_the_shipped_agreements_hold_together():
    chain.verify(load_agreements(policy_root() / "agreements"))


def test_a_succession_in_a_circle_is_refused_however_long():
    periods = [(f"20{place:02}-01-01", f"20{place + 1:02}-01-01") for place in range(10, 16)]
    names = [f"a{place}" for place in range(len(periods))]
    ring = [
        made(name, succeeds=names[place - 1], since=since, until=until)
        for place, (name, (since, until)) in enumerate(zip(names, periods, strict=True))
    ]
    assert code(*ring) == "agreement.circular"
    assert code(*ring[1:]) is None


def test_foundations_in_a_circle_are_refused():
    assert code(made("a", rests_on=["b"]), made("b", rests_on=["a"])) == "agreement.circular"
    assert code(made("a", rests_on=["b", "c"]), made("b", rests_on=["c"]), made("c")) is None


def test_a_predecessor_that_has_not_ended_is_refused():
    old = made("old", until="2015-01-01")
    assert code(old, made("new", succeeds="old", since="2015-01-01")) is None
    assert (
        code(old, made("new", succeeds="old", since="2014-12-31")) == "agreement.succession_overlap"
    )


def test_two_versions_at_one_time_are_refused():
    with pytest.raises(SealaneError, match=r"agreement\.overlap"):
        Agreements([made("a"), made("a", since="2010-01-01")])


def test_a_version_that_names_other_bytes_as_its_predecessor_is_refused():
    first = made("a", until="2010-01-01")
    good = made("a", version=2, previous=first.digest, since="2010-01-01")
    assert code(first, good) is None
    assert (
        code(first, made("a", version=2, previous="0" * 96, since="2010-01-01"))
        == "agreement.chain_broken"
    )


@pytest.mark.parametrize("size", [300])
def test_a_long_honest_chain_is_read_quickly_and_without_recursion(size):
    bases = [
        made(f"a{place}", rests_on=[f"a{place - 1}", f"a{place - 2}"] if place > 1 else [])
        for place in range(size)
    ]
    assert code(*bases) is None
