"""Signed notes stay small: one line a key."""

from sealane.ledger.log.note import Note, Signature


def test_a_key_that_signs_again_replaces_its_earlier_line():
    first = Signature("w/witness", b"\x00\x01\x02\x03", b"old")
    again = Signature("w/witness", b"\x00\x01\x02\x03", b"new")
    other = Signature("w/mirror", b"\x00\x01\x02\x04", b"kept")
    note = Note("text\n", (other, first))
    for _ in range(200):
        note = note.adding([again])
    assert note.signatures == (other, again)
