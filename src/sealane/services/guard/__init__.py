"""The guard at the edge to domains of lower protection: a file's mark is found and judged, words
are looked for, it is held, and a second person lets it pass or stops it.

What stands under an agreement never leaves this way, whoever provided it: no clause permits export.
Spec: spec/export.md.
"""
