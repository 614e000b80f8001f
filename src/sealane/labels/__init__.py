"""Labels: what marks mean, whether they may stand, who may have what they mark, and how files carry
them.

A mark (`SECRET//REL AUS/JPN`) is text. A label is what it means: policy, classification,
categories. A scheme is one party's rules, read from a file under `policy/schemes`. Start with
`model/label.py`, then `model/scheme.py`, then one nation's folder.

The wings, each of which may know those below it and none above:

    binding      labels inside files, or beside them
    composing    putting a label together, choice by choice
    sources      schemes and groups from their files; the handbook written from them
    nations.py   the table: which code stands for which marks and rules
    stix         markings on STIX objects
    au gb jp nato tlp us     one nation's marks and rules each; none knows another
    marks        what a syntax of marks is, the gate before every reader, the plain syntax
    rules        what every scheme asks: acceptance, roll-up, access
    model        label, scheme, groups, clearance, verdict, errors: the nouns

Nothing here reads a file, a clock or the network. `pyproject.toml` holds the order of the wings and
that there is no circle. To add a nation: write its scheme file; if its marks need a syntax of
their own, a folder beside the others and a line in `nations.py`.
"""
