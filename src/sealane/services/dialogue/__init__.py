"""What people of this nation say in cases, and what a kind of case does beyond talking.

    acting.py        open a case, say something in it
    seeing.py        which cases a person may know of: one, or a page of them
    dates.py         what a date did in a case, signed by the side that signs it
    consequences.py  for each kind what follows from what is said, at either node

The cases themselves are `services/cases/` and, without storage, `sealane/cases/`.
Spec: spec/case.md.
"""
