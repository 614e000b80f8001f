"""`sealane node ceremony`: custodians in the place of a passphrase, made, tried, changed and
recovered, each on the record; what is wrong with a share is told with whose it is.
"""

import itertools
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from sealane.adapters import keys as keys_module
from sealane.base.errors import CATALOGUE
from sealane.cli.node.commands import node
from tests.cli.custodian_desk import ALL, Desk, custodians_secret


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def test_any_two_of_three_open_every_verb_and_the_passphrase_opens_nothing(desk):
    status, made = desk.make("alice", "bob", "carol")
    assert (status, made["threshold"], made["custodians"]) == (0, 2, ["alice", "bob", "carol"])
    assert [Path(path).stat().st_mode & 0o777 for path in made["files"]] == [0o600] * 3
    for two in itertools.combinations(("alice", "bob", "carol"), 2):
        assert desk.opens(*desk.files(*two)) is True
    assert desk.opens(*desk.files("alice", "bob", "carol")) is True
    assert desk.opens("--passphrase-file", desk.folder / "pass") == "custodian.needed"
    assert desk.opens() == "custodian.needed"
    for one in ("alice", "bob", "carol"):
        assert desk.opens(*desk.files(one)) == "custodian.too_few"
    shown = desk.run("ceremony", "show", desk.node)
    assert (shown[0], shown[1]["opens"], shown[1]["threshold"]) == (0, "custodians", 2)


def test_each_step_stands_in_the_internal_log_with_who_gave_and_no_share(desk):
    desk.make("alice", "bob", "carol")
    given = desk.files("alice", "carol")
    assert desk.run("ceremony", "try", desk.node, *given)[1]["by"] == ["alice", "carol"]
    assert desk.run("ceremony", "try", desk.node, *desk.files("alice"))[0] == 4
    paper = desk.folder / "paper"
    words = ("ceremony", "words", desk.node, *desk.files("bob"), "--out", paper)
    assert desk.run(*words)[1]["custodian"] == "bob"
    desk.run(
        *("ceremony", "change", desk.node, "--threshold", 3, *desk.whom(*ALL)),
        *("--out", desk.folder / "second", *given),
    )
    told = desk.told(*desk.files("bob", "carol", "dora", out="second"))
    assert [one[:2] for one in told] == [
        ("custody.begun", "make"),
        ("custody.held", "make"),
        ("custody.tried", None),
        ("custody.tried", "custodian.too_few"),
        ("custody.written", None),
        ("custody.begun", "change"),
        ("custody.held", "change"),
    ]
    assert [fields.get("people") for *_, fields in told] == [
        None,
        ["alice", "bob", "carol"],
        ["alice", "carol"],
        None,
        ["bob"],
        ["alice", "carol"],
        list(ALL),
    ]
    assert [fields.get("settled") for *_, fields in told][2:4] == [True, False]
    assert [(fields["threshold"], fields["count"]) for *_, fields in told[5:]] == [(3, 4)] * 2
    assert told[0][2]["record"] == told[1][2]["record"] != told[6][2]["record"]
    secret = [word for word in paper.read_text().split()[5:] if not word.isdigit()]
    assert len(secret) == 33
    shown = json.dumps([fields for *_, fields in told])
    assert not [pair for pair in itertools.pairwise(secret) if " ".join(pair) in shown]


def test_words_on_paper_take_the_place_of_a_file_and_its_passphrase(desk):
    desk.make("alice", "bob")
    paper = desk.folder / "paper"
    desk.run("ceremony", "words", desk.node, *desk.files("bob"), "--out", paper)
    assert paper.stat().st_mode & 0o777 == 0o600
    copied = desk.put("copied", "\n".join(paper.read_text().splitlines()[3:]).upper().encode())
    assert desk.opens(*desk.files("alice"), "--custodian-file", copied) is True
    mistyped = copied.read_text().split()
    mistyped[1] = "ZERO" if mistyped[1] != "ZERO" else "YOGA"
    wrong = desk.put("mistyped", " ".join(mistyped).encode())
    assert desk.opens(*desk.files("alice"), "--custodian-file", wrong) == "custodian.altered"


