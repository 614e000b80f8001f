"""Issue 3, point 6, sentence by sentence: who may have what, by label and clearance alone."""

import pytest

from sealane.base.values import parse_instant
from sealane.labels.model.clearance import clearance_from_json
from sealane.labels.model.label import label_from_json
from sealane.labels.nations import SYNTAXES
from sealane.labels.rules.access import access
from sealane.labels.rules.rollup import merge
from tests.unit.labels.shipped import NOW, shipped

LEVELS = {
    "AUS": ["PROTECTED", "SECRET"],
    "USA": ["CONFIDENTIAL", "SECRET"],
    "NATO": ["RESTRICTED", "CONFIDENTIAL", "SECRET"],
    "GBR": ["SECRET"],
    "JPN": ["極秘", "特定秘密"],
}
HOME = {"AUS": "AUS", "USA": "USA", "NATO": "DEU", "GBR": "GBR", "JPN": "JPN"}
SYNTAX = {"AUS": "au-document", "USA": "us-banner", "GBR": "gb-document", "JPN": "jp"}
CONSENT = {"answer": "yes", "at": "2026-01-01T00:00:00Z", "until": "2027-01-01T00:00:00Z"}


def of(policy, mark):
    """The label of a mark; for NATO the categories are given as they stand in a 4774 label."""
    if policy != "NATO":
        return SYNTAXES[SYNTAX[policy]].parse(mark, shipped(), at=NOW).label
    level, categories = mark
    kinds = {"Additional Sensitivity": "restrictive", "Administrative": "informative"}
    return label_from_json(
        {
            "policy": "NATO",
            "classification": level,
            "created": "2026-01-01T00:00:00Z",
            "categories": [
                {"tag": tag, "type": kinds.get(tag, "permissive"), "values": values}
                for tag, values in categories.items()
            ],
        }
    )


def who(policy, *citizenships, at=None, organisation="x", held=None, levels=None, consents=()):
    return clearance_from_json(
        {
            "policy": policy,
            "classifications": levels or LEVELS[policy],
            "categories": [{"tag": tag, "values": values} for tag, values in (held or {}).items()],
            "citizenships": list(citizenships) or [HOME[policy]],
            "organisation": organisation,
            "organisation_country": at or (citizenships[0] if citizenships else HOME[policy]),
            "consents": [{"by": by, **CONSENT} for by in consents],
        }
    )


def verdict(label, person, *, at=NOW, trusted=True):
    found = access(label, person, shipped(), at=at, trusted=trusted)
    return tuple(found.as_json()["rights"]) if found.permit else None


