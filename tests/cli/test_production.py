"""A production node: founded by two, where every person proves to be the one who acts, people are
entered by two, and nobody sets a credential for somebody else.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sealane.cli.main import main
from sealane.ledger import entries
from sealane.shipped import agreement_file
from sealane.wiring.site import open_site

OWN = "a passphrase of my own"
KEYS = "correct horse battery staple"
Run = Callable[..., tuple[int, Any]]


def person(name: str, *duties: str) -> dict[str, Any]:
    return {
        "id": name,
        "name": name,
        "post": name,
        "facility": None,
        "nationality": ["AUS"],
        "organisation": "aus.defence",
        "organisation_country": "AUS",
        "clearances": [],
        "briefings": [],
        "authorisations": [],
        "roles": [],
        "duties": list(duties),
    }


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> Run:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "keys").write_text(KEYS)
    (tmp_path / "own").write_text(OWN)

    def typed(*words: str) -> tuple[int, Any]:
        with pytest.raises(SystemExit) as done:
            main([*words, "--passphrase-file", "keys", "--json"])
        return int(done.value.code or 0), json.loads(capsys.readouterr().out)

    return typed


def code(found: tuple[int, Any]) -> tuple[int, str]:
    return found[0], found[1]["error"]["code"]


def credential(run: Run, name: str, invitation: str) -> str:
    """The file with a person's own token, from the invitation on."""
    Path("invitation").write_text(invitation)
    redeemed = ("people", "redeem", name, "--invitation-file", "invitation", "--node", "n")
    assert run(*redeemed, "--new-passphrase-file", "own")[0] == 0
    assert code(run(*redeemed, "--new-passphrase-file", "own")) == (1, "login.invitation")
    found = run("people", "token", name, "--own-passphrase-file", "own", "--node", "n")
    Path(f"{name}.token").write_text(found[1]["token"])
    return f"{name}.token"


@pytest.fixture
def founded(run: Run) -> dict[str, str]:
    """A production node `n`, and the token files of its first people."""
    founders = ("--founder", "ana", "--founder", "ben")
    status, made = run("node", "init", "n", "--party", "AUS", *founders)
    assert (status, made["profile"]) == (0, "production")
    assert {one["id"]: one["duties"] for one in made["people"]} == {
        "ana": ["security-officer"],
        "ben": ["security-officer"],
        "operator": ["operator"],
    }
    assert all(one["clearances"] == [] for one in made["people"])
    return {name: credential(run, name, made["invitations"][name]) for name in ("ana", "ben")}


@pytest.mark.parametrize(
    "founders",
    [[], ["ana"], ["ana", "ana"], ["ana", "operator"], ["a", "b", "c"]],
)
def test_a_production_node_is_founded_by_two_others_than_its_operator(
    run: Run, founders: list[str]
) -> None:
    words = [word for one in founders for word in ("--founder", one)]
    init = ("node", "init", "n", "--party", "AUS", "--profile", "production")
    assert code(run(*init, *words)) == (2, "node.founders")
    assert not Path("n").exists()


def test_an_embedded_node_has_no_founders_and_keeps_its_one_person(run: Run) -> None:
    two = ("--founder", "a", "--founder", "b")
    words = ("node", "init", "n", "--party", "AUS")
    assert code(run(*words, "--profile", "embedded", *two)) == (2, "node.founders")
    status, made = run(*words)
    (operator,) = made["people"]
    assert (status, made["invitations"]) == (0, {})
    assert {"operator", "security-officer", "originator", "reader"} == set(operator["duties"])


def test_people_are_entered_by_the_security_officer_and_a_second_each_proven(
    run: Run, founded: dict[str, str]
) -> None:
    Path("clerk.json").write_text(json.dumps(person("cal", "registry-clerk")))
    add = ("people", "add", "clerk.json", "--node", "n")
    first = ("--as", "ana", "--token-file", founded["ana"])
    assert code(run(*add)) == (2, "usage.person")
    assert code(run(*add, "--as", "nobody")) == (1, "person.unknown")
    assert code(run(*add, "--as", "ana")) == (1, "person.unproven")
    assert code(run(*add, "--as", "ben", "--token-file", founded["ana"])) == (1, "login.required")
    assert code(run(*add, *first)) == (1, "person.second_needed")
    assert code(run(*add, *first, "--second", "ben")) == (1, "person.second_needed")
    same = ("--second", "ana", "--second-token-file", founded["ana"])
    assert code(run(*add, *first, *same)) == (1, "person.second_needed")
    assert [one["id"] for one in run("people", "list", "--node", "n")[1]["people"]] == [
        "ana",
        "ben",
        "operator",
    ]
    both = (*first, "--second", "ben", "--second-token-file", founded["ben"])
    assert run(*add, *both)[0] == 0
    site = open_site("n", KEYS.encode())
    with site.node.store.reading() as tx:
        log = site.node.internal
        told = [entries.read(log.entry(tx, at)) for at in range(log.size(tx))]
    site.dispose()
    newest = [one.fields for one in told if one.kind == "person.enrolled"][-1]
    assert [newest[name] for name in ("actor", "proof", "second", "second_proof")] == [
        "ana",
        "token",
        "ben",
        "token",
    ]


