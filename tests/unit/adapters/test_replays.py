"""What was seen is remembered over a restart, until its age alone refuses it."""

from sealane.adapters.replays import REPLAYS, first
from sealane.adapters.sql import open_engine, writing
from sealane.base.values import Instant
from sealane.protocol.tokens import Once


def once(key, until):
    return Once(key, Instant(until))


def test_a_key_is_first_once_even_after_a_restart(place):
    for run in range(2):
        engine = open_engine(place)
        REPLAYS.create(engine, checkfirst=True)
        with writing(engine) as tx:
            assert first(tx, [once("srt:1", 100)], Instant(10)) == [run == 0]
            assert first(tx, [once("srt:1", 100)], Instant(99)) == [False]
        engine.dispose()


def test_what_is_over_aged_is_forgotten_and_never_first(place):
    engine = open_engine(place)
    REPLAYS.create(engine)
    with writing(engine) as tx:
        assert first(tx, [once("a", 100)], Instant(10)) == [True]
        assert first(tx, [once("a", 100)], Instant(100)) == [False]
        assert first(tx, [once("b", 200)], Instant(150)) == [True]
        assert tx.exec_driver_sql("SELECT count(*) FROM replays").scalar() == 1
    engine.dispose()


def test_of_those_asked_about_together_each_has_its_own_answer(place):
    engine = open_engine(place)
    REPLAYS.create(engine)
    with writing(engine) as tx:
        assert first(tx, [once("seen", 100)], Instant(10)) == [True]
        asked = [
            (once("new", 100), True),
            (once("seen", 100), False),
            (once("over", 20), False),
            (once("new", 100), False),
            (once("other", 100), True),
            (once("over", 100), True),
        ]
        assert first(tx, [one for one, _ in asked], Instant(20)) == [fresh for _, fresh in asked]
        # any number at a time
        for count in (1, 2, 3, 7, 64, 65, 200):
            many = [once(f"{count}/{at}", 100) for at in range(count)]
            assert first(tx, many, Instant(30)) == [True] * count
            assert first(tx, many[::-1], Instant(30)) == [False] * count
    engine.dispose()


def test_nothing_is_remembered_when_the_transaction_fails(place):
    engine = open_engine(place)
    REPLAYS.create(engine)
    try:
        with writing(engine) as tx:
            assert first(tx, [once("a", 100)], Instant(10)) == [True]
            raise RuntimeError
    except RuntimeError:
        pass
    with writing(engine) as tx:
        assert first(tx, [once("a", 100)], Instant(10)) == [True]
    engine.dispose()
