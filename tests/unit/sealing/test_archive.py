"""The zip is exactly two stored entries that tile the file; every trick with it is refused before
anything is read.
"""

import copy
import io
import json
import struct
import tracemalloc
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane.base import zip_layout
from sealane.base.errors import SealaneError
from sealane.sealing import archive, container, origin, segments
from sealane.sealing.writing import seal

from .making import plan, provider, sealed
from .tampering import put_together, taken_apart

GOOD, _ = sealed(b"text")
PAYLOAD, MANIFEST = taken_apart(GOOD)


def made(*files, compression=zipfile.ZIP_STORED, streamed=False, comment=b""):
    """A zip by the standard library, for shapes that ours would not write."""
    out = Pipe() if streamed else io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as found:
        for name, data in files:
            found.writestr(name, data)
        found.comment = comment
    return out.getvalue()


class Pipe(io.BytesIO):
    """A sink that cannot seek, so that the writer uses data descriptors."""

    def seekable(self):
        return False

    def tell(self):
        raise OSError("a pipe")

    def seek(self, *_):
        raise OSError("a pipe")


def text(value):
    return json.dumps(value).encode()


def code(data):
    with pytest.raises(SealaneError) as caught:
        container.read(io.BytesIO(data))
    return caught.value.code


def patched(data, at, *values, form="<I"):
    out = bytearray(data)
    struct.pack_into(form, out, at, *values)
    return bytes(out)


CENTRAL = GOOD.index(b"PK\x01\x02")
SECOND = GOOD.index(b"PK\x01\x02", CENTRAL + 4)
END = GOOD.rindex(b"PK\x05\x06")
NAMES = [("0.payload", PAYLOAD), ("0.manifest.json", text(MANIFEST))]

GOOD_FORMS = {
    "as we write it": GOOD,
    "manifest first": made(*reversed(NAMES)),
    "streamed, with data descriptors": made(*NAMES, streamed=True),
    "the specification's manifest name": made(NAMES[0], ("manifest.json", NAMES[1][1])),
}
TRICKS = {
    "empty file": b"",
    "not a zip": b"x" * 200,
    "cut off": GOOD[:-1],
    "bytes after the end": GOOD + b"\0",
    "bytes before the start": b"\0" + GOOD,
    "bytes between directory and end": GOOD[:END] + b"hidden" + GOOD[END:],
    "bytes before the start, offsets in step": patched(
        patched(
            patched(b"hidden" + GOOD, CENTRAL + 6 + 42, 6),
            SECOND + 6 + 42,
            6 + struct.unpack_from("<I", GOOD, SECOND + 42)[0],
        ),
        END + 6 + 16,
        CENTRAL + 6,
    ),
    "a comment promised": patched(GOOD, END + 20, 5, form="<H"),
    "a comment": made(*NAMES, comment=b"PK\x05\x06"),
    "one entry": made(NAMES[0]),
    "three entries": made(*NAMES, ("more", b"")),
    "both manifest names": made(("manifest.json", b"{}"), ("0.manifest.json", text(MANIFEST))),
    "no payload": made(NAMES[1], ("manifest.json", PAYLOAD)),
    "a payload whose name is not ASCII": made(("0.päyload", PAYLOAD), NAMES[1]),
    "two entries of one name": GOOD.replace(b"0.manifest.json", b"0.payload\0\0\0\0\0\0"),
    "deflated": made(*NAMES, compression=zipfile.ZIP_DEFLATED),
    "deflate bomb": made(
        NAMES[0], ("0.manifest.json", b" " * 50_000_000), compression=zipfile.ZIP_DEFLATED
    ),
    "encrypted flag": patched(GOOD, CENTRAL + 8, 1, form="<H"),
    "names differ": GOOD[:30] + b"1.payload" + GOOD[39:],
    "local size differs": patched(GOOD, 22, 5),
    "local CRC differs": patched(GOOD, 14, 5),
    "central size beyond the file": patched(GOOD, CENTRAL + 24, 1 << 30),
    "entry past the end": patched(GOOD, SECOND + 42, 1 << 30),
    "entries overlap": patched(GOOD, SECOND + 42, 0),
    "directory elsewhere": patched(GOOD, END + 16, 3),
    "directory of another size": patched(GOOD, END + 12, 3),
    "entry count lies": patched(GOOD, END + 10, 3, form="<H"),
    "a second disk": patched(GOOD, END + 4, 1, form="<H"),
    "zip64 promised but absent": patched(GOOD, CENTRAL + 24, 0xFFFFFFFF),
    "hidden bytes between entries": patched(
        GOOD[:CENTRAL] + b"hidden" + GOOD[CENTRAL:], END + 6 + 16, CENTRAL + 6
    ),
    "manifest CRC differs": patched(
        patched(GOOD, SECOND + 16, 7), GOOD.index(b"PK\x03\x04", 4) + 14, 7
    ),
}


