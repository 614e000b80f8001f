"""Entries as OCSF and CEF: every kind has an event with what its class requires, known answers stay
known, and no value leaves its field.
"""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane.base.values import parse_instant
from sealane.ledger.kinds import KINDS
from sealane.ledger.siem import cef, ocsf
from sealane.ledger.siem.fed import FAILED, SORTS, Fed, sort_of

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "siem.json").read_text("utf-8"))
REQUIRED = {  # by OCSF 1.4: what every event has, and what each class asks for besides
    0: ["activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"],
    3001: ["user"],
    3002: ["user", "service"],
    3004: ["entity"],
    2004: ["finding_info"],
    6002: ["app"],
}
HEADER = re.compile(r"((?:[^|\\]|\\[|\\])*)\|")
PAIR = re.compile(r"(?:^| )([A-Za-z0-9]+)=((?:[^=\\\n\r]|\\[=\\nr])*?)(?=(?: [A-Za-z0-9]+=)|$)")


def fed(kind="record.read", **fields):
    return Fed(
        origin="canberra.aus.example/internal",
        index=7,
        leaf="ab" * 32,
        kind=kind,
        at=parse_instant("2026-11-22T00:00:00.123Z"),
        node="canberra.aus.example",
        fields=fields,
    )


def read_cef(line):
    """A line as a reader of the standard takes it apart: seven header fields and the extension."""
    head, rest = [], line
    for _ in range(7):
        found = HEADER.match(rest)
        head.append(re.sub(r"\\([|\\])", r"\1", found[1]))
        rest = rest[found.end() :]

    def plain(text):
        return re.sub(r"\\(.)", lambda one: {"n": "\n", "r": "\r"}.get(one[1], one[1]), text)

    return head, {name: plain(value) for name, value in PAIR.findall(rest)}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_is_an_event_of_its_class_in_both_forms(kind):
    told = json.loads(ocsf.line(fed(kind), "9.9"))
    for name in [*REQUIRED[0], *REQUIRED[told["class_uid"]]]:
        assert name in told, name
    assert told["type_uid"] == told["class_uid"] * 100 + told["activity_id"]
    assert told["class_uid"] // 1000 == told["category_uid"]
    assert told["metadata"]["product"]["vendor_name"]
    assert re.fullmatch(r"1\.\d+\.\d+", told["metadata"]["version"])
    assert told["metadata"]["event_code"] == kind
    assert told["time"] == 1795305600123
    if told["class_uid"] == 2004:
        assert told["finding_info"]["uid"]
    head, extension = read_cef(cef.line(fed(kind), "9.9"))
    assert head[:5] == ["CEF:0", "Sealane", "Sealane", "9.9", kind]
    assert head[5] == KINDS[kind].says
    assert 0 <= int(head[6]) <= 10
    assert extension["rt"] == "1795305600123"
    assert extension["externalId"] == "canberra.aus.example/internal#7"


def test_what_is_mapped_is_a_kind_that_is_written():
    assert set(SORTS) - set(KINDS) == set()
    assert set(FAILED) - set(KINDS) == set()


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda one: one["name"])
def test_known_answers_stay_known(case):
    entry = fed(case["kind"], **case["fields"])
    assert json.loads(ocsf.line(entry, VECTORS["version"])) == case["ocsf"]
    assert cef.line(entry, VECTORS["version"]) == case["cef"]


def test_a_refusal_failed_and_a_verification_that_did_not_hold_is_critical():
    told = ocsf.event(fed("key.refused", reason="key.no_record", clauses=["4.1", "4.2"]), "1")
    assert (told["status"], told["status_code"]) == ("Failure", "key.no_record")
    assert told["status_detail"] == "4.1, 4.2"
    assert sort_of(fed("log.verified", settled=False)).severity == 5
    assert ocsf.event(fed("log.verified", settled=True), "1")["class_uid"] == 3004
    assert ocsf.event(fed("log.verified", settled=False), "1")["class_uid"] == 2004


def test_signed_papers_stay_in_the_ledger():
    entry = fed("log.verified", settled=True, result="{}" * 9000, note="n" * 9000)
    assert len(ocsf.line(entry, "1")) < 2000
    assert len(cef.line(entry, "1")) < 2000


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=40))
def test_no_value_leaves_its_field_or_its_line(first, second, version):
    entry = fed("record.read", reason=first, agreement=second, register=first + "|x=1 suser=root")
    line = cef.line(entry, version)
    assert len(line.splitlines()) == 1
    head, extension = read_cef(line)
    assert head[0] == "CEF:0"
    assert head[4] == "record.read"
    assert "suser" not in extension
    told = ocsf.line(entry, version)
    assert told.isascii()
    assert len(told.splitlines()) == 1
    assert json.loads(told)["status_code"] == first


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("a=b", r"reason=a\=b"),
        (r"a\b", r"reason=a\\b"),
        ("a|b", "reason=a|b"),
        ("a\nb", r"reason=a\nb"),
        ("a\r\nb", r"reason=a\nb"),
        ("a\rb", r"reason=a\rb"),
        ("a\u2028b", r"reason=a\nb"),
        ("日本", "reason=日本"),
    ],
)
def test_an_extension_escapes_what_the_standard_names_and_nothing_else(value, written):
    assert f" {written} " in cef.line(fed("key.refused", reason=value), "1") + " "


def test_a_header_escapes_pipes_and_has_no_second_line():
    line = cef.line(fed("record.read"), "1|2\\3\n4")
    assert line.startswith("CEF:0|Sealane|Sealane|1\\|2\\\\3 4|record.read|")
