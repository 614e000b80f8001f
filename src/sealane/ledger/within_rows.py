"""The rows of the catalogue of what a nation does within its own node: counts of copies, posts and
rooms, packs for inspectors, acts that wait for a second person, what leaves for lower domains.

Spec: spec/ledger.md §3; spec/inventory.md; spec/post.md; spec/assessment.md; R26, R39, R52, R57.
"""

from __future__ import annotations

WITHIN: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    "inspect": (
        (
            "inventory.opened",
            "R39",
            "a count of the copies held here was ordered, and who is to count",
            "count people facility due",
        ),
        (
            "inventory.ticked",
            "R39",
            "the clerk found a copy to be there, or not",
            "row record count state",
        ),
        (
            "inventory.missing",
            "R39",
            "an inventory ended without a copy; type: the kind of case that it opened, if one",
            "row record count type",
        ),
        (
            "inventory.settled",
            "R39",
            "the security officer said what became of a copy that was missing",
            "row record count",
        ),
        (
            "inventory.closed",
            "R39",
            "an inventory ended: how many copies were counted, and how many were missing",
            "count size",
        ),
        (
            "assessment.exported",
            "R52",
            "the pack for a partner's inspection was made",
            "record party",
        ),
    ),
    "exchange": (
        (
            "derive.checked",
            "R13",
            "nothing from above the line was found in a file; record: the signed report",
            "version covered lacking record",
        ),
        (
            "derive.compared",
            "R13",
            "this node held a file against an item, and showed nobody anything of it",
            "policy",
        ),
        (
            "derive.refused",
            "R13",
            "a file was not cut from these, and why",
            "items version",
        ),
    ),
    "feed": (
        (
            "feed.created",
            "R20",
            "a feed was made, and whose it is to read and to write; register: its id",
            "row record count register",
        ),
        (
            "feed.added",
            "R20",
            "objects came into a feed; count: how many were new",
            "register count",
        ),
        (
            "feed.read",
            "R20",
            "a reader was given objects of a feed; count: how many",
            "register count",
        ),
        (
            "feed.deleted",
            "R20",
            "versions of an object went; object_digest: of its id",
            "register count object_digest",
        ),
    ),
    "guard": (
        (
            "export.held",
            "R37",
            "a file is held for a domain of lower protection; size: how many findings",
            "row record count type size",
        ),
        (
            "export.refused",
            "R37",
            "a file was not held for a domain of lower protection, and why",
            "type",
        ),
        (
            "export.passed",
            "R37",
            "a second person let a held file leave",
            "row record count type",
        ),
        (
            "export.stopped",
            "R37",
            "a held file does not leave",
            "row record count type",
        ),
    ),
    "place": (
        (
            "post.defined",
            "R26",
            "what a post or room asks of whoever is in it was entered",
            "row record count type facility",
        ),
        (
            "post.excepted",
            "R26",
            "the security officer signed an exception for who lacks something; record: the words",
            "record people lacking",
        ),
        (
            "post.filled",
            "R26",
            "a person was placed in a post, or entered a room",
            "row record count type people lacking",
        ),
        (
            "post.left",
            "R26",
            "a person's time in a post or room ended",
            "row record count type people",
        ),
    ),
    "stand beside": (
        (
            "act.waits",
            "R64",
            "an act that takes two was asked by the first person, and waits; type: its operation",
            "row record count act type due object_digest",
        ),
        (
            "act.confirmed",
            "R64",
            "the second person confirmed a waiting act, and it was done in the same step",
            "row record count act type object_digest",
        ),
        (
            "act.declined",
            "R64",
            "somebody who may be the second declined a waiting act; people: who asked for it",
            "row record count act type people",
        ),
        (
            "act.taken_back",
            "R64",
            "the first person took a waiting act back",
            "row record count act type",
        ),
    ),
}
"""By who writes them, as `kind_rows.OWN`."""