FULL, VIEW, NO = ("view", "copy"), ("view",), None
NATO_SECRET = ("SECRET", {"Context": ["NATO"]})
TO_JAPAN = ("SECRET", {"Context": ["NATO", "Releasable"], "Releasable To": ["JPN"]})
IN_NATO = {"Context": ["NATO"]}
RELEASABLE = {"Context": ["Releasable"]}
EXDIS = {"Non-IC": ["EXDIS"]}
SENTENCES = {
    "permissive: any one held suffices": [
        (
            "NATO",
            ("SECRET", {"Context": ["NATO"], "Only": ["DEU", "FRA"]}),
            who("NATO", held={**IN_NATO, "Only": ["DEU"]}),
            FULL,
        ),
        (
            "NATO",
            ("SECRET", {"Context": ["NATO"], "Only": ["DEU", "FRA"]}),
            who("NATO", held={**IN_NATO, "Only": ["ITA"]}),
            NO,
        ),
        (
            "NATO",
            ("SECRET", {"Context": ["NATO"], "Only": ["FVEY"]}),
            who("NATO", held={**IN_NATO, "Only": ["CAN"]}),
            FULL,
        ),
        (
            "NATO",
            ("SECRET", {"Context": ["NATO"], "Only": ["FVEY"]}),
            who("NATO", held=IN_NATO),
            NO,
        ),
    ],
    "restrictive: all must be held": [
        ("AUS", "SECRET//CODEWORD A//CODEWORD B", who("AUS", held={"Codeword": ["A", "B"]}), FULL),
        ("AUS", "SECRET//CODEWORD A//CODEWORD B", who("AUS", held={"Codeword": ["A"]}), NO),
        (
            "NATO",
            ("SECRET", {**IN_NATO, "Additional Sensitivity": ["ATOMAL", "CRYPTO"]}),
            who("NATO", held={**IN_NATO, "Additional Sensitivity": ["ATOMAL"]}),
            NO,
        ),
        ("USA", "SECRET//NOFORN//EXDIS", who("USA", held=EXDIS), FULL),
        ("USA", "SECRET//NOFORN//EXDIS", who("USA"), NO),
    ],
    "informative: never asked": [
        (
            "NATO",
            ("UNCLASSIFIED", {**IN_NATO, "Administrative": ["STAFF"]}),
            who("NATO", levels=["UNCLASSIFIED"], held=IN_NATO),
            FULL,
        ),
        ("GBR", "SECRET [COMMERCIAL]", who("GBR"), FULL),
    ],
    "levels are a list without order": [
        ("AUS", "PROTECTED", who("AUS", levels=["SECRET"]), NO),
        ("AUS", "SECRET", who("AUS", levels=["TOP SECRET"]), NO),
        ("JPN", "極秘", who("JPN", levels=["特定秘密"]), NO),
        ("JPN", "特定秘密", who("JPN"), FULL),
    ],
    "citizenships are a set": [
        ("AUS", "SECRET//REL AUS/JPN", who("AUS", "JPN"), FULL),
        ("AUS", "SECRET//REL AUS/JPN", who("AUS", "FRA", "JPN", at="JPN"), FULL),
        ("USA", "SECRET//REL TO USA, JPN", who("USA", "FRA", "JPN", at="JPN"), FULL),
        ("USA", "SECRET//NOFORN", who("USA", "IRN", "USA", at="USA"), FULL),
        ("AUS", "SECRET//REL AUS/NZL", who("AUS", "JPN"), NO),
    ],
    "and the organisation is asked separately": [
        ("AUS", "SECRET//REL AUS/JPN", who("AUS", "JPN", at="FRA"), NO),
        ("AUS", "SECRET", who("AUS", "AUS", at="JPN"), NO),
        ("USA", "SECRET//REL TO USA, JPN", who("USA", "JPN", at="FRA"), NO),
        ("USA", "SECRET//REL TO USA, JPN", who("USA", "JPN", at="USA"), FULL),
        ("USA", "SECRET//NOFORN", who("USA", "USA", at="JPN"), NO),
    ],
    "AUSTEO: Australian citizens only, others do not bar, nothing waives it": [
        ("AUS", "SECRET//AUSTEO", who("AUS"), FULL),
        ("AUS", "SECRET//AUSTEO", who("AUS", "AUS", "GBR"), FULL),
        ("AUS", "SECRET//AUSTEO", who("AUS", "NZL", at="AUS", organisation="Defence"), NO),
        (
            "AUS",
            "SECRET//AUSTEO",
            who("AUS", "NZL", at="AUS", held={"Caveat": ["AUSTEO"]}, consents=["AUS"]),
            NO,
        ),
    ],
    "AGAO: citizens, and Five-Eyes guests inside Defence or the community; elsewhere as AUSTEO": [
        ("AUS", "SECRET//AGAO", who("AUS", organisation="Treasury"), FULL),
        ("AUS", "SECRET//AGAO", who("AUS", "NZL", at="AUS", organisation="Defence"), FULL),
        ("AUS", "SECRET//AGAO", who("AUS", "USA", at="AUS", organisation="ASD"), FULL),
        ("AUS", "SECRET//AGAO", who("AUS", "NZL", at="AUS", organisation="Treasury"), NO),
        ("AUS", "SECRET//AGAO", who("AUS", "NZL", at="NZL", organisation="Defence"), NO),
        ("AUS", "SECRET//AGAO", who("AUS", "JPN", at="AUS", organisation="Defence"), NO),
        ("AUS", "SECRET", who("AUS", "NZL", at="AUS", organisation="Defence"), NO),
    ],
    "JOINT: whom its owners released it to, and nobody else": [
        ("USA", "//JOINT SECRET AUS USA//REL TO USA, AUS", who("USA", "AUS"), FULL),
        ("USA", "//JOINT SECRET AUS USA//REL TO USA, AUS", who("USA", "AUS", at="JPN"), NO),
        ("USA", "//JOINT SECRET AUS USA//REL TO USA, AUS, JPN", who("USA", "JPN"), FULL),
        ("USA", "//JOINT SECRET AUS USA//REL TO USA, AUS, JPN", who("USA", "GBR"), NO),
        (
            "USA",
            "//JOINT CONFIDENTIAL AUS USA//REL TO USA, AUS",
            who("USA", "AUS", levels=["CONFIDENTIAL"]),
            NO,
        ),
        ("USA", "//JOINT CONFIDENTIAL AUS USA//REL TO USA, AUS", who("USA", "AUS"), FULL),
    ],
    "NATO contexts": [
        ("NATO", NATO_SECRET, who("NATO", held=IN_NATO), FULL),
        ("NATO", NATO_SECRET, who("NATO", held={"Context": ["EAPC"]}), NO),
        ("NATO", NATO_SECRET, who("NATO"), NO),
        ("NATO", NATO_SECRET, who("NATO", "JPN", held=RELEASABLE), NO),
        ("NATO", TO_JAPAN, who("NATO", "JPN", held=RELEASABLE), FULL),
        ("NATO", TO_JAPAN, who("NATO", "AUS", held=RELEASABLE), NO),
        ("NATO", TO_JAPAN, who("NATO", "JPN"), NO),
    ],
    "DISPLAY ONLY: view without copy": [
        ("USA", "SECRET//DISPLAY ONLY JPN", who("USA", "JPN"), VIEW),
        ("USA", "SECRET//DISPLAY ONLY JPN", who("USA", "AUS"), NO),
        ("USA", "SECRET//DISPLAY ONLY JPN", who("USA"), FULL),
        ("USA", "SECRET//REL TO USA, AUS/DISPLAY ONLY JPN", who("USA", "AUS"), FULL),
        ("USA", "SECRET//REL TO USA, AUS/DISPLAY ONLY JPN", who("USA", "JPN"), VIEW),
    ],
    "ORCON: the marking never grants, a recorded consent does": [
        ("AUS", "SECRET//ORCON", who("AUS"), NO),
        ("AUS", "SECRET//ORCON", who("AUS", held={"Caveat": ["ORCON"]}), NO),
        ("AUS", "SECRET//ORCON", who("AUS", consents=["AUS"]), FULL),
        ("AUS", "SECRET//ORCON", who("AUS", consents=["JPN"]), NO),
        ("USA", "SECRET//ORCON/NOFORN", who("USA"), NO),
        ("USA", "SECRET//ORCON/NOFORN", who("USA", consents=["USA"]), FULL),
        ("USA", "SECRET//ORCON/NOFORN", who("USA", consents=["AUS"]), NO),
        ("USA", "SECRET//ORCON/NOFORN", who("USA", "AUS", consents=["USA"]), NO),
        ("USA", "SECRET//ORCON/REL TO USA, AUS", who("USA", "AUS", consents=["USA"]), FULL),
    ],
}
CASES = [(sentence, *case) for sentence, cases in SENTENCES.items() for case in cases]


