"""`sealane agreement` and `sealane decide`: what nations agreed, without a node.

`agreement` holds the verbs that check, sign, verify, compare and show an agreement; `life` gives
the notices that suspend, resume or end one. `decide` answers one request, a batch, or AuthZEN over
HTTP, by the clauses of one `decision_point`; `preview` asks the same clauses about many people or
many items. `input` reads an agreement and enrolled keys from whatever names them; `text` and `show`
put results and whole agreements into words of both languages.
"""