def test_reading_and_acting_need_a_proven_person(run: Run, founded: dict[str, str]) -> None:
    for words in (("item", "list"), ("item", "recall", "AUS-2026-000001", "--reason", "r")):
        asked = (*words, "--node", "n")
        assert code(run(*asked)) == (2, "usage.person")
        assert code(run(*asked, "--as", "ana")) == (1, "person.unproven")
    proven = ("--as", "ana", "--token-file", founded["ana"], "--node", "n")
    assert run("item", "list", *proven) == (0, {"items": [], "after": None})
    recall = ("item", "recall", "AUS-2026-000001", "--reason", "r")
    assert code(run(*recall, *proven)) == (1, "item.unknown")


def test_nobody_sets_a_credential_for_somebody_else(run: Run, founded: dict[str, str]) -> None:
    by_ana = ("--as", "ana", "--token-file", founded["ana"], "--node", "n")
    setting = ("people", "passphrase", "operator", *by_ana)
    assert code(run(*setting, "--new-passphrase-file", "own")) == (2, "usage.wrong")
    token = credential(run, "operator", run(*setting)[1]["invitation"])
    assert run("item", "list", "--as", "operator", "--token-file", token, "--node", "n")[0] == 0
    again = run("people", "token", "operator", *by_ana)[1]
    assert set(again) == {"person", "invitation"}
    Path("invitation").write_text(again["invitation"])
    redeem = ("people", "redeem", "operator", "--invitation-file", "invitation", "--node", "n")
    assert code(run(*redeem, "--own-passphrase-file", "keys")) == (1, "login.denied")
    assert "token" in run(*redeem, "--own-passphrase-file", "own")[1]
    client = ("client", "add", "cli", "--person", "ana", "--node", "n")
    Path("invitation").write_text(run(*client)[1]["invitation"])
    other = ("people", "redeem", "ben", "--invitation-file", "invitation", "--node", "n")
    assert code(run(*other, "--own-passphrase-file", "own")) == (1, "login.invitation")
    own = ("people", "redeem", "ana", "--invitation-file", "invitation", "--node", "n")
    assert "secret" in run(*own, "--own-passphrase-file", "own")[1]


@pytest.fixture
def three(run: Run, founded: dict[str, str]) -> dict[str, str]:
    """The same, and a token for the operator by whose invitation too."""
    by_ana = ("--as", "ana", "--token-file", founded["ana"], "--node", "n")
    invited = run("people", "passphrase", "operator", *by_ana)[1]["invitation"]
    return {**founded, "operator": credential(run, "operator", invited)}


def by(tokens: dict[str, str], first: str, second: str | None = None) -> tuple[str, ...]:
    words = ("--as", first, "--token-file", tokens[first])
    beside = () if second is None else ("--second", second, "--second-token-file", tokens[second])
    return (*words, *beside)


def newest(kind: str) -> dict[str, Any]:
    site = open_site("n", KEYS.encode())
    with site.node.store.reading() as tx:
        log = site.node.internal
        told = [entries.read(log.entry(tx, at)) for at in range(log.size(tx))]
    site.dispose()
    return [dict(one.fields) for one in told if one.kind == kind][-1]


PROVEN = ("actor", "proof", "second", "second_proof")


def test_a_partner_is_enrolled_by_the_operator_and_the_security_officer_each_proven(
    run: Run, three: dict[str, str]
) -> None:
    assert run("node", "init", "j", "--party", "JPN")[0] == 0
    enrol = ("node", "enrol", "n", "j/card.json")
    named = by(three, "operator")
    for words, wanted in (
        ((), (2, "usage.person")),
        (("--as", "operator", "--second", "ana"), (1, "person.unproven")),
        (named, (1, "peer.second_needed")),
        ((*named, "--second", "ana"), (1, "peer.second_needed")),
        (by(three, "operator", "operator"), (1, "peer.second_needed")),
        (by(three, "ana", "ben"), (1, "person.duty")),
    ):
        assert code(run(*enrol, *words)) == wanted, words
    assert run("node", "status", "n")[1]["partners"] == []
    assert run(*enrol, *by(three, "operator", "ana"))[0] == 0
    told = newest("peer.enrolled")
    assert [told[name] for name in PROVEN] == ["operator", "token", "ana", "token"]


