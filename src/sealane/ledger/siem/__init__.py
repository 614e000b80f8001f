"""Ledger entries as other people's collectors of security events read them.

* `fed`: an entry with its place, and what kind of event it is.
* `ocsf`: an OCSF 1.x event, as JSON.
* `cef`: a line of ArcSight's Common Event Format.

Spec: docs/operators.md "The ledger as a feed".
"""
