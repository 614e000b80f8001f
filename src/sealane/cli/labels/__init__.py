"""`sealane label` and `sealane scheme`: marks of every nation, without a node.

`label` reads, writes, merges, maps and judges marks, one or a batch; `binding` ties a label to a
file and proves it afterwards; `stix` does the same inside STIX objects; `scheme` lists and checks
the marking schemes that the others read marks by.
"""
