"""What every scheme asks of its labels, from its data alone.

    acceptance.py  whether a label may stand: every part known, everything fit to stand together
    rollup.py      the label of a product made of portions
    lists.py       what several lists of countries share, each as it stood when its label was made
    access.py      who may have what a label marks, by label and clearance
    generic.py     the three as the `SchemeRules` of a scheme that names none of its own

`merge` and `access` are the doors: they ask the rules of the label's own scheme, which for most are
the ones here and for a few are a nation's. `Scheme.check` is the door to acceptance.

Restrictions are united and releasability is shared, so no merge lets anybody in whom a portion
keeps out; an unknown word refuses the whole; a refusal names its place and a stable code.

Never in here: a nation's name or word. What a scheme file cannot say and one nation needs belongs
to that nation's folder, which builds its `SchemeRules` from these and a line in `nations.py`.

To add a constraint that any scheme may state: a member of the scheme file, its check in
`acceptance.py`, and what `composing` may offer when it is missing.
"""
