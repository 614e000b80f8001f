"""The release desk below its pages: forms that are kept, previews that come true, answers to what
is unusual, and the queue.

Spec: docs/console.md §The release desk; R26, R30, R35.
"""

from __future__ import annotations

import io
import itertools
import json
from dataclasses import replace
from typing import Any

import pytest

from sealane.base.errors import SealaneError
from sealane.office import stated
from sealane.office.operation import NodeOffice, OfficeQuestion
from sealane.office.table import OPERATIONS
from sealane.services.audit.reconcile import directory_rows
from sealane.services.exchange import (
    outbox,
    recall,
    release,
    release_forms,
    release_preview,
    signature,
)
from sealane.services.register import directory
from sealane.services.register.acts import Actor
from tests import engines, nations, nations_three
from tests.lane import several
from tests.lane.made import code_of, staff, told

TEXT = b"harbour survey, page one"
OFFICER, OTHER = Actor("aus.release"), Actor("aus.release2")
TERMS = {
    "to": ["JPN"],
    "agreement": nations.AGREEMENT,
    "purpose": "assessment",
    "area": "maritime",
}


def asked(
    node: Any, name: str, by: Actor = OFFICER, /, *, match: str | None = None, **says: Any
) -> Any:
    """What an operation of the office answers."""
    operation = OPERATIONS[name]
    given = {key.replace("_", "-"): value for key, value in says.items()}
    question = OfficeQuestion(
        says=stated.read(operation, given), stated=frozenset(given), match=match
    )
    office = NodeOffice(node=node, deliver=lambda item: outbox.deliver_due(node, item=item))
    return operation.do(office, by, question)


def kept(node: Any, **says: Any) -> dict[str, Any]:
    return dict(asked(node, "desk.keep", **{"kind": "draft", "name": "n", "terms": TERMS, **says}))


def version(form: dict[str, Any]) -> str:
    of = OPERATIONS["desk.show"].version
    assert of is not None
    return of(form)


@pytest.fixture
def officers(pair):
    staff(pair.aus, "aus.release2", "release-officer")
    return pair


def test_a_draft_is_its_officer_s_alone_and_templates_and_lists_are_all_officers(officers):
    node = officers.aus
    draft = kept(node)
    assert (draft["by"], draft["state"], draft["terms"]) == ("aus.release", "kept", TERMS)
    for name, says in (
        ("desk.show", {}),
        ("desk.change", {"abandon": True}),
    ):
        code = code_of(lambda n=name, s=says: asked(node, n, OTHER, form=draft["id"], **s))
        assert code == code_of(lambda n=name, s=says: asked(node, n, OTHER, form="F-9", **s))
        assert code == "desk.unknown"
    assert asked(node, "desk.forms", OTHER, kind="draft")["forms"] == []
    for kind in ("template", "list"):
        made = kept(node, kind=kind, name="Maritime")
        assert asked(node, "desk.forms", OTHER, kind=kind)["forms"] == [made]
        changed = asked(node, "desk.change", OTHER, form=made["id"], name="Exercises")
        assert (changed["by"], changed["changed_by"]) == ("aus.release", "aus.release2")


def test_a_form_is_edited_on_the_version_that_was_read_and_nothing_is_lost(officers):
    node = officers.aus
    made = kept(node, kind="list")
    seen = version(made)
    first = asked(node, "desk.change", match=seen, form=made["id"], name="first")
    assert (
        code_of(
            lambda: asked(node, "desk.change", OTHER, match=seen, form=made["id"], name="second")
        )
        == "edit.stale"
    )
    assert asked(node, "desk.show", form=made["id"]) == first
    over = asked(node, "desk.change", match=version(first), form=made["id"], abandon=True)
    assert over["state"] == "abandoned"
    assert asked(node, "desk.show", form=made["id"]) == over
    assert code_of(lambda: asked(node, "desk.change", form=made["id"], name="x")) == "desk.over"
    assert asked(node, "desk.forms", kind="list")["forms"] == []
    assert asked(node, "desk.forms", kind="list", state="abandoned")["forms"] == [over]
    entries = [one for one in told(node, "release.form_kept") if one["object"] == made["id"]]
    assert [one["state"] for one in entries] == ["kept", "kept", "abandoned"]
    assert len({one["record"] for one in entries}) == 3
    assert {one["actor"] for one in entries} == {"aus.release"}


