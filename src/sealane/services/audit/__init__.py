"""Two registers and two logs held against one another, and an item's evidence put together.

* `compare_logs.py`: what one log tells of and the other does not.
* `expected_rows.py`: what a party's register must say, by the statements in its own log.
* `inventory.py`: a register as its node signs it for the partner.
* `reconcile.py`, `findings.py`: every difference, whose claim has proof, and what to do.
* `evidence.py`: one item's statements and proofs in one file.

Nobody's database is believed, our own included. Nothing here mends a difference.
Spec: spec/ledger.md §11; spec/evidence.md; R52, R59.
"""
