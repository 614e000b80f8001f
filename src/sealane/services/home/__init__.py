"""What waits for a person, by duty, found by query over the whole register.

| module | what |
|---|---|
| `rows` | one thing that waits, and how things that wait are ordered |
| `kinds` | the table: each kind, the duties that it waits for, and the query that finds it |
| `waiting_acts` | acts that take two people: who may be the second, and what became of them |
| `desk` | one person's list, the oldest and overdue first, and how many of each kind |

Spec: docs/console.md §Home; R42, R44.
"""