@pytest.mark.parametrize(
    ("sentence", "policy", "mark", "person", "right"),
    CASES,
    ids=[f"{sentence} {number}" for number, (sentence, *_) in enumerate(CASES)],
)
def test_access_is_as_the_sentence_says(sentence, policy, mark, person, right):
    assert verdict(of(policy, mark), person) == right, sentence


# Succession and downgrade: only at a trusted instant, only with an explicit successor, never by an
# event.

LOW = who("AUS", levels=["PROTECTED"])
BEFORE, AFTER = parse_instant("2026-12-31T23:59:59Z"), parse_instant("2027-01-01T00:00:00Z")


def subject(text):
    return SYNTAXES["au-subject"].parse(text, shipped(), at=NOW).label


def test_a_downgrade_date_counts_from_its_instant_and_only_by_trusted_time():
    label = subject("[SEC=SECRET, EXPIRES=2027-01-01, DOWNTO=PROTECTED]")
    assert verdict(label, LOW, at=BEFORE) is None
    assert verdict(label, LOW, at=AFTER) == FULL
    assert verdict(label, LOW, at=AFTER, trusted=False) is None


def test_an_event_downgrades_nothing_by_itself():
    label = subject("[SEC=SECRET, EXPIRES=Royal assent, DOWNTO=PROTECTED]")
    assert verdict(label, LOW, at=parse_instant("2099-01-01T00:00:00Z")) is None


@pytest.mark.parametrize(
    "members",
    [
        {"review": "2026-01-01T00:00:00Z"},
        {"succession": {"at": "2026-01-01T00:00:00Z", "label": None}},
    ],
)
def test_a_review_date_or_a_date_without_a_successor_downgrades_nothing(members):
    label = label_from_json(
        {
            "policy": "NATO",
            "classification": "SECRET",
            "created": "2020-01-01T00:00:00Z",
            **members,
            "categories": [{"tag": "Context", "type": "permissive", "values": ["NATO"]}],
        }
    )
    assert verdict(label, who("NATO", levels=["RESTRICTED"], held=IN_NATO), at=AFTER) is None
    assert verdict(label, who("NATO", held=IN_NATO), at=AFTER) == FULL


def test_a_successor_never_widens_before_its_date_and_never_rises():
    later = {
        "policy": "NATO",
        "classification": "RESTRICTED",
        "categories": [{"tag": "Context", "type": "permissive", "values": ["NATO"]}],
    }
    label = label_from_json(
        {
            **later,
            "classification": "SECRET",
            "created": "2026-01-01T00:00:00Z",
            "succession": {"at": "2027-01-01T00:00:00Z", "label": later},
        }
    )
    low = who("NATO", levels=["RESTRICTED"], held=IN_NATO)
    assert [verdict(label, low, at=at) for at in (BEFORE, AFTER)] == [None, FULL]
    rising = label_from_json(
        {
            **label.as_json(),
            "succession": {
                "at": "2027-01-01T00:00:00Z",
                "label": {**later, "classification": "TOP SECRET"},
            },
        }
    )
    high = who("NATO", levels=["RESTRICTED", "SECRET", "TOP SECRET"], held=IN_NATO)
    assert [verdict(rising, high, at=at) for at in (BEFORE, AFTER)] == [None, None]


def test_a_product_with_paragraphs_for_citizens_admits_no_guest():
    guest = who("AUS", "NZL", at="AUS", organisation="Defence")
    portions = [of("AUS", "SECRET//AGAO"), of("AUS", "PROTECTED")]
    product = merge(portions, shipped(), at=NOW)
    assert SYNTAXES["au-document"].render(product, shipped()) == "SECRET//AGAO//AUSTEO"
    assert [verdict(one, guest) for one in (*portions, product)] == [FULL, None, None]
