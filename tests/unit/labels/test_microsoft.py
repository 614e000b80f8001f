"""Microsoft sensitivity labels: read and noted, written beside ours, and taken off with ours alone.
Spec: spec/labels.md §Carriers.
"""

from __future__ import annotations

import io
from typing import Any

import docx as word
import pytest

from sealane.base.errors import SealaneError
from sealane.labels.binding.microsoft import Sensitivity, found_in, read_tenant
from sealane.labels.binding.office_package import open_package
from sealane.labels.binding.ooxml import bind_ooxml
from tests.carriers import LABEL, labelled, stripped, verified
from tests.made_files import RELATIONSHIPS, docx, parts_of, pdf
from tests.unit.labels.producers import by_openpyxl, by_python_docx
from tests.unit.labels.shipped import shipped

TENANT, SECRET = "11111111-2222-4333-8444-555555555555", "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
FILE = f"""
tenant = "{TENANT}"
[[label]]
policy = "AUS"
classification = "SECRET"
id = "{SECRET}"
name = "Secret & more"
"""
OURS = Sensitivity(SECRET, TENANT, "Secret & more")


def with_both(data: bytes) -> bytes:
    sink = io.BytesIO()
    bind_ooxml(io.BytesIO(data), sink, LABEL, shipped(), sensitivity=OURS)
    return sink.getvalue()


def told(data: bytes) -> list[str]:
    return [note.text for note in verified(data).notes if note.code == "label.microsoft"]


@pytest.mark.parametrize(
    "data", [docx(), by_python_docx(), by_openpyxl()], ids=["bare", "docx", "xlsx"]
)
def test_a_tenant_s_label_is_written_beside_ours_and_goes_with_it(data: bytes) -> None:
    bound = with_both(data)
    assert verified(bound).label == LABEL
    assert len(told(bound)) == 1
    assert SECRET in told(bound)[0]
    assert found_in(open_package(io.BytesIO(bound))) == [OURS]
    assert parts_of(stripped(bound)) == parts_of(data)


def test_other_programs_read_what_is_written() -> None:
    import openpyxl

    assert word.Document(io.BytesIO(with_both(by_python_docx()))).core_properties.title == "A title"
    book = openpyxl.load_workbook(io.BytesIO(with_both(by_openpyxl())))
    found = {one.name: one.value for one in book.custom_doc_props.props}
    assert found["Own"] == "kept"
    assert found[f"MSIP_Label_{SECRET}_Name"] == "Secret & more"
    assert found[f"MSIP_Label_{SECRET}_SiteId"] == TENANT
    assert found[f"MSIP_Label_{SECRET}_Enabled"] == "true"


def test_a_label_of_another_program_is_noted_and_stays() -> None:
    other = "99999999-2222-4333-8444-555555555555"
    info = f"""<x:labelList xmlns:x='http://schemas.microsoft.com/office/2020/mipLabelMetadata'>
        <x:label id='{{{other.upper()}}}' enabled='1' siteId='{{{TENANT}}}' removed='0'/>
        </x:labelList>"""
    kind = "http://schemas.microsoft.com/office/2020/02/relationships/classificationlabels"
    root = parts_of(docx())["_rels/.rels"].decode()
    related = root.replace(
        "</Relationships>",
        f"<Relationship Id='m' Type='{kind}' Target='/docMetadata/LabelInfo.xml'/></Relationships>",
    )
    data = docx({"docMetadata/LabelInfo.xml": info, "_rels/.rels": related})
    bound = with_both(data)
    assert [other in text for text in told(bound)] == [True]
    assert parts_of(stripped(bound)) == parts_of(data)


def test_custom_properties_that_cannot_be_read_hide_no_label_of_ours() -> None:
    root = parts_of(docx())["_rels/.rels"].decode()
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
    related = root.replace(
        "</Relationships>",
        f"<Relationship Id='m' Type='{kind}' Target='docProps/custom.xml'/></Relationships>",
    )
    data = docx({"docProps/custom.xml": "<!DOCTYPE x><x/>", "_rels/.rels": related})
    assert RELATIONSHIPS in related
    assert verified(labelled(data)).label == LABEL
    assert told(labelled(data)) == []


def test_what_stands_in_a_pdf_s_properties_is_noted() -> None:
    info = f"<< /MSIP_Label_{SECRET}_Enabled (true) /MSIP_Label_{SECRET}_Name (Secret) >>".encode()
    data = pdf(trailer=b"/Info 4 0 R /ID [<00><00>]", more=(info,))
    assert len(told(labelled(data))) == 1


def test_a_tenant_s_file_gives_a_label_for_a_policy_and_classification() -> None:
    assert read_tenant(FILE.encode()) == {("AUS", "SECRET"): OURS}


@pytest.mark.parametrize(
    "change",
    [
        (SECRET, "no GUID"),
        (TENANT, TENANT.upper() + "A"),
        ('policy = "AUS"', "policy = 7"),
        ('name = "Secret & more"', ""),
        ("[[label]]", "[label]"),
        ("tenant", "tenants"),
        ("\n[[label]]", FILE.replace(f'tenant = "{TENANT}"', "") + "[[label]]"),
    ],
)
def test_a_tenant_s_file_of_another_form_is_refused(change: tuple[str, Any]) -> None:
    with pytest.raises(SealaneError) as refused:
        read_tenant(FILE.replace(*change, 1).encode())
    assert refused.value.code == "settings.sensitivity"
