"""A real S3 server in the tests' own process, and buckets in it."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sealane.adapters.bucket_address import connected, read_address

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "a secret of the tests",
    "AWS_EC2_METADATA_DISABLED": "true",
}
_numbers = itertools.count(1)


@contextmanager
def served() -> Iterator[str]:
    """A server's address, for as long as the block runs; the environment opens its buckets."""
    from moto.server import ThreadedMotoServer

    before = {name: os.environ.get(name) for name in CREDENTIALS}
    os.environ.update(CREDENTIALS)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def made(endpoint: str, **options: Any) -> str:
    """A new bucket's address, with a prefix."""
    name = f"containers-{os.getpid()}-{next(_numbers)}"
    client(endpoint).create_bucket(Bucket=name, **options)
    return f"s3://{name}/node?endpoint={endpoint}"


def client(endpoint: str) -> Any:
    """A client of the server, for what a bucket's owner does."""
    return connected(read_address(f"s3://any?endpoint={endpoint}"))
