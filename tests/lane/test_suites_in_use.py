"""A suite whose last use was yesterday opens nothing at either nation, and can still be re-wrapped
into one that is in use.
"""

import dataclasses
import io

import pytest

from sealane.agreements.agreement import Suite
from sealane.agreements.loaded import Agreements
from sealane.base.errors import SealaneError
from sealane.base.values import DAY, Instant, format_instant
from sealane.cli.demo.cast import AGREEMENT
from sealane.labels.model.label import label_from_json
from sealane.services.exchange import container_files, reseal
from tests.lane.test_story import code_of, kinds
from tests.nations import LABEL, read, share

YESTERDAY = DAY


def ended(node, suite="MLKEM1024-P384"):
    """The node with the agreement's suite past its last use."""

    def held(tx):
        at = format_instant(Instant(node.host.now() - YESTERDAY))
        return Agreements(
            dataclasses.replace(
                one,
                suites=tuple(
                    Suite(id=each.id, last_use=at if each.id == suite else each.last_use)
                    for each in one.suites
                ),
            )
            for one in node.agreements(tx).values()
        )

    return dataclasses.replace(node, agreements=held)


def test_the_holder_refuses_at_home_and_records_it(pair):
    item = share(pair)
    assert read(pair, item) == b"harbour"
    pair.line.nodes["JPN"] = ended(pair.jpn)
    with pytest.raises(SealaneError) as caught:
        read(pair, item)
    assert (caught.value.code, caught.value.exit_status) == ("container.suite_not_allowed", 1)
    assert caught.value.details["clause"] == "suite MLKEM1024-P384"
    assert kinds(pair.jpn, item).count("key.refused") == 1


def test_the_providers_key_service_refuses_with_the_clause(pair):
    item = share(pair)
    pair.line.nodes["AUS"] = ended(pair.aus)
    with pytest.raises(SealaneError) as caught:
        read(pair, item)
    assert (caught.value.code, caught.value.exit_status) == ("key.refused", 1)
    reason = caught.value.details["reasons"][0]
    assert (reason["clause"], reason["code"]) == (
        "suite MLKEM1024-P384",
        "container.suite_not_allowed",
    )


def test_what_may_no_longer_be_opened_may_still_be_rewrapped(pair):
    item = share(pair)
    for party in ("AUS", "JPN"):
        pair.line.nodes[party] = ended(pair.line.nodes[party])
    assert code_of(lambda: read(pair, item)) == "container.suite_not_allowed"
    reseal.rewrap(pair.aus, item, suite="X-Wing", person="aus.release")
    pair.settle()
    assert read(pair, item) == b"harbour"


def sealing(label, **changes):
    return container_files.Sealing(
        **{
            "label": label_from_json(label),
            "profile": "sovereign",
            "to": None,
            "agreement": None,
            "purpose": None,
            "media_type": "text/plain",
        }
        | changes
    )


def test_an_own_item_under_an_ended_suite_stays_shut(pair):
    pair.clock.pass_(2 * 86_400)
    node, sink = pair.aus, io.BytesIO()
    container_files.seal_to(
        node, io.BytesIO(b"x"), sink, sealing(LABEL, profile="interop", agreement=AGREEMENT)
    )
    late = ended(node, "RSA-2048-OAEP-SHA1")
    reader = {"person": "operator", "purpose": "assessment"}
    container_files.open_from(node, io.BytesIO(sink.getvalue()), io.BytesIO(), **reader)
    assert (
        code_of(
            lambda: container_files.open_from(
                late, io.BytesIO(sink.getvalue()), io.BytesIO(), **reader
            )
        )
        == "container.suite_not_allowed"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"policy": "JPN", "classification": "秘", "originator": "JPN", "categories": []},
        {"originator": "JPN"},
    ],
)
def test_nobody_seals_as_originator_in_another_nations_name(pair, change):
    assert (
        code_of(
            lambda: container_files.seal_to(
                pair.aus, io.BytesIO(b"x"), io.BytesIO(), sealing(LABEL | change)
            )
        )
        == "label.foreign_scheme"
    )
