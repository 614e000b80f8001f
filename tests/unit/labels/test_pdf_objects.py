"""PDF files with object streams carry their label too: other software's files, and broken ones."""

import re
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sealane.base.errors import Malformed, SealaneError
from sealane.labels.binding.pdf import bind_pdf, unbind_pdf, verify_pdf
from sealane.labels.binding.pdf_objects import find_object
from sealane.labels.model.label import label_from_json
from tests.unit.labels.shipped import shipped

FILES = {
    path.stem: path.read_bytes()
    for path in (Path(__file__).parents[2] / "vectors" / "pdf").glob("*.pdf")
}
LABEL = label_from_json(
    {
        "policy": "NATO",
        "classification": "SECRET",
        "created": "2026-01-01T00:00:00Z",
        "categories": [{"tag": "Context", "type": "permissive", "values": ["NATO"]}],
    }
)


def stream(number, dictionary, body, *, packed=True):
    raw = zlib.compress(body) if packed else body
    kind = b"/Filter /FlateDecode " if packed else b""
    return b"%d 0 obj\n<< %s%s/Length %d >>\nstream\n%s\nendstream\nendobj\n" % (
        number,
        dictionary,
        kind,
        len(raw),
        raw,
    )


CATALOGUE = b"<< /Type /Catalog /Pages 3 0 R >>"


def built(
    *,
    members=((2, CATALOGUE), (3, b"<< /Type /Pages /Kids [] /Count 0 >>")),
    row=(2, 1, 0),
    predicted=False,
    first=None,
    name=b"/ObjStm",
    extra=b"",
    packed=True,
    prev=b"",
):
    """A file of two streams: object 1 holds the members, object 4 is the cross-reference."""
    texts = [text for _, text in members]
    places = [sum(len(text) + 1 for text in texts[:index]) for index in range(len(texts))]
    head = (
        b" ".join(
            b"%d %d" % (number, place) for (number, _), place in zip(members, places, strict=True)
        )
        + b"\n"
    )
    out = b"%PDF-1.5\n"
    holder = len(out)
    out += stream(
        1,
        b"/Type %s /N %d /First %d %s"
        % (name, len(members), len(head) if first is None else first, extra),
        head + b"\n".join(texts),
        packed=packed,
    )
    at = len(out)
    rows = [(0, 0, 255), (1, holder, 0), row, (2, 1, 1), (1, at, 0)]
    body = b"".join(
        bytes([kind]) + place.to_bytes(2, "big") + bytes([index]) for kind, place, index in rows
    )
    parameters = b""
    if predicted:
        before, body_rows = bytes(4), b""
        for start in range(0, len(body), 4):
            here = body[start : start + 4]
            body_rows += b"\x02" + bytes(
                (one - two) & 255 for one, two in zip(here, before, strict=True)
            )
            before = here
        body, parameters = body_rows, b"/DecodeParms << /Predictor 12 /Columns 4 >> "
    out += stream(4, b"/Type /XRef /Size 5 /W [1 2 1] /Root 2 0 R " + parameters + prev, body)
    return out + b"startxref\n%d\n%%%%EOF\n" % at


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_of_other_software_carries_its_label_and_gives_back_its_bytes(name):
    bound = bind_pdf(FILES[name], LABEL, shipped())
    assert bound.startswith(FILES[name])
    assert verify_pdf(bound, shipped()).label == LABEL
    assert unbind_pdf(bound) == FILES[name]


@pytest.mark.parametrize("name", ["object-streams", "linearised"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_changed_byte_is_refused(name, share):
    bound = bytearray(bind_pdf(FILES[name], LABEL, shipped()))
    bound[int(len(FILES[name]) * share)] ^= 1
    with pytest.raises(SealaneError) as caught:
        verify_pdf(bytes(bound), shipped())
    assert caught.value.code == "binding.tampered"


@pytest.mark.parametrize("data", [built(), built(predicted=True), built(packed=False)])
def test_the_catalogue_is_found_where_the_cross_reference_says(data):
    at = int(re.findall(rb"startxref\n(\d+)", data)[-1])
    assert find_object(data, at, 2, 0).strip() == CATALOGUE
    assert verify_pdf(bind_pdf(data, LABEL, shipped()), shipped()).label == LABEL


@pytest.mark.parametrize(
    "data",
    [
        built(row=(0, 0, 0)),
        built(row=(2, 1, 9)),
        built(row=(2, 1, 1)),
        built(row=(2, 4, 0)),
        built(row=(2, 2, 0)),
        built(row=(1, 9, 0)),
        built(row=(7, 1, 0)),
        built(first=0),
        built(first=99_999),
        built(name=b"/Other"),
        built(extra=b"/Filter /LZWDecode "),
        built(prev=b"/XRefStm 9 "),
        built(members=((5, CATALOGUE), (3, b"<< >>"))),
        built().replace(b"/W [1 2 1]", b"/W [1 2]  "),
        built().replace(b"/W [1 2 1]", b"/W [9 9 9]"),
        built().replace(b"/W [1 2 1]", b"/W [1 0 1]"),
        built(predicted=True).replace(b"/Predictor 12", b"/Predictor 2 "),
        built(predicted=True).replace(b"/Columns 4", b"/Columns 0"),
        built(extra=b"/DecodeParms << /Predictor 12 /Columns 65 >> "),
    ],
)
def test_a_structure_that_is_not_understood_needs_a_sidecar(data):
    with pytest.raises(Malformed) as caught:
        bind_pdf(data, LABEL, shipped())
    assert caught.value.code in ("binding.pdf_structure", "binding.malformed")


def test_a_circle_of_cross_references_ends():
    data = built(row=(0, 0, 0))
    at = int(re.findall(rb"startxref\n(\d+)", data)[-1])
    circle = data.replace(b"/Size 5 ", b"/Size 2 /Prev %d " % at)
    with pytest.raises(Malformed):
        find_object(circle, at, 2, 0)


def test_a_stream_that_unpacks_to_too_much_is_refused():
    bomb = stream(4, b"/Type /XRef /Size 5 /W [1 2 1] /Root 2 0 R ", bytes(65 << 20))
    data = b"%PDF-1.5\n" + bomb + b"startxref\n9\n%%EOF\n"
    with pytest.raises(Malformed) as caught:
        bind_pdf(data, LABEL, shipped())
    assert caught.value.code == "binding.pdf_structure"


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(sorted(FILES)),
    st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=6),
)
def test_a_broken_file_is_labelled_or_refused_and_never_fails(name, changes):
    data = bytearray(FILES[name])
    for share, byte in changes:
        data[int(len(data) * share)] = byte
    outcome = labelled(bytes(data))
    assert isinstance(outcome, SealaneError) or verify_pdf(outcome, shipped()).label == LABEL


def labelled(data):
    try:
        return bind_pdf(data, LABEL, shipped())
    except SealaneError as error:
        return error
