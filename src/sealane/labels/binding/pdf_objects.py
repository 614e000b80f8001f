"""Where an object of a PDF 1.5 file is: cross-reference streams and object streams, read narrowly
and within bounds.

Only what finding one object needs is understood: FlateDecode, PNG predictors, no encryption.
Anything else is refused, and then the label goes beside the file. A cross-reference table of older
files needs none of this.
Spec: ISO 32000-1 §7.4.4 (Flate and predictors), §7.5.7 (object streams), §7.5.8 (cross-reference
streams).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from sealane.base.errors import Malformed, declare

MAX_STREAM, MAX_SECTIONS, MAX_MEMBERS = 64 << 20, 256, 100_000
_HEAD = re.compile(rb"\s*(\d{1,10})\s+(\d{1,5})\s+obj\b", re.ASCII)
_STREAM = re.compile(rb"\bstream\r?\n")
_FLATE = re.compile(rb"/Filter\s*(?:/FlateDecode\b|\[\s*/FlateDecode\s*\])")
_INDIRECT = re.compile(rb"/Length\s+\d+\s+\d+\s+R", re.ASCII)

PDF_STRUCTURE = declare(
    "binding.pdf_structure",
    Malformed,
    "The PDF's structure is not one that a label can be put into: {why}.",
    "ラベルを組み込める PDF の構造ではありません：{why_ja}。",
    "Use `label bind --sidecar`.",
    "`label bind --sidecar` を使ってください。",
)


def refuse(why: str, why_ja: str) -> Exception:
    """The refusal of a structure."""
    return PDF_STRUCTURE(why=why, why_ja=why_ja)


def find_object(data: bytes, position: int, number: int, generation: int) -> bytes:
    """The text of an object of a file whose last cross-reference stream is at `position`.

    Raises: Malformed `binding.pdf_structure`.
    """
    kind, first, second = _entry(data, position, number)
    if kind == 1:
        return _plain(data, first, number, generation)
    kind, place, _ = _entry(data, position, first)
    if kind != 1 or generation:
        raise refuse("an object stream inside another", "オブジェクトストリームが入れ子です")
    return _member(data, place, first, number, second)


def _plain(data: bytes, place: int, number: int, generation: int) -> bytes:
    head = _HEAD.match(data, place)
    end = data.find(b"endobj", place)
    if head is None or (int(head[1]), int(head[2])) != (number, generation) or end < 0:
        raise refuse("an object is not where the file says", "オブジェクトが記載の場所にありません")
    return data[head.end() : end]


def _entry(data: bytes, position: int, number: int) -> tuple[int, int, int]:
    """The cross-reference row of an object: the newest section that names it."""
    seen: set[int] = set()
    while position not in seen and len(seen) < MAX_SECTIONS:
        seen.add(position)
        head, body = _stream(data, position)
        if not re.search(rb"/Type\s*/XRef\b", head) or b"/XRefStm" in head:
            raise refuse("mixed kinds of cross-reference", "相互参照の方式が混在しています")
        for one, row in _rows(head, body):
            if one == number:
                if row[0] not in (1, 2):
                    raise refuse("an object that was deleted", "削除されたオブジェクトです")
                return row
        previous = re.search(rb"/Prev\s+(\d{1,10})\b", head)
        if previous is None:
            break
        position = int(previous[1])
    raise refuse("an object that no cross-reference names", "相互参照にないオブジェクトです")


def _rows(head: bytes, body: bytes) -> Iterator[tuple[int, tuple[int, int, int]]]:
    widths = _numbers(head, rb"/W")
    size = _numbers(head, rb"/Size", one=True)
    if len(widths) != 3 or not size or max(widths) > 8 or not widths[1]:
        raise refuse(
            "a cross-reference stream that is not understood", "相互参照ストリームを解釈できません"
        )
    index = _numbers(head, rb"/Index") or [0, size[0]]
    length, place = sum(widths), 0
    for start, count in zip(index[::2], index[1::2], strict=False):
        for number in range(start, start + min(count, (len(body) - place) // length)):
            row, place = body[place : place + length], place + length
            ends = (widths[0], widths[0] + widths[1])
            kind = int.from_bytes(row[: ends[0]], "big") if widths[0] else 1
            yield (
                number,
                (
                    kind,
                    int.from_bytes(row[ends[0] : ends[1]], "big"),
                    int.from_bytes(row[ends[1] :], "big"),
                ),
            )


def _member(data: bytes, place: int, holder: int, number: int, index: int) -> bytes:
    head, body = _stream(data, place, holder)
    first, count = _numbers(head, rb"/First", one=True), _numbers(head, rb"/N", one=True)
    if (
        not re.search(rb"/Type\s*/ObjStm\b", head)
        or not first
        or not count
        or not index < count[0] <= MAX_MEMBERS
    ):
        raise refuse(
            "an object stream that is not understood", "オブジェクトストリームを解釈できません"
        )
    words = body[: first[0]].split()
    if len(words) != 2 * count[0] or not all(word.isdigit() and len(word) < 11 for word in words):
        raise refuse(
            "an object stream that is not understood", "オブジェクトストリームを解釈できません"
        )
    if int(words[2 * index]) != number:
        raise refuse("an object is not where the file says", "オブジェクトが記載の場所にありません")
    start = first[0] + int(words[2 * index + 1])
    end = first[0] + int(words[2 * index + 3]) if index + 1 < count[0] else len(body)
    return body[start:end]


def _stream(data: bytes, place: int, number: int | None = None) -> tuple[bytes, bytes]:
    """The dictionary and decoded bytes of the stream object at a place."""
    head = _HEAD.match(data, place)
    start = None if head is None else _STREAM.search(data, head.end(), head.end() + 65_536)
    if head is None or start is None or (number is not None and int(head[1]) != number):
        raise refuse("a stream is not where the file says", "ストリームが記載の場所にありません")
    dictionary = data[head.end() : start.start()]
    length = None if _INDIRECT.search(dictionary) else _numbers(dictionary, rb"/Length", one=True)
    end = start.end() + length[0] if length else data.find(b"endstream", start.end())
    if end < 0 or end > len(data):
        raise refuse("a stream that does not end", "ストリームが終わっていません")
    return dictionary, decoded(dictionary, data[start.end() : end])


def decoded(dictionary: bytes, raw: bytes) -> bytes:
    """The bytes of a stream as they were before FlateDecode. Raises: Malformed
    `binding.pdf_structure`.
    """
    if b"/Filter" not in dictionary:
        return raw
    if dictionary.count(b"/Filter") != 1 or not _FLATE.search(dictionary):
        raise refuse("a filter other than FlateDecode", "FlateDecode 以外の圧縮です")
    try:
        opened = zlib.decompressobj()
        body = opened.decompress(raw, MAX_STREAM)
    except zlib.error:
        raise refuse("a stream that does not unpack", "ストリームを展開できません") from None
    if opened.unconsumed_tail:
        raise refuse("a stream that unpacks to too much", "展開後のストリームが大きすぎます")
    predictor = _numbers(dictionary, rb"/Predictor", one=True) or [1]
    if predictor[0] == 1:
        return body
    if predictor[0] < 10:
        raise refuse("a predictor that is not understood", "予測子を解釈できません")
    columns = _numbers(dictionary, rb"/Columns", one=True) or [1]
    if re.search(rb"/(?:Colors|BitsPerComponent)\b", dictionary) or not 0 < columns[0] <= 64:
        raise refuse("a predictor that is not understood", "予測子を解釈できません")
    return _unpredicted(body, columns[0])


def _unpredicted(body: bytes, columns: int) -> bytes:
    """Rows of bytes as they were before PNG prediction: none, sub, up, average; Paeth is not met in
    tables of numbers.
    """
    out = bytearray()
    above = bytearray(columns)
    for place in range(0, len(body) - columns, columns + 1):
        kind, row = body[place], bytearray(body[place + 1 : place + 1 + columns])
        if kind > 3:
            raise refuse("a predictor that is not understood", "予測子を解釈できません")
        for column in range(columns):
            left = row[column - 1] if column else 0
            before = (0, left, above[column], (left + above[column]) // 2)[kind]
            row[column] = (row[column] + before) & 0xFF
        out += row
        above = row
    return bytes(out)


def _numbers(dictionary: bytes, name: bytes, *, one: bool = False) -> list[int]:
    """The numbers under a name: of an array, or the one number."""
    shape = rb"\s*\[([\d\s]{1,4096})\]" if not one else rb"\s+(\d{1,10})(?![\d.])"
    found = re.search(name + shape, dictionary, re.ASCII)
    return [int(word) for word in found[1].split()] if found else []
