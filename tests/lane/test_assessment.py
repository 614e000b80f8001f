"""The pack for a partner's inspection: what it shows, what it never holds, and that nobody can make
or change one.
"""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sealane.base import canonical
from sealane.base.errors import SealaneError
from sealane.crypto import jws
from sealane.ledger.log.policy import parse_policy
from sealane.ledger.proofs import archive, assessment
from sealane.ledger.proofs.assessment import MANIFEST, TYP, AssessmentPins
from sealane.registry.inventory_records import LineState
from sealane.services.custody import ending
from sealane.services.inspection import assessment as pack
from sealane.services.inspection import counting
from sealane.services.inspection.counting import CountAsked
from sealane.services.ledgers.at_hand import LedgersAtHand
from sealane.services.register import enrolment
from sealane.services.register.acts import Actor
from sealane.wiring.office import ledgers_of
from tests import nations, nations_three
from tests.lane import several
from tests.lane.copied import accepted, copied
from tests.lane.dialogue import officers
from tests.lane.within import AUDITOR, CLERK, Typed, one_more, typing
from tests.nations import AGREEMENT, Pair

TITLE = "Fleet movements"


def ledgers(pair: Pair, party: str) -> LedgersAtHand:
    """A node's ledgers, its partner reached over the pair's line."""
    site = pair.sites[party]
    return replace(ledgers_of(site), peer=lambda other, name: nations.peer_of(pair, other, name))


def made(pair: Pair, **asked: Any) -> bytes:
    """Japan's pack for Australia."""
    pair.rounds(2)
    by = Actor(AUDITOR)
    return pack.exported(pair.jpn, ledgers(pair, "JPN"), "AUS", by=by, **asked)[0]


def story(pair: Pair) -> tuple[str, str]:
    """Two items at Japan; of one a copy was destroyed, of the other one is missing."""
    officers(pair)
    item = accepted(pair, title=TITLE)
    other = accepted(pair, reference="other", title=TITLE)
    copied(pair, item)
    pair.settle(2)
    ending.destroy(pair.jpn, item, CLERK, number=2)
    by = Actor(CLERK)
    number = counting.open_inventory(pair.jpn, CountAsked(assigned=CLERK), by=by)["id"]
    present = LineState.PRESENT
    counting.tick(pair.jpn, number, item, 1, present, by=by)
    counting.close(pair.jpn, number, by=by)
    pair.settle(2)
    return item, other


def code_of(work: Any) -> str:
    with pytest.raises(SealaneError) as caught:
        work()
    return caught.value.code


def test_a_pack_shows_registers_counts_logs_inventories_and_incidents(pair: Pair) -> None:
    item, other = story(pair)
    told = assessment.verify(made(pair))
    assert (told["verified"], told["by"], told["for"], told["trust"]) == (
        True,
        "JPN",
        "AUS",
        "keys inside the file",
    )
    assert [one["id"] for one in told["items"]] == [item, other]
    assert (told["unproven"], told["unlisted"]) == ([], [])
    assert {(one["item"], one["number"], one["state"]) for one in told["copies"]} == {
        (item, 1, "held"),
        (item, 2, "destroyed"),
        (other, 1, "held"),
    }
    (inventory,) = told["inventories"]
    states = {(one["item"], one["copy"]): one["state"] for one in inventory["lines"]}
    assert states == {(item, 1): "present", (other, 1): "missing"}
    (incident,) = told["incidents"]
    assert (incident["items"], incident["proven"]) == ([other], True)
    counts = told["counts"]
    assert (counts["items"], counts["items.received"], counts["copies.destroyed"]) == (2, 2, 1)
    assert counts["entries"] == sum(told["entries"].values())
    assert told["entries"]["statement.copy.destroyed"] == 1
    (log,) = [one for one in told["logs"] if one["agreement"] == AGREEMENT]
    assert log["cosigned_by"] == ["AUS"]


def test_a_pack_holds_no_content_no_title_no_label_and_no_person(pair: Pair) -> None:
    story(pair)
    data = made(pair)
    whole = b"".join(archive.unpack(data).values()) + jws.peek(archive.unpack(data)[MANIFEST])
    with pair.jpn.store.reading() as tx:
        people = [str(one) for one in pair.jpn.records.people.column(tx, "id")]
    for word in (TITLE, "harbour", "Releasable", *people):
        assert word.encode() not in whole, word


