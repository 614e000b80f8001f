"""New buckets of a real S3 server."""

from __future__ import annotations

import itertools
import os
from typing import Any

from tools.servers import bucket_owner

_numbers = itertools.count(1)


def made(endpoint: str, **options: Any) -> str:
    """A new bucket's address, with a prefix."""
    name = f"containers-{os.getpid()}-{next(_numbers)}"
    bucket_owner(endpoint).create_bucket(Bucket=name, **options)
    return f"s3://{name}/node?endpoint={endpoint}"
