"""Marks in general: what a syntax is, the plain syntax of every scheme, and reading by table."""
