"""Feeds of STIX objects: made by the security officer, written by officers and by whom they let,
read by each person as far as that person may.

    refusing.py    what is refused, by code
    kept.py        a feed, who may read and write it
    deciding.py    which marks one reader may read, decided anew at each read
    adding.py      objects that come, each by itself, in steps of a few hundred
    settling.py    what a new object changes for those that stand
    reading.py     pages, single objects, versions
    sending.py     what may go to a server elsewhere
    deleting.py    versions that go; their marks go on to count
    statuses.py    what became of what a program sent
"""
