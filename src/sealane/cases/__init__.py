"""Cases: everything that two nations say to one another beside handing over an item.

    kind.py       what one kind of case is: its form, its life and its clocks, as data
    kind_file.py  a kind from its file in `policy/forms/`, cross-checked
    form.py       what is filled in: every field of its type, within its bounds
    course.py     one case: what was said in it, in one order, and where it stands

Never in here: who signs, storage, what a kind does beyond talking (`services/cases/`).

To add a kind: one file in `policy/forms/`; see CONTRIBUTING.md, "Add a kind of case".
Spec: spec/case.md.
"""
