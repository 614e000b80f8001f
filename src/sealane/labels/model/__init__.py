"""Labels, schemes, groups and clearances: the values that every other
wing of `labels` speaks of.
"""
