"""Schemes and groups from their files, and the handbook written from them."""
