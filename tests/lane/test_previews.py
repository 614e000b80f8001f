"""What a preview promises at a node is what the decisions then say, person by person and item by
item.
"""

import itertools
import json
import subprocess
import sys

import pytest

from sealane.base.errors import SealaneError
from sealane.base.values import DAY, Instant
from sealane.cli.demo.cast import AGREEMENT
from sealane.labels.model.label import label_from_json
from sealane.services.deciding import previews
from sealane.services.deciding.decision import decide_now
from sealane.services.deciding.request import own_request
from sealane.services.exchange import assurance, recall
from tests import nations
from tests.nations import LABEL, read, share


@pytest.fixture
def stocked(pair):
    return stock(pair)


def stock(pair):
    """Items of two levels, with and without the project, one recalled."""
    assurance.give(
        pair.jpn,
        agreement=AGREEMENT,
        area="maritime",
        level="OFFICIAL: Sensitive",
        officer="jpn.security",
        until=Instant(pair.clock.now() + 300 * DAY),
    )
    low = label_from_json({**LABEL, "classification": "OFFICIAL: Sensitive"})
    made = [
        share(pair, reference="a"),
        share(pair, reference="b", project=None),
        share(pair, reference="c", label=low),
        share(pair, reference="d", purposes=("planning", "assessment"), kind="oral"),
        share(pair, reference="e"),
    ]
    pair.settle()
    recall.recall(pair.aus, made[-1], reason="r", person="aus.release")
    pair.settle()
    return made


def test_both_previews_equal_every_single_decision(pair, stocked):
    node = pair.jpn
    with node.store.reading() as tx:
        rows = node.records.items.find(tx, order="id", direction="in")
        people = [row.id for row in node.records.people.find(tx, order="id")]
        seen = set()
        for person, purpose, action in itertools.product(
            people, ("assessment", "acquisition"), ("open", "view", "export")
        ):
            found = previews.readable(node, tx, person, purpose=purpose, action=action)
            single = [
                row.id
                for row in rows
                if decide_now(
                    node,
                    tx,
                    own_request(node, tx, row, person=person, purpose=purpose, action=action),
                ).permit
            ]
            assert ([row.id for row in found.rows], found.asked) == (single, len(rows))
            seen |= {(person, item, purpose, action) for item in single}
        for row in rows:
            told = previews.everybody(node, tx, row, purpose="assessment", action="open")
            assert [who["id"] for who, decision in told if decision.permit] == [
                person for person in people if (person, row.id, "assessment", "open") in seen
            ]
    assert seen


def test_who_is_promised_an_item_opens_it_and_who_is_not_does_not(pair, stocked):
    with pair.jpn.store.reading() as tx:
        found = previews.readable(pair.jpn, tx, "jpn.sato", purpose="assessment")
        promised = {row.id for row in found.rows}
        assert found.holds_until is not None
    assert promised
    for item in stocked:
        if item in promised:
            assert read(pair, item) == b"harbour"
        else:
            with pytest.raises(SealaneError):
                read(pair, item)


def test_the_commands_answer_both_questions(live_pair, tmp_path):
    pair, stocked = live_pair, stock(live_pair)
    (tmp_path / "pass").write_bytes(nations.PASSPHRASE)
    pair.close()

    def run(*arguments):
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "sealane.cli.main",
                *map(str, arguments),
                "--node",
                pair.root / "jpn",
                "--passphrase-file",
                tmp_path / "pass",
                "--json",
            ],
            capture_output=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    reads = run("people", "reads", "jpn.sato", "--purpose", "assessment")
    assert reads["asked"] == len(stocked)
    assert stocked[0] in reads["may"]
    assert stocked[-1] not in reads["may"]
    told = run("item", "readers", stocked[0], "--purpose", "assessment")
    assert "jpn.sato" in told["may"]
    assert {"id", "clauses"} == set(told["may_not"][0])
    assert all(one["clauses"] for one in told["may_not"])
