"""Labels bound to the bytes they mark: inside Office files and PDF, or beside any file.

    errors.py         the codes
    information.py    ADatP-4778 BindingInformation written; digests and signers verified
    reading.py        the same read, strictly
    xml_signature.py  XML signatures of others, verified narrowly
    ooxml.py          Office packages: one custom part that covers every other part
    office_package.py a package as other readers find it
    opc.py            their content types and relationships, parsed
    zip_package.py    the zip around them, every byte accounted for
    pdf.py            one incremental update with the binding in XMP
    pdf_document.py   a PDF as its cross-reference says it is
    pdf_update.py     the update, a function of document and label
    pdf_values.py     PDF values as text
    xmp.py            the property in metadata that others wrote

A binding names each data object and states its SHA-384; a signed statement beside the digests shows
who bound them. A label counts only when every stated digest holds, nothing here is left uncovered
and nothing that is named is missing. A carrier is a function of the original and the label, so
verifying a PDF is making it again and comparing every byte.

Never in here: files on disk and keys in stores, which the command hands in; a carrier that would
need guessing at a structure is refused, and the label goes beside the file.

To add a carrier: a module with bind, unbind and verify over a file's bytes, its kind in
`cli/labels/carriers.py`, and hostile files in tests/unit/labels and tests/fuzz.
"""
