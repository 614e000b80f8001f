"""A newcomer adds a kind of case: one file with its table and form, and its name in an agreement.
Everything else comes of itself, and nothing else was touched.

Spec: spec/case.md §2; CONTRIBUTING.md §Add a kind of case.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from sealane import shipped
from sealane.adapters import policy
from sealane.cli import command_page, docs
from sealane.cli.main import cli
from sealane.ledger import bodies
from sealane.services.register import accounts, suspense
from tests import nations
from tests.cli.test_case_verbs import NEW
from tests.clock import START, Clock
from tests.lane import dialogue, test_case_walks
from tests.lane.dialogue import alike, hears, opened, said, settled
from tests.lane.within import typing
from tests.nations import Pair
from tests.web.test_api import caller
from tests.web.visiting import PASSPHRASE, Console

ROOT = Path(__file__).resolve().parents[2]
KIND = "parley"
FORM = NEW.replace(
    'title = { en = "Call a parley"',
    'notice = ["security-officer"]\ntitle = { en = "Call a parley"',
).replace(
    'title = { en = "proposed", ja = "申入れ済み" }',
    'title = { en = "proposed", ja = "申入れ済み" }\n'
    'due = { clock = "rfi-priority", days = 5, since = "opened" }',
)
CACHES = ("case_kinds", "case_titles", "printed_forms", "agreements")


def digests(root: Path) -> dict[str, str]:
    """Every file of the policy by its path."""
    files = (path for path in root.rglob("*") if path.is_file())
    return {
        str(one.relative_to(root)): hashlib.sha256(one.read_bytes()).hexdigest() for one in files
    }


def touched(root: Path) -> set[str]:
    before, after = digests(ROOT / "policy"), digests(root)
    return {name for name in before | after if before.get(name) != after.get(name)}


@pytest.fixture
def added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the policy with one file more, and one agreement that lists it."""
    root = tmp_path / "policy"
    shutil.copytree(ROOT / "policy", root)
    (root / "forms" / f"{KIND}.toml").write_text(FORM, "utf-8")
    agreement = root / "agreements" / f"{nations.AGREEMENT}.toml"
    text = agreement.read_text("utf-8")
    more = re.sub(
        r'^cases = \["rfi"', f'cases = ["{KIND}", "rfi"', text, count=1, flags=re.MULTILINE
    )
    assert more != text
    agreement.write_text(more, "utf-8")
    inside = lambda *, exercise=False: root / "exercise" if exercise else root  # noqa: E731
    monkeypatch.setattr(policy, "policy_root", inside)
    for name in CACHES:
        getattr(shipped, name).cache_clear()
    yield root
    monkeypatch.undo()
    for name in CACHES:
        getattr(shipped, name).cache_clear()


@pytest.fixture
def two(added: Path, tmp_path: Path, engine: str) -> Iterator[Pair]:
    clock = Clock(START)
    nations.build(tmp_path / "pair", clock, engine)
    pair = nations.opened(tmp_path / "pair", clock)
    dialogue.officers(pair)
    for node in (pair.aus, pair.jpn):
        accounts.set_passphrase(node, f"{node.party.lower()}.security", PASSPHRASE)
    yield pair
    pair.close()


def called(two: Pair) -> str:
    return str(opened(two.jpn, KIND, {"place": "Hobart"}, person="jpn.security")["id"])


def test_one_form_and_one_line_of_an_agreement_are_all_that_is_touched(added: Path) -> None:
    assert touched(added) == {f"forms/{KIND}.toml", f"agreements/{nations.AGREEMENT}.toml"}
    lines = (ROOT / "policy" / "agreements" / f"{nations.AGREEMENT}.toml").read_text("utf-8")
    changed = (added / "agreements" / f"{nations.AGREEMENT}.toml").read_text("utf-8")
    pairs = zip(lines.splitlines(), changed.splitlines(), strict=True)
    assert sum(one != other for one, other in pairs) == 1


