"""A project that no row of the register names is said, with those that are known, before anything
leaves.
"""

import io
import json
import subprocess
import sys

import pytest

from sealane.base.errors import SealaneError
from sealane.services.exchange import projects, release
from sealane.services.exchange.released_answer import answer
from tests import nations
from tests.nations import PROJECT, share, wanted

SLIP = PROJECT + "x"


def released(pair, say=lambda _: None, **changes):
    asked = wanted(pair.aus, **{"reference": None, **changes})
    return release.release(pair.aus, asked, io.BytesIO(b"harbour"), say)


def told(warnings):
    return [one for one in warnings if one.code == "release.new_project"]


def test_a_slip_in_a_project_is_said_with_the_known_ones_before_a_partner_hears_of_it(pair):
    share(pair)
    share(pair, b"other", reference="r-2", project="harbour-survey")
    heard, before = [], len(said(pair))

    def hear(warning):
        assert len(said(pair)) == before
        heard.append(warning)

    found = released(pair, hear, project=SLIP)
    assert found.item
    assert len(said(pair)) > before
    assert told(found.warnings) == heard
    (warning,) = heard
    assert {PROJECT, "harbour-survey"} <= set(warning.known)
    assert SLIP not in warning.known
    assert PROJECT in warning.text
    assert PROJECT in warning.text_ja
    answered = answer(pair.aus, found, [], wanted(pair.aus, project=SLIP))
    (listed,) = [one for one in answered["warnings"] if one["code"] == "release.new_project"]
    assert listed["known"] == list(warning.known)


def said(pair):
    with pair.aus.store.reading() as tx:
        return pair.aus.records.statements.find(tx, order="kept", by="AUS")


def test_a_project_that_an_item_or_an_authorisation_names_is_known(pair, monkeypatch):
    monkeypatch.setattr(projects, "PAGE", 1)
    with pair.jpn.store.reading() as tx:  # its readers' authorisations name it
        assert projects.new_project(pair.jpn, tx, PROJECT) == ()
    with pair.aus.store.reading() as tx:
        (first,) = projects.new_project(pair.aus, tx, PROJECT)
    assert first.text.endswith("it knows none yet.")
    assert first.text_ja.endswith("既知の事業はまだありません。")
    share(pair, project="named-once")
    for at in range(3):
        share(pair, b"%d" % at, reference=f"r-{at + 2}")
    for project in ("named-once", PROJECT, None):
        assert told(released(pair, project=project).warnings) == []
    with pair.aus.store.reading() as tx:
        (warning,) = projects.new_project(pair.aus, tx, "none-such")
    assert warning.known == tuple(sorted({"named-once", PROJECT}))


def test_who_may_not_release_hears_of_no_project(pair):
    share(pair)
    heard = []
    with pytest.raises(SealaneError, match=r"person\.duty"):
        released(pair, heard.append, project=SLIP, officer="aus.analyst", originator="aus.analyst")
    assert heard == []


def test_as_people_type_it_before_a_partner_is_even_asked(live_pair):
    share(live_pair)
    root = live_pair.root
    (root / "pw").write_bytes(nations.PASSPHRASE)
    (root / "text").write_text("harbour")
    (root / "label.json").write_text(json.dumps(nations.LABEL))
    live_pair.close()
    words = ["release", "text", "--to", "JPN", "--label", "label.json", "--node", "aus", "--json"]
    words += ["--purpose", "assessment", "--agreement", nations.AGREEMENT]
    words += ["--originator", "aus.analyst", "--as", "aus.release", "--second", "aus.second"]
    words += ["--project", SLIP, "--passphrase-file", "pw"]
    for area, status in (("defence", 3), ("maritime", 0)):  # for one an assurance is held
        done = subprocess.run(
            [sys.executable, "-m", "sealane.cli.main", *words, "--area", area],
            cwd=root,
            capture_output=True,
            check=False,
            text=True,
            timeout=120,
        )
        assert done.returncode == status, done.stdout
        (line,) = [one for one in done.stderr.splitlines() if "release.new_project" in one]
        assert f"it knows: {PROJECT}" in line
        found = json.loads(done.stdout)
        if status:
            assert found["error"]["code"] == "partner.no_answer"
    assert [one["code"] for one in found["warnings"]].count("release.new_project") == 1
