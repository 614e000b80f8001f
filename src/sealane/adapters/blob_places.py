"""Where a node's sealed containers lie, by its settings: a folder of its own, or a bucket."""

from __future__ import annotations

from pathlib import Path

from sealane.adapters import nodefolder
from sealane.adapters.bucket_address import read_address
from sealane.adapters.bucket_blobs import BucketBlobs
from sealane.adapters.files import BlobFolder
from sealane.ports import Blobs
from sealane.settings import Settings


def open_blobs(folder: Path, settings: Settings) -> Blobs:
    """The containers of the node in a folder. Raises: Misconfigured `bucket.address`,
    `bucket.no_client`.
    """
    place = folder / nodefolder.CONTAINERS
    if not settings.blobs:
        return BlobFolder(place)
    return BucketBlobs(read_address(settings.blobs), place, settings.blobs_credentials_file)
