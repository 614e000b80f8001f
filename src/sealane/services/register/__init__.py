"""The register: what a node holds, who may see it, and the people and agreements beside it.

* `items.py`: the one way in for an item, whatever way it came, and the difference that is written.
* `effects.py`: what a signed statement does to this register, by the pure rules of
  `registry.effects`.
* `numbers.py`: the numbers of this nation's own items, each given once.
* `readers_there.py`: what a partner last said of who could read one item, and when.
* `suspense.py`: what waits, found by query.
* `views.py`: what a person may see of the register, by duty and by need.
* `directory.py`, `accounts.py`: people and facilities; signing in.
* `sessions.py`, `sign_in_tries.py`, `keyed.py`: what passes: who is signed in, wrong tries, keys of
  repeated calls.
* `own_cards.py`, `partner_cards.py`, `card_rows.py`, `renewal.py`, `key_ends.py`: cards one after
  another, here and at partners; keys that end and follow one another.
* `enrolment.py`, `agreement_life.py`: partners' cards, agreements and the notices about them.

What must not come in: speaking to a partner about an item (`exchange`), keys (`opening`), and any
decision of its own (`deciding`).
Spec: spec/interfaces.md §4; R20, R39, R42, R64.
"""
