"""The values that every other wing speaks of; no nation, no syntax of marks.

    label.py      Label, Category, Succession, and the JSON form that all schemes share
    scheme.py     Scheme with its levels, tags and values; Schemes; the code it is given
    groups.py     countries and dated groups of countries, and whom a token admits when
    clearance.py  what `label access` asks about a person
    verdict.py    what it answers
    errors.py     the codes of everything that a label, a mark or a scheme can get wrong
    xml_tree.py   strict XML in and out, for the syntaxes and bindings that are XML

Values are frozen and equal by what they say, a scheme aside, which is one object with tables made
from it once (`Scheme.derived`). Foreign JSON becomes a value here, strictly, or is refused.

Never in here: a nation's name or word, the reading or writing of a mark, a rule about what may
stand together. A scheme asks its `rules` for a verdict without knowing whose they are.

To add a fact to schemes: a member in `scheme.py`, the same in `sources/scheme_shape.py` and
`scheme_file.py`, a line in spec/scheme.md. To add an error: one `declare` in `errors.py`, in both
languages, then `python -m sealane.cli.docs`.
"""
