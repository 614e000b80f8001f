"""Key access for unmodified OpenTDF clients, over this node's own register, decisions and ledger.

The surface is OpenTDF's; what answers behind it is the same record, the same decision and the same
ledger as between nodes. A client proves itself by a token, a proof and a signed request; a share
leaves sealed to the client's key, after its entry is durable.

* `surface.py`: a node's parts put together as one key access service, with its issuers.
* `rewrap.py`: the five beats of one call, in order; `authentication.py` is the first of them,
  `asked_objects.py` the second and third.
* `verdict.py`: the agreement's answer for one caller and one object; `partner_readers.py` where the
  reader is another nation's.
* `register.py`: a register row as the record that is compared; an outcome as a ledger entry.
* `model.py`: the values and seams that these share.
* `partner_services.py`: a partner's issuer, key servers and plain objects, stated, accepted, ended.
* `issuer.py`, `clients.py`: the built-in issuer and the clients it knows.
* `authzen.py`: AuthZEN questions about registered people and items.
* `turn.py`: what is done while the store is held, for all callers of a batch; `sitting.py`: the
  node as they see it, read once; `group_commit.py`: they come together, many callers, one commit.

What must not come in: HTTP, Connect and gRPC (`http`), the parsing of tokens and bodies
(`protocol`), a request or a check of one's own (`deciding`), openings between nodes (`opening`).

Spec: spec/key-access.md; OpenID Authorization API 1.0.
"""
