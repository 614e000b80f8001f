"""Steps share a commit and nothing else: each is durable before its caller goes on, and a failing
one fails alone.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from sealane.services.opentdf.group_commit import Turnstile


class Store:
    """Keeps what is committed; a transaction is a list that is added as a whole."""

    def __init__(self):
        self.kept, self.commits, self.open, self.gate = [], 0, threading.Lock(), threading.Event()
        self.gate.set()

    @contextmanager
    def writing(self):
        assert self.open.acquire(blocking=False), "two writers at once"
        try:
            tx = []
            yield tx
            self.gate.wait()
            self.kept += tx
            self.commits += 1
        finally:
            self.open.release()


def one_by_one(tx, steps):
    return [step(tx) for step in steps]


def test_what_returned_is_committed_and_batches_are_shared():
    store = Store()
    turn = Turnstile(store, one_by_one)

    def one(number):
        turn.commit(lambda tx: tx.append(number))
        assert number in store.kept
        return number

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(one, range(400))) == list(range(400))
    assert sorted(store.kept) == list(range(400))
    assert not turn._led


def test_steps_that_wait_for_a_commit_share_the_next():
    store = Store()
    turn = Turnstile(store, one_by_one)
    store.gate.clear()
    with ThreadPoolExecutor(12) as pool:
        first = pool.submit(turn.commit, lambda tx: tx.append("first"))
        while not turn._led or turn._queue:
            pass
        rest = [pool.submit(turn.commit, lambda tx, at=at: tx.append(at)) for at in range(10)]
        while len(turn._queue) < 10:
            pass
        store.gate.set()
        for future in [first, *rest]:
            future.result(10)
    assert store.commits == 2


def test_a_failing_step_fails_alone_and_leaves_nothing():
    store = Store()
    turn = Turnstile(store, one_by_one)
    store.gate.clear()

    def bad(tx):
        tx.append("never")
        raise KeyError("no")

    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(turn.commit, lambda tx: tx.append("first"))
        while not turn._led or turn._queue:
            pass
        futures = [
            pool.submit(turn.commit, lambda tx: tx.append("good")),
            pool.submit(turn.commit, bad),
        ]
        while len(turn._queue) < 2:
            pass
        store.gate.set()
        first.result(10)
        futures[0].result(10)
        with pytest.raises(KeyError):
            futures[1].result(10)
    assert store.kept == ["first", "good"]
    assert turn.commit(lambda tx: 7) == 7
