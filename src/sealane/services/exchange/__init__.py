"""An item's way between nations: released, received, recalled, relabelled, sealed anew.

Every act is recorded, then said, then takes effect, in one step of the database; what it does to
the register is worked out by `registry.effects`, the same at both nodes.

* `asked_release.py`, `release.py`: what a release asks, its decision, its offer, its second signer.
* `arrival.py`, `hand_carried.py`: an offer or a file proven byte by byte before it is taken.
* `receipts.py`: what the partner says about an offer.
* `recall.py`, `withdrawal.py`, `relabel.py`, `reseal.py`: what the provider does with it later.
* `assurance.py`: the recipient's yes, asked before a release.
* `outbox.py`, `stray_files.py`: what waits for a partner, and containers that no row names.
* `container_files.py`: containers of this node itself.

What must not come in: keys and plaintext (`opening`), and how a statement is proven (`statements`).
Spec: spec/exchange.md; R30, R39, R42, R44, R47, R48.
"""
