"""`label access` through the command, held from outside: who may have what, and exits."""

import json

import pytest

from tests.cli.contract.driving import alone, answers, label, nato


def person(policy, level, citizenships, organisation, country, **held):
    return {
        "policy": policy,
        "classifications": [level],
        "citizenships": citizenships,
        "organisation": organisation,
        "organisation_country": country,
        "categories": [
            {"tag": tag.replace("_", " "), "values": values} for tag, values in held.items()
        ],
    }


def au(*categories, **more):
    return label("AUS", "SECRET", *categories, **more)


def us(*categories, level="SECRET", **more):
    return label("USA", level, *categories, **more)


def caveat(value):
    return ("Caveat", "restrictive", value)


def control(value):
    return ("Dissemination Controls", "restrictive", value)


def rel(*countries):
    return ("Releasable To", "permissive", *countries)


def citizen(*countries, of="Defence", at="AUS", policy="AUS", level="SECRET", **held):
    return person(policy, level, list(countries), of, at, **held)


def american(*countries, at="USA", level="SECRET", **held):
    return person("USA", level, list(countries), "x", at, **held)


LATER = {"at": "2025-01-01T00:00:00Z", "label": label("AUS", "PROTECTED")}
ACCESS = {
    "an Australian": (au(), citizen("AUS"), True),
    "nobody foreign without REL": (au(), citizen("JPN", at="JPN"), False),
    "the level is not held": (au(), citizen("AUS", level="PROTECTED"), False),
    "no order among levels held": (au(), citizen("AUS", level="TOP SECRET"), False),
    "another policy": (au(), citizen("AUS", policy="USA"), False),
    "AUSTEO": (au(caveat("AUSTEO")), citizen("AUS"), True),
    "AUSTEO and another citizenship": (au(caveat("AUSTEO")), citizen("AUS", "USA"), True),
    "AUSTEO is never waived": (au(caveat("AUSTEO")), citizen("USA", Caveat=["AUSTEO"]), False),
    "AGAO": (au(caveat("AGAO")), citizen("AUS", of="Treasury"), True),
    "AGAO, posted inside Defence": (au(caveat("AGAO")), citizen("GBR"), True),
    "AGAO, posted inside the community": (au(caveat("AGAO")), citizen("USA", of="ONI"), True),
    "AGAO, anywhere else as AUSTEO": (au(caveat("AGAO")), citizen("GBR", of="Treasury"), False),
    "AGAO, not back home": (au(caveat("AGAO")), citizen("GBR", at="GBR"), False),
    "AGAO, not of the Five Eyes": (au(caveat("AGAO")), citizen("JPN"), False),
    "AGAO and AUSTEO": (au(("Caveat", "restrictive", "AGAO", "AUSTEO")), citizen("GBR"), False),
    "REL": (au(rel("AUS", "JPN")), citizen("JPN", at="JPN"), True),
    "REL, citizenship alone": (au(rel("AUS", "JPN")), citizen("JPN", at="FRA"), False),
    "REL, organisation alone": (au(rel("AUS", "JPN")), citizen("FRA", at="JPN"), False),
    "REL, any one citizenship": (au(rel("AUS", "JPN")), citizen("FRA", "JPN", at="JPN"), True),
    "ORCON without consent": (au(caveat("ORCON")), citizen("AUS", Caveat=["ORCON"]), False),
    "a codeword not held": (
        au(("Codeword", "restrictive", "A", "B")),
        citizen("AUS", Codeword=["A"]),
        False,
    ),
    "codewords held": (
        au(("Codeword", "restrictive", "A", "B")),
        citizen("AUS", Codeword=["A", "B"]),
        True,
    ),
    "informative asks nothing": (
        au(("Access", "informative", "Legal-Privilege")),
        citizen("AUS"),
        True,
    ),
    "a review past": (au(review="2020-01-01T00:00:00Z"), citizen("AUS"), True),
    "US without marking, foreign": (us(), american("AUS", at="AUS"), False),
    "US unclassified, foreign": (
        us(level="UNCLASSIFIED"),
        american("AUS", at="AUS", level="UNCLASSIFIED"),
        False,
    ),
    "US REL": (us(rel("AUS", "USA")), american("AUS", at="AUS"), True),
    "US REL by group": (us(rel("FVEY", "USA")), american("AUS", at="AUS"), True),
    "US REL in a US organisation": (us(rel("AUS", "USA")), american("AUS"), True),
    "US REL, nationality alone": (us(rel("AUS", "USA")), american("AUS", at="FRA"), False),
    "US REL to a group of withheld members": (
        us(rel("EU", "USA")),
        american("DEU", at="DEU"),
        False,
    ),
    "NATO before Finland": (
        us(rel("NATO", "USA"), created="2022-01-01T00:00:00Z"),
        american("FIN", at="FIN"),
        False,
    ),
    "NATO with Finland": (
        us(rel("NATO", "USA"), created="2024-01-01T00:00:00Z"),
        american("FIN", at="FIN"),
        True,
    ),
    "NOFORN": (us(control("NOFORN")), american("USA"), True),
    "NOFORN, two citizenships": (us(control("NOFORN")), american("USA", "GBR"), True),
    "NOFORN, foreign": (us(control("NOFORN")), american("AUS"), False),
    "NOFORN, foreign organisation": (us(control("NOFORN")), american("USA", at="GBR"), False),
    "RELIDO grants nobody": (us(control("RELIDO")), american("AUS", at="AUS"), False),
    "US ORCON": (us(control("ORCON")), american("USA"), False),
    "DISPLAY ONLY": (us(("Display Only To", "permissive", "AUS")), american("AUS", at="AUS"), True),
    "DISPLAY ONLY to another": (
        us(("Display Only To", "permissive", "AUS")),
        american("JPN", at="JPN"),
        False,
    ),
    "JOINT": (
        us(("Joint", "permissive", "AUS", "USA"), rel("AUS", "USA")),
        american("AUS", at="AUS"),
        True,
    ),
    "JOINT CONFIDENTIAL needs SECRET": (
        us(("Joint", "permissive", "AUS", "USA"), rel("AUS", "USA"), level="CONFIDENTIAL"),
        american("AUS", at="AUS", level="CONFIDENTIAL"),
        False,
    ),
    "an invalid label decides nothing": (
        us(control("NOFORN"), rel("AUS", "USA")),
        american("USA"),
        False,
    ),
    "NATO context held": (
        nato("SECRET"),
        person("NATO", "SECRET", ["DEU"], "x", "DEU", Context=["NATO"]),
        True,
    ),
    "NATO context not held": (nato("SECRET"), person("NATO", "SECRET", ["AUS"], "x", "AUS"), False),
    "NATO, released": (
        nato("SECRET", "AUS"),
        person(
            "NATO", "SECRET", ["AUS"], "x", "AUS", Context=["Releasable"], Releasable_To=["AUS"]
        ),
        True,
    ),
    "NATO, released to another": (
        nato("SECRET", "AUS"),
        person(
            "NATO", "SECRET", ["JPN"], "x", "JPN", Context=["Releasable"], Releasable_To=["JPN"]
        ),
        False,
    ),
    "TLP RED is each recipient's": (
        label("TLP", "RED"),
        person("TLP", "RED", ["AUS"], "x", "AUS"),
        False,
    ),
    "TLP GREEN": (label("TLP", "GREEN"), person("TLP", "GREEN", ["AUS"], "x", "AUS"), True),
    "Japan": (label("JPN", "極秘"), person("JPN", "極秘", ["JPN"], "x", "JPN"), True),
    "Japan, foreign": (label("JPN", "極秘"), person("JPN", "極秘", ["AUS"], "x", "AUS"), False),
    "Japan, released": (
        label("JPN", "極秘", rel("AUS", "JPN")),
        person("JPN", "極秘", ["AUS"], "x", "AUS"),
        True,
    ),
}


