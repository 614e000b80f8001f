"""After a loss: logs, statements and rows come back from what the partner proves; and disposal.

* `restore.py`: the order of it: the log's own later entries, then the statements, then the rows.
* `missing_statements.py`: bytes that a log names, asked of the partner and proven by digest.
* `replay.py`: proven statements take their effect on the register again.
* `disposal.py`: bytes given up under an authority; the log keeps their digests.

Nothing is forked, nothing is said twice, and what is lost is named.
Spec: spec/ledger.md §7; R39, R42, R59.
"""
