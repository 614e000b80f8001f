"""Feeds of STIX objects, as far as bytes and an instant decide: what came, what each object says of
who may have it, what is asked for, and where a reader is.

    stream.py   the objects of a bundle or an envelope, one by one, however long it is
    objects.py  one object: its name, its version, what it must have
    marks.py    all marks that an object answers for, and of several together
    asked.py    the filters of a question
    cursor.py   where a page ended, signed for one reader and one question

Never in here: who the reader is and whether they may, which services decide with these marks.
"""