def test_what_is_typed_exits_with_its_code_and_the_file_verifies_without_a_node(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    typed: Typed = typing(pair, monkeypatch)
    item = accepted(pair)
    pair.rounds(2)
    out = tmp_path / "out.assessment"
    monkeypatch.setattr(
        "sealane.wiring.office.ledgers_of", lambda _: ledgers(pair, "JPN"), raising=True
    )
    for words, person, status, code in (
        (("--for", "AUS"), None, 2, "usage.person"),
        (("--for", "AUS"), "nobody", 1, "person.unknown"),
        (("--for", "USA"), AUDITOR, 4, "partner.unknown"),
        (("--for", "AUS"), CLERK, 1, "person.duty"),
        (("--for", "AUS", "--agreement", "none"), AUDITOR, 4, "ledger.no_partner"),
    ):
        found = typed("JPN", "assess", "export", str(out), *words, person=person)
        assert (found[0], found[1]["error"]["code"]) == (status, code), words
        assert not out.exists()
    status, told = typed("JPN", "assess", "export", str(out), "--for", "AUS", person=AUDITOR)
    assert (status, told["out"], [one["id"] for one in told["items"]]) == (0, str(out), [item])
    assert typed("JPN", "duty", "list", person=AUDITOR)[1]["error"]["code"] == "person.duty"
    card = tmp_path / "card.json"
    card.write_bytes(enrolment.card_statement(pair.jpn))
    for more in ((), ("--card", str(card))):
        status, told = verified(str(out), *more)
        assert (status, told["verified"], told["trust"]) == (
            0,
            True,
            "pinned" if more else "keys inside the file",
        )
    (tmp_path / "other.json").write_bytes(enrolment.card_statement(pair.aus))
    status, told = verified(str(out), "--card", str(tmp_path / "other.json"))
    assert (status, told["error"]["code"]) == (1, "assess.pins")
    (tmp_path / "no.assessment").write_bytes(b"PK")
    status, told = verified(str(tmp_path / "no.assessment"))
    assert (status, told["error"]["code"]) == (2, "assess.not_assessment")
    with pair.jpn.store.reading() as tx:
        kinds = pair.jpn.records.entry_refs.column(tx, "kind")
    assert kinds.count("assessment.exported") == 1


def verified(*words: str) -> tuple[int, Any]:
    from click.testing import CliRunner

    from sealane.cli.main import cli

    ran = CliRunner().invoke(cli, ["assess", "verify", *words, "--json"])
    return ran.exit_code, json.loads(ran.stdout)


def test_no_single_byte_can_be_changed_added_or_left_out(pair: Pair) -> None:
    story(pair)
    data = made(pair)
    rng = random.Random(7)
    structure = [at for at in range(len(data)) if at < 400 or at > len(data) - 1200]
    places = rng.sample(structure, 120) + rng.sample(range(len(data)), 120)
    for at in places:
        for wrong in (
            data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :],
            data[:at] + data[at + 1 :],
            data[:at] + b"\x00" + data[at:],
        ):
            if wrong != data:
                code = code_of(lambda wrong=wrong: assessment.verify(wrong))
                assert code in ("assess.altered", "assess.not_assessment"), at
    for wrong in (data + b"\x00", data[:-1], b"", b"PK", data + data):
        code_of(lambda wrong=wrong: assessment.verify(wrong))


@pytest.mark.deep
def test_each_byte_flipped_is_refused(pair: Pair) -> None:
    accepted(pair)
    data = made(pair)
    for at in range(len(data)):
        wrong = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        assert code_of(lambda wrong=wrong: assessment.verify(wrong)).startswith("assess.")


def remade(data: bytes, pair: Pair, *, signer: str = "JPN", **changes: Any) -> bytes:
    """A pack made again with other members or claims, digests fitting: what a forger would do.

    Args:
        changes: of the manifest; `members` of the rest.
    """
    members = dict(archive.unpack(data))
    manifest: Any = canonical.decode(jws.peek(members.pop(MANIFEST)))
    members |= changes.pop("members", {})
    node = pair.line.nodes[signer]
    signers = node.keys.signers("statement")
    manifest["keys"] = [one.public.as_json() for one in signers]
    manifest |= {"files": {name: canonical.sha384(one) for name, one in members.items()}}
    manifest |= changes
    signed = jws.sign(canonical.encode(manifest), signers, typ=TYP)
    return archive.pack({MANIFEST: signed, **{name: members[name] for name in sorted(members)}})


