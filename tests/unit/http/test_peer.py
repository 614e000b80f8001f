"""Uploads of partners as a worker thread reads them: in order, whole, bounded, and never mistaken
for whole when they are not.
"""

import asyncio

import pytest
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from sealane.http import peer


async def passed(chunks, work, *, fails=False):
    """What `work(incoming)` gives while the chunks come in, and how far the stream was read."""
    asked = []

    async def stream():
        for chunk in chunks:
            asked.append(len(chunk))
            yield chunk
            await asyncio.sleep(0)
        if fails:
            raise ClientDisconnect

    incoming = peer.Incoming()
    feeder = asyncio.create_task(incoming.feed(stream()))
    try:
        return await run_in_threadpool(work, incoming), asked
    finally:
        feeder.cancel()
        await asyncio.gather(feeder, return_exceptions=True)


def run(*args, **kwargs):
    return asyncio.run(passed(*args, **kwargs))


def whole(incoming):
    out = b""
    while part := incoming.read(1 << 20):
        out += part
    return out


@pytest.mark.parametrize(
    "sizes", [[], [0], [5], [1 << 20] * 3, [100_000] * 300, [3 << 20, 1, 0, 7]]
)
def test_every_byte_arrives_in_order(sizes):
    data = [bytes([at % 251]) * size for at, size in enumerate(sizes)]
    assert run(data, whole)[0] == b"".join(data)


def test_exactly_what_is_asked_for_and_then_the_rest():
    def work(incoming):
        return incoming.exactly(4), incoming.exactly(3), whole(incoming), incoming.read()

    assert run([b"0123", b"456789"], work)[0] == (b"0123", b"456", b"789", b"")


def test_an_upload_that_breaks_off_is_an_error_and_not_an_end():
    with pytest.raises(ClientDisconnect):
        run([b"x" * 10], whole, fails=True)


def test_a_worker_that_stops_reading_stops_the_upload():
    def work(incoming):
        return len(incoming.read(10))

    assert sum(run([b"x" * (1 << 20)] * 100, work)[1]) <= peer.AHEAD + 2 * peer.BLOCK


def test_a_slow_worker_holds_the_upload_back_and_gets_all_of_it():
    def work(incoming):
        import time

        total = 0
        while part := incoming.read(1 << 20):
            total += len(part)
            time.sleep(0.001)
        return total

    assert run([b"x" * (1 << 20)] * 40, work)[0] == 40 << 20


def test_a_cancelled_upload_wakes_its_worker():
    async def story():
        incoming = peer.Incoming()

        async def never():
            yield b"x"
            await asyncio.sleep(3600)

        feeder = asyncio.create_task(incoming.feed(never()))
        await asyncio.sleep(0)
        feeder.cancel()
        return await run_in_threadpool(whole, incoming)

    with pytest.raises(ClientDisconnect):
        asyncio.run(story())
