"""Keys and plaintext: a reader opens an item, and a key service gives or refuses its share.

Two nations hold one item's key, each a part. The reader's node decides, says a signed
`open.request`, gets the provider's share, joins it with its own and verifies every segment into a
private spool; only then is plaintext handed over. Every step stands in a ledger before it takes
effect.

* `containers.py`: a container sealed for a partner or for the node itself, proven on arrival,
  unpacked.
* `key_parts.py`: whose service holds which part of a key; this node's share, by its own record
  alone; what is still wrapped to a key that is to die.
* `open_item.py`: the reader's side, from the decision to the recorded opening.
* `partner_key_service.py`: the provider's side, the answer to a partner's `open.request`.
* `reader_statement.py`: this nation's word for a reader whose program asks the partner itself.
* `with_key_in_hand.py`: recovery and public vectors, with a private key and no node at all.

What must not come in: deciding (`deciding` holds the request, the checks of a partner's request and
the door to `decide`), tokens and OpenTDF clients (`opentdf`), deliveries and recalls (`exchange`).
A share leaves this wing sealed to one key or joined in memory, never in the clear and never to a
log.

Spec: spec/container.md; spec/exchange.md §6; spec/key-access.md §5.2, §5.3.
"""