def test_what_binds_the_nation_is_done_by_the_security_officer_and_a_second(
    run: Run, founded: dict[str, str]
) -> None:
    Path("a.toml").write_bytes(agreement_file("jpn-aus-2022").read_bytes())  # type: ignore[union-attr]
    Path("a.toml.sigs").write_text("{}")
    Path("notices").write_text("[]")
    acts = {
        "sign": ("agreement", "sign", "a.toml", "--key", "n"),
        "tell": ("agreement", "notice", "a.toml", "suspend", "--key", "n"),
        "adopt": ("node", "adopt", "n", "a.toml"),
        "take up": ("node", "notice", "n", "notices"),
        "policy": ("node", "policy", "n", "--accredited", "SECRET"),
    }
    for words in acts.values():
        assert code(run(*words)) == (2, "usage.person"), words
        assert code(run(*words, "--as", "ana")) == (1, "person.unproven"), words
        assert code(run(*words, *by(founded, "ana"))) == (1, "person.second_needed"), words
        named = (*by(founded, "ana"), "--second", "ben")
        assert code(run(*words, *named)) == (1, "person.second_needed"), words
    assert Path("a.toml.sigs").read_text() == "{}"
    Path("a.toml.sigs").unlink()
    both = by(founded, "ana", "ben")
    assert run(*acts["sign"], *both)[1]["party"] == "AUS"
    told = newest("person.acted")
    assert [told[name] for name in ("act", *PROVEN)] == ["sign", "ana", "token", "ben", "token"]
    assert '"AUS"' in Path("a.toml.sigs").read_text()
    assert run(*acts["policy"], *both)[1]["accredited"] == "SECRET"


READS = {
    "status": ("ledger", "status"),
    "walk": ("ledger", "walk"),
    "search": ("ledger", "search"),
    "compare": ("ledger", "compare"),
    "monthly": ("ledger", "monthly"),
    "prove": ("ledger", "prove", "0", "proof", "--origin", "aus/ledger/internal"),
    "clients": ("client", "list"),
}


@pytest.mark.parametrize("name", READS)
def test_what_reads_a_node_s_folder_needs_the_passphrase_in_production_alone(
    run: Run, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    def without(node: str) -> tuple[int, Any]:
        with pytest.raises(SystemExit) as done:
            main([*READS[name], "--node", node, "--json"])
        return int(done.value.code or 0), json.loads(capsys.readouterr().out)

    assert run("node", "init", "e", "--party", "JPN")[0] == 0
    assert run("node", "init", "n", "--party", "AUS", "--founder", "a", "--founder", "b")[0] == 0
    embedded = without("e")
    assert run(*READS[name], "--node", "n")[0] == embedded[0]
    assert code(without("n")) == (4, "passphrase.missing")
    Path("keys").write_text("another passphrase that is long")
    assert code(run(*READS[name], "--node", "n")) == (4, "keystore.sealed")
    assert run(*READS[name], "--node", "e") == embedded


@pytest.fixture
def audited(run: Run, founded: dict[str, str]) -> dict[str, str]:
    """The same, and a token for an auditor and for the operator."""
    Path("ada.json").write_text(json.dumps(person("ada", "auditor")))
    add = ("people", "add", "ada.json", *by(founded, "ana", "ben"), "--node", "n")
    assert run(*add)[0] == 0
    made = dict(founded)
    for name in ("ada", "operator"):
        setting = ("people", "passphrase", name, *by(founded, "ana"), "--node", "n")
        made[name] = credential(run, name, run(*setting)[1]["invitation"])
    return made


def test_entries_are_shown_as_far_as_who_reads_may_see_them(
    run: Run, audited: dict[str, str]
) -> None:
    search = ("ledger", "search", "--node", "n", "--kind", "person.enrolled")
    unnamed = run(*search)[1]["entries"]
    operator = run(*search, *by(audited, "operator"))[1]["entries"]
    auditor = run(*search, *by(audited, "ada"))[1]["entries"]
    assert [one["fields"] for one in unnamed] == [one["fields"] for one in operator]
    assert any("ana" in json.dumps(one) for one in auditor)
    assert len(auditor) >= len(operator) > 0
    assert not any("ana" in json.dumps(one) for one in operator)
    # nor does what is hidden answer to a question
    assert run(*search, "--word", "ana")[1]["entries"] == []
    assert run(*search, "--word", "ana", *by(audited, "ada"))[1]["entries"] != []
    assert newest("record.read")["register"] == "ledger.search"
    assert code(run(*search, *by(audited, "ana"))) == (1, "person.duty")
    assert code(run(*search, "--as", "ada")) == (1, "person.unproven")


def test_a_log_is_copied_whole_by_an_auditor_alone(run: Run, audited: dict[str, str]) -> None:
    copy = ("ledger", "copy", "out", "--node", "n", "--origin", "none")
    assert code(run(*copy)) == (2, "usage.person")
    assert code(run(*copy, "--as", "ada")) == (1, "person.unproven")
    assert code(run(*copy, *by(audited, "operator"))) == (1, "person.duty")
    assert code(run(*copy, *by(audited, "ada"))) == (2, "usage.wrong")
    assert newest("record.read")["actor"] == "ada"
