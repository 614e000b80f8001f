"""Who may be put in a post or a room, and who is.

    lacking.py   what a person lacks for a post or room now
    visitors.py  what a visitor of another nation lacks for a room
    posts.py     define posts and rooms; place people in them, or take them out
    reading.py   who is where, and what they lack by now

Spec: spec/post.md; R20, R26, R28, R49.
"""
