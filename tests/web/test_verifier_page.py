"""The verifier page in a real browser: opened from a file, the network off, given good and tampered
evidence.
"""

import base64
import json
import re
from pathlib import Path

import pypdfium2
import pytest

from sealane.base.errors import SealaneError
from sealane.ledger.proofs import archive, evidence
from sealane.shipped import verifier_page
from tests.nations_evidence import Story
from tests.unit.services.test_evidence import changed_view, remade
from tests.web import browser

pytestmark = pytest.mark.peer


@pytest.fixture(scope="module")
def program():
    found = browser.found()
    if found is None:
        pytest.skip(
            "there is no Chromium on this machine: the verifier page was not opened in a browser"
        )
    return found


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    """Evidence files by what was done to them; only `good` may hold."""
    made = Story(tmp_path_factory.mktemp("story"))
    given, folder = made.given(), tmp_path_factory.mktemp("cases")
    good = evidence.build(given)
    members = archive.unpack(good)
    aus = next(one for one in given.parties if one.party == "AUS")
    logged = aus.logged
    found = {
        "good": good,
        "a bit of a statement": altered(
            members,
            "statements/00001-offer.jws",
            lambda data: data[:200] + bytes([data[200] ^ 1]) + data[201:],
        ),
        "a bit of the container": good[:5000] + bytes([good[5000] ^ 1]) + good[5001:],
        "members in another order": archive.pack(dict(reversed(members.items()))),
        "a byte more": good + b"\0",
        "cut short": good[:-1],
        "not evidence": b"nonsense",
        "a proof of another entry": remade(
            given,
            parties=changed_view(
                given,
                "AUS",
                logged=(evidence.Logged(entry=logged[0].entry, proof=logged[1].proof), *logged[1:]),
            ),
        ),
        "an entry made up": remade(
            given,
            parties=changed_view(
                given,
                "AUS",
                logged=(
                    evidence.Logged(
                        entry=logged[0].entry.replace(b'"AUS"', b'"JPN"'), proof=logged[0].proof
                    ),
                    *logged[1:],
                ),
            ),
        ),
        "another agreement": remade(given, agreement_file=b"another version"),
        "another party's keys": remade(
            given, parties=changed_view(given, "AUS", keys=given.parties[1].keys)
        ),
        "no log holds it": remade(
            given,
            parties=tuple(
                type(one)(**{**{name: getattr(one, name) for name in one.__slots__}, "logged": ()})
                for one in given.parties
            ),
        ),
        "a statement twice": remade(given, statements=(*given.statements, given.statements[0])),
        "a root that the log did not sign": remade(
            given,
            parties=changed_view(
                given,
                "AUS",
                logged=tuple(
                    evidence.Logged(
                        entry=one.entry,
                        proof=re.sub(
                            rb"(?m)^[A-Za-z0-9+/]{43}=$(?=\n\n)", b"A" * 43 + b"=", one.proof
                        ),
                    )
                    for one in logged
                ),
            ),
        ),
    }
    made.close()
    paths = {}
    for at, (name, data) in enumerate(found.items()):
        paths[name] = folder / f"{at}.evidence"
        paths[name].write_bytes(data)
    return paths


def altered(members, name, change):
    """The file packed again with one member changed and its digest in the manifest made to fit."""
    from sealane.base import canonical

    held = {**members, name: change(members[name])}
    manifest = canonical.decode(held["manifest.json"], limit=8 << 20)
    manifest["files"][name] = canonical.sha384(held[name])
    held["manifest.json"] = canonical.encode(manifest)
    held["manifest.sha384"] = f"{canonical.sha384(held['manifest.json'])}\n".encode()
    return archive.pack(held)


@pytest.fixture
def tab(program, tmp_path):
    page = tmp_path / "verify.html"
    page.write_bytes(verifier_page())
    with browser.Browser(program) as running:
        made = running.tab(width=1440, lang="en")
        made.call("Page.setBypassCSP", enabled=False)
        made.call("Network.enable")
        made.call(
            "Network.emulateNetworkConditions",
            offline=True,
            latency=0,
            downloadThroughput=0,
            uploadThroughput=0,
        )
        made.page = page.as_uri()
        made.visit(made.page)
        yield made


