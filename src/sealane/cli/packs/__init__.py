"""Commands of packs: what goes to a partner by a medium.

Spec: spec/interfaces.md §6; spec/pack.md.
"""
