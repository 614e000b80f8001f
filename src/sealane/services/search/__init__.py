"""Finding items: one question to the register's index, answered as far as the person sees.

* `find.py`: a page of items with totals and facets.
* `saved.py`: questions that a person keeps.

Spec: spec/interfaces.md §5; docs/search.md; R11, R21.
"""
