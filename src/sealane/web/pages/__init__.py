"""The pages of the console, one module a page or a few acts; each asks services alone.

* `sign_in`: the door. `register`: the board with what waits for whom.
* `item` shows one item with its provenance; `item_acts` are the acts on it; `opening` hands over or
  shows its plaintext.
* `release` is the release desk; `release_choice` holds what was chosen against its lists, and
  `mark_form` composes the mark.
* `refusals` shows why something was refused, to the person who met it.
* `node_facts`: ledgers, people and agreements of the node itself.

A page takes the shell and a visit and gives a template with its data; words and layout stand in
`words.toml` and `templates/`.
"""
