"""Packs: what waits for a partner goes by a medium, and its answers come back the same way.

A pack carries the bytes that the line would carry. What comes by it is judged as on the line, by
the same use cases, and moves the same rows; so the two ways may cross, repeat and overtake one
another.
Spec: spec/pack.md; R42, R65.
"""
