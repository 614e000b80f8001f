"""Labels bound to bytes in a sidecar; any change on either side is refused. Spec:
ADatP-4778; ADatP-4778.2; spec/labels.md §XML.
"""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane.base.errors import SealaneError
from sealane.crypto import jws
from sealane.crypto.keys import PrivateKey
from sealane.labels.binding.information import (
    SIGNATURE_TYPE,
    digest,
    verify_references,
    verify_signers,
    write_binding,
)
from sealane.labels.binding.reading import read_binding
from sealane.labels.model.label import Label
from tests.carriers import LABEL, LOWER
from tests.unit.labels.shipped import shipped

DATA = b"the plan"


def sidecar(label: Label = LABEL, data: bytes = DATA) -> str:
    return write_binding(label, shipped(), {"plan.txt": digest(data)})


def test_a_signature_moved_to_another_label_is_refused() -> None:
    key = PrivateKey.generate("ES384")
    signed = write_binding(
        LABEL,
        shipped(),
        {"plan.txt": digest(DATA)},
        sign=lambda payload: jws.sign(payload, [key], typ=SIGNATURE_TYPE),
    )
    bound = read_binding(signed, shipped())
    assert verify_signers(bound, {key.public.kid: key.public}) == (key.public.kid,)
    lowered = write_binding(
        LOWER, shipped(), {"plan.txt": digest(DATA)}, sign=lambda _: bound.signature or b""
    )
    assert refusal(read_binding, lowered, shipped()) == "binding.tampered"
    other = PrivateKey.generate("ES384").public
    assert refusal(verify_signers, bound, {other.kid: other}) == "jws.unknown_key"
    assert (
        refusal(verify_signers, read_binding(sidecar(), shipped()), {other.kid: other})
        == "binding.unsigned"
    )


def refusal(act: object, *arguments: object) -> str:
    with pytest.raises(SealaneError) as refused:
        act(*arguments)  # type: ignore[operator]
    return refused.value.code


def test_a_sidecar_gives_the_label_once_the_bytes_are_the_same() -> None:
    bound = read_binding(sidecar(), shipped())
    verify_references(bound, {"plan.txt": digest(DATA)})
    assert bound.label == LABEL


def test_other_bytes_missing_bytes_and_further_bytes_are_refused() -> None:
    bound = read_binding(sidecar(), shipped())
    assert (
        refusal(verify_references, bound, {"plan.txt": digest(b"another plan")})
        == "binding.tampered"
    )
    assert refusal(verify_references, bound, {}) == "binding.dangling"
    assert (
        refusal(verify_references, bound, {"plan.txt": digest(DATA), "more.txt": digest(b"")})
        == "binding.uncovered"
    )


def test_a_lowered_label_no_longer_matches_its_own_digest() -> None:
    assert (
        refusal(read_binding, sidecar().replace(">SECRET<", ">OFFICIAL<"), shipped())
        == "binding.tampered"
    )


def test_a_binding_without_digests_verifies_nothing() -> None:
    text = sidecar()
    bare = text[: text.index("<ds:Manifest")] + "</mb:BindingInformation>"
    assert (
        refusal(verify_references, read_binding(bare, shipped()), {"plan.txt": digest(DATA)})
        == "binding.unprotected"
    )


@pytest.mark.parametrize(
    "change",
    [
        ("sha384", "sha1"),
        ("mb:DataReference", "mb:Data"),
        ("bindinginformation:1:0", "bindinginformation:2:0"),
        ("originatorC", "metadataC"),
        ('<mb:DataReference URI="plan.txt"/>', ""),
        ('<mb:DataReference URI="plan.txt"/>', '<mb:DataReference URI="plan.txt"/>' * 2),
        ("<mb:Metadata>", "<mb:Metadata><x/>"),
        (
            "</mb:MetadataBindingContainer>",
            "</mb:MetadataBindingContainer><mb:MetadataBindingContainer/>",
        ),
        ("<ds:Manifest", "<ds:Signature/><ds:Manifest"),
        ('URI="#label"', 'URI="other"'),
        ("</mb:MetadataBinding>", "</mb:MetadataBinding><mb:MetadataBinding/>"),
    ],
)
def test_a_binding_of_another_shape_is_refused(change: tuple[str, str]) -> None:
    assert refusal(read_binding, sidecar().replace(*change), shipped()) == "binding.malformed"


@settings(max_examples=60)
@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_no_changed_byte_of_a_sidecar_yields_another_label(place: int, flip: int) -> None:
    text = bytearray(sidecar().encode())
    text[place % len(text)] ^= flip
    try:
        bound = read_binding(bytes(text), shipped())
        verify_references(bound, {"plan.txt": digest(DATA)})
    except SealaneError:
        return
    assert bound.label == LABEL


def test_reading_a_pdf_brings_no_client_of_any_network() -> None:
    program = (
        "import io, sys; from sealane.labels.binding.pdf_document import read_document;"
        "from tests.made_files import pdf; read_document(io.BytesIO(pdf()));"
        "print(sorted({'aiohttp', 'requests', 'httpx2', 'urllib3'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert ran.stdout.strip() == b"[]"
