"""What leaves for a domain of lower protection: the mark is judged, words are looked for, the file
is held, and another person lets it pass; what stands under an agreement never leaves.

Spec: spec/export.md; R36, R37, R57.
"""

from __future__ import annotations

import io

from sealane.crypto import jws
from sealane.labels.model.label import Label
from sealane.services.guard import holding, kept, passing
from sealane.services.register.acts import Actor
from tests.lane.made import code_of, told

HELD_BY, SECOND = Actor("aus.analyst"), Actor("aus.second")
PLAIN = b"OFFICIAL\nThe harbour is open on Friday.\nOFFICIAL\n"


def hold(pair, data=PLAIN, domain="office", by=HELD_BY, **more):
    asked = holding.HoldAsked(
        domain=domain, name="note.txt", media_type="text/plain", actor=by, **more
    )
    return holding.hold(pair.aus, asked, io.BytesIO(data))


def pass_(pair, export, by=SECOND, reason=None):
    sink = io.BytesIO()
    found = passing.pass_(pair.aus, export, sink, by=by, reason=reason)
    return sink.getvalue(), found


def label(classification="OFFICIAL", *categories):
    return Label(
        policy="AUS",
        classification=classification,
        originator="AUS",
        created="2026-11-22T00:00:00Z",
        categories=categories,
    )


def test_it_is_held_by_one_and_passed_by_another_byte_for_byte(pair):
    found = hold(pair)
    assert (found["state"], found["mark"], found["carrier"]) == ("held", "OFFICIAL", "text")
    assert (found["findings"], found["unread"]) == ([], [])
    data, passed = pass_(pair, found["id"])
    assert (data, passed["state"]) == (PLAIN, "passed")
    shown = kept.show(pair.aus, found["id"], by=SECOND)
    signed = jws.verify_by_suites(
        shown["slip"].encode(), keys=pair.aus.card.statement, typ=passing.SLIP
    )
    assert found["document"].encode() in signed.payload
    assert b"aus.analyst" not in signed.payload
    (entry,), (left,) = told(pair.aus, "export.held"), told(pair.aus, "export.passed")
    assert (entry["actor"], entry["type"], entry["size"]) == ("aus.analyst", "office", 0)
    assert (left["actor"], left["object"]) == ("aus.second", found["item"])
    assert code_of(lambda: pass_(pair, found["id"])) == "life.no_such_step"
    stop = lambda: passing.stop(pair.aus, found["id"], by=SECOND, reason="r")  # noqa: E731
    assert code_of(stop) == "life.no_such_step"