def test_access_is_what_each_policy_says():
    found = answers(
        "access",
        [
            {"label": asked, "clearance": holder, "at": "2026-01-01T00:00:00Z"}
            for asked, holder, _ in ACCESS.values()
        ],
    )
    wrong = {
        name: one
        for (name, (_, _, permit)), one in zip(ACCESS.items(), found, strict=True)
        if one.get("decision") != ("permit" if permit else "refuse")
    }
    assert wrong == {}
    for (_, _, permit), one in zip(ACCESS.values(), found, strict=True):
        assert all(set(reason) >= {"code", "met", "text", "text_ja"} for reason in one["reasons"])
        assert all(reason["met"] for reason in one["reasons"]) is permit
    shown = found[list(ACCESS).index("DISPLAY ONLY")]
    assert shown["rights"] == ["view"]


def test_reasons_name_no_caveat_that_the_reader_may_not_hold():
    rows = [
        {"label": asked, "clearance": holder}
        for asked, holder, permit in ACCESS.values()
        if not permit
    ]
    for row, one in zip(rows, answers("access", rows), strict=True):
        words = {
            value for category in row["label"]["categories"] for value in category["values"]
        } - {"A", "B", "AUS", "JPN", "USA", "NATO"}
        assert not [word for word in words if word in json.dumps(one, ensure_ascii=False)]


def test_a_downgrade_counts_only_at_a_trusted_instant_after_it():
    below = citizen("AUS", level="PROTECTED")
    found = answers(
        "access",
        [
            {"label": au(succession=LATER), "clearance": below, **at}
            for at in ({"at": "2026-01-01T00:00:00Z"}, {"at": "2024-12-31T23:59:59Z"}, {})
        ],
    )
    assert [one["decision"] for one in found] == ["permit", "refuse", "refuse"]


@pytest.mark.parametrize(("holder", "status"), [("AUS", 0), ("JPN", 1)])
def test_access_exits_with_its_verdict(tmp_path, holder, status):
    (tmp_path / "l.json").write_text(json.dumps(au()))
    (tmp_path / "c.json").write_text(json.dumps(citizen(holder)))
    found = alone(
        "label", "access", "--clearance", str(tmp_path / "c.json"), str(tmp_path / "l.json")
    )
    assert (found[0], found[1]["decision"]) == (status, "refuse" if status else "permit")
    (tmp_path / "c.json").write_text('{"policy": "AUS"}')
    status, found = alone(
        "label", "access", "--clearance", str(tmp_path / "c.json"), str(tmp_path / "l.json")
    )
    assert (status, set(found)) == (2, {"error"})