def told(tab, path):
    """The verdict after a person chose this file, and everything the page shows."""
    tab.visit(tab.page)
    root = tab.call("DOM.getDocument")["root"]["nodeId"]
    field = tab.call("DOM.querySelector", nodeId=root, selector="#file")["nodeId"]
    tab.call("DOM.setFileInputFiles", nodeId=field, files=[str(path)])
    tab.ask(
        """new Promise((done) => { const look = () => {
        const verdict = document.getElementById("verdict");
        verdict.textContent ? done() : setTimeout(look, 5); }; look(); })"""
    )
    return tab.ask(
        "[document.getElementById('verdict').className,"
        " document.getElementById('verdict').textContent, document.body.innerText]"
    )


def test_good_evidence_holds_and_the_page_names_every_statement_and_log(tab, cases):
    kind, verdict, text = told(tab, cases["good"])
    assert kind in {"holds", "open"}, verdict
    report = evidence.verify(cases["good"].read_bytes()).as_json()
    for one in report["statements"]:
        assert one["type"] in text
    for one in report["logs"]:
        assert one["origin"] in text
    unknown = tab.ask(
        """crypto.subtle.importKey(
            "raw-public", new Uint8Array(2592), {name: "ML-DSA-87"}, false, ["verify"])
        .then(() => false, () => true)"""
    )
    assert ("ML-DSA-87 signatures" in text) is unknown, (
        "what the browser cannot check is said, and nothing else is"
    )
    assert (kind == "open") is unknown


def test_tampered_evidence_does_not_hold_whatever_was_tampered_with(tab, cases):
    for name, path in cases.items():
        if name == "good":
            continue
        with pytest.raises(SealaneError):
            evidence.verify(path.read_bytes())
        kind, verdict, _ = told(tab, path)
        assert (name, kind) == (name, "fails"), verdict
        assert "成り立ちません" in verdict
        assert tab.ask("document.querySelectorAll('#out *').length") == 0, (
            "nothing of such a file is shown as if it held"
        )


def test_the_page_asks_nothing_of_the_network_and_may_not(tab, cases):
    told(tab, cases["good"])
    asked = [
        json.dumps(one)
        for one in tab.browser.events
        if one.get("method") == "Network.requestWillBeSent"
    ]
    assert [one for one in asked if re.search(r'"url": "(?!file:|data:)', one)] == []
    refused = tab.ask("""fetch("https://example.org/").then(() => "sent", () => "refused")""")
    assert refused == "refused"
    page = Path(tab.page.removeprefix("file://")).read_text()
    assert not re.search(r"https?:|<link|<img|src=|import\(", page)


def test_the_page_fits_a_telephone_and_a_desk_and_speaks_both_languages(tab, cases):
    for width in (390, 1440):
        tab.wide(width)
        _, verdict, text = told(tab, cases["good"])
        assert tab.overflow() == []
        for words in ("Choose an evidence file", "証拠ファイルを選んでください"):
            assert words in text
        names = tab.ask(
            "[...document.querySelectorAll('td')].map((one) => getComputedStyle(one,"
            " '::before').content)"
        )
        assert any("Proven in the logs of / ログでの証明" in one for one in names) is (width == 390)
        assert "/" in verdict


@pytest.mark.parametrize("what", ["good", "cut short"])
def test_what_the_page_found_is_printed_with_what_it_is_evidence_of(tab, cases, tmp_path, what):
    told(tab, cases[what])
    kept = tmp_path / "printed.pdf"
    made = tab.call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
    kept.write_bytes(base64.b64decode(made["data"]))
    sheets = list(pypdfium2.PdfDocument(kept))
    texts = ["".join(one.get_textpage().get_text_bounded().split()) for one in sheets]
    for number, text in enumerate(texts, 1):
        assert f"{number}/{len(sheets)}" in text
        if what == "good":
            report = evidence.verify(cases["good"].read_bytes()).as_json()
            words = f"Evidenceof{report['item']},anitemofAUSSECRET"
            assert text.count(words) == 2, (text[:200], text[-200:])
        else:
            assert text.count("Doesnothold/成り立ちません") >= 2
    whole = "".join(texts)
    assert cases[what].name in whole
    assert "Checked/検証" in whole
    assert "Chooseanevidencefile" not in whole
