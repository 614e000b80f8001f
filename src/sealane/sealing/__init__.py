"""Sealed containers: manifest, segments, key wrapping, the originator seal."""
