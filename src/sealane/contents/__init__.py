"""What lies in a file, seen and unseen; what of one file is left in another, and which words stand
in it.

Bytes and texts in, findings out: no file, no clock, no node. What no reader here can read is said,
never passed over.
Spec: spec/residue.md.
"""
