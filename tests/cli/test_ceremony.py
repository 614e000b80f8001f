"""`sealane node ceremony`: custodians in the place of a passphrase, made, tried, changed and
recovered, each on the record; refused by codes; broken off anywhere, one way opens and one alone.
"""

import contextlib
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from sealane.adapters import keys as keys_module
from sealane.base.errors import CATALOGUE
from sealane.cli.node.commands import node
from sealane.ledger import entries
from sealane.settings import Settings
from sealane.wiring import ceremonies
from sealane.wiring.site import create_site, opened_site
from tests import nations

ALL = ("alice", "bob", "carol", "dora")


class Desk:
    """A node, its custodians' passphrases, and where the shares of each ceremony lie."""

    def __init__(self, folder):
        self.folder, self.node = folder, folder / "node"
        create_site(
            self.node, Settings(party="AUS", node="canberra.aus.example"), nations.PASSPHRASE
        ).dispose()
        self.put("pass", nations.PASSPHRASE)
        for name in ALL:
            self.put(f"{name}.pw", f"the passphrase of {name}".encode())

    def put(self, name, data):
        (self.folder / name).write_bytes(data)
        (self.folder / name).chmod(0o600)
        return self.folder / name

    def run(self, *words):
        done = CliRunner().invoke(node, [*map(str, words), "--json"])
        return done.exit_code, json.loads(done.stdout)

    def whom(self, *names):
        return [
            word for name in names for word in ("--custodian", f"{name}={self.folder / name}.pw")
        ]

    def make(self, *names, threshold=2, out="first"):
        return self.run(
            *("ceremony", "make", self.node, "--threshold", threshold, *self.whom(*names)),
            *("--out", self.folder / out, "--passphrase-file", self.folder / "pass"),
        )

    def files(self, *names, out="first"):
        """Each custodian's share with the passphrase as its second line."""
        found = []
        for name in names:
            told = (self.folder / out / f"{name}.share").read_bytes()
            made = self.put(
                f"{out}-{name}.given", told + (self.folder / f"{name}.pw").read_bytes() + b"\n"
            )
            found += ["--custodian-file", made]
        return found

    def opens(self, *custodians):
        """Whether a verb that opens keys does, and its code."""
        status, told = self.run("keys", self.node, *custodians)
        return status == 0 or told["error"]["code"]

    def told(self, *custodians):
        """The ceremony's entries of the internal log, read by who opens the node."""
        with (
            opened_site(self.node, custodians_secret(custodians)) as site,
            site.node.store.reading() as tx,
        ):
            log = site.node.internal
            found = [entries.read(log.entry(tx, index)) for index in range(log.size(tx))]
        return [
            (one.kind, one.fields.get("means") or one.fields.get("reason"), one.fields)
            for one in found
            if one.kind.startswith("custody.")
        ]


def custodians_secret(words):
    from sealane.cli.frame import custodians

    return custodians.read([str(one) for one in words[1::2]])


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


class PowerCutError(Exception):
    pass


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("write", range(3))
def test_broken_off_at_any_write_one_way_opens_and_one_alone(desk, monkeypatch, write, after):
    """Two share files and the keystore: the power goes before or after each of the three."""
    whole, count = ceremonies.write_whole, itertools.count()

    def cut(path, data, **options):
        if path.name != "keys.sealed" and path.suffix != ".share":
            return whole(path, data, **options)
        now = next(count) == write
        if now and not after:
            raise PowerCutError
        whole(path, data, **options)
        if now:
            raise PowerCutError
        return None

    plan = ceremonies.CeremonyPlan(
        means=ceremonies.MAKE,
        threshold=2,
        custodians=("alice", "bob"),
        out=desk.folder / "first",
        passphrases=(b"the passphrase of alice", b"the passphrase of bob"),
    )
    with monkeypatch.context() as patch:
        for module in (ceremonies, keys_module):
            patch.setattr(module, "write_whole", cut)
        with pytest.raises(PowerCutError):
            ceremonies.hold(desk.node, nations.PASSPHRASE, plan)
    replaced = write == 2 and after
    passphrase = desk.opens("--passphrase-file", desk.folder / "pass")
    assert passphrase == ("custodian.needed" if replaced else True)
    if write == 2:
        shares = desk.opens(*desk.files("alice", "bob"))
        assert shares == (True if replaced else "custodian.not_asked")
    if replaced:
        told = desk.told(*desk.files("alice", "bob"))
        assert [one[0] for one in told] == ["custody.begun"]
    else:  # nobody is shut out: the ceremony is made again
        assert desk.make("alice", "bob", out="again")[0] == 0
        assert desk.opens(*desk.files("alice", "bob", out="again")) is True


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


def test_a_node_starts_and_serves_by_descriptors_that_custodians_hand_over(desk):
    desk.make("alice", "bob", "carol")
    with contextlib.ExitStack() as stack:
        given = desk.files("alice", "carol")[1::2]
        held = [stack.enter_context(Path(path).open("rb")).fileno() for path in given]
        words = [word for one in held for word in ("--custodian-file", f"/dev/fd/{one}")]
        serving = subprocess.Popen(
            [sys.executable, "-m", "sealane", "node", "run", str(desk.node), *words],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=held,
        )
    two = desk.files("bob", "carol")
    try:
        status, found = desk.run("status", desk.node, "--wait", 120, *two)
        assert (status, found["running"], found["ready"]) == (0, True, True)
        command = Path(f"/proc/{serving.pid}/cmdline").read_bytes()
        assert b"the passphrase of" not in command
        assert desk.run("ceremony", "try", desk.node, *two)[1]["opened"] is True
        change = ("ceremony", "change", desk.node, "--threshold", 2, "--out", desk.folder / "x")
        told = desk.run(*change, *desk.whom("alice", "bob"), *two)
        assert told[1]["error"]["code"] == "node.running"
        assert not (desk.folder / "x").exists()
    finally:
        serving.terminate()
        serving.wait(timeout=60)


ON_A_TERMINAL = (
    "import fcntl, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    " from sealane.cli.main import main; main(sys.argv[1:])"
)


def test_custodians_come_to_a_terminal_one_after_another_and_nothing_they_type_is_shown(desk):
    desk.make("alice", "bob")
    leader, follower = os.openpty()
    done = subprocess.Popen(
        [sys.executable, "-c", ON_A_TERMINAL, "node", "ceremony", "try", str(desk.node)],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
    )
    os.close(follower)
    seen = b""
    for prompt, typed in (
        (b"1/2", str(desk.folder / "first" / "bob.share")),
        (b"bob: passphrase", "the passphrase of bob"),
        (b"2/2", str(desk.folder / "first" / "alice.share")),
        (b"alice: passphrase", "the passphrase of alice"),
    ):
        while prompt not in seen:
            seen += os.read(leader, 4096)
        while not seen.endswith(b": "):
            seen += os.read(leader, 4096)
        os.write(leader, typed.encode() + b"\n")
    try:
        while more := os.read(leader, 4096):
            seen += more
    except OSError:  # the terminal closes with the process
        pass
    os.close(leader)
    assert done.wait() == 0, seen
    assert b"Opened by bob, alice" in seen
    assert b"the passphrase of" not in seen


def test_every_refusal_of_custodians_has_words_in_both_languages():
    codes = [code for name, code in CATALOGUE.items() if name.startswith("custodian.")]
    assert len(codes) >= 16
    assert all(code.text and code.text_ja and code.remedy and code.remedy_ja for code in codes)