def test_only_a_release_officer_keeps_forms_and_no_term_is_taken_that_a_release_is_not(officers):
    node = officers.aus
    for name, says in (
        ("desk.forms", {"kind": "draft"}),
        ("desk.keep", {"kind": "draft", "name": "n"}),
    ):
        code = code_of(lambda n=name, s=says: asked(node, n, Actor("aus.second"), **s))
        assert code == "person.duty"
    for terms in ({"file": "x"}, {"to": "JPN"}, {"reference": "r"}, {"kind": "gossip"}):
        assert code_of(lambda t=terms: kept(node, terms=t)) == "api.stated"
    assert code_of(lambda: kept(node, name="   ")) == "desk.name"


def test_forms_come_in_pages_the_oldest_first_and_none_twice(officers):
    node = officers.aus
    made = []
    for number in range(5):
        made.append(kept(node, name=f"d{number}")["id"])
        officers.clock.pass_(1)
    kept(node, kind="template")
    found, after = [], None
    for _ in range(3):
        page = {} if after is None else {"after": after}
        answer = asked(node, "desk.forms", kind="draft", limit=2, **page)
        found += [one["id"] for one in answer["forms"]]
        after = answer["after"]
    assert (found, after) == (made, None)


def test_no_form_s_id_tells_how_many_there_are_and_no_officer_keeps_them_without_end(
    officers, monkeypatch
):
    node = officers.aus
    names = [kept(node, name=f"d{number}")["id"].rsplit("-", 1)[1] for number in range(4)]
    apart = {int(one, 16) - int(other, 16) for one, other in itertools.pairwise(names)}
    assert len(apart) == 3
    assert 1 not in apart
    monkeypatch.setattr(release_forms, "KEPT_MOST", 4)
    assert code_of(lambda: kept(node)) == "desk.full"
    assert asked(node, "desk.keep", OTHER, kind="draft", name="n")["by"] == "aus.release2"
    assert kept(node, kind="list")["kind"] == "list"
    first = asked(node, "desk.forms", kind="draft")["forms"][0]
    asked(node, "desk.change", form=first["id"], abandon=True)
    assert kept(node)["state"] == "kept"


def test_a_form_changed_by_hand_is_nobody_s_and_is_found(officers):
    node = officers.aus
    made = kept(node, kind="list")
    for text in (
        'UPDATE release_forms SET terms = \'{"to": ["USA"]}\'',
        "UPDATE release_forms SET changed_by = 'aus.second'",
    ):
        with node.store.writing() as tx:
            engines.by_hand(tx, text)
        assert code_of(lambda: asked(node, "desk.show", form=made["id"])) == "directory.altered"
        assert asked(node, "desk.forms", kind="list")["forms"] == []
        with node.store.reading() as tx:
            assert [one.about["name"] for one in directory_rows(node, tx)] == [made["id"]]


def send(node: Any, by: Actor = OFFICER, **says: Any) -> dict[str, Any]:
    operation = OPERATIONS["releases.make"]
    stated_terms = {
        "label": nations.LABEL,
        "originator": "aus.analyst",
        "project": nations.PROJECT,
        **TERMS,
        **says,
    }
    question = OfficeQuestion(
        says=stated.read(operation, stated_terms), file=io.BytesIO(TEXT), file_name="s.txt"
    )
    office = NodeOffice(node=node, deliver=lambda item: outbox.deliver_due(node, item=item))
    return dict(operation.do(office, replace(by, second=Actor("aus.second")), question))


