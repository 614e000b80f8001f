"""The stable surface: what a program may import from `sealane` and rely on.

Each room holds a few thin functions over the floors below; no rule is written here a second time.
`labels` reads, writes, merges, maps and judges labels; `decisions` checks agreements and decides
under them; `sealing` seals, inspects and opens with keys in hand; `evidence` proves what happened.
Nothing here reads a clock, asks a network or needs a node, and `msgspec`, `lxml` and
`cryptography` are all it imports. `sealane.__all__` names what is public; docs/library.md says
what is promised of it.
"""
