"""The catalogue of ledger entries as rows: who writes each, what it serves, what it says.

Spec: spec/ledger.md §3; R57; docs/ledger-entries.md (made from this file).
"""

from __future__ import annotations

OWN: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    # written by: (name, serves, says, further fields)
    "ledger": (
        ("log.opened", "R57", "this log begins", "origin kids"),
        (
            "log.verified",
            "R61",
            "every leaf, tile and head was re-derived",
            "origin size root settled count result",
        ),
        (
            "log.restored",
            "R59",
            "entries came back from the partner's mirror",
            "origin from_index to_index",
        ),
        ("head.entangled", "R59", "the partner's newest cosigned head", "origin size root note"),
        (
            "log.pruned",
            "R58",
            "entries below an index are no longer served",
            "origin to_index record",
        ),
    ),
    "witness": (
        (
            "head.conflict",
            "R59",
            "a signed head that contradicts an earlier one was kept",
            "row record count origin size root note",
        ),
        (
            "equivocation.settled",
            "R59",
            "two people let keys go again to a partner that had signed two histories",
            "party origin record",
        ),
    ),
    "audit": (
        (
            "disposal.authorised",
            "R58",
            "two people recorded an authority to dispose or to prune",
            "origin to_index record",
        ),
        (
            "statements.disposed",
            "R58",
            "the bytes of an item's statements were erased; the log stays whole",
            "record count",
        ),
        (
            "audit.reconciled",
            "R59",
            "two registries and ledgers were compared",
            "settled count record",
        ),
        ("evidence.exported", "R52", "an evidence file was made", "record"),
    ),
    "every service": (
        ("record.read", "R57", "a record or register was read", "register record count"),
        (
            "call.keyed",
            "R57",
            "a caller's key stands for this body from now on; the same again is the same",
            "record",
        ),
        (
            "calls.limited",
            "R57",
            "calls that proved nothing, beyond the measure: refused, and only counted",
            "path count",
        ),
        (
            "item.recorded",
            "R39",
            "a registry row changed; row and record bind what people entered, by keyed digests",
            "register row record count state",
        ),
        (
            "peer.refused",
            "R59",
            "a partner's statement was not its own to make: refused, and noted once by its digest",
            "party type record",
        ),
        (
            "peer.limited",
            "R57",
            "a partner asked or sent too much: refused, and only counted for the rest of the day",
            "party",
        ),
    ),
    "node": (
        (
            "node.started",
            "R57",
            "the node started; what the system did not grant to protect its keys",
            "version record lacking",
        ),
        ("settings.changed", "R57", "settings were changed", "record"),
        (
            "database.upgraded",
            "R57",
            "the operator brought the database to another version of its schema",
            "version before",
        ),
        (
            "folder.upgraded",
            "R57",
            "the operator brought the node's folder to another version of its layout",
            "version before",
        ),
        ("database.exported", "R57", "the whole database was written to a file", "record version"),
        (
            "database.imported",
            "R57",
            "the whole database came from a file, whose logs were proven first",
            "record version",
        ),
        (
            "node.behind",
            "R59",
            "this node is older than what it said: nothing is signed, released, opened or answered",
            "origin",
        ),
        (
            "node.current",
            "R59",
            "partners showed that nothing is missing; away: without whom two people went on",
            "parties away",
        ),
    ),
    "keystore": (
        ("key.born", "R62", "a key was made", "kid suite role until"),
        ("key.rotated", "R62", "a key took another's place", "kid kids suite role until"),
        ("key.retired", "R62", "a key is no longer used", "kid suite role"),
        (
            "custody.begun",
            "R62",
            "a key ceremony begins, by these custodians or a passphrase; `custody.held` ends it",
            "record means threshold count people",
        ),
        (
            "custody.held",
            "R62",
            "so many of these custodians open the keystore, and nothing earlier does",
            "record means threshold count people",
        ),
        (
            "custody.tried",
            "R62",
            "custodians tried whether they open the keystore",
            "record settled people",
        ),
        (
            "custody.written",
            "R62",
            "a custodian's share was written out in words, for paper",
            "record people",
        ),
    ),
    "people": (
        (
            "person.enrolled",
            "R57",
            "a person was entered; row and record bind the register's row, by keyed digests",
            "row record count people role credential",
        ),
        (
            "person.changed",
            "R57",
            "a person's record, or passphrase, changed",
            "row record count people role credential",
        ),
        (
            "person.acted",
            "R57",
            "a person did what the entry of a statement tells without a name",
            "act",
        ),
        (
            "clearance.extended",
            "R23",
            "an authority let a clearance count longer",
            "row record count people until",
        ),
        (
            "clearance.warned",
            "R23",
            "people whose clearance lapses soon were told",
            "people until",
        ),
        (
            "person.debriefed",
            "R28",
            "a person's briefing on an agreement ended",
            "row record count people briefing",
        ),
        (
            "client.enrolled",
            "R57",
            "a client was let in for a person",
            "row record count people credential",
        ),
        (
            "client.ended",
            "R57",
            "a client was let go",
            "row record count people credential",
        ),
        (
            "person.invited",
            "R57",
            "a person was invited to set a credential of their own",
            "credential",
        ),
        (
            "invitation.redeemed",
            "R57",
            "an invitation to a token or a client was redeemed; it is good for nothing more",
            "credential",
        ),
        ("login.done", "R57", "a person signed in", "means source"),
        ("login.denied", "R57", "a sign-in failed", "means source"),
        (
            "login.alarm",
            "R57",
            "many wrong tries for one person; source: the place of the last, as a keyed digest",
            "people count source",
        ),
        (
            "facility.recorded",
            "R49",
            "a facility's accreditation was entered",
            "row record count facility until",
        ),
    ),
    "agree": (
        ("agreement.in_force", "R1", "a version is in force for this party", "version until"),
        ("agreement.authority", "R10", "a competent authority changed", "version record"),
        ("agreement.law_change", "R11", "a change of law was notified", "version record"),
        ("agreement.notice", "R8", "notice of termination was given", "version until record"),
        ("agreement.resumed", "R8", "a party lifted its suspension", "version record"),
        ("agreement.amended", "R8", "a later version took this one's place", "version"),
        ("agreement.suspended", "R8", "a party suspended a version", "version record"),
        (
            "peer.enrolled",
            "R59",
            "the partner's keys were accepted",
            "row record count party kids",
        ),
        (
            "peer.renewed",
            "R62",
            "a partner's next card came; its statement keys wait for two people",
            "party kids count",
        ),
        (
            "peer.unpinned",
            "R62",
            "a partner showed its newest certificate; that of an earlier card lets in no longer",
            "party count",
        ),
        (
            "peer.card_forked",
            "R59",
            "a partner's proven card follows none that is known here: refused, and kept",
            "party record count",
        ),
        (
            "services.accepted",
            "R57",
            "a partner's token issuer and key services are trusted under an agreement",
            "party record",
        ),
        (
            "services.ended",
            "R57",
            "a partner's token issuer and key services are trusted no more",
            "party record",
        ),
    ),
    "publish": (
        (
            "item.sealed",
            "R62",
            "an item was sealed",
            "policy object_digest object_sha256 suite kids",
        ),
    ),
    "custody": (
        ("item.level_changed", "R16", "the originator changed the level", "record"),
        ("recall.ordered", "R47", "the originator called an item back", "due items"),
    ),
    "decide": (
        ("decision.permit", "R57", "a request was permitted", "clauses path"),
        ("decision.refuse", "R36", "a request was refused", "clauses path"),
    ),
    "disclose": (
        ("release.countersigned", "R30", "a second signer agreed to a release", "people"),
        ("release.withdrawn", "R30", "a release was taken back before it left", ""),
        ("transfer.delivered", "R42", "the partner's receipt arrived and holds", "object_digest"),
    ),
    "key access": (
        ("key.released", "R57", "a key leaves under a decision", "kid policy suite"),
        ("key.refused", "R57", "a key does not leave", "kid policy clauses"),
    ),
}
"""What a node tells of itself and its people, by who writes it."""
STATEMENTS: dict[str, tuple[str, str, str]] = {
    # type: who says it, serves, says
    "assurance.request": ("provider", "R30", "the recipient's assurance was asked for"),
    "assurance": ("recipient", "R30", "clearance, need and protection were assured"),
    "offer": ("provider", "R42", "an item was submitted"),
    "transfer.received": ("recipient", "R42", "it was stored whole and its digest re-checked"),
    "transfer.rejected": ("recipient", "R44", "it was not taken, with reason"),
    "transfer.accepted": ("recipient", "R44", "the registry clerk accepted it"),
    "claim": ("recipient", "R42", "the offer of a container that came by hand was asked for"),
    "withdrawn": ("provider", "R30", "an offered item was taken back"),
    "open.request": ("recipient", "R57", "a key was asked for"),
    "key.released": ("provider or holder", "R57", "a share left"),
    "key.refused": ("provider", "R57", "a share did not leave"),
    "opened": ("recipient", "R57", "a key was used"),
    "open.denied": ("recipient", "R57", "an opening was refused at home"),
    "recall.ordered": ("provider", "R47", "the item was called back"),
    "destroyed": ("recipient", "R48", "key share and ciphertext were erased"),
    "destroy.failed": ("recipient", "R48", "they were not, and why"),
    "rewrap.request": (
        "provider",
        "R62",
        "the holder's share was asked for, to seal the item anew",
    ),
    "rewrapped": ("provider", "R62", "the item under another suite"),
    "relabelled": ("provider", "R16", "the originator gave the item another label"),
    "agreement.state": ("either", "R8", "a party's notices about a version were told"),
    "card.renewed": ("either", "R62", "a party told of the card that follows its last"),
    "card.accepted": ("either", "R62", "two people accepted the statement keys of a card"),
    "statements.request": (
        "either",
        "R59",
        "bytes of statements that the log names were asked for",
    ),
    "statements": ("either", "R59", "such bytes were given"),
    "services": ("either", "R57", "a party's token issuer and key services were described"),
    "inventory.request": (
        "either",
        "R59",
        "the partner's register of what is between the two was asked for",
    ),
    "inventory": ("either", "R59", "such a register was given, without content"),
    "acknowledged": ("either", "R44", "a statement was stored and logged"),
    "rejected": ("either", "R44", "a statement was not accepted, and why"),
}
"""What nations say to one another, by statement type."""
