"""What a nation checks of itself, and shows a partner's inspectors.

    counting.py     inventories: open, tick, close; a missing copy opens an incident
    counted.py      the same as it is read
    tasks.py        what this nation has still to do
    assessment.py   the pack for a partner's inspection, without content

Spec: spec/inventory.md; spec/assessment.md; R39, R52.
"""
