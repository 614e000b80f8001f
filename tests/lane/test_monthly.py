"""The monthly verification runs by itself, in slices, and its signed result is on record whatever
it found; what did not run is a task.
"""

import json
import threading

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from sealane.adapters.log_tables import LOG_ENTRIES, LOGS
from sealane.adapters.stored_logs import stored_logs
from sealane.base.errors import SealaneError, Unavailable
from sealane.base.values import format_instant, months_later, parse_instant
from sealane.cli.main import cli
from sealane.crypto import jws
from sealane.crypto.jws import peek
from sealane.ledger import entries
from sealane.services.ledgers.maintenance import TYP, verify_result
from sealane.services.ledgers.slices import HEADS
from sealane.services.ledgers.slices import finding as in_slices
from sealane.services.watch import monthly
from sealane.services.watch.monthly import Monthly, attest, standing
from sealane.wiring.lanes import Lanes
from tests import engines, nations


def logs(node):
    with node.store.reading() as tx:
        return stored_logs(tx)


def how(node):
    with node.store.reading() as tx:
        return standing(node, tx)


def scheduled(node, rest=lambda: None):
    return Monthly(node, lambda: logs(node), rest)


def recorded(node):
    with node.store.reading() as tx:
        size = node.internal.size(tx)
        found = [entries.read(one) for one in node.internal.entries(tx, 0, size)]
    return [one for one in found if one.kind == monthly.KIND]


def publics(node):
    return [key.public for key in node.keys.signers("statement")]


def test_a_month_after_the_last_one_the_next_is_due_and_the_signed_result_is_on_record(pair):
    nations.share(pair)
    pair.rounds(2)
    node = pair.aus
    once = scheduled(node)
    assert once.run() is True
    assert once.run() is None
    pair.clock.pass_(27 * 86_400)
    assert once.run() is None
    pair.clock.pass_(5 * 86_400)
    assert once.run() is True
    held = recorded(node)
    assert len(held) == 2
    for entry in held:
        told = verify_result(entry.fields["result"].encode(), publics(node))
        assert told["held"] is entry.fields["settled"] is True
        assert {one["error"] for one in told["logs"]} == {None}
    origins = {one["origin"] for one in told["logs"]}
    assert origins == {log.origin for log in logs(node)}
    assert any(one.startswith(pair.jpn.settings.node) for one in origins), "the mirror too"
    assert sum(one["heads"] for one in told["logs"]) > 2


def test_the_end_of_a_month_without_that_day_is_its_last_day():
    for text, later in (
        ("2026-01-31T10:00:00Z", "2026-02-28T10:00:00Z"),
        ("2028-01-31T10:00:00Z", "2028-02-29T10:00:00Z"),
        ("2026-12-31T10:00:00.5Z", "2027-01-31T10:00:00.5Z"),
    ):
        assert format_instant(months_later(parse_instant(text), 1)) == later


def test_a_ledger_that_does_not_rederive_is_on_record_and_stays_a_task(pair):
    nations.share(pair)
    pair.rounds(2)
    node = pair.aus
    with node.store.reading() as tx:
        log = node.shared_log(tx, nations.AGREEMENT, "JPN")
    with node.store.writing() as tx:
        of_log = select(LOGS.c.id).where(LOGS.c.origin == log.origin, LOGS.c.role == "own")
        found = (LOG_ENTRIES.c.idx == 1, LOG_ENTRIES.c.log == of_log.scalar_subquery())
        tx.execute(update(LOG_ENTRIES).where(*found).values(data=b"0"))
    assert scheduled(node).run() is False
    found = how(node)
    assert (found.held, found.origins) == (False, (log.origin,))
    task = found.task(node.host.now())
    assert task.code == "verification.failed"
    assert log.origin in task.message
    assert log.origin in task.message_ja
    (bad,) = [one for one in monthly.logs_of(recorded(node)[-1]) if one["error"]]
    assert bad["origin"] == log.origin


def test_a_signed_head_that_is_no_root_of_its_entries_is_found(pair):
    nations.share(pair)
    pair.rounds(2)
    node = pair.aus
    with node.store.writing() as tx:
        tx.exec_driver_sql(
            "UPDATE log_head SET note = (SELECT note FROM log_head ORDER BY size DESC LIMIT 1)"
        )
    assert scheduled(node).run() is False


def test_what_did_not_run_is_a_task_a_day_later_and_a_new_node_owes_one_at_once(pair):
    node = pair.aus
    assert how(node).task(node.host.now()) is None
    pair.clock.pass_(2 * 86_400)
    assert how(node).task(node.host.now()).code == "verification.overdue"
    assert scheduled(node).run() is True
    assert how(node).task(node.host.now()) is None
    pair.clock.pass_(33 * 86_400)
    assert how(node).task(node.host.now()).code == "verification.overdue"


