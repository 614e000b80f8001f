"""Where a bucket is and whose word opens it; and its words when it does not answer.

Spec: docs/operators.md "A bucket for containers".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sealane.base.errors import Misconfigured, SealaneError, Unavailable, declare

CONNECT_SECONDS, READ_SECONDS, TRIES = 5, 60, 3

BAD_ADDRESS = declare(
    "bucket.address",
    Misconfigured,
    "{address} is no address of a bucket: {why}.",
    "{address} はバケットの所在ではありません：{why}。",
    "Write s3://BUCKET/PREFIX?endpoint=URL&region=NAME; endpoint and region may be left out.",
    "s3://BUCKET/PREFIX?endpoint=URL&region=NAME の形で書いてください"
    "（endpoint と region は省略可）。",
)
NO_CLIENT = declare(
    "bucket.no_client",
    Misconfigured,
    "The client for buckets is not installed.",
    "バケット用のクライアントが入っていません。",
    "Install sealane[scale].",
    "sealane[scale] を入れてください。",
)
BUCKET_AWAY = declare(
    "bucket.unavailable",
    Unavailable,
    "The bucket {bucket} does not answer: {why}.",
    "バケット {bucket} が応答しません：{why}。",
    "Look after the object store and the way to it; what was asked is safe to ask again.",
    "オブジェクト保管とその経路を確かめてください。同じ操作をやり直して構いません。",
)
BUCKET_CLOSED = declare(
    "bucket.refused",
    Misconfigured,
    "The bucket {bucket} refuses this node: {why}.",
    "バケット {bucket} がこのノードを拒みました：{why}。",
    "Give the node's credentials what docs/operators.md lists (AWS_* or blobs_credentials_file).",
    "docs/operators.md にある権限をノードの資格情報に与えてください"
    "（AWS_* または blobs_credentials_file）。",
)
_CLOSED = frozenset(
    (
        "AccessDenied",
        "InvalidAccessKeyId",
        "NoSuchBucket",
        "SignatureDoesNotMatch",
        "403",
        "AllAccessDisabled",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketAddress:
    """A bucket, the prefix of all keys in it (empty or ending in /), and where it is served."""

    bucket: str
    prefix: str
    endpoint: str | None
    region: str | None


def read_address(text: str) -> BucketAddress:
    """Raises: Misconfigured `bucket.address`."""
    shown = re.sub(r"//[^/?]*@", "//…@", text)[:120]  # whoever wrote a secret there
    try:
        parts = urlsplit(text)
        asked = parse_qs(parts.query, strict_parsing=bool(parts.query))
    except ValueError as error:
        raise BAD_ADDRESS(address=shown, why=str(error)[:60]) from None
    if parts.scheme != "s3" or not parts.netloc or parts.fragment or "@" in parts.netloc:
        raise BAD_ADDRESS(address=shown, why="not s3://BUCKET/PREFIX")
    if unknown := sorted(set(asked) - {"endpoint", "region"}):
        raise BAD_ADDRESS(address=shown, why=f"unknown: {', '.join(unknown)[:60]}")
    endpoint = asked.get("endpoint", [None])[-1]
    if endpoint is not None and (
        not endpoint.startswith(("http://", "https://")) or "@" in endpoint
    ):
        raise BAD_ADDRESS(address=shown, why="endpoint is http:// or https://, without a secret")
    prefix = parts.path.strip("/")
    return BucketAddress(
        bucket=parts.netloc,
        prefix=f"{prefix}/" if prefix else "",
        endpoint=endpoint,
        region=asked.get("region", [None])[-1],
    )


@lru_cache(maxsize=16)
def connected(address: BucketAddress, credentials: str = "") -> Any:
    """An S3 client, made once for each address, which several threads may use at once.

    Args:
        credentials: path of a file in the form of AWS's shared credentials, profile `default`;
            empty: whatever `AWS_*` and the machine's role give.
    Raises: Misconfigured `bucket.no_client`.
    """
    try:
        import botocore.session
        from botocore.config import Config
    except ImportError:
        raise NO_CLIENT() from None
    session = botocore.session.Session()
    if credentials:
        session.set_config_variable("credentials_file", credentials)
    return session.create_client(
        "s3",
        endpoint_url=address.endpoint,
        region_name=address.region or session.get_config_variable("region") or "us-east-1",
        config=Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": TRIES},
            max_pool_connections=64,
            s3={"addressing_style": "path"} if address.endpoint else {},
        ),
    )


@contextmanager
def answering(bucket: str) -> Iterator[None]:
    """What the bucket says when it cannot or will not, in our own words.

    Raises: Unavailable `bucket.unavailable`; Misconfigured `bucket.refused`. A missing object is
    for the caller: `is_missing`.
    """
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

    try:
        yield
    except NoCredentialsError as error:
        raise BUCKET_CLOSED(bucket=bucket, why=str(error)[:80]) from None
    except BotoCoreError as error:
        raise BUCKET_AWAY(bucket=bucket, why=type(error).__name__) from None
    except ClientError as error:
        raise refusal(bucket, error) from None


def code_of(error: Any) -> str:
    """The store's own code of an error, such as NoSuchKey, or the status where it says none."""
    return str(error.response.get("Error", {}).get("Code", ""))[:60]


def is_missing(error: Any) -> bool:
    """Whether an error says that there is no such object."""
    return code_of(error) in ("NoSuchKey", "404", "NotFound")


def refusal(bucket: str, error: Any) -> SealaneError:
    """An error of the store as one of ours."""
    code = code_of(error)
    made = BUCKET_CLOSED if code in _CLOSED else BUCKET_AWAY
    return made(bucket=bucket, why=code or "no answer")
