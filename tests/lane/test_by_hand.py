"""`seal --to`: a file that travels by hand opens at the partner once it is released, in both
profiles, and not before.
"""

import dataclasses
import io

import pytest

from sealane.agreements.loaded import Agreements
from sealane.base.errors import SealaneError
from sealane.cli.demo.cast import AGREEMENT, PROJECT
from sealane.labels.model.label import label_from_json
from sealane.services.exchange import container_files, held_release, outbox, recall, release
from tests.lane.test_story import code_of, kinds, state
from tests.nations import LABEL, read, share, wanted

TEXT = b"by hand " * 400_000
READER = {"person": "jpn.sato", "purpose": "assessment"}


def sealed(node, profile="sovereign"):
    sink = io.BytesIO()
    made = container_files.seal_to(
        node,
        io.BytesIO(TEXT),
        sink,
        container_files.Sealing(
            label=label_from_json(LABEL),
            profile=profile,
            to="JPN",
            agreement=AGREEMENT,
            purpose="assessment",
            media_type="text/plain",
        ),
    )
    return made["item"], sink.getvalue()


def released(node, item, **changes):
    return held_release.release_held(
        node, item, wanted(node, **{"reference": None, "purposes": ("assessment",)} | changes)
    )


def opened(node, data, **reader):
    sink = io.BytesIO()
    container_files.open_from(node, io.BytesIO(data), sink, **READER | reader)
    return sink.getvalue()


@pytest.mark.parametrize("profile", ["sovereign", "interop"])
def test_before_its_release_it_is_refused_with_the_remedy_and_after_it_opens(pair, profile):
    item, data = sealed(pair.aus, profile)
    with pytest.raises(SealaneError) as caught:
        opened(pair.jpn, data)
    assert (caught.value.code, caught.value.exit_status) == ("container.not_released", 1)
    assert "item release" in caught.value.remedy
    assert released(pair.aus, item).state == "queued"
    assert opened(pair.jpn, data) == TEXT
    assert state(pair.jpn, item)["state"] == "delivered"
    assert state(pair.jpn, item)["handle_as"] == "極秘"
    pair.settle()
    assert state(pair.aus, item)["state"] == "delivered"
    assert {"statement.offer", "statement.transfer.received", "statement.opened"} <= set(
        kinds(pair.aus, item)
    )
    assert read(pair, item) == TEXT


@pytest.mark.parametrize("profile", ["sovereign", "interop"])
def test_a_release_over_the_line_opens_too_and_the_originators_clauses_hold(pair, profile):
    item = share(pair, TEXT, profile=profile)
    assert read(pair, item) == TEXT
    assert code_of(lambda: read(pair, item, person="jpn.suzuki")) == "decision.refused"
    pair.line.down.add("JPN")
    recall.recall(pair.aus, item, reason="r", person="aus.release")
    assert code_of(lambda: read(pair, item)) == "key.refused"


def test_interop_is_refused_with_its_suite_where_the_agreement_does_not_allow_it(pair):
    def without(tx):
        return Agreements(
            dataclasses.replace(
                one, suites=tuple(suite for suite in one.suites if not suite.id.startswith("RSA"))
            )
            for one in pair.aus.agreements(tx).values()
        )

    strict = dataclasses.replace(pair.aus, agreements=without)
    for act in (
        lambda: sealed(strict, "interop"),
        lambda: release.release(strict, wanted(strict, profile="interop"), io.BytesIO(b"x")),
    ):
        with pytest.raises(SealaneError) as caught:
            act()
        assert caught.value.code == "container.suite_not_allowed"
        assert caught.value.details["clause"] == "suite RSA-2048-OAEP-SHA1"


def test_an_interop_offer_is_rejected_where_the_holders_agreement_does_not_allow_it(pair):
    def without(tx):
        return Agreements(
            dataclasses.replace(
                one, suites=tuple(suite for suite in one.suites if not suite.id.startswith("RSA"))
            )
            for one in jpn.agreements(tx).values()
        )

    jpn = pair.jpn
    pair.line.nodes["JPN"] = dataclasses.replace(jpn, agreements=without)
    item = share(pair, profile="interop")
    assert state(pair.aus, item)["state"] == "rejected"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"officer": "aus.analyst"}, "person.duty"),
        ({"area": "disaster"}, "decision.refused"),
        ({"agreement": "jpn-aus-2012-isa"}, "release.sealed_otherwise"),
    ],
)
def test_a_release_of_sealed_bytes_is_the_same_decision_as_any_other(pair, change, code):
    item, _ = sealed(pair.aus)
    assert code_of(lambda: released(pair.aus, item, **change)) == code
    assert state(pair.aus, item)["state"] == "sealed"


def test_a_second_signer_may_come_later(pair):
    item, data = sealed(pair.aus)
    assert released(pair.aus, item, second=None).state == "awaiting second signer"
    assert code_of(lambda: opened(pair.jpn, data)) == "container.not_released"
    release.countersign(pair.aus, item, "aus.second")
    assert opened(pair.jpn, data) == TEXT


def test_a_released_item_is_not_released_twice_and_a_recalled_one_not_at_all(pair):
    item, data = sealed(pair.aus)
    released(pair.aus, item)
    assert code_of(lambda: released(pair.aus, item)) == "item.state"
    recall.recall(pair.aus, item, reason="r", person="aus.release")
    assert code_of(lambda: opened(pair.jpn, data)) == "container.not_released"
    other, _ = sealed(pair.aus)
    recall.recall(pair.aus, other, reason="r", person="aus.release")
    assert code_of(lambda: released(pair.aus, other)) == "item.state"


def test_a_file_altered_on_the_way_is_never_registered(pair):
    item, data = sealed(pair.aus)
    released(pair.aus, item)
    at = len(data) // 2
    bad = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
    assert code_of(lambda: opened(pair.jpn, bad)) == "container.not_released"
    with pair.jpn.store.reading() as tx:
        assert pair.jpn.records.items.get(tx, id=item) is None
    assert opened(pair.jpn, data) == TEXT


def test_while_the_originator_is_away_a_file_by_hand_waits(pair):
    item, data = sealed(pair.aus)
    released(pair.aus, item)
    pair.line.down.add("AUS")
    with pytest.raises(SealaneError) as caught:
        opened(pair.jpn, data)
    assert caught.value.exit_status == 3


def test_the_line_and_the_hand_may_both_bring_it(pair):
    item, data = sealed(pair.aus)
    released(pair.aus, item, project=PROJECT)
    outbox.deliver_due(pair.aus)
    assert opened(pair.jpn, data) == TEXT
    assert kinds(pair.jpn, item).count("statement.offer") == 1