def test_a_change_leaves_earlier_shares_and_the_earlier_root_key_with_nothing(desk):
    desk.make("alice", "bob", "carol")
    before = (desk.node / "keys.sealed").read_bytes()
    old, past = desk.files("alice", "bob"), custodians_secret(desk.files("alice", "bob"))
    changed = desk.run(
        *("ceremony", "change", desk.node, "--threshold", 2, *desk.whom("carol", "dora")),
        *("--out", desk.folder / "second", *old),
    )
    assert changed[0] == 0
    assert desk.opens(*old) == "custodian.other_ceremony"
    assert desk.opens(*desk.files("carol", "dora", out="second")) is True
    opened = keys_module.Keystore.load(before).unseal(past)
    now = keys_module.NodeKeys.sealed(desk.node)
    for key in now.keys:
        with pytest.raises(Exception, match=r"keystore\.sealed"):
            opened.private(key)


def test_a_lost_custodian_is_replaced_by_the_others_or_left_out(desk):
    desk.make("alice", "bob", "carol")
    recover = ("ceremony", "recover", desk.node, "--out", desk.folder / "second")
    assert (
        desk.run(*recover, "--lost", "erin", *desk.files("alice", "bob"))[1]["error"]["code"]
        == "custodian.unknown"
    )
    status, made = desk.run(
        *(*recover, "--lost", "carol", "--instead", "dora"),
        *(*desk.whom("alice", "bob", "dora"), *desk.files("alice", "bob")),
    )
    assert (status, made["custodians"], made["threshold"]) == (0, ["alice", "bob", "dora"], 2)
    assert desk.opens(*desk.files("alice", "carol")) == "custodian.other_ceremony"
    assert desk.opens(*desk.files("alice", "dora", out="second")) is True
    left = desk.run(
        *("ceremony", "recover", desk.node, "--out", desk.folder / "third", "--lost", "alice"),
        *(*desk.whom("bob", "dora"), *desk.files("bob", "dora", out="second")),
    )
    assert left[1]["custodians"] == ["bob", "dora"]
    fewer = desk.run(
        *("ceremony", "recover", desk.node, "--out", desk.folder / "fourth", "--lost", "bob"),
        *(*desk.whom("dora"), *desk.files("bob", "dora", out="third")),
    )
    assert fewer[1]["error"]["code"] == "custodian.bounds"


def test_what_is_wrong_with_a_share_is_told_with_whose_it_is(desk, tmp_path_factory):
    desk.make("alice", "bob")
    alice = desk.files("alice")
    wrong = desk.put(
        "wrong", (desk.folder / "first" / "bob.share").read_bytes() + b"not the passphrase"
    )
    told = desk.run("keys", desk.node, *alice, "--custodian-file", wrong)[1]["error"]
    assert (told["code"], "bob" in told["message"], "alice" in told["message"]) == (
        "custodian.passphrase",
        True,
        False,
    )
    data = bytearray((desk.folder / "first" / "bob.share").read_bytes())
    data[data.index(b'"share":"') + 30] ^= 1
    flipped = desk.put("flipped", bytes(data) + b"the passphrase of bob")
    assert desk.opens(*alice, "--custodian-file", flipped) == "custodian.altered"
    assert desk.opens(*alice, *alice) == "custodian.twice"
    bare = desk.folder / "first" / "bob.share"
    assert desk.opens(*alice, "--custodian-file", bare) == "custodian.no_terminal"
    assert desk.opens(*alice, "--custodian-file", desk.folder / "none") == "custodian.unreadable"
    both = (*alice, "--passphrase-file", desk.folder / "pass")
    done = CliRunner().invoke(node, ["keys", str(desk.node), *map(str, both)])
    assert (done.exit_code, "not both" in done.output) == (2, True)


