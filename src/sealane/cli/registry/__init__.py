"""`sealane release`, `item` and `people`: what a node gave and holds, and who acts for it.

`release` decides, seals and sends a document; `release_sealed` does so with one that was sealed
earlier, and states a reader's facts to a partner's key service. `item` lists and shows the register
and opens, accepts, moves and recalls items; `relabel` changes a level, `turn_back` withdraws or
rejects. `people` keeps the directory and asks what somebody could read.
"""
