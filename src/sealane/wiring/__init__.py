"""The composition root: a node put together from its folder, and nothing else.

Every other room is given what it needs: the use cases see a `Node` with its ports, a page sees the
services it shows. Here, and only here, the rooms are joined: which class stands behind a port,
which key signs which log, which route leads to which service. No rule of the field is decided here.

* `site` opens a folder, or makes one, and gives a `Site`: the node, its ledgers, its certificate.
* `agreement_logs` joins each agreement's log with its witness, its mirror and the partner's keys.
* `operator_policy`, `wrapping_keys`, `internal_log` are the operator's acts on a stopped node, each
  recorded in its internal log.
* `ceremonies` brings a stopped node's keystore under m of n custodians.
* `opentdf_routes`, `evaluation_routes`, `doors` are what a running node serves, and `office` what
  its operations reach; `keyless_entry` records what a process without keys did.

The command line and `run` stand above this room; nothing below it imports it.
"""
