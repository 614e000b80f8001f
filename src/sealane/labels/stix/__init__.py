"""Marks on STIX 2.1 objects."""