def test_nothing_waits_for_more_than_a_slice(pair):
    node = pair.aus
    with node.store.writing() as tx:
        made = [
            entries.make("record.read", node.host.now(), node.host.entropy(16), count=n)
            for n in range(700)
        ]
        node.internal.append(tx, made)
    between = []

    def write():
        done = threading.Event()

        def work():
            with node.store.writing() as tx:
                node.records.serial(tx, "a-writer-beside")
            done.set()

        threading.Thread(target=work).start()
        assert done.wait(10), "a writer waits for the walk"
        between.append(1)

    found = in_slices(node.store.reading, node.internal, write)
    assert found["error"] is None
    assert len(between) > 700 // 256


def test_a_log_with_more_heads_than_a_page_has_each_compared(pair):
    node, site = pair.aus, pair.sites["AUS"]
    for n in range(HEADS + 3):
        with node.store.writing() as tx:
            at, salt = node.host.now(), node.host.entropy(16)
            node.internal.append(tx, [entries.make("record.read", at, salt, count=n)])
        site.internal.publish()
    found = in_slices(node.store.reading, node.internal)
    assert found["error"] is None
    assert found["heads"] >= HEADS + 3


def test_a_walk_that_is_ended_records_nothing_and_is_made_again(pair):
    node = pair.aus
    lanes = Lanes(pair.sites["AUS"], [])
    lanes.stop()
    with pytest.raises(Unavailable) as ended:
        lanes.verify()
    assert ended.value.code == "verification.stopped"
    assert recorded(node) == []
    assert scheduled(node).run() is True


def test_the_worker_runs_it_and_the_command_and_the_status_show_it(pair):
    nations.share(pair)
    pair.rounds(2)
    lanes = Lanes(pair.sites["AUS"], [])
    lanes.verify()
    lanes.verify()
    (entry,) = recorded(pair.aus)
    assert json.loads(peek(entry.fields["result"].encode()))["held"] is True
    told = how(pair.aus).as_json(pair.aus.host.now())
    assert (told["held"], told["task"], told["differ"]) == (True, None, [])


def test_many_logs_stand_in_several_entries_and_are_one_verification(pair, monkeypatch):
    nations.share(pair)
    pair.rounds(2)
    monkeypatch.setattr(monthly, "A_RESULT", 2)
    node = pair.aus
    results, held = attest(node, logs(node))
    assert held
    assert len(results) == len(recorded(node)) == -(-len(logs(node)) // 2)
    assert how(node).held


def test_a_node_in_doubt_attests_nothing(pair):
    node = pair.aus
    (pair.sites["AUS"].folder / "seat").unlink()
    with pytest.raises(SealaneError):
        attest(node, logs(node))
    assert recorded(node) == []


def test_the_command_shows_results_and_says_when_one_is_not_signed_by_this_node(pair):
    nations.share(pair)
    pair.rounds(2)
    node, folder = pair.aus, str(pair.sites["AUS"].folder)

    def typed():
        ran = CliRunner().invoke(cli, ["ledger", "monthly", "--node", folder, "--json"])
        return ran.exit_code, json.loads(ran.output)

    assert typed() == (0, {"results": [], "due": None})
    scheduled(node).run()
    status, told = typed()
    (result,) = told["results"]
    assert (status, result["held"], result["signed"]) == (0, True, True)
    assert {one["error"] for one in result["logs"]} == {None}
    assert told["due"] == format_instant(months_later(parse_instant(result["at"]), 1))
    text = recorded(node)[0].fields["result"]
    with node.store.writing() as tx:
        other = pair.jpn.keys.signers("statement")
        signed = jws.sign(peek(text.encode()), other, typ=TYP).decode()
        at, salt = node.host.now(), node.host.entropy(16)
        node.internal.append(
            tx, [entries.make(monthly.KIND, at, salt, result=signed, settled=True)]
        )
    status, told = typed()
    assert (status, told["results"][0]["signed"]) == (1, False)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("UPDATE log_entry SET leaf = ? WHERE idx = 3 AND log = ?", "entry 3"),
        ("UPDATE log SET edge = ? WHERE id = ?", "the edge over entries 0"),
        ("UPDATE log SET shadow = ? WHERE id = ?", "the shadow edge over entries 0"),
    ],
)
@pytest.mark.parametrize("other", [bytes, lambda size: b"x"], ids=["zeros", "short"])
def test_what_is_stored_beside_the_entries_is_compared_by_the_walk_in_slices(
    pair, text, named, other
):
    node = pair.aus
    with node.store.writing() as tx:
        row = node.internal._row(tx)
        column = text.split()[3]
        size = len(getattr(row, column, bytes(32)))
        engines.by_hand(tx, text, other(size), row.id)
    found = in_slices(node.store.reading, node.internal)
    assert named in found["error"]
