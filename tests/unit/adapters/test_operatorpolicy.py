"""What a node accepts beyond verified rows counts only when its operator signed it."""

from dataclasses import replace

import pytest

from sealane.adapters import nodefolder
from sealane.base.errors import Misconfigured
from sealane.settings import Settings
from sealane.wiring.operator_policy import set_policy
from sealane.wiring.site import create_site, open_site
from tests.clock import Clock

WORD = b"correct horse battery"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("node") / "aus"
    create_site(folder, Settings(party="AUS", node="a.example"), WORD, host=Clock()).dispose()
    return folder


def test_a_line_in_the_settings_alone_opens_nothing(folder):
    path = folder / nodefolder.SETTINGS
    path.write_text(
        path.read_text().replace("accept_unverified = false", "accept_unverified = true")
    )
    with pytest.raises(Misconfigured) as caught:
        open_site(folder, WORD, host=Clock())
    assert caught.value.code == "settings.policy_unsigned"


def test_the_signed_policy_makes_it_count_and_one_changed_byte_ends_it(folder):
    set_policy(folder, WORD, accept_unverified=True, host=Clock())
    site = open_site(folder, WORD, host=Clock())
    assert site.node.settings.accept_unverified
    site.dispose()
    policy = folder / "operator-policy.jws"
    data = policy.read_bytes()
    policy.write_bytes(data[:40] + bytes([data[40] ^ 1]) + data[41:])
    with pytest.raises(Misconfigured):
        open_site(folder, WORD, host=Clock())
    set_policy(folder, WORD, accept_unverified=False, host=Clock())
    site = open_site(folder, WORD, host=Clock())
    assert not site.node.settings.accept_unverified
    site.dispose()


@pytest.mark.parametrize(
    ("name", "looser", "stricter"),
    [("grace_seconds", 901, 899), ("refusals_a_minute", 61, 59)],
)
def test_a_line_that_lifts_a_limit_is_refused(tmp_path, name, looser, stricter):
    folder = tmp_path / "aus"
    create_site(folder, Settings(party="AUS", node="a.example"), WORD, host=Clock()).dispose()
    settings = nodefolder.load(folder)
    nodefolder.save(folder, replace(settings, **{name: stricter}))
    open_site(folder, WORD, host=Clock()).dispose()
    nodefolder.save(folder, replace(settings, **{name: looser}))
    with pytest.raises(Misconfigured, match=r"settings\.policy_unsigned") as refused:
        open_site(folder, WORD, host=Clock())
    assert name in refused.value.message
    set_policy(folder, WORD, host=Clock())
    open_site(folder, WORD, host=Clock()).dispose()


def test_another_internal_log_by_a_line_alone_is_refused(tmp_path):
    folder = tmp_path / "aus"
    create_site(folder, Settings(party="AUS", node="a.example"), WORD, host=Clock()).dispose()
    nodefolder.save(folder, replace(nodefolder.load(folder), internal_log="internal-7"))
    with pytest.raises(Misconfigured, match=r"settings\.policy_unsigned"):
        open_site(folder, WORD, host=Clock())


def test_an_accreditation_may_be_set_by_a_line_and_once_signed_is_lifted_by_none(tmp_path):
    folder = tmp_path / "aus"
    create_site(folder, Settings(party="AUS", node="a.example"), WORD, host=Clock()).dispose()
    nodefolder.save(folder, replace(nodefolder.load(folder), accredited="PROTECTED"))
    open_site(folder, WORD, host=Clock()).dispose()
    set_policy(folder, WORD, accredited="SECRET", host=Clock())
    for line in ("", "TOP SECRET"):
        nodefolder.save(folder, replace(nodefolder.load(folder), accredited=line))
        with pytest.raises(Misconfigured, match=r"settings\.policy_unsigned"):
            open_site(folder, WORD, host=Clock())
    nodefolder.save(folder, replace(nodefolder.load(folder), accredited="極秘"))
    with pytest.raises(Misconfigured, match=r"settings\.not_a_level"):
        open_site(folder, WORD, host=Clock())
    set_policy(folder, WORD, accredited="", host=Clock())
    open_site(folder, WORD, host=Clock()).dispose()
