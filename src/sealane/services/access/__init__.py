"""Requests for access: whoever was refused asks, and it reaches who can mend what was missing.

| module | what |
|---|---|
| `asking` | a refusal that still stands becomes a request, named to the posts that it reaches |
| `answering` | whoever it reaches grants or refuses; what mends it is another act |
| `told` | a request as each side may read it, and lists of them |

Spec: docs/console.md §Access requests; R36, R37.
"""