def test_it_is_said_and_kept_by_both_with_its_entries_clock_home_and_suspense(two: Pair) -> None:
    case = called(two)
    settled(two)
    whole = alike(two, case)
    assert whole["state"] == "proposed"
    assert whole["due"] is not None
    with two.aus.store.reading() as tx:
        refs = two.aus.records.entry_refs.find(tx, order="at", kind="statement.case.opened")
        waits = [
            one for one in suspense.waiting(two.aus, tx) if KIND in str(one) or case in str(one)
        ]
    assert len(refs) == 1
    assert waits
    office = caller(Console(two, "AUS"), "aus.security")
    rows = office.get("/api/v1/home").json()
    assert case in json.dumps(rows)
    assert "case-notice" in json.dumps(rows)
    said(two.aus, case, "agree", person="aus.security")
    settled(two)
    assert alike(two, case)["state"] == "agreed"
    assert case not in json.dumps(office.get("/api/v1/home").json())


def test_people_type_it_ask_it_by_the_api_and_read_it_at_the_console(
    two: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    security = caller(Console(two, "JPN"), "jpn.security")
    asked = {"kind": KIND, "with": "AUS", "agreement": nations.AGREEMENT, "form": {"place": "Kure"}}
    made = security.post("/api/v1/cases", json=asked)
    assert made.status_code == 200, made.text
    case = made.json()["id"]
    kinds = {one["kind"]: one for one in security.get("/api/v1/case-kinds").json()["kinds"]}
    assert [one["name"] for one in kinds[KIND]["fields"]] == ["place"]
    assert [one["id"] for one in security.get(f"/api/v1/cases?kind={KIND}").json()["cases"]] == [
        case
    ]
    kept = security.post(f"/api/v1/cases/{case}/own/seats", json={"form": {"order": "by age"}})
    assert kept.json()["own"]["seats"] == {"order": "by age"}
    wrong = security.post("/api/v1/cases", json={**asked, "form": {"plaice": "Kure"}})
    assert (wrong.json()["code"], wrong.json()["details"]) == ("case.form", {"field": "plaice"})
    for lang, words in (
        ("en", ("Parley", "Place", "proposed")),
        ("ja", ("会談", "場所", "申入れ済み")),
    ):
        reader = Console(two, "JPN").visitor("jpn.security", lang=lang)
        page = reader.get(f"/cases/{case}").text
        form = reader.get("/cases/new", kind=KIND, line=f"{nations.AGREEMENT}:AUS").text
        assert all(word in page for word in words)
        assert words[1] in form
    settled(two)
    typed = typing(two, monkeypatch)
    status, told = typed("AUS", KIND, "agree", case, person="aus.security")
    assert (status, told["state"]) == (0, "agreed")
    assert typed("JPN", KIND, "list", person="jpn.security")[1]["cases"][0]["id"] == case


def test_it_is_walked_spoilt_and_lied_about_like_any_other(two: Pair) -> None:
    test_case_walks.test_every_field_that_is_wrong_is_refused_by_its_name(two, KIND)
    year = dialogue.at(two, 0)[:4]
    lie = {"plaice": "Kure"}
    spoilt = bodies.CaseOpened(case=f"JPN-AUS-{year}-C00077", kind=KIND, form=lie, items=())
    assert hears(two, spoilt) == "case.form"
    test_case_walks.test_both_nations_show_the_same_case_after_any_walk(two, KIND, 0)


def test_the_documents_tell_of_it(added: Path) -> None:
    for language, title in (("en", "Parley / 会談"), ("ja", "会談")):
        page = command_page.page(docs.walk(), language, docs.MADE)
        assert f"| `{KIND}` | **{title}** |" in page
        assert f"`{KIND} agree`" in page
    ran = CliRunner().invoke(cli, [KIND, "call", "--help"], terminal_width=200)
    assert "Place" in ran.stdout
    assert "場所" in ran.stdout
