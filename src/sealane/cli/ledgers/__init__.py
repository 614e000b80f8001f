"""`sealane ledger`, `evidence` and `audit`: what is proven, and to whom.

For anybody, with nothing but files or a URL: `verify` re-derives a whole log, `prove` makes and
checks proofs of one entry, `heads` holds two signed heads against one another; `trust` says whose
signature counts. For whoever has a node's folder: `node_logs` reads its logs without a passphrase,
`keep` recovers, attests, prunes and disposes with its keys. `ledger` is the group of them all.

`evidence` makes and checks the file that proves an item's history; `audit` compares two registers
and two ledgers copy by copy. `text` puts all of it into words of both languages.
"""
