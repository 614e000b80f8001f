"""What an operator watches of a node: numbers, whether it can work, and its ledgers as a feed.

* `window`: the newest reading of something that may be slow, asked apart from whoever looks.
* `tallies`: what the own logs told since this process began, counted.
* `sample`: one reading of everything that is counted.
* `monthly`: the monthly verification of the ledgers, and how it stands.
* `feed`: the ledger's entries in pages, for a collector of security events.
* `health`: each check with its state, since when, and what to do.
Nothing here names a person, a title or a label. Spec: docs/operators.md "Watch".
"""
