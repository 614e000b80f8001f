"""Acts that take two people, where the second is not here: what the first asked waits, and nothing
happens until another person answers in a session of their own.

| module | what |
|---|---|
| `asking` | the first person lets an act wait, and may take it back |
| `answering` | the second confirms exactly what was asked, or declines it |
| `told` | a waiting act as each of the two may read it, and lists of them |

Spec: docs/console.md §Two people; docs/adr/0076-an-act-waits.md; R57, R64.
"""
