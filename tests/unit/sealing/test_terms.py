"""Suites are the agreement's, with their last use; nothing is negotiated inside a document."""

import io

import pytest

from sealane import shipped
from sealane.base.errors import SealaneError
from sealane.base.values import parse_instant
from sealane.sealing import container, terms
from sealane.sealing.keywrap import HYBRID, RSA

from .making import plan, sealed

AT = parse_instant("2026-11-22T00:00:00Z")
END = parse_instant("2030-12-31T00:00:00Z")


@pytest.fixture(scope="module")
def agreement():
    return next(one for one in shipped.agreements().values() if one.id == "jpn-aus-2022")


def test_both_profiles_are_allowed_today(agreement):
    for profile in ("sovereign", "interop"):
        terms.check_plan(plan(profile), agreement, AT)
        terms.check_container(container.read(io.BytesIO(sealed(b"x", profile)[0])), agreement, AT)


def test_a_suite_ends_exactly_at_its_last_use(agreement):
    terms.check_suites([RSA], agreement, END - 1)
    with pytest.raises(SealaneError) as caught:
        terms.check_suites([RSA], agreement, END)
    assert caught.value.code == "container.suite_not_allowed"
    assert terms.due_for_rewrap([HYBRID, RSA, RSA], agreement, END) == (RSA,)
    assert terms.due_for_rewrap([HYBRID, RSA], agreement, AT) == ()


def test_a_suite_the_agreement_does_not_name_is_refused(agreement):
    with pytest.raises(SealaneError) as caught:
        terms.check_suites([HYBRID, "ROT13"], agreement, AT)
    assert caught.value.code == "container.suite_not_allowed"
