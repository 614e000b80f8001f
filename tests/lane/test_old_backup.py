"""A node that may be older than what it said does nothing that others could rest on, until its last
signed heads and every partner were asked; and what was said since stays said.
"""

import io
import json
import shutil
from dataclasses import replace

import pytest
from click.testing import CliRunner

from sealane.adapters import nodefolder
from sealane.base.errors import SealaneError, Unavailable
from sealane.cli.node.commands import node as node_commands
from sealane.labels.model.label import label_from_json
from sealane.ledger import bodies, entries
from sealane.registry.records import Newness
from sealane.services import dispatch
from sealane.services.exchange import (
    arrival,
    container_files,
    outbox,
    recall,
    relabel,
    release,
    withdrawal,
)
from sealane.services.exchange.container_files import Sealing
from sealane.services.recovery import currency, restore
from sealane.services.register import accounts, agreement_life
from sealane.services.register.acts import Actor
from sealane.services.statements import talk
from sealane.wiring.internal_log import begin_internal
from tests import engines, nations, nations_three
from tests.clock import Clock
from tests.lane.test_ledgers import recovered, restored, rounds
from tests.nations import AGREEMENT, LABEL, copy_of, opened, read, share, two, wanted
from tests.web.visiting import PASSPHRASE, Console

BOTH = Actor("aus.security", second=Actor("aus.second"))


def seal(node, data=b"own"):
    sink = io.BytesIO()
    asked = Sealing(
        label=label_from_json({**LABEL, "categories": []}),
        profile="sovereign",
        to=None,
        agreement=None,
        purpose=None,
        media_type="text/plain",
    )
    return container_files.seal_to(node, io.BytesIO(data), sink, asked)["item"], sink


def newness(node):
    with node.store.reading() as tx:
        return node.newness(tx)


def kinds(node):
    with node.store.reading() as tx:
        log = node.internal
        return [entries.read(one).kind for one in log.entries(tx, 0, log.size(tx))]


@pytest.fixture
def old(template, tmp_path):
    """A pair whose AUS was set back by three releases, a recall and a sealed item; JPN's own item
    lies there too. What was given out since, as facts.
    """
    pair = opened(copy_of(template, tmp_path / "w"), Clock())
    first = share(pair)
    own, container = seal(pair.aus)
    rounds(pair)
    facts = {"first": first, "own": own, "container": container.getvalue()}

    def work(pair):
        facts["later"] = [share(pair, b"x", reference=f"r-{one}") for one in range(2, 5)]
        recall.recall(pair.aus, first, reason="r", person="aus.release")
        facts["sealed"] = [seal(pair.aus)[0] for _ in range(3)]
        pair.settle()

    pair, _ = restored(pair, tmp_path, work)
    yield pair, facts
    pair.close()


def acts(pair, facts):
    """Every kind of act by which a node speaks, releases, opens, seals or answers."""
    aus, first = pair.aus, facts["first"]
    question = bodies.StatementsRequest(digests=("0" * 96,))
    with pair.jpn.store.writing() as tx:
        digest = str(pair.jpn.agreement_row(tx, AGREEMENT).digest)
        asked = talk.hand(
            pair.jpn, tx, question, to="AUS", agreement=(AGREEMENT, digest), item=None
        ).data
    (_, _, ledgers), *_ = [one for one in pair.sites["AUS"].partnerships() if one[1] == AGREEMENT]
    lower = label_from_json({**LABEL, "classification": "PROTECTED"})
    return {
        "release": lambda: share(pair, b"new", reference="r-9"),
        "seal": lambda: seal(aus),
        "open own": lambda: container_files.open_from(
            aus, io.BytesIO(facts["container"]), io.BytesIO(), person="operator", purpose="planning"
        ),
        "recall": lambda: recall.recall(aus, first, reason="r", person="aus.release"),
        "withdraw": lambda: withdrawal.withdraw(aus, first, "aus.release", reason="r"),
        "relabel": lambda: relabel.relabel(
            aus, first, lower, reason="r", person=two("aus.release", "aus.second")
        ),
        "notice": lambda: agreement_life.give(aus, AGREEMENT, "suspend", detail={"reason": "r"}),
        "answer": lambda: dispatch.answer(aus, asked),
        "offer": lambda: arrival.receive(aus, asked, io.BytesIO()),
        "own head": lambda: ledgers.publisher.publish(),
        "internal head": lambda: pair.sites["AUS"].internal.publish(),
        "cosign": lambda: ledgers.mirror.pull(nations.peer_of(pair, "JPN", AGREEMENT)),
    }


