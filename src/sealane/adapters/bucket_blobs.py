"""Sealed containers in a bucket by SHA-384: spooled here, uploaded when proven, read in ranges.

What is destroyed has to be gone, for that is signed; so a bucket that keeps versions, copies
objects elsewhere or locks them is refused, and an object is looked for again after it was deleted.
Spec: docs/operators.md "A bucket for containers"; R39.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from sealane.adapters.bucket_address import (
    BUCKET_CLOSED,
    BucketAddress,
    answering,
    code_of,
    connected,
    is_missing,
)
from sealane.adapters.files import NO_BLOB, BlobFolder, SpoolFile, spooling
from sealane.adapters.outputs import STORE_FULL
from sealane.base.errors import Misconfigured, declare

RANGE, PART, AGAIN_SECONDS = 8 << 20, 64 << 20, 300
"""Bytes of one ranged read and of one part of a large upload; how long a look at the bucket's
rules counts.
"""

KEEPS = declare(
    "bucket.keeps",
    Misconfigured,
    "The bucket {bucket} keeps what is deleted from it ({how}): a destruction there could not be"
    " signed for.",
    "バケット {bucket} は削除されたものを残します（{how}）。廃棄を証明できません。",
    "Use a bucket without versions, replication and object lock for containers.",
    "版管理・複製・オブジェクトロックのないバケットを使ってください。",
)
STILL_THERE = declare(
    "bucket.still_there",
    Misconfigured,
    "The bucket {bucket} still gives a container that was deleted from it.",
    "バケット {bucket} は削除したコンテナをまだ返します。",
    "Ask its operator; nothing was signed as destroyed.",
    "運用者に確かめてください。廃棄の署名はしていません。",
)


class BucketBlobs:
    """Sealed containers in a bucket; a name never changes its bytes. See `ports.Blobs`."""

    def __init__(self, address: BucketAddress, spools: Path, credentials: str = "") -> None:
        """Args: spools: a private folder of this machine, for containers that are being written."""
        self._address, self._bucket = address, address.bucket
        self._client = connected(address, credentials)
        self._local = BlobFolder(spools)
        self._folder = spools
        self._looked: float | None = None

    def has(self, digest: str) -> bool:
        return self._size(digest) is not None

    @contextmanager
    def read(self, digest: str) -> Iterator[BinaryIO]:
        """The container's bytes, from the start, fetched in ranges as they are read. Raises:
        NotFound `store.no_blob`; Unavailable `bucket.unavailable`.
        """
        size = self._size(digest)
        if size is None:
            raise NO_BLOB(digest=digest[:16])
        raw = RangedObject(lambda start, end: self._range(digest, start, end), size)
        with io.BufferedReader(raw, buffer_size=1 << 20) as file:
            yield file

    @contextmanager
    def adding(self) -> Iterator[SpoolFile]:
        """A private spool of this machine; `keep()` uploads it under its name."""
        with spooling(self._folder, lambda folder: BucketSpool(folder, self._upload)) as spool:
            yield spool

    def destroy(self, digest: str) -> bool:
        """Delete the object, and see that it is gone; True when there was one.

        Raises: Misconfigured `bucket.keeps`, `bucket.still_there`; Unavailable.
        """
        self.require_forgetting()
        existed = self.has(digest)
        with answering(self._bucket):
            self._client.delete_object(Bucket=self._bucket, Key=self._key(digest))
        if self.has(digest):
            raise STILL_THERE(bucket=self._bucket)
        return existed

    def sweep(self) -> int:
        """Remove this machine's spools that a killed process left; their number."""
        return self._local.sweep()

    def strays(self, known: Collection[str], *, older: int) -> list[str]:
        """Containers that nobody knows and that the bucket dates more than `older` seconds before
        its own clock.
        """
        found, after = list[str](), ""
        while True:
            with answering(self._bucket):
                page = self._client.list_objects_v2(
                    Bucket=self._bucket, Prefix=self._address.prefix, StartAfter=after
                )
            now = _date_of(page)
            for one in page.get("Contents", ()):
                after = one["Key"]
                name = after.removeprefix(self._address.prefix)
                digest, dot, kind = name.partition(".")
                old = now is not None and (now - one["LastModified"]).total_seconds() > older
                if dot and kind == "tdf" and digest not in known and old:
                    found.append(digest)
            if not page.get("IsTruncated"):
                return found

    def require_forgetting(self) -> None:
        """What is deleted from this bucket is gone. Raises: Misconfigured `bucket.keeps`, or
        `bucket.refused` where the bucket does not tell its rules.
        """
        if self._looked is not None and time.monotonic() - self._looked < AGAIN_SECONDS:
            return
        versions = self._rule("get_bucket_versioning", ()).get("Status")
        if versions is not None:
            raise KEEPS(bucket=self._bucket, how=f"versions {versions}")
        if self._rule("get_bucket_replication", ("ReplicationConfigurationNotFoundError",)):
            raise KEEPS(bucket=self._bucket, how="replication")
        unlocked = ("ObjectLockConfigurationNotFoundError", "NoSuchObjectLockConfiguration")
        if self._rule("get_object_lock_configuration", unlocked):
            raise KEEPS(bucket=self._bucket, how="object lock")
        self._looked = time.monotonic()

    def _rule(self, ask: str, none: tuple[str, ...]) -> dict[str, Any]:
        """One rule of the bucket, empty where it has none. A store that knows no such rule at all
        (501) keeps nothing by it.
        """
        from botocore.exceptions import ClientError

        with answering(self._bucket):
            try:
                said: dict[str, Any] = getattr(self._client, ask)(Bucket=self._bucket)
            except ClientError as error:
                if code_of(error) in (*none, "NotImplemented"):
                    return {}
                if code_of(error) in ("AccessDenied", "403"):
                    raise BUCKET_CLOSED(bucket=self._bucket, why=ask) from None
                raise
        return {name: held for name, held in said.items() if name != "ResponseMetadata"}

    def _key(self, digest: str) -> str:
        return f"{self._address.prefix}{digest}.tdf"

    def _size(self, digest: str) -> int | None:
        from botocore.exceptions import ClientError

        with answering(self._bucket):
            try:
                said = self._client.head_object(Bucket=self._bucket, Key=self._key(digest))
            except ClientError as error:
                if is_missing(error):
                    return None
                raise
        return int(said["ContentLength"])

    def _range(self, digest: str, start: int, end: int) -> bytes:
        with answering(self._bucket):
            said = self._client.get_object(
                Bucket=self._bucket, Key=self._key(digest), Range=f"bytes={start}-{end - 1}"
            )
            data: bytes = said["Body"].read()
        return data

    def _upload(self, digest: str, file: BinaryIO, size: int) -> None:
        """Under its name, unless it is there: whoever else uploads it uploads the same bytes."""
        from botocore.exceptions import ClientError

        file.seek(0)
        with answering(self._bucket):
            try:
                if size <= PART:
                    self._client.put_object(
                        Bucket=self._bucket, Key=self._key(digest), Body=file, IfNoneMatch="*"
                    )
                else:
                    self._in_parts(digest, file)
            except ClientError as error:
                if code_of(error) not in ("PreconditionFailed", "412"):
                    raise
        if self._size(digest) != size:
            raise STORE_FULL(why="the bucket holds another size")

    def _in_parts(self, digest: str, file: BinaryIO) -> None:
        place = {"Bucket": self._bucket, "Key": self._key(digest)}
        number = self._client.create_multipart_upload(**place)["UploadId"]
        try:
            parts: list[dict[str, Any]] = []
            while data := file.read(PART):
                at = len(parts) + 1
                said = self._client.upload_part(**place, UploadId=number, PartNumber=at, Body=data)
                parts.append({"PartNumber": at, "ETag": said["ETag"]})
            self._client.complete_multipart_upload(
                **place, UploadId=number, MultipartUpload={"Parts": parts}, IfNoneMatch="*"
            )
        except BaseException:
            with suppress(Exception):  # the first fault is the one to tell
                self._client.abort_multipart_upload(**place, UploadId=number)
            raise


