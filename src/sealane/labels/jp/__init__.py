"""Japanese marks, in Japanese and Roman script: `極秘`, `特定秘密`, `機密性2情報`, `Gokuhi`.

    mark.py  the marks read and written, in brackets or alone

Three regimes share the shelf: specially designated secrets, the secrecy of administrative
documents, and the ratings of information systems. Each has a ladder of its own in
policy/schemes/jpn.toml, and no table compares them. A word that several regimes use (`秘密`) is
refused as ambiguous. A mark is the whole text; it is never searched for inside other words.

What is read in either script is written in Japanese. No public syntax exists for the parts in
parentheses; theirs is ours.

Never in here: the words themselves, or clearances and people.

To add a spelling of a level: its list of marks in the scheme file; the first is what is written.
"""
