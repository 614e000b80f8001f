"""Sealed containers: seal, verify, open; and the keys that are split between nations."""
