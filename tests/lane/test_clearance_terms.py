"""A clearance counts no longer than its regime lets it, whatever its record says; extensions,
warnings and debriefings are acts of the security officer.
"""

import json

import pytest

from sealane.adapters.policy import policy_root
from sealane.base.errors import Refused, SealaneError
from sealane.base.values import DAY, Instant, format_instant, parse_instant, years_later
from sealane.ledger import entries
from sealane.registry.regime import as_counted, parse_regime
from sealane.services.deciding.request import registered_reader
from sealane.services.register import clearances, directory
from tests.nations import AGREEMENT, read, share


def record(node, name="jpn.sato"):
    with node.store.reading() as tx:
        return json.loads(json.dumps(node.person(tx, name)))


def granted(node, at, expires, **more):
    data = record(node)
    data["clearances"] = [{**data["clearances"][0], "granted": at, "expires": expires, **more}]
    return data


def forced(node, data):
    """The record as an older version of this node, or another hand, had entered it."""
    with node.store.writing() as tx:
        directory.keep_person(node, tx, data, kind="person.changed", actor=None)


def told(node, kind):
    with node.store.reading() as tx:
        log = node.internal
        found = [entries.read(one) for one in log.entries(tx, 0, log.size(tx))]
    return [one.fields for one in found if one.kind == kind]


def test_a_japanese_clearance_of_1990_is_refused_and_opens_nothing_where_it_stands(pair):
    item, node = share(pair), pair.jpn
    data = granted(node, "1990-01-01T00:00:00Z", "2099-01-01T00:00:00Z")
    with pytest.raises(Refused, match=r"clearance\.too_long") as refused:
        directory.enter(node, data)
    assert refused.value.details["most"] == "1995-01-01T00:00:00Z"
    assert read(pair, item) == b"harbour", "nothing of it was entered"
    forced(node, data)
    with pytest.raises(SealaneError) as unmet:
        read(pair, item)
    assert "5.1" in str(unmet.value)


def test_a_clearance_ends_to_the_very_instant_of_its_term(pair):
    node = pair.jpn
    at = format_instant(Instant(node.host.now() - 5 * 365 * DAY))
    end = years_later(parse_instant(at), 5)
    for expires, entered in ((end, True), (Instant(end + 1), False)):
        data = granted(node, at, format_instant(expires))
        if entered:
            directory.enter(node, data)
        else:
            with pytest.raises(Refused, match=r"clearance\.too_long"):
                directory.enter(node, data)


def test_a_request_carries_the_end_that_counts_and_never_the_extension(pair):
    node = pair.jpn
    extension = {
        "by": "minister",
        "until": "2097-01-01T00:00:00Z",
        "reference": "decision 7",
    }
    data = granted(node, "1990-01-01T00:00:00Z", "2097-01-01T00:00:00Z", extension=extension)
    directory.enter(node, data)
    with node.store.reading() as tx:
        facts = registered_reader(node, tx, node.person(tx, "jpn.sato"))
    (held,) = facts.subject["clearances"]
    assert held["expires"] == "2097-01-01T00:00:00Z"
    assert "extension" not in held
    longer = {**data["clearances"][0], "expires": "2099-01-01T00:00:00Z"}
    assert as_counted(node.regimes, longer)["expires"] == "2097-01-01T00:00:00Z"
    with pytest.raises(Refused, match=r"clearance\.too_long"):
        directory.enter(node, {**data, "clearances": [longer]})


@pytest.mark.parametrize(
    "extension",
    [
        {},
        None,
        "later",
        {"by": "m", "until": "2097-01-01T00:00:00Z"},
        {"by": "", "until": "2097-01-01T00:00:00Z", "reference": "r"},
        {"by": "m", "until": "2097-01-01T00:00:00Z", "reference": "x" * 201},
        {"by": "m", "until": "tomorrow", "reference": "r"},
        {"by": "m", "until": "2097-01-01T00:00:00Z", "reference": "r", "more": 1},
    ],
)
def test_an_extension_that_is_not_whole_is_refused(pair, extension):
    node = pair.jpn
    data = granted(node, "1990-01-01T00:00:00Z", "2097-01-01T00:00:00Z", extension=extension)
    with pytest.raises(SealaneError) as refused:
        directory.enter(node, data)
    assert refused.value.code in ("clearance.extension_malformed", "value.instant")


def test_a_state_without_a_regime_binds_nothing_and_a_level_without_a_grade_only_if_it_says_so(
    pair,
):
    held = {**record(pair.jpn)["clearances"][0], "granted": "1990-01-01T00:00:00Z"}
    held["expires"] = "2099-01-01T00:00:00Z"
    assert as_counted(pair.jpn.regimes, {**held, "issuer": "NZL"})["expires"] == held["expires"]
    other = {**held, "level": "極秘"}
    assert as_counted(pair.jpn.regimes, other)["expires"] == held["expires"]
    text = (policy_root() / "clearances" / "jpn.toml").read_bytes()
    stricter = parse_regime(text.replace(b"sponsor = true", b"sponsor = true\nother_years = 10"))
    assert as_counted({"JPN": stricter}, other)["expires"] == "2000-01-01T00:00:00Z"


def test_an_extension_a_warning_and_a_debriefing_are_acts_with_who_did_them(pair):
    item, node = share(pair), pair.jpn
    until = Instant(node.host.now() + 3000 * DAY)
    with pytest.raises(Refused, match=r"person\.duty"):
        clearances.extend(node, "jpn.sato", "特定秘密", until=until, reference="r", by="jpn.clerk")
    held = clearances.extend(
        node, "jpn.sato", "特定秘密", until=until, reference="r", by="jpn.security"
    )
    assert held["extension"]["by"] == "jpn.security"
    with pytest.raises(SealaneError, match=r"clearance\.not_longer"):
        clearances.extend(
            node, "jpn.sato", "特定秘密", until=until, reference="r", by="jpn.security"
        )
    (entry,) = told(node, "clearance.extended")
    assert (entry["actor"], entry["people"]) == ("jpn.security", ["jpn.sato"])
    pair.clock.now_ += 395 * DAY
    warned = clearances.warn(node, by="jpn.security", days=30)
    assert "jpn.sato" not in [one.person for one in warned]
    assert "jpn.tanaka" in [one.person for one in warned]
    assert "jpn.ito" not in [one.person for one in warned], "it has lapsed"
    assert {one["actor"] for one in told(node, "clearance.warned")} == {"jpn.security"}
    pair.clock.now_ -= 395 * DAY
    assert read(pair, item) == b"harbour"
    clearances.debrief(node, "jpn.sato", AGREEMENT, by="jpn.security")
    (entry,) = told(node, "person.debriefed")
    assert (entry["actor"], entry["briefing"]) == ("jpn.security", AGREEMENT)
    with pytest.raises(SealaneError) as unmet:
        read(pair, item)
    assert "4.6" in str(unmet.value)
    with pytest.raises(SealaneError, match=r"briefing\.unknown"):
        clearances.debrief(node, "jpn.sato", AGREEMENT, by="jpn.security")
