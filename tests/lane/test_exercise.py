"""An exercise: invented nations do the whole main job among themselves, and nothing passes between
them and what is real. Spec: spec/exercise.md.
"""

from __future__ import annotations

import io
from typing import Any

import pytest
from click.testing import CliRunner

from sealane import shipped
from sealane.agreements.parse import parse_agreement
from sealane.base.errors import SealaneError
from sealane.base.exercise import MARK, MARK_JA, is_exercise
from sealane.cli.main import cli
from sealane.labels.model.label import label_from_json
from sealane.ledger import bodies
from sealane.services import dispatch
from sealane.services.exchange import arrival, recall
from sealane.services.packs import exporting, importing
from sealane.services.register import enrolment
from sealane.services.register.acts import OPERATOR
from sealane.services.statements.journal import compose
from sealane.settings import Settings
from tests import nations
from tests.lane import drill as drills
from tests.lane.drill import Drill
from tests.lane.made import code_of
from tests.nations import PASSPHRASE, Pair


def test_the_whole_main_job_is_done_among_invented_nations(drill: Drill) -> None:
    item = drills.accepted(drill)
    assert drills.read(drill, item) == b"tide"
    recall.recall(drill.zza, item, reason="error", person="zza.release")
    drill.settle()
    assert code_of(lambda: drills.read(drill, item)) == "decision.refused"
    with drill.zzb.store.reading() as tx:
        assert drill.zzb.item(tx, item).handle_as == "訓練 訓練 訓練 黒曜"


@pytest.mark.parametrize("scheme", sorted(shipped.schemes(exercise=True)))
def test_no_mark_of_an_exercise_can_be_taken_for_a_real_one(scheme: str) -> None:
    real = {
        word
        for one in shipped.schemes().values()
        for level in one.levels
        for word in (level.name, *(mark for marks in level.marks.values() for mark in marks))
    }
    for level in shipped.schemes(exercise=True)[scheme].levels:
        assert level.name.startswith(("EXERCISE EXERCISE EXERCISE ", "訓練 訓練 訓練 "))
        assert not any(word and word in level.name.split()[3:] for word in real)
    assert not set(shipped.schemes()) & set(shipped.schemes(exercise=True))
    assert not any(is_exercise(one) for one in shipped.schemes())


def test_neither_takes_the_others_card(drill: Drill, pair: Pair) -> None:
    for one, other in ((drill.zza, pair.aus), (pair.aus, drill.zza)):
        card = enrolment.card_statement(other)
        assert code_of(lambda one=one, card=card: enrolment.enrol(one, card)) == "exercise.mixed"
        with one.store.reading() as tx:
            assert one.records.partners.get(tx, party=other.party) is None


def test_neither_hears_the_others_word(drill: Drill, pair: Pair) -> None:
    def said(speaker: Any, to: str, agreement: str) -> bytes:
        with speaker.store.reading() as tx:
            digest = str(speaker.agreement_row(tx, agreement).digest)
        body = bodies.CaseSaid(case="X-1", follows="0" * 96, event="e", form={}, items=())
        return compose(speaker, body, to=to, agreement=(agreement, digest), item=None).data

    for hearer, word in (
        (pair.aus, said(drill.zza, "AUS", drills.AGREEMENT)),
        (drill.zza, said(pair.aus, "ZZA", nations.AGREEMENT)),
    ):
        with pytest.raises(SealaneError) as caught:
            dispatch.answer(hearer, word)
        assert caught.value.code == "exercise.mixed"
        with pytest.raises(SealaneError) as caught:
            arrival.judge(hearer, word)
        assert caught.value.code in ("exercise.mixed", "statement.wrong_type")


def test_neither_takes_the_others_pack(drill: Drill, pair: Pair) -> None:
    for maker, to, taker in ((drill.zza, "ZZB", pair.aus), (pair.aus, "JPN", drill.zza)):
        pack = io.BytesIO()
        exporting.export(maker, to, OPERATOR, pack)
        taken = io.BytesIO(pack.getvalue())
        assert code_of(lambda taker=taker, taken=taken: importing.load(taker, taken, OPERATOR)) == (
            "exercise.mixed"
        )


def test_neither_releases_under_the_others_mark(drill: Drill, pair: Pair) -> None:
    real, invented = label_from_json(nations.LABEL), label_from_json(drills.LABEL)
    assert code_of(lambda: drills.share(drill, label=real)) == "exercise.mixed"
    assert code_of(lambda: nations.share(pair, label=invented)) == "exercise.mixed"


def test_neither_adopts_the_others_agreement_and_none_joins_both(drill: Drill, pair: Pair) -> None:
    for node, name in ((pair.aus, drills.AGREEMENT), (drill.zza, nations.AGREEMENT)):
        path = shipped.agreement_file(name)
        assert path is not None
        data = path.read_bytes()
        assert code_of(lambda node=node, data=data: enrolment.adopt(node, data, b"{}")) == (
            "exercise.mixed"
        )
    mixed = data.replace(b'id = "JPN"', b'id = "ZZA"')
    assert code_of(lambda: parse_agreement(mixed)) == "agreement.malformed"


@pytest.mark.parametrize(("party", "exercise"), [("AUS", True), ("ZZA", False), ("ZZZ", False)])
def test_no_setting_turns_one_into_the_other(party: str, exercise: bool) -> None:
    made = {"party": party, "node": "n.example", "exercise": exercise}
    assert code_of(lambda: Settings(**made)) == "settings.malformed"


@pytest.mark.parametrize(("lang", "mark"), [("en", MARK), ("ja", MARK_JA)])
def test_every_line_of_the_command_line_says_that_it_is_an_exercise(
    drill: Drill, lang: str, mark: str
) -> None:
    (drill.root / "pass").write_bytes(PASSPHRASE)
    keys = ["--passphrase-file", str(drill.root / "pass"), "--lang", lang]
    at = [*keys, "--node", str(drill.root / "zza")]
    for words in (
        ["item", "search", *at],
        ["people", "list", *at],
        ["item", "show", "none", *at],
        ["node", "status", str(drill.root / "zza"), *keys],
    ):
        ran = CliRunner().invoke(cli, words)
        lines = [*ran.stdout.splitlines(), *ran.stderr.splitlines()]
        assert lines
        assert [one for one in lines if not one.startswith(mark)] == [], words
    ran = CliRunner().invoke(cli, ["people", "list", *at, "--json"])
    assert ran.stdout.startswith("{")
    assert mark in ran.stderr
