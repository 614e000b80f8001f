"""Who keeps a node is told of keys that end and of cards that wait, on the first page, in both
languages; nobody else is.
"""

from dataclasses import replace

from cryptography import x509
from starlette.applications import Starlette

from sealane.adapters import tls
from sealane.base.values import SECOND
from sealane.services.register import key_ends
from sealane.wiring import doors, watching
from tests.cards import CardAuthority
from tests.lane import years


def test_an_end_is_told_to_those_who_see_to_it_in_both_languages(tokyo, pair):
    keeper = tokyo.visitor("jpn.security")
    assert "sealane node renew" not in keeper.get("/").text
    pair.clock.pass_(800 * years.DAY_SECONDS)
    keeper, clerk = tokyo.visitor("jpn.security"), tokyo.visitor("jpn.clerk")
    page = keeper.get("/", lang="en").text
    assert "The tls key ends" in page
    assert "days left" in page
    assert "tls 鍵は" in keeper.get("/", lang="ja").text
    assert "tls 鍵は" not in keeper.get("/ledger").text
    assert "The tls key" not in clerk.get("/", lang="en").text
    pair.clock.pass_(30 * years.DAY_SECONDS)
    assert "The tls key ended" in tokyo.visitor("jpn.security").get("/", lang="en").text


def test_a_card_that_waits_for_two_people_is_shown_with_its_fingerprint(tokyo, pair):
    years.renew(pair, "AUS", "statement")
    pair.settle(2)
    page = tokyo.visitor("jpn.security").get("/", lang="en").text
    assert "waits for two people" in page
    assert pair.aus.own_card().fingerprint() in page
    years.accept(pair.jpn, "AUS")
    assert "waits for two people" not in tokyo.visitor("jpn.security").get("/", lang="en").text


def test_the_certificates_of_its_other_doors_are_told_of_too(tokyo, pair, tmp_path):
    place = tmp_path / "desk.pem"
    place.write_bytes(CardAuthority(pair.clock.now()).server())
    settings = replace(
        tokyo.node.settings,
        console_url="https://desk.jpn.example",
        console_tls=str(place),
        opentdf_url="https://keys.jpn.example",
        opentdf_port=1,
        opentdf_tls=str(tmp_path / "none"),
    )
    assert tokyo.node.doors() == {}
    node = replace(tokyo.node, doors=lambda: tls.door_certificates(settings))
    (told,) = [one for one in key_ends.keys_ending(node) if one["role"] == "console-tls"]
    assert told["within"] == 7
    site = replace(tokyo.site, node=node)
    (found,) = [one for one in watching.watched(site).key_ends() if one.role == "console-tls"]
    ends = x509.load_pem_x509_certificate(place.read_bytes()).not_valid_after_utc
    assert found.until == int(ends.timestamp()) * SECOND
    tokyo.app = Starlette(routes=doors.behind_sign_in(site))
    assert "own door (console-tls) ends" in tokyo.visitor("jpn.security").get("/", lang="en").text
    assert "窓口の証明書" in tokyo.visitor("jpn.security").get("/", lang="ja").text