@pytest.mark.parametrize("name", GOOD_FORMS)
def test_every_form_that_others_write_is_read(name):
    found = container.read(io.BytesIO(GOOD_FORMS[name]))
    container.check_payload(found, io.BytesIO(GOOD_FORMS[name]))
    assert found.plaintext_bytes == 4


@pytest.mark.parametrize("name", TRICKS)
def test_a_zip_trick_is_refused(name):
    assert code(TRICKS[name]) == "container.malformed"


def test_a_data_descriptor_that_disagrees_is_refused():
    data = GOOD_FORMS["streamed, with data descriptors"]
    assert code(patched(data, data.index(b"PK\x07\x08") + 8, 5)) == "container.malformed"


class Vast(io.RawIOBase):
    """A file of ten gigabytes that holds only its directory."""

    def __init__(self, size):
        start = 30 + 9 + 4
        self._tail = archive.directory(
            [("0.payload", 4, 0, 0), ("0.manifest.json", size, 0, start)]
        )
        self._head = archive.local_header("0.payload", 4, 0, wide=False) + b"text"
        self._head += archive.local_header("0.manifest.json", size, 0, wide=size >= zip_layout.U32)
        self._size = start + 45 + size + (20 if size >= zip_layout.U32 else 0)
        self._at = 0

    def seek(self, offset, whence=0):
        self._at = offset if whence == 0 else self._size + len(self._tail) + offset
        return self._at

    def read(self, size=-1):
        if self._at >= self._size:
            data = self._tail[self._at - self._size :][:size]
        else:
            data = self._head[self._at : self._at + size].ljust(
                min(size, self._size - self._at), b"\0"
            )
        self._at += len(data)
        return data


@pytest.mark.parametrize("size", [archive.MAX_MANIFEST + 1, 1 << 31, 10_000_000_000])
def test_a_vast_manifest_is_refused_without_reading_it(size):
    tracemalloc.start()
    try:
        assert code_of(Vast(size)) == "container.manifest_too_large"
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def code_of(source):
    with pytest.raises(SealaneError) as caught:
        container.read(source)
    return caught.value.code


def test_a_manifest_of_a_million_empty_lists_is_refused_before_it_is_parsed():
    assert code(put_together(PAYLOAD, b"[" + b"[]," * 1_000_000 + b"[]]")) == "container.manifest"


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b'{"a":1,"a":1}',
        b"[" * 100_000,
        b"\xff",
        b'{"payload":null}',
        b"NaN",
    ],
)
def test_a_manifest_that_is_no_manifest_is_refused(bad):
    assert code(put_together(PAYLOAD, bad)).split(".")[0] in ("json", "container")


OPTIONAL = ("mimeType", "method", "schemaVersion", "segmentSize")
"""Members that may be null, which is absent."""


