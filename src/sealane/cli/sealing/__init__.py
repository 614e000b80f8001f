"""`sealane seal`, `open` and `inspect`: containers as files.

`commands` seals to keys in hand and opens with them, without a node; given a node's folder it calls
`at_node`, where the container is registered and a key leaves only after a decision.
"""
