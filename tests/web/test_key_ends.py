"""Who keeps a node is told of keys that end and of cards that wait, on the first page, in both
languages; nobody else is.
"""

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
