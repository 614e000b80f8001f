"""Two logs compared from what each side signed: every difference is named, with whose claim has
proof.
"""

import pytest

from sealane.services.audit.compare_logs import compare
from tests.nations_evidence import Story


@pytest.fixture
def story(tmp_path):
    made = Story(tmp_path)
    yield made
    made.close()


def differences(story, party="AUS"):
    node = story.nodes[party]
    with node.store.reading() as tx:
        return [
            (one.kind, one.type, one.proof)
            for one in compare(tx, node.log, node.mirror.log, node.publisher.marks(tx).cosigned)
        ]


def test_two_logs_that_tell_one_story_do_not_differ(story):
    assert differences(story) == differences(story, "JPN") == []


def test_what_only_one_side_logged_is_named_with_its_proof(story):
    names = {party: node.log.origin for party, node in story.nodes.items()}
    for party, partner in (("AUS", "JPN"), ("JPN", "AUS")):
        story.say("opened", party, partner, "0" * 96, keep=False, heard=False)
    assert differences(story) == [("not_yet_proven", "opened", None)]
    story.settle()
    assert differences(story) == [
        ("only_ours", "opened", names["AUS"]),
        ("only_theirs", "opened", names["JPN"]),
    ]
    assert differences(story, "JPN") == [
        ("only_theirs", "opened", names["AUS"]),
        ("only_ours", "opened", names["JPN"]),
    ]


def test_a_statement_that_waits_for_its_answer_is_named(story):
    story.say("offer", "AUS", "JPN", None)
    story.settle()
    assert differences(story) == differences(story, "JPN") == [("unanswered", "offer", None)]