def test_a_draft_becomes_one_item_and_no_second_one(officers):
    node = officers.aus
    draft = kept(node)["id"]
    item = send(node, draft=draft, reference="r-1")["item"]
    sent = asked(node, "desk.show", form=draft)
    assert (sent["state"], sent["item"]) == ("sent", item)
    assert send(node, draft=draft, reference="r-1")["item"] == item
    assert code_of(lambda: send(node, draft=draft, reference="r-2")) == "desk.over"
    assert code_of(lambda: send(node, draft=draft)) == "desk.over"
    assert code_of(lambda: send(node, OTHER, draft=draft)) == "desk.unknown"
    assert several.items(node) == [item]
    # what all begin with stays what it is
    template = kept(node, kind="template")["id"]
    send(node, draft=template)
    assert asked(node, "desk.show", form=template)["state"] == "kept"


def test_what_is_unusual_waits_for_an_answer_that_the_ledger_binds(officers):
    node = officers.aus
    with pytest.raises(SealaneError) as caught:
        send(node, **{"ask-first": True})
    assert caught.value.code == "release.unanswered"
    codes = [one["code"] for one in (caught.value.details or {})["warnings"]]
    assert "release.new_recipient" in codes
    assert several.items(node) == []
    assert told(node, "release.answered") == []
    item = send(node, **{"ask-first": True, "answer": "asked for by their liaison"})["item"]
    (entry,) = told(node, "release.answered")
    assert (entry["object"], entry["actor"]) == (item, "aus.release")
    assert "release.new_recipient" in entry["lacking"]
    assert b"liaison" not in json.dumps(entry).encode()
    (shown,) = asked(node, "desk.queue", shelf="sent")["releases"]
    assert [one["text"] for one in shown["remarks"]] == ["asked for by their liaison"]
    # nobody is asked who does not want to be
    other = send(node, title="again")["warnings"]
    assert [one["code"] for one in other] == ["release.duplicate"]


def test_an_ordinary_release_asks_nothing(officers):
    node = officers.aus
    send(node, answer="the first")
    operation = OPERATIONS["releases.make"]
    says = stated.read(
        operation,
        {
            **TERMS,
            "label": nations.LABEL,
            "originator": "aus.analyst",
            "project": nations.PROJECT,
            "ask-first": True,
        },
    )
    office = NodeOffice(node=node, deliver=lambda _: ())
    made = operation.do(office, OFFICER, OfficeQuestion(says=says, file=io.BytesIO(b"another")))
    assert made["warnings"] == []
    assert len(told(node, "release.answered")) == 1


def preview(node: Any, **changes: Any) -> dict[str, Any]:
    return dict(
        asked(
            node,
            "desk.preview",
            **{
                **TERMS,
                "label": nations.LABEL,
                "originator": "aus.analyst",
                "project": nations.PROJECT,
                **changes,
            },
        )
    )


def blocked_one(pair) -> None:
    """One more person of Japan's who is named for the project and holds no clearance."""
    with pair.jpn.store.reading() as tx:
        sato = pair.jpn.person(tx, "jpn.sato")
    directory.enter(pair.jpn, {**sato, "id": "jpn.aoki", "post": "Annex", "clearances": []})
    directory.enter(pair.jpn, {**sato, "id": "jpn.baba"})


def test_a_preview_counts_posts_people_and_who_is_kept_out_and_by_which_clause(pair):
    blocked_one(pair)
    found = preview(pair.aus)
    (one,) = found["recipients"]
    assert one["readers"]["posts"] == ["Maritime desk"]
    assert one["readers"]["people"] == 2
    assert sum(each["people"] for each in one["readers"]["blocked"]) >= 1, one["readers"]
    assert all(each["text"] and each["text_ja"] for each in one["readers"]["blocked"])
    assert b"aoki" not in json.dumps(found).encode()
    assert b"Annex" not in json.dumps(found).encode()
    assert (one["permit"], one["waits"], one["old"]) == (True, True, False)
    assert one["assurance"]["at"]
    assert found["question"]["project"] == nations.PROJECT
    assert several.items(pair.aus) == []


