"""The label that lies beside a file: where, and how it names its neighbour."""

from __future__ import annotations

import os
from pathlib import Path

from sealane.labels.binding.neighbour import neighbour

SUFFIX = ".bdo"


def real(file: str) -> Path:
    """The file that a name stands for, links followed."""
    return Path(os.path.realpath(file))


def sidecar_of(file: str) -> Path:
    """Where the label beside a file is written."""
    path = real(file)
    return path.with_name(path.name + SUFFIX)


def sidecars(file: str) -> list[tuple[str, Path]]:
    """The labels beside a file, and beside the link that named it; each with the name it must
    bind.
    """
    named, path = Path(file), real(file)
    places = {path: path.name, named: named.name}
    found: dict[Path, tuple[str, Path]] = {}
    for place, name in places.items():
        beside = place.with_name(place.name + SUFFIX)
        if os.path.isfile(beside):  # noqa: PTH113 - a name too long for a file has none beside it
            found.setdefault(real(str(beside)), (name, beside))
    return list(found.values())


def uri_of(name: str) -> str:
    """A sidecar names its neighbour relatively, every byte outside the unreserved set
    percent-encoded.
    """
    return neighbour(os.fsencode(name))
