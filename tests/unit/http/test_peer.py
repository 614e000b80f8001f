"""Uploads of partners as a worker thread reads them: in order, whole, bounded, and never mistaken
for whole when they are not.
"""

import asyncio

import pytest
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from sealane.base.errors import SealaneError
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


def taken_apart(chunks):
    """The statement of an upload, what its container is, and how many chunks were read for the
    statement alone.
    """

    async def story():
        read = []

        async def stream():
            for chunk in chunks:
                read.append(chunk)
                yield chunk

        upload = peer.OfferBody(stream())
        statement = await upload.statement()
        for_it = len(read)
        return statement, b"".join([part async for part in upload.container()]), for_it

    return asyncio.run(story())


def test_the_statement_is_read_by_its_own_length_and_the_rest_is_the_container():
    assert taken_apart([b"\0\0\0\3abcdef", b"ghi"]) == (b"abc", b"defghi", 1)
    assert taken_apart([b"\0", b"\0\0", b"", b"\3a", b"bc", b"def"]) == (b"abc", b"def", 5)


@pytest.mark.parametrize(
    "chunks", [[], [b"\0\0\0"], [b"\0\0\0\0abc"], [b"\0\0\0\3ab"], [b"\xff\xff\xff\xff" + b"x" * 9]]
)
def test_an_upload_without_a_whole_statement_of_a_length_that_may_be_is_refused(chunks):
    with pytest.raises(SealaneError) as caught:
        taken_apart(chunks)
    assert caught.value.code == "peer.too_long"


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
