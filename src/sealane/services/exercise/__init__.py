"""What is made to go wrong in an exercise, and what follows from it.

    lines.py        lines to partners that are lost until they are restored
    injecting.py    injects: put in, ended, listed

No real node does any of it: each act here asks first whether the node is of an exercise.
Spec: spec/exercise.md §4.
"""
