"""The guarded export and the check of a tear-line at the console: what each person finds, holds,
passes, stops, and reads beside the source.

Spec: docs/console.md §Guarded export, §Made here; R13, R36, R37.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.lane.made import cleared, derive, register
from tests.nations import Pair
from tests.web.visiting import Console

PLAIN = b"OFFICIAL\nThe harbour is open on Friday.\nOFFICIAL\n"
WORDY = "OFFICIAL\nIts order of battle <b>is</b> 特定秘密.\nOFFICIAL\n".encode()
SECRET = "The convoy leaves Kure at noon on Friday with three escorts."


def held(visitor: Any, data: bytes, **form: Any) -> Any:
    files = {"file": ("note.txt", data, "text/plain")}
    return visitor.send("/exports", "/exports/hold", files=files, domain="office", **form)


def test_one_holds_another_passes_and_the_very_file_comes(
    pair: Pair, canberra: Console, tokyo: Console
) -> None:
    analyst, second = canberra.visitor("aus.analyst"), canberra.visitor("aus.second")
    assert "Nothing was held yet." in analyst.get("/exports").text
    sent = held(analyst, PLAIN)
    where = sent.url.path
    number = where.rpartition("/")[2]
    assert (sent.status_code, number) == (200, "X-000001")
    assert "It waits for another person." in sent.text
    assert 'action="/exports/pass"' not in sent.text
    assert f'href="{where}"><b>Let a held file leave, or stop it</b>' in second.get("/").text
    assert where not in analyst.get("/").text
    assert 'href="/exports"' in analyst.get("/").text
    answer = second.send(where, "/exports/pass")
    assert (answer.status_code, answer.content) == (200, PLAIN)
    assert 'filename="note.txt"' in answer.headers["content-disposition"]
    page = second.get(where).text
    assert "Signed slip" in page
    assert 'action="/exports/pass"' not in page
    assert "通過" in second.get(where, lang="ja").text
    assert tokyo.visitor("jpn.clerk").get("/exports").status_code == 403


def test_findings_are_shown_where_they_stand_and_ask_for_a_reason(
    pair: Pair, canberra: Console
) -> None:
    analyst, second = canberra.visitor("aus.analyst"), canberra.visitor("aus.second")
    where = held(analyst, WORDY).url.path
    page = second.get(where).text
    for shown in ("order of battle", "特定秘密", "&lt;b&gt;is&lt;/b&gt;", "Keyword"):
        assert shown in page
    bare = second.send(where, "/exports/pass", reason="")
    assert (bare.status_code, "export.reason_needed" in bare.text) == (403, True)
    done = second.send(where, "/exports/stop", reason="its second line")
    assert "its second line" in done.text
    assert "stopped" in done.text


def test_what_is_refused_stands_where_the_form_was(pair: Pair, canberra: Console) -> None:
    analyst = canberra.visitor("aus.analyst")
    for data, code in ((b"no mark", "export.no_mark"), (b"\x00", "export.no_mark")):
        sent = held(analyst, data)
        assert (sent.status_code, code in sent.text) == (403, True)
    sent = analyst.send("/exports", "/exports/hold", domain="office")
    assert (sent.status_code, "web.no_file" in sent.text) == (400, True)


@pytest.fixture
def source(pair: Pair) -> str:
    data = f"{SECRET}\nThe weather will be fine all week long.\n".encode()
    cleared(pair.aus, "aus.release")
    return str(derive(pair.aus, register(pair.aus), data=data)["item"])


def cut(visitor: Any, source: str, text: str, **form: Any) -> Any:
    files = {"file": ("cut.txt", text.encode(), "text/plain")}
    page = f"/items/{source}"
    return visitor.send(page, f"{page}/cut", files=files, label="PROTECTED//REL AUS/JPN", **form)


def test_what_is_left_stands_beside_the_source_and_the_corrected_file_is_taken(
    pair: Pair, canberra: Console, source: str
) -> None:
    officer = canberra.visitor("aus.release")
    refused = cut(officer, source, "The convoy leaves Kure at noon, they say.")
    assert refused.status_code == 403
    for shown in ("derive.residue", "Words of the source", SECRET, "convoy leaves Kure at noon"):
        assert shown in refused.text
    assert '<li value="2">The weather will be fine all week long.</li>' in refused.text
    again = officer.send(
        refused,
        f"/items/{source}/cut",
        files={"file": ("cut.txt", b"The weather will be fine all week long.", "text/plain")},
        label="PROTECTED//REL AUS/JPN",
        released="2",
    )
    assert (again.status_code, again.url.path.startswith("/items/")) == (200, True)
    assert again.url.path != f"/items/{source}"


def test_what_nobody_reads_is_told_with_the_form_for_a_reason(
    pair: Pair, canberra: Console, source: str
) -> None:
    officer = canberra.visitor("aus.release")
    refused = cut(officer, source, "\x00\x01")
    assert (refused.status_code, "derive.unread" in refused.text) == (403, True)
    assert "of a kind that is not read here" in refused.text
    taken = cut(officer, source, "\x00\x01", reason="a crest, drawn by us")
    assert taken.url.path != f"/items/{source}"


def test_an_officer_who_may_not_open_the_source_reads_nothing_of_it(
    pair: Pair, canberra: Console, source: str
) -> None:
    cleared(pair.aus, "aus.release", level="PROTECTED")
    officer = canberra.visitor("aus.release")
    refused = cut(officer, source, "The convoy leaves Kure at noon")
    assert "derive.residue" in refused.text
    assert SECRET not in refused.text
    assert '<ol class="paragraphs">' not in refused.text
    assert cut(officer, source, "Ships may move.").url.path != f"/items/{source}"