def test_each_number_is_about_this_very_question_and_asked_anew_when_old(pair):
    first = preview(pair.aus)["recipients"][0]["readers"]
    assert first["people"] == 1
    other = preview(pair.aus, project="another")["recipients"][0]["readers"]
    assert (other["people"], other["blocked"]) == (0, [])
    pair.clock.pass_(3600)
    assert preview(pair.aus)["recipients"][0]["readers"] == first
    blocked_one(pair)
    pair.clock.pass_(24 * 3600)
    anew = preview(pair.aus)["recipients"][0]["readers"]
    assert anew["people"] == 2
    assert anew["as_of"] > first["as_of"]
    pair.line.down.add("JPN")
    pair.clock.pass_(25 * 3600)
    (away,) = preview(pair.aus)["recipients"]
    assert (away["readers"], away["old"]) == (anew, True)


def test_one_partner_is_not_asked_without_end_while_somebody_composes(pair):
    def questions() -> int:
        with pair.aus.store.reading() as tx:
            return len(
                pair.aus.records.statements.find(
                    tx, order="kept", type="assurance.request", by="AUS", limit=1000
                )
            )

    for number in range(40):
        preview(pair.aus, project=f"p{number}")
    assert questions() == 20
    pair.clock.pass_(61)
    preview(pair.aus, project="p41")
    preview(pair.aus, project="p41")
    assert questions() == 21


@pytest.fixture
def three(template, tmp_path, pair):
    made = nations_three.build(template, tmp_path / "three", pair.clock)
    nations_three.staff(made)
    yield made
    made.close()


@pytest.mark.parametrize("away", [(), ("USA",)])
def test_what_is_foreseen_of_each_recipient_is_what_is_then_decided(three, away):
    asked_of = several.wanted(three, second=None, each=True, to=("JPN", "USA"))
    three.line.down.update(away)
    foreseen = release_preview.preview(three.aus, asked_of)
    assert [one.to for one in foreseen.recipients] == ["JPN", "USA"]
    released = release.release(three.aus, asked_of, io.BytesIO(TEXT))
    for before, after in zip(foreseen.recipients, released.transfers, strict=True):
        assert (after.state == "refused") == bool(before.unmet), before.to
        if after.state != "refused":
            assert after.readers.posts == before.readers.posts
            assert after.readers.blocked == before.readers.blocked
    assert {one.code for one in foreseen.warnings} == {one.code for one in released.warnings}


def waiting(pair, **changes: Any) -> str:
    terms = {"second": None, "reference": None, "reason": "they asked for it", **changes}
    return release.release(pair.aus, nations.wanted(pair.aus, **terms), io.BytesIO(TEXT)).item


def test_the_queue_is_found_by_query_in_pages_the_oldest_first(pair):
    made = [waiting(pair, title=f"t{number}") for number in range(5)]
    signature.send_back(pair.aus, made[1], "aus.second", reason="which survey?")
    release.countersign(pair.aus, made[2], "aus.second")
    recall.recall(pair.aus, made[3], reason="r", person="aus.analyst")

    def shelf(name: str, **page: Any) -> tuple[list[str], Any]:
        answer = asked(pair.aus, "desk.queue", Actor("aus.second"), shelf=name, **page)
        return [one["id"] for one in answer["releases"]], answer

    assert shelf("waiting")[0] == [made[0], made[4]]
    first, answer = shelf("waiting", limit=1)
    assert first == [made[0]]
    assert shelf("waiting", limit=1, after=answer["after"])[0] == [made[4]]
    assert answer["counts"] == {"waiting": 2, "held": 1}
    held, answer = shelf("held")
    assert held == [made[1]]
    said = [(one["by"], one["text"]) for one in answer["releases"][0]["remarks"]]
    assert said == [("aus.release", "they asked for it"), ("aus.second", "which survey?")]
    assert shelf("sent")[0] == [made[3], made[2]]
    assert shelf("sent", limit=1)[0] == [made[3]]
    assert shelf("sent", limit=1, after=made[3])[0] == [made[2]]