def test_a_node_set_back_by_its_folder_does_nothing_before_its_partner_was_asked(old):
    pair, facts = old
    before = kinds(pair.aus)
    for name, act in acts(pair, facts).items():
        with pytest.raises(Unavailable) as refused:
            act()
        assert refused.value.code == "node.in_doubt", name
        assert "operator" in refused.value.remedy
    with pytest.raises(SealaneError) as away:
        read(pair, facts["first"])
    assert away.value.code != "login", "no share leaves"
    assert outbox.deliver_due(pair.aus) == []
    assert kinds(pair.aus) == before, "nothing was recorded as done"


def test_what_the_partner_shows_closes_the_node_until_it_took_back_what_it_said(old, tmp_path):
    pair, facts = old
    asked = pair.ask("AUS")
    assert (asked.newness, asked.shown_by) == (Newness.BEHIND, ("JPN",))
    for name, act in acts(pair, facts).items():
        with pytest.raises(SealaneError) as refused:
            act()
        assert refused.value.code in ("node.behind", "ledger.behind"), name
    recovered(pair)
    assert newness(pair.aus) == Newness.CURRENT
    with pair.aus.store.reading() as tx:
        assert pair.aus.item(tx, facts["first"]).recalled is not None, "recalled it stays"
        for item in facts["later"]:
            assert pair.aus.item(tx, item).provider == "AUS"
    with pytest.raises(SealaneError):
        read(pair, facts["first"])
    fresh = [share(pair, b"new", reference="r-9"), seal(pair.aus)[0]]
    given = [facts["first"], facts["own"], *facts["later"], *facts["sealed"]]
    assert not set(fresh) & set(given), "no number is given twice"
    assert min(fresh) > max(given)
    assert kinds(pair.aus).count("node.behind") == kinds(pair.aus).count("node.current") == 1


def test_a_suspension_and_a_recall_by_the_partner_since_then_count_again_before_anything_opens(
    template, tmp_path
):
    pair = opened(copy_of(template, tmp_path / "w"), Clock())
    item = share(pair)
    rounds(pair)
    assert read(pair, item) == b"harbour"

    def work(pair):
        recall.recall(pair.aus, item, reason="r", person="aus.release")
        pair.settle()

    pair, _ = restored(pair, tmp_path, work, "jpn")
    with pytest.raises(Unavailable, match=r"node\.in_doubt"):
        read(pair, item)
    assert pair.ask("JPN").newness == Newness.BEHIND
    with pytest.raises(Unavailable, match=r"node\.behind"):
        read(pair, item)
    recovered(pair, "JPN", "AUS")
    assert restore.settle_containers(pair.jpn).erased == [item]
    with pytest.raises(SealaneError) as refused:
        read(pair, item)
    assert refused.value.code in ("decision.refused", "item.state")
    pair.close()


