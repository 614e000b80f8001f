"""Two nations' nodes pack, verify on arrival, give each its share and unpack; neither can alone."""

import functools
import hashlib
import io
from contextlib import contextmanager
from dataclasses import replace

import pytest

from sealane import shipped
from sealane.base.errors import SealaneError
from sealane.labels.model.label import label_from_json
from sealane.registry.records import Direction, Given, ItemState
from sealane.sealing import container
from sealane.sealing.keywrap import join
from sealane.services.deciding.request import served_key_access
from sealane.services.opening import containers, key_parts
from tests.nodes import Clock, node_of
from tests.unit.sealing.making import LABEL
from tests.unit.sealing.tampering import changed, list_of

AGREEMENT = ("jpn-aus-2022", "5e" * 48)
TEXT = b"for both nations " * 3000


class Blobs(dict):
    @contextmanager
    def read(self, digest):
        yield io.BytesIO(self[digest])


AUS, JPN, USA = (node_of(party, blobs=Blobs()) for party in ("AUS", "JPN", "USA"))


DOCUMENT = containers.Document(
    label=LABEL, agreement=AGREEMENT, media_type="text/plain", digest=True
)


def packed(**changes):
    sink, partner = io.BytesIO(), changes.pop("partner", JPN.card)
    document = replace(DOCUMENT, **changes)
    told = containers.pack(
        AUS,
        io.BytesIO(TEXT),
        sink,
        document,
        partner=partner,
        agreements=shipped.agreements(),
    )
    AUS.blobs[told.container] = sink.getvalue()
    row = Given(
        to="JPN",
        id="AUS-2026-000001",
        direction=Direction.OUT,
        provider="AUS",
        agreement=AGREEMENT[0],
        agreement_digest=AGREEMENT[1],
        facts={},
        label=LABEL.as_json(),
        title="",
        media_type="text/plain",
        size=told.size,
        container=told.container,
        policy_uuid=told.policy_uuid,
        sealed=told.record,
        request={},
        decision="",
        state=ItemState.DELIVERED,
        created="2026-11-22T00:00:00Z",
    )
    return sink.getvalue(), told, row


DATA, TOLD, ROW = packed()


def arrive(data, *, node=JPN, partner=AUS, **changes):
    return containers.verify_arrival(
        node,
        io.BytesIO(data),
        **(
            {
                "partner": partner.card,
                "label": LABEL,
                "agreement": AGREEMENT,
                "policy_uuid": TOLD.policy_uuid,
                "agreements": shipped.agreements(),
            }
            | changes
        ),
    )


def code(action, *args, **kwargs):
    with pytest.raises(SealaneError) as caught:
        action(*args, **kwargs)
    return caught.value.code


def test_arrival_finds_the_record_that_was_made_at_sealing():
    assert arrive(DATA) == TOLD.record
    assert len(DATA) == TOLD.size
    assert set(TOLD.record["key_access"]) == {"AUS", "JPN"}


def test_both_shares_open_it_and_each_nation_gives_its_own_from_its_own_record():
    view = key_parts.manifest_of(io.BytesIO(DATA))
    theirs = key_parts.provider_share(AUS, ROW)
    own = key_parts.own_share(JPN, view, ROW)
    assert view.digest_for("AUS") == served_key_access(ROW, "AUS")
    sink = io.BytesIO()
    claims = containers.unpack(
        io.BytesIO(DATA),
        join([theirs, own]),
        sink,
        provider=AUS.card,
        held=key_parts.ItemTerms.of(ROW),
    )
    assert (sink.getvalue(), claims.proven) == (TEXT, True)
    for half in (theirs, own):
        assert (
            code(
                containers.unpack,
                io.BytesIO(DATA),
                half,
                io.BytesIO(),
                provider=AUS.card,
                held=key_parts.ItemTerms.of(ROW),
            )
            == "container.integrity"
        )


def test_a_node_that_is_no_party_has_no_share():
    assert (
        code(key_parts.own_share, USA, key_parts.manifest_of(io.BytesIO(DATA)), ROW)
        == "key.no_share"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"agreement_digest": "00" * 48},
        {"agreement": "jpn-aus-2007"},
        {"policy_uuid": "00000000-0000-4000-8000-000000000000"},
        {"label": LABEL.as_json() | {"classification": "OFFICIAL"}},
    ],
)
def test_a_share_leaves_only_under_the_terms_it_was_sealed_with(change):
    assert (
        code(
            key_parts.own_share,
            JPN,
            key_parts.manifest_of(io.BytesIO(DATA)),
            replace(ROW, **change),
        )
        == "key.unwrap_failed"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"agreement": ("jpn-aus-2022", "00" * 48)},
        {"policy_uuid": "other"},
        {"label": label_from_json(LABEL.as_json() | {"classification": "OFFICIAL"})},
    ],
)
def test_a_container_under_other_terms_than_the_offer_states_is_refused(change):
    assert code(arrive, DATA, **change) == "container.other_terms"


def test_a_container_of_another_nation_is_refused():
    assert code(arrive, DATA, partner=USA) == "jws.unknown_key"


