"""The one door to `decide`: what is asked, what is answered, and what of a refusal is recorded.

Every use case that needs an answer under an agreement comes here: a release, an arrival, an opening
between nodes, an opening by an OpenTDF client, an AuthZEN question, a preview. They differ in who
asks and in what they do with the answer, never in how the question is put or by whom it is
answered.

* `decision.py`: `decide_now` asks the pure `decisions.decide` under this node's agreements,
  schemes, operator policy and own forbids; `record_national` names those forbids in the nation's
  own log; `refusal` is a refusing decision as the error a person sees.
* `request.py`: the request of an opening, built from the register's own facts; `consents.py`: the
  consents that count for an item.
* `taking_part.py`: what an activity narrows of what its items' readers gain.
* `partner_request.py`: the numbered checks that a partner's signed `open.request` must pass,
  whichever door it came through.
* `national_rule.py`: who may read what this nation sealed outside every agreement.
* `equivalent.py`: the level under which a received item is held here.
* `previews.py`: who could read this, and what could that person read, by the same decision.

What must not come in: keys and containers (`opening`, `opentdf`), statements to partners
(`statements`, `exchange`), pages and HTTP. Nothing here sends, opens or releases. No module outside
this wing imports `decide`; a house test holds that.

Spec: spec/agreement.md; spec/interfaces.md §4; spec/key-access.md §5.3.
"""