def test_what_was_said_after_the_last_signed_head_is_found_in_the_partner_s_own_log(
    template, tmp_path
):
    pair = opened(copy_of(template, tmp_path / "w"), Clock())
    share(pair)
    rounds(pair)
    pair.close()
    engines.copy_folder(tmp_path / "w" / "aus", tmp_path / "backup")
    pair = opened(tmp_path / "w", pair.clock)
    lost = share(pair, b"second", reference="r-2")
    (_, _, theirs), *_ = [one for one in pair.sites["JPN"].partnerships() if one[1] == AGREEMENT]
    theirs.publisher.publish()  # JPN's head tells of it; AUS's own never did
    pair.close()
    shutil.rmtree(tmp_path / "w" / "aus")
    engines.copy_folder(tmp_path / "backup", tmp_path / "w" / "aus")
    pair = opened(tmp_path / "w", pair.clock)
    assert pair.ask("AUS").newness == Newness.BEHIND
    found = recovered(pair)
    assert found.unheard >= 1
    with pair.aus.store.reading() as tx:
        assert pair.aus.item(tx, lost).title == "t"
    assert newness(pair.aus) == Newness.CURRENT
    fresh = share(pair, b"third", reference="r-3")
    pair.settle()
    rounds(pair, 3)
    assert fresh > lost
    pair.close()


def test_while_the_partner_is_away_the_node_stays_closed_or_two_people_answer_for_it(
    template, tmp_path
):
    pair = opened(copy_of(template, tmp_path / "w"), Clock())
    share(pair)
    rounds(pair)
    pair, _ = restored(pair, tmp_path, lambda pair: None)
    pair.line.down.add("JPN")
    assert pair.ask("AUS").waits_for == ("JPN",)
    assert newness(pair.aus) == Newness.MOVED
    site = pair.sites["AUS"]
    ledgers = pair.ledgers("AUS")
    for person, second, code in (
        ("aus.security", None, "node.two_needed"),
        ("aus.security", "aus.security", "node.two_needed"),
        ("aus.release", "aus.second", "person.duty"),
        ("aus.security", "nobody", "person.unknown"),
    ):
        with pytest.raises(SealaneError) as refused:
            currency.resume(
                pair.aus,
                ledgers,
                without=["JPN"],
                by=Actor(person, second=Actor(second) if second else None),
            )
        assert refused.value.code == code
    assert newness(pair.aus) == Newness.MOVED
    currency.resume(pair.aus, ledgers, without=["JPN"], by=BOTH)
    assert newness(pair.aus) == Newness.CURRENT
    with pair.aus.store.reading() as tx:
        log = site.node.internal
        told = [entries.read(one) for one in log.entries(tx, 0, log.size(tx))]
    (entry,) = [one for one in told if one.kind == "node.current"]
    assert entry.fields["away"] == ["JPN"]
    assert (entry.fields["actor"], entry.fields["second"]) == ("aus.security", "aus.second")
    pair.close()


def test_two_people_never_pass_over_a_partner_that_shows_more(old):
    pair, _ = old
    with pytest.raises(Unavailable, match=r"node\.behind"):
        currency.resume(pair.aus, pair.ledgers("AUS"), without=["JPN"], by=BOTH)
    assert newness(pair.aus) == Newness.BEHIND


def test_last_signed_heads_of_their_own_storage_close_the_node_as_it_opens(template, tmp_path):
    folder = copy_of(template, tmp_path / "w")
    heads = tmp_path / "heads"
    heads.mkdir()
    nodefolder.save(folder / "aus", replace(nodefolder.load(folder / "aus"), heads=str(heads)))
    pair = opened(folder, Clock())
    rounds(pair)
    pair, _ = restored(
        pair, tmp_path, lambda pair: (share(pair), pair.sites["AUS"].internal.publish())
    )
    with pytest.raises(Unavailable, match=r"node\.behind"):
        share(pair, b"other", reference="r-2")
    pair.line.down.add("JPN")
    assert newness(pair.aus) == Newness.BEHIND, "no partner was asked yet"
    pair.close()
    assert begin_internal(folder / "aus", nations.PASSPHRASE, host=pair.clock)


