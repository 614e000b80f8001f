"""`sealane node`, `sealane client` and `sealane db`: a nation's node, the OpenTDF clients that it
lets in, and its database as a whole.

`commands` makes a node, introduces it to a partner, adopts an agreement, signs the operator's
policy and runs it. `life` hands notices of an agreement to a node; `trust` says whose tokens count
here; `keys` turns wrapping keys; `status` waits for a node and tells how it stands. `client` enters
and ends clients; `database` is the group `db`: versions, upgrades and whole databases.
"""
