"""The command line: a group a wing, each loaded only when it is called.

`main` is the front door. Below it stand the wings, which know nothing of one another: `agreements`,
`sealing`, `labels`, `node`, `registry`, `ledgers` and `demo`. (Only `node` also reads agreements,
with what the wing of agreements reads them with.) Every command stands on `frame`: how it answers
in JSON or to a person, asks for a passphrase, shows progress, and opens a node's folder. Files,
keys and logs are reached through `access`, which imports a door when it is first used, so that
`sealane --help` and `label parse` start without a database. `docs` writes the reference pages from
the code.

A command holds no rule: it reads what was typed, calls one use case, and says what came out. Exit
status and shape of the answer are the contract of spec/interfaces.md §1.
"""
