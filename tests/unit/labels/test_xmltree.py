"""Strict XML: what no label may hold is refused with its place, in bounded time and memory. Spec:
spec/labels.md §XML.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane.base.errors import SealaneError
from sealane.labels.model.xml_tree import escaped, parse_xml, write_element

REFUSED = {
    "": ("xml.malformed", 0),
    "<a>": ("xml.malformed", 3),
    "<a/><b/>": ("xml.malformed", 4),
    "x": ("xml.malformed", 0),
    "<a b='1' b='2'/>": ("xml.malformed", 9),
    "<x:a/>": ("xml.malformed", 0),
    "<a>text<b/></a>": ("xml.malformed", 11),
    "<a xmlns:x='u' xmlns:y='u' x:b='1' y:b='2'/>": ("xml.malformed", 0),
    "<a>&#0;</a>": ("xml.malformed", 3),
    "<!DOCTYPE a><a/>": ("xml.forbidden", 11),
    "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>": ("xml.forbidden", 39),
    "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>": ("xml.forbidden", 12),
    "<a>&x;</a>": ("xml.forbidden", 3),
    "<a>S<!-- -->ECRET</a>": ("xml.forbidden", 4),
    "<a><?p q?></a>": ("xml.forbidden", 3),
    "<a><![CDATA[SECRET]]></a>": ("xml.forbidden", 3),
    "<a>" * 10_000: ("xml.too_large", 96),
    "<a>" + "<b/>" * 30_000 + "</a>": ("xml.too_large", 79_999),
    "x" * 10_000_000: ("xml.too_large", 1 << 20),
    "<a>é\u200b<!--x--></a>": ("xml.forbidden", 5),
    "\ud800": ("xml.malformed", 0),
    "<a>" + "<a b='" + "x" * 2_000_000 + "'/>": ("xml.too_large", 1 << 20),
}


@pytest.mark.parametrize("given_text", REFUSED, ids=range(len(REFUSED)))
def test_what_no_label_may_hold_is_refused_with_its_place(given_text: str) -> None:
    with pytest.raises(SealaneError) as refused:
        parse_xml(given_text)
    assert (refused.value.code, refused.value.position) == REFUSED[given_text]


def test_a_byte_order_mark_and_a_prolog_are_no_part_of_the_document() -> None:
    root = parse_xml(
        '\ufeff<?xml version="1.0" encoding="UTF-8"?><!-- before --><a xmlns="u"><b>x</b></a><!--'
        " after -->"
    )
    assert (root.namespace, root.name, [child.text for child in root.children]) == ("u", "a", ["x"])


def test_bytes_that_are_not_utf8_are_refused() -> None:
    with pytest.raises(SealaneError, match=r"xml\.malformed"):
        parse_xml(b"<a>\xff</a>")


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=40),
    st.text("abc<&>\"' ", max_size=20),
)
def test_what_is_written_reads_back_as_it_was(content: str, attribute: str) -> None:
    root = parse_xml(write_element("a", {"k": attribute}, escaped(content)))
    assert (root.text, root.attributes) == (content, {"k": attribute})


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        parse_xml(data)
    except SealaneError as error:
        if not error.code.startswith("xml."):
            raise
