"""The logs of a node and of its partners: published, witnessed, mirrored, proven, kept.

* `ledger.py`, `pair.py`: one log with its publisher; our log and the partner's mirror together.
* `publisher.py`: a signed head, after the anchor and the witness.
* `witness.py`: our signature under a partner's head that extends the one before.
* `mirror.py`: a partner's log, copied and checked entry by entry.
* `proofs.py`, `maintenance.py`: proofs for a verifier; walking, searching and keeping the logs.

Spec: spec/ledger.md; R57, R59.
"""
