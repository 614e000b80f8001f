"""`sealane release`, `item` and `people`: what a node gave and holds, and who acts for it.

`release` decides, seals and sends a document; `release_held` does so with what is registered
already, and states a reader's facts to a partner's key service. `item` lists and shows the register
and opens, accepts, moves and recalls items; `made` registers what has no file or is derived,
`signing` is the second signer's no, `relabel` changes a level, `turn_back` withdraws or rejects.
`people` keeps the directory and asks what somebody could read.
"""
