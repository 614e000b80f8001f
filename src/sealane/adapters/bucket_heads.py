"""The last signed heads of a node's logs in a bucket, best with object lock at another operator:
nothing is replaced and nothing deleted there, so that no restored backup takes a head back.

Spec: spec/ledger.md §7 (restore rule); docs/operators.md "Back up and restore".
"""

from __future__ import annotations

from sealane.adapters.bucket_address import BucketAddress, answering, code_of, connected
from sealane.ledger.log.checkpoint import Head, parse_head
from sealane.ledger.log.restore import FORKED

_WIDE, _MOST = 20, 10**20 - 1


class BucketAnchor:
    """One object for each head that one log signed; the newest is listed first."""

    def __init__(self, address: BucketAddress, name: str, credentials: str = "") -> None:
        """Args: name: of the log, within the node."""
        self._bucket, self._folder = address.bucket, f"{address.prefix}{name}/"
        self._client = connected(address, credentials)

    def load(self) -> Head | None:
        """The last signed head, None before the first. Raises: Unavailable `bucket.unavailable`;
        Misconfigured `bucket.refused`; Malformed when altered.
        """
        with answering(self._bucket):
            said = self._client.list_objects_v2(Bucket=self._bucket, Prefix=self._folder, MaxKeys=1)
            if not said.get("Contents"):
                return None
            key = said["Contents"][0]["Key"]
            body = self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        return parse_head(body.decode())

    def save(self, head: Head) -> None:
        """Durable before it returns; the same head again changes nothing. Raises: as `load`;
        Untrusted `ledger.forked`: another head of that size was signed.
        """
        from botocore.exceptions import ClientError

        key = f"{self._folder}{_MOST - head.size:0{_WIDE}d}.head"
        with answering(self._bucket):
            try:
                self._client.put_object(
                    Bucket=self._bucket, Key=key, Body=head.body.encode(), IfNoneMatch="*"
                )
                return
            except ClientError as error:
                if code_of(error) not in ("PreconditionFailed", "412"):
                    raise
            body = self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        if body != head.body.encode():
            raise FORKED(origin=head.origin, signed=head.size)


def names(address: BucketAddress, credentials: str = "") -> list[str]:
    """The logs that have heads under an address."""
    client, found, after = connected(address, credentials), dict[str, None](), ""
    while True:
        with answering(address.bucket):
            page = client.list_objects_v2(
                Bucket=address.bucket, Prefix=address.prefix, StartAfter=after
            )
        for one in page.get("Contents", ()):
            name, _, file = one["Key"].removeprefix(address.prefix).rpartition("/")
            if file.endswith(".head"):
                found[name] = None
        if not page.get("Contents"):
            return list(found)
        # all heads of a log are skipped at once, not the logs below it: ":" follows "9"
        name = page["Contents"][-1]["Key"].removeprefix(address.prefix).rpartition("/")[0]
        after = f"{address.prefix}{name}/:"
