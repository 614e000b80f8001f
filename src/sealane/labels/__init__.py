"""Confidentiality labels: schemes as data, markings, merging, mapping, binding."""
