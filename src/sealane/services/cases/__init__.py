"""Cases as this node's register holds them, and what a partner says in them.

    books.py      a case from its rows, and what is written of it
    hearing.py    a partner's word in a case, judged by the case's own table
    answered.py   what a partner's answer makes of our word
    again.py      cases written again after a loss
    told.py       a case as it is shown

What a kind does beyond talking is `services/dialogue/`; it is handed in, never looked up from here.
Spec: spec/case.md.
"""
