"""What was seen is remembered over a restart, until its age alone refuses it."""

from sealane.adapters.replays import REPLAYS, first
from sealane.adapters.sql import open_engine, writing
from sealane.base.values import Instant
from sealane.protocol.tokens import Once


def test_a_key_is_first_once_even_after_a_restart(place):
    for run in range(2):
        engine = open_engine(place)
        REPLAYS.create(engine, checkfirst=True)
        with writing(engine) as tx:
            assert first(tx, Once("srt:1", Instant(100)), Instant(10)) is (run == 0)
            assert not first(tx, Once("srt:1", Instant(100)), Instant(99))
        engine.dispose()


def test_what_is_over_aged_is_forgotten_and_never_first(place):
    engine = open_engine(place)
    REPLAYS.create(engine)
    with writing(engine) as tx:
        assert first(tx, Once("a", Instant(100)), Instant(10))
        assert not first(tx, Once("a", Instant(100)), Instant(100))
        assert first(tx, Once("b", Instant(200)), Instant(150))
        assert tx.exec_driver_sql("SELECT count(*) FROM replays").scalar() == 1
    engine.dispose()


def test_nothing_is_remembered_when_the_transaction_fails(place):
    engine = open_engine(place)
    REPLAYS.create(engine)
    try:
        with writing(engine) as tx:
            assert first(tx, Once("a", Instant(100)), Instant(10))
            raise RuntimeError
    except RuntimeError:
        pass
    with writing(engine) as tx:
        assert first(tx, Once("a", Instant(100)), Instant(10))
    engine.dispose()