class BucketSpool(SpoolFile):
    """A container being written on this machine, to be uploaded when its digest is known."""

    def __init__(self, folder: Path, upload: Callable[[str, BinaryIO, int], None]) -> None:
        super().__init__(folder)
        self._upload = upload

    def keep(self, digest: str) -> Path:
        """Upload it under its digest, which the caller has computed over all bytes; the bucket's
        answer is what makes it durable.
        """
        self.file.flush()
        self._stop()
        size = self.file.seek(0, io.SEEK_END)
        self._upload(digest, self.file, size)
        return self._path


class RangedObject(io.RawIOBase):
    """An object read at any place, one range at a time."""

    def __init__(self, fetch: Callable[[int, int], bytes], size: int) -> None:
        self._fetch, self._size, self._at = fetch, size, 0
        self._start, self._held = 0, b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        want = min(len(buffer), self._size - self._at)
        if want <= 0:
            return 0
        if not self._start <= self._at < self._start + len(self._held):
            # a reader that goes on where it stopped gets longer and longer ranges
            ahead = RANGE if self._at == self._start + len(self._held) else want
            end = min(self._size, self._at + max(want, ahead))
            self._start, self._held = self._at, self._fetch(self._at, end)
        at = self._at - self._start
        data = self._held[at : at + want]
        if not data:
            raise STORE_FULL(why="the bucket gave less than it holds")
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def _date_of(said: dict[str, Any]) -> Any:
    """The store's own clock, as its answer's head says."""
    from email.utils import parsedate_to_datetime

    date = said["ResponseMetadata"]["HTTPHeaders"].get("date")
    return None if date is None else parsedate_to_datetime(date)