@pytest.mark.parametrize(
    "path",
    [
        ("payload",),
        ("payload", "mimeType"),
        ("encryptionInformation",),
        ("encryptionInformation", "keyAccess"),
        ("encryptionInformation", "policy"),
        ("encryptionInformation", "method"),
        ("encryptionInformation", "keyAccess", 0),
        ("encryptionInformation", "keyAccess", 0, "url"),
        ("encryptionInformation", "keyAccess", 0, "wrappedKey"),
        ("encryptionInformation", "keyAccess", 0, "policyBinding"),
        ("encryptionInformation", "integrityInformation", "segments", 0),
        ("encryptionInformation", "integrityInformation", "segments", 0, "hash"),
        ("encryptionInformation", "integrityInformation", "segments", 0, "segmentSize"),
        ("encryptionInformation", "integrityInformation", "rootSignature"),
        ("assertions", 0),
        ("assertions", 0, "binding"),
        ("assertions", 0, "statement"),
        ("assertions", 0, "statement", "value"),
        ("schemaVersion",),
    ],
)
@pytest.mark.parametrize("value", [None, 7, -1, 1.5, True, "x" * (1 << 21), {}])
def test_a_member_of_another_type_is_refused(path, value):
    if (path[-1] == "value" and isinstance(value, str | dict)) or (path[-1], value) == (
        "method",
        {},
    ):
        value = 7
    if value is None and path[-1] in OPTIONAL:
        value = []
    manifest = copy.deepcopy(MANIFEST)
    at = manifest
    for name in path[:-1]:
        at = at[name]
    at[path[-1]] = value
    assert code(put_together(PAYLOAD, manifest)) in ("container.manifest", "container.integrity")


@settings(max_examples=200, deadline=None)
@given(size=st.integers(0, 1 << 40), manifest=st.integers(0, 1 << 20))
def test_headers_are_written_so_that_they_are_read_back(size, manifest):
    """Zip64 appears exactly when a number needs it."""
    wide = size >= zip_layout.U32
    start = len(archive.local_header("0.payload", size, 1, wide=wide)) + size
    data = archive.directory([("0.payload", size, 1, 0), ("0.manifest.json", manifest, 2, start)])
    assert (data[-98:-94] == b"PK\x06\x06") == (start + 45 + manifest >= zip_layout.U32)
    end = start + len(archive.local_header("0.manifest.json", manifest, 2, wide=False)) + manifest
    records = data[: len(data) - 22 - (76 if start + 45 + manifest >= zip_layout.U32 else 0)]
    found = zip_layout.listed(records, 2, archive.RULES)
    assert [(one.size, one.crc, one.offset) for one in found] == [
        (size, 1, 0),
        (manifest, 2, start),
    ]
    assert end == start + 45 + manifest


@pytest.mark.deep
def test_beyond_four_gibibytes_a_container_is_zip64_and_opens(tmp_path):
    size = (4 << 30) + 12345
    source, sealed_file, clear = tmp_path / "in", tmp_path / "out", tmp_path / "clear"
    with source.open("wb") as file:
        file.truncate(size)
        file.seek(size - 4)
        file.write(b"last")
    with source.open("rb", buffering=0) as file, sealed_file.open("w+b", buffering=0) as sink:
        told = seal(file, sink, plan(size=size, digests=False, segment=2 << 20))
    assert told.plaintext_bytes == size
    with zipfile.ZipFile(sealed_file) as archive_file:
        assert archive_file.getinfo("0.payload").file_size > 1 << 32
    with sealed_file.open("rb", buffering=0) as file, clear.open("wb", buffering=0) as sink:
        found = container.read(file)
        claims = origin.read(found.manifest)
        dek = container.unlock(found, provider(), claims=claims)
        assert (
            container.open_container(found, file, dek, sink, claims=claims, recovery=True) == size
        )
        assert b"".join(container.read_range(found, file, dek, size - 4, 4)) == b"last"
    assert clear.stat().st_size == size


def test_segments_module_and_zlib_agree_on_the_crc():
    assert segments.crc32(b"abc", 5) == zlib.crc32(b"abc", 5)