def test_a_pack_that_was_made_again_by_a_forger_is_refused(pair: Pair) -> None:
    item, _ = story(pair)
    data = made(pair)
    members = archive.unpack(data)
    assert assessment.verify(remade(data, pair))["verified"]
    log = f"logs/{AGREEMENT}/entries"
    lines = members[log].split(b"\n")
    registers = {
        name: canonical.decode(members[f"registers/{name}.json"]) for name in assessment.REGISTERS
    }

    def register(name: str, rows: Any) -> dict[str, bytes]:
        return {f"registers/{name}.json": canonical.encode({name: rows})}

    items: Any = registers["items"]["items"]  # type: ignore[index]
    copies: Any = registers["copies"]["copies"]  # type: ignore[index]
    cases: Any = registers["cases"]["cases"]  # type: ignore[index]
    forged = {
        "an entry left out": {"members": {log: b"\n".join(lines[1:])}},
        "two entries swapped": {"members": {log: b"\n".join([lines[1], lines[0], *lines[2:]])}},
        "an entry more": {"members": {log: b"\n".join([lines[0], *lines])}},
        "no last line end": {"members": {log: members[log][:-1]}},
        "another nation": {"by": "AUS"},
        "another node": {"node": "canberra.aus.example"},
        "for another nation": {"for": "USA"},
        "another format": {"format": "sealane-assessment/v0"},
        "another member": {"note": "trust me"},
        "no log of the agreement": {"logs": []},
        "an item twice": {"members": register("items", [*items, items[0]])},
        "an item left out": {
            "members": register("items", [one for one in items if one["id"] != item])
        },
        "a title": {"members": register("items", [{**one, "title": "x"} for one in items])},
        "a copy of an unknown item": {
            "members": register("copies", [{**copies[0], "item": "USA-2026-000001"}, *copies[1:]])
        },
        "a copy left out": {"members": register("copies", copies[1:])},
        "a case of others": {
            "members": register("cases", [{**one, "with": "USA"} for one in cases])
        },
        "a register of another form": {"members": {"registers/items.json": b"[]"}},
        "one member more": {"members": {"registers/notes.json": b"{}"}},
    }
    for what, changes in forged.items():
        wrong = remade(data, pair, **changes)
        assert code_of(lambda wrong=wrong: assessment.verify(wrong)) == "assess.altered", what
    # another nation's keys under this nation's name: what was enrolled says whose they are
    stolen = remade(data, pair, signer="AUS")
    card = pair.jpn.own_card()
    pinned = AssessmentPins(card=(card.party, card.node, card.statement))
    assert code_of(lambda: assessment.verify(stolen, pinned)) == "assess.pins"
    assert assessment.verify(data, pinned)["trust"] == "pinned"


def test_what_a_reader_trusts_must_have_signed(pair: Pair) -> None:
    accepted(pair)
    data = made(pair)
    members = archive.unpack(data)
    policy = parse_policy(members[f"logs/{AGREEMENT}/policy"])
    pinned = AssessmentPins(policies=[policy], vkeys=[*policy.logs, *policy.witnesses.values()])
    assert assessment.verify(data, pinned)["trust"] == "pinned"
    pair.rounds(2)
    theirs = pack.exported(pair.aus, ledgers(pair, "AUS"), "JPN", by=Actor("aus.auditor"))[0]
    other = parse_policy(archive.unpack(theirs)[f"logs/{AGREEMENT}/policy"])
    for wrong in (AssessmentPins(policies=[other]), AssessmentPins(vkeys=[other.logs[0]])):
        assert code_of(lambda wrong=wrong: assessment.verify(data, wrong)) == "assess.pins"


def test_the_provider_s_pack_tells_what_it_gave_and_no_copy_of_its_own(pair: Pair) -> None:
    item = accepted(pair)
    pair.rounds(2)
    data = pack.exported(pair.aus, ledgers(pair, "AUS"), "JPN", by=Actor("aus.auditor"))[0]
    told = assessment.verify(data)
    assert [(one["id"], one["direction"]) for one in told["items"]] == [(item, "given")]
    assert (told["copies"], told["facilities"]) == ([], [])


def test_a_third_nation_s_items_do_not_show(three: nations_three.Three) -> None:
    both = several.share(three)
    usa = several.share(three, to=("USA",), reference="usa")
    three.settle(2)
    auditor = Actor(one_more(three.aus, "aus.auditor", "aus.inspector"))
    for party, names in (("JPN", {both}), ("USA", {both, usa})):
        site = three.sites["AUS"]
        three.rounds(3)
        held = replace(
            ledgers_of(site),
            peer=lambda other, name: three.peer("AUS", other, name),
        )
        data, _ = pack.exported(
            three.aus, held, party, agreement=nations_three.TRILATERAL, by=auditor
        )
        told = assessment.verify(data)
        assert {one["id"] for one in told["items"]} == names
        assert told["unlisted"] == []
        whole = b"".join(archive.unpack(data).values())
        if party == "JPN":
            assert usa.encode() not in whole
            assert b'"USA"' not in b"".join(
                one for name, one in archive.unpack(data).items() if name.startswith("registers/")
            )
