"""Australian marks: on documents, in the mail header, at the end of a subject.

    terms.py        the scheme's words as tables; the label that a mark's parts add up to
    document.py     `SECRET//REL AUS/JPN` read and written
    fields.py       `NAME=value, NAME=value` of mail, and the escapes inside a value
    header.py       `X-Protective-Marking: ...` and `[SEC=...]` read
    email_write.py  both written, in the standard's order
    dates.py        the twelve forms of a date that EXPIRES may have

The Protective Security Policy Framework says which words there are and in which order; the email
standard gives the syntax of mail. Its lists name countries, never groups. A mark of an earlier
version of the standard is read and says so; what is written is always the newest.

Never in here: the words themselves, which are in policy/schemes/aus.toml, and another nation's.

To add a field of a new version: its rank in `fields.py`, its reader in `header.py`, its place in
`email_write.py`, and vectors in the scheme file. To add a caveat: the scheme file alone.
"""
