"""A lock that many threads take: one at a time, nobody passed over, nobody lost."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from sealane.adapters.sql.standing_line import StandingLine

LONG = 60.0


@pytest.mark.parametrize("overdue", [0.0, 0.002, LONG])
def test_one_at_a_time_and_everybody_once(overdue: float) -> None:
    line, within, most, done = StandingLine(overdue), 0, 0, []

    def work(number: int) -> None:
        nonlocal within, most
        for _ in range(50):
            assert line.acquire(LONG)
            within += 1
            most = max(most, within)
            time.sleep(0)
            within -= 1
            line.release()
        done.append(number)

    with ThreadPoolExecutor(24) as threads:
        list(threads.map(work, range(24)))
    assert (most, sorted(done)) == (1, list(range(24)))
    assert line.acquire(0)


def test_who_waited_long_enough_goes_before_who_came_later() -> None:
    line, order = StandingLine(0.0), list[int]()
    assert line.acquire(LONG)
    threads = []
    for number in range(8):
        one = threading.Thread(target=taken, args=(line, order, number))
        one.start()
        threads.append(one)
        while len(line._waiting) <= number:
            time.sleep(0.001)
    line.release()
    for one in threads:
        one.join()
    assert order == list(range(8))


def taken(line: StandingLine, order: list[int], number: int) -> None:
    assert line.acquire(LONG)
    order.append(number)
    line.release()


def test_who_takes_it_again_and_again_passes_over_nobody_for_long() -> None:
    line, over = StandingLine(0.01), threading.Event()

    def greedy() -> None:
        while not over.is_set():
            assert line.acquire(LONG)
            line.release()

    threads = [threading.Thread(target=greedy) for _ in range(4)]
    for one in threads:
        one.start()
    for _ in range(20):
        assert line.acquire(LONG)
        line.release()
    over.set()
    for one in threads:
        one.join()


def test_who_gives_up_leaves_the_line_and_holds_nobody_up() -> None:
    line = StandingLine(0.0)
    assert line.acquire(LONG)
    assert not line.acquire(0.01)
    found: list[int] = []
    waits = threading.Thread(target=taken, args=(line, found, 1))
    waits.start()
    while not line._waiting:
        time.sleep(0.001)
    assert not line.acquire(0.0)
    line.release()
    waits.join()
    assert found == [1]
    assert line.acquire(0)
