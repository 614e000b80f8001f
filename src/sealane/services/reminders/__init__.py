"""Telling people that something waits for them, and nothing of what it is.

| module | what |
|---|---|
| `letters` | the messages, in both languages: their words are all here |
| `wishes` | who wants to be told and how: an address is used once its person proved it by a code |
| `rounds` | what the process that leads does: looks what is new, records, then sends |
| `feed` | the same for a feed reader: how many of each kind wait, and since when |

What waits is found by `services.home` alone. Spec: docs/console.md §Reminders; R42.
"""