def test_another_node_s_share_and_custodians_that_are_not_asked_are_told(desk, tmp_path_factory):
    other = Desk(tmp_path_factory.mktemp("other"))
    assert desk.run("ceremony", "show", desk.node)[1] == {"opens": "passphrase"}
    assert desk.run("ceremony", "try", desk.node)[1]["error"]["code"] == "custodian.none"
    desk.make("alice", "bob")
    assert other.opens(*desk.files("alice", "bob")) == "custodian.not_asked"
    other.make("alice", "bob")
    twin = desk.files("alice")
    assert other.opens(*twin, *other.files("bob")) == "custodian.other_ceremony"
    assert desk.make("alice", "bob", out="again")[1]["error"]["code"] == "custodian.held"


def test_nothing_is_begun_that_cannot_be_done(desk):
    assert desk.make("alice", threshold=2)[1]["error"]["code"] == "custodian.bounds"
    assert desk.make("alice", "alice")[1]["error"]["code"] == "custodian.bounds"
    desk.put("bob.pw", b"short")
    assert desk.make("alice", "bob")[1]["error"]["code"] == "keystore.weak_passphrase"
    (desk.folder / "first").mkdir()
    desk.put("first/alice.share", b"somebody's")
    assert desk.make("alice", "carol")[1]["error"]["code"] == "custodian.file_exists"
    assert (desk.folder / "first" / "alice.share").read_bytes() == b"somebody's"
    assert desk.opens("--passphrase-file", desk.folder / "pass") is True


def test_a_header_altered_by_hand_opens_to_nobody_fewer(desk):
    desk.make("alice", "bob", "carol", threshold=3)
    three, file = desk.files("alice", "bob", "carol"), desk.node / "keys.sealed"
    whole = file.read_bytes()
    file.write_bytes(whole.replace(b'"threshold":3', b'"threshold":2'))
    assert desk.opens(*three[:4]) == "custodian.other_ceremony"
    words = desk.folder / "words"
    file.write_bytes(whole)
    desk.run("ceremony", "words", desk.node, *three[4:], "--out", words)
    copied = desk.put("copied", "\n".join(words.read_text().splitlines()[3:]).encode())
    file.write_bytes(whole.replace(b'"carol"', b'"erica"'))
    assert desk.opens(*three[:4], "--custodian-file", copied) == "keystore.sealed"
    file.write_bytes(whole)
    assert desk.opens(*three[:4], "--custodian-file", copied) is True


def test_no_keystore_is_ever_made_whose_passphrase_is_somebody_s_share(desk):
    desk.make("alice", "bob")
    new = desk.folder / "new"
    status, told = desk.run("init", new, "--party", "AUS", *desk.files("alice", "bob"))
    assert (status, told["error"]["code"]) == (4, "custodian.not_asked")
    assert not (new / "keys.sealed").exists()


def test_a_node_is_founded_under_custodians_and_no_passphrase_ever_opens_it(desk):
    new, shares = desk.folder / "new", desk.folder / "founding"
    made = desk.run(
        *("init", new, "--party", "AUS", "--threshold", 2, "--shares", shares),
        *desk.whom("alice", "bob", "carol"),
    )
    assert (made[0], made[1]["ceremony"]["custodians"]) == (0, ["alice", "bob", "carol"])
    desk.node = new
    assert desk.opens(*desk.files("carol", "alice", out="founding")) is True
    assert desk.opens("--passphrase-file", desk.folder / "pass") == "custodian.needed"


def test_every_refusal_of_custodians_has_words_in_both_languages():
    codes = [code for name, code in CATALOGUE.items() if name.startswith("custodian.")]
    assert len(codes) >= 16
    assert all(code.text and code.text_ja and code.remedy and code.remedy_ja for code in codes)
