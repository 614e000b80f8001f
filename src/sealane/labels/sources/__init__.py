"""Schemes and groups from their files, and what is written from them.

    scheme_shape.py  every member that a scheme file in TOML may hold
    scheme_file.py   a scheme from that file, cross-checked
    group_file.py    countries and groups from theirs
    spif_grammar.py  every element and attribute of an Open XML SPIF file, by version
    spif_document.py such a file as XML, its shape checked
    spif.py          a scheme from it
    grounds.py       what the code of a nation's marks needs in a scheme of that id
    vectors.py       a scheme's own test cases, run
    handbook.py      docs/labels.md, written from the schemes

Bytes come in, a scheme goes out, or a refusal that names the file, the line or member, and what is
wrong. Everything in a file is understood and honoured, or the file is refused: a member that was
passed over could be the one that keeps somebody out.

Never in here: reading from disk (`adapters/schemes.py` does it), marks, verdicts.

To add a member: `scheme_shape.py`, then `scheme_file.py`, then spec/scheme.md. To add a format of
scheme files: a module like `spif.py` and a line in `adapters/schemes.py`.
"""
