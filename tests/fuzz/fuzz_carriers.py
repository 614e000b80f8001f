"""STIX objects, PDF and Office files, XML signatures and CUI marks, mutated: read, or refused by a
typed code.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable

from sealane.base.errors import CATALOGUE, SealaneError
from sealane.labels.binding.information import verify_xml_signature
from sealane.labels.binding.reading import read_binding
from sealane.labels.nations import SYNTAXES
from sealane.labels.stix.objects import mark_object, read_objects
from tests.carriers import LABEL, labelled, verified
from tests.made_files import docx, pdf
from tests.unit.labels.shipped import NOW, shipped
from tests.unit.labels.test_pdf import FILES
from tests.unit.labels.test_stix_objects import INDICATOR
from tests.unit.labels.test_xmldsig import LABEL as BOUND
from tests.unit.labels.test_xmldsig import PEM, plain, signed

CUI = [
    "CUI",
    "CONTROLLED//SP-CTI",
    "CUI//SP-CTI/PRVCY//FED ONLY/NOFORN",
    "CUI//REL TO USA, AUS, FVEY",
    "CUI//PRIVILEGE//Attorney-WP",
]
PIECES = [
    b"//",
    b"/",
    b", ",
    b" ",
    b"\0",
    b"\xe2\x80\x8b",
    b"(",
    b")",
    b"SP-",
    b"REL TO ",
    b"[0]",
    b'"',
    b"{}",
    b"[]",
    b"1 0 obj",
    b"/Prev 9 ",
    b"<< >>",
    b"stream\n",
    b"<ds:Signature/>",
    b'Id="binding" ',
    b'URI=""',
    b"-->",
    b"A" * 300,
]


def run(seed: int, rounds: int) -> None:
    """Raise when an input crashes, is coded by no declared code, or a labelled file says another
    label.
    """
    chance = random.Random(seed)
    bundle = mark_object(
        json.dumps(INDICATOR),
        SYNTAXES["tlp"].parse("TLP:AMBER", shipped()).label,
        shipped(),
        at=NOW,
    ).encode()
    files = [*FILES.values(), pdf(), pdf(streams=True), docx()]
    bindings = [signed(plain()).encode(), signed(plain(), ("",)).encode()]
    kinds: list[tuple[list[bytes], Callable[[bytes], None]]] = [
        ([mark.encode() for mark in CUI], _cui),
        ([bundle], _stix),
        (files, _carrier),
        (bindings, _binding),
    ]
    for _ in range(rounds):
        samples, read = chance.choice(kinds)
        data = _mutated(chance, chance.choice(samples))
        try:
            read(data)
        except SealaneError as error:
            _typed(error)


def _typed(error: SealaneError) -> None:
    assert error.code in CATALOGUE, error
    assert error.message_ja, error


def _mutated(chance: random.Random, data: bytes) -> bytes:
    for _ in range(chance.randint(1, 4)):
        at, kind = chance.randint(0, len(data)), chance.randrange(4)
        if kind == 0:
            data = data[:at] + chance.choice(PIECES) + data[at:]
        elif kind == 1:
            data = data[:at] + data[at + chance.randint(1, 6) :]
        elif kind == 2:
            data = data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
        else:
            data = data[:at] + data[at : at + 12] * 2 + data[at + 12 :]
    return data


def _cui(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    for syntax, mark in (("us-cui", text), ("us-cui-portion", f"({text})")):
        found = SYNTAXES[syntax].parse(mark, shipped(), at=NOW, lenient=len(data) % 2 == 0)
        assert SYNTAXES[syntax].parse(found.canonical, shipped(), at=NOW).label == found.label


def _stix(data: bytes) -> None:
    for one in read_objects(data, shipped(), at=NOW):
        assert one.product is None or one.label is not None


def _carrier(data: bytes) -> None:
    assert verified(labelled(data)).label == LABEL


def _binding(data: bytes) -> None:
    bound = read_binding(data, shipped())
    if bound.xml_signatures:
        verify_xml_signature(bound, PEM)
        assert bound.label == BOUND, "a signature held over another label"