def test_with_three_nations_each_partner_is_asked_and_one_that_is_away_keeps_the_node_closed(
    template, tmp_path
):
    three = nations_three.build(template, tmp_path / "w", Clock())
    three.close()
    engines.copy_folder(tmp_path / "w" / "aus", tmp_path / "backup")
    three = nations_three.opened(tmp_path / "w", three.clock)
    item = release.release(three.aus, wanted(three.aus), io.BytesIO(b"harbour")).item
    outbox.deliver_due(three.aus)
    three.rounds(2, AGREEMENT)
    three.close()
    shutil.rmtree(tmp_path / "w" / "aus")
    engines.copy_folder(tmp_path / "backup", tmp_path / "w" / "aus")
    three = nations_three.opened(tmp_path / "w", three.clock)
    three.line.down.add("JPN")
    asked = three.ask("AUS")
    assert (asked.newness, asked.waits_for) == (Newness.MOVED, ("JPN",))
    with pytest.raises(Unavailable, match=r"node\.in_doubt"):
        release.release(three.aus, wanted(three.aus), io.BytesIO(b"again"))
    three.line.down = {"USA"}
    asked = three.ask("AUS")
    assert (asked.newness, asked.shown_by) == (Newness.BEHIND, ("JPN",))
    three.line.down.clear()
    (one,) = [
        ledgers
        for party, name, ledgers in three.sites["AUS"].partnerships()
        if (party, name) == ("JPN", AGREEMENT)
    ]
    restore.restore(three.aus, "JPN", AGREEMENT, one, three.peer("AUS", "JPN", AGREEMENT))
    assert three.ask("AUS").newness == Newness.CURRENT
    again = release.release(three.aus, wanted(three.aus, reference="r-2"), io.BytesIO(b"2")).item
    assert again > item
    three.close()


def test_a_moved_folder_of_a_node_without_partners_asks_nobody_and_goes_on(tmp_path):
    from sealane.settings import Settings
    from sealane.wiring.site import create_site, open_site

    clock = Clock()
    create_site(
        tmp_path / "a", Settings(party="AUS", node="a.example"), nations.PASSPHRASE, host=clock
    ).dispose()
    engines.copy_folder(tmp_path / "a", tmp_path / "b")
    site = open_site(tmp_path / "b", nations.PASSPHRASE, host=clock)
    with site.node.store.reading() as tx, pytest.raises(Unavailable):
        site.node.require_current(tx)
    assert currency.ask(site.node, site.ledgers()).newness == Newness.CURRENT
    site.dispose()


def test_status_console_and_exit_codes_say_so(template, tmp_path):
    folder = copy_of(template, tmp_path / "w") / "jpn"
    (tmp_path / "pass").write_bytes(nations.PASSPHRASE)
    (tmp_path / "pass").chmod(0o600)

    def command(*arguments):
        told = ["--passphrase-file", str(tmp_path / "pass"), "--json"]
        done = CliRunner().invoke(node_commands, [*arguments, *told])
        return done.exit_code, json.loads(done.stdout.splitlines()[-1])

    status, said = command("status", str(folder))
    assert (status, said["current"]["state"], said["alarms"]) == (0, "current", [])
    (folder / nodefolder.SEAT).unlink()
    status, said = command("status", str(folder))
    assert (status, said["current"]["state"]) == (3, "moved")
    assert said["current"]["refusal"]["code"] == "node.in_doubt"
    assert said["current"]["waits_for"] == ["AUS"]
    pair = opened(tmp_path / "w", Clock())
    accounts.set_passphrase(pair.jpn, "jpn.sato", PASSPHRASE)
    page = Console(pair, "JPN").visitor("jpn.sato").get("/").text
    assert "node.in_doubt" in page
    pair.close()
    two = ("--as", "jpn.security", "--second", "jpn.auditor")
    assert command("resume", str(folder), "--without", "AUS", *two[:2])[0] == 1
    assert command("resume", str(folder), "--without", "AUS", *two)[0] == 0
    assert command("status", str(folder))[1]["current"]["state"] == "current"
