"""The catalogue of statements as they stand in ledgers: what each serves and what it says.

Spec: spec/ledger.md §3; R57; docs/ledger-entries.md (made from this file).
"""

from __future__ import annotations

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
    "key.leased": (
        "provider",
        "R57",
        "a share was lent for openings without the line, until an instant",
    ),
    "opened": ("recipient", "R57", "a key was used"),
    "open.denied": ("recipient", "R57", "an opening was refused at home"),
    "onward.offered": ("recipient", "R32", "the item was passed on, with the provider's consent"),
    "onward.said": ("recipient", "R32", "what a third party said of what was passed on was told"),
    "recall.ordered": ("provider", "R47", "the item was called back"),
    "destroyed": ("recipient", "R48", "key share and ciphertext were erased"),
    "destroy.failed": ("recipient", "R48", "they were not, and why"),
    "copied": ("recipient", "R39", "one more numbered copy was made"),
    "copy.destroyed": ("recipient", "R48", "people destroyed a copy, and certify it"),
    "copy.returned": ("recipient", "R47", "a copy went back to the provider"),
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
    "case.opened": ("either", "R31", "a case between the two was opened"),
    "case.said": ("either", "R31", "something was said in a case between the two"),
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