def test_a_container_for_another_nation_is_refused():
    other, told, _ = packed(partner=USA.card)
    assert code(arrive, other, policy_uuid=told.policy_uuid) == "container.foreign_service"


def test_segments_swapped_in_transit_are_seen_on_arrival():
    def swap(payload, manifest):
        list_of(manifest)["segments"].reverse()
        return payload[:-1] + bytes([payload[-1] ^ 1]), manifest

    assert code(arrive, changed(DATA, swap)) in ("container.seal_mismatch", "container.integrity")


def test_a_suite_that_has_ended_is_neither_sealed_nor_accepted():
    late = replace(AUS, host=Clock("2031-01-01T00:00:00Z"))
    assert (
        code(
            containers.pack,
            late,
            io.BytesIO(b"x"),
            io.BytesIO(),
            replace(DOCUMENT, profile="interop"),
            partner=JPN.card,
            agreements=shipped.agreements(),
        )
        == "container.suite_not_allowed"
    )
    old, told, _ = packed(profile="interop")
    assert (
        code(
            arrive,
            old,
            node=replace(JPN, host=Clock("2031-01-01T00:00:00Z")),
            policy_uuid=told.policy_uuid,
        )
        == "container.suite_not_allowed"
    )


def test_a_node_seals_for_itself_with_one_part():
    data, told, row = packed(partner=None, agreement=None)
    row = replace(row, agreement="", agreement_digest="")
    share = key_parts.own_share(AUS, key_parts.manifest_of(io.BytesIO(data)), row)
    sink = io.BytesIO()
    containers.unpack(
        io.BytesIO(data), share, sink, provider=AUS.card, held=key_parts.ItemTerms.of(row)
    )
    assert sink.getvalue() == TEXT
    assert set(told.record["key_access"]) == {"AUS"}


def test_an_interop_container_has_one_part_that_the_provider_alone_opens():
    data, _, row = packed(profile="interop")
    view = key_parts.manifest_of(io.BytesIO(data))
    assert served_key_access(row, "AUS") == view.digest_for("AUS")
    sink = io.BytesIO()
    containers.unpack(
        io.BytesIO(data),
        key_parts.provider_share(AUS, row),
        sink,
        provider=AUS.card,
        held=key_parts.ItemTerms.of(row),
    )
    assert sink.getvalue() == TEXT
    assert code(key_parts.own_share, JPN, view, row) == "key.unwrap_failed"


def test_a_rewrap_moves_the_item_to_another_suite_and_names_the_old_seal():
    view = key_parts.manifest_of(io.BytesIO(DATA))
    dek = join([key_parts.provider_share(AUS, ROW), key_parts.own_share(JPN, view, ROW)])
    sink = io.BytesIO()
    told = containers.repack(AUS, io.BytesIO(DATA), sink, dek=dek, partner=JPN.card, suite="X-Wing")
    assert told.record["supersedes"] == TOLD.record["seal"]
    assert arrive(sink.getvalue()) == told.record
    found = key_parts.manifest_of(io.BytesIO(sink.getvalue())).container
    assert {kao.suite for kao in found.manifest.key_access} == {"X-Wing"}
    assert (
        container.combine(
            found,
            {
                node.party: key_parts.own_share(node, key_parts.KeyAccessView(container=found), ROW)
                for node in (AUS, JPN)
            },
        )
        == dek
    )


def test_several_partners_get_one_document_each_under_a_key_that_the_others_have_not():
    cards, sinks = [JPN.card, USA.card], [io.BytesIO(), io.BytesIO()]
    source = io.BytesIO(TEXT)
    made = containers.pack_several(
        AUS, source, list(zip(sinks, cards, strict=True)), DOCUMENT, agreements=shipped.agreements()
    )
    assert {one.document for one in made} == {hashlib.sha384(TEXT).hexdigest()}
    for member in ("container", "policy_uuid"):
        assert len({getattr(one, member) for one in made}) == 2
    for member in ("aggregate", "seal", "policy"):
        assert len({one.record[member] for one in made}) == 2
    assert [set(one.record["key_access"]) for one in made] == [{"AUS", "JPN"}, {"AUS", "USA"}]
    for sink, other in zip(sinks, reversed(cards), strict=True):
        assert other.kas_url.encode() not in sink.getvalue()
    for node, one, sink in zip((JPN, USA), made, sinks, strict=True):
        about = {"label": LABEL, "agreement": AGREEMENT, "policy_uuid": one.policy_uuid}
        found = containers.verify_arrival(
            node, io.BytesIO(sink.getvalue()), partner=AUS.card, **about
        )
        assert found == one.record


def test_a_document_that_grew_while_several_were_sealed_reaches_nobody():
    wanted = [(io.BytesIO(), JPN.card), (io.BytesIO(), USA.card)]
    document = replace(DOCUMENT, size=len(TEXT) - 1)
    seal = functools.partial(containers.pack_several, AUS, io.BytesIO(TEXT), wanted, document)
    assert code(seal) == "seal.source_changed"
