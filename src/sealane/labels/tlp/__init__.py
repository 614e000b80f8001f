"""The Traffic Light Protocol: `TLP:AMBER+STRICT` and its four neighbours.

    mark.py  the marks read and written

TLP 2.0 of FIRST has five labels and no categories. `TLP:WHITE` of version 1.0 is read as CLEAR,
with a remark. Slips of case, spacing and the plus sign are put right only when the lenient reading
is asked for. The levels are in policy/schemes/tlp.toml.

TLP as a marking definition on STIX objects is in `sealane.labels.stix`, which shares the scheme and
not this code.

Never in here: what a colour lets a partner have. That is decided from the scheme, the agreement and
the feed.

To follow a TLP 3: levels in the scheme file, and a remark here for a name that changed.
"""
