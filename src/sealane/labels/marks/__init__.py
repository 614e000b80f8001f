"""Marks in general: what a syntax is, the gate before every reader, and the plain syntax.

    syntax.py  Syntax (read, write, and whether what is written is read back), Parsed, Remark
    gate.py    the first look at foreign text: raw characters, then width variants, then alphabet
    places.py  a scheme's refusal of a label, pointed at in the text that was read
    plain.py   `kor-mark`: the marks of any scheme from its file alone, with no code of its own

Every reader begins at the gate. A mark is read whole or refused with a position and a code; nothing
unknown is dropped; what was put right is told in a Remark and never changes who may have it. A
label has one canonical text in each syntax, and `render` gives only what reads back to the label.

Never in here: one nation's words or grammar. Which syntaxes there are is in `nations.py`.

To add a syntax: a module in the nation's folder with a `Syntax`, its line in `nations.py`, its name
in the scheme file and in spec/interfaces.md §1, test vectors in the scheme file, and a hostile case
or two in tests/unit/labels.
"""
