"""NATO labels: ADatP-4774 as XML and, experimentally, as JSON; the NATO policy's own rules.

    schema.py      what the XML schema asks of elements, attributes, texts and dates
    xml_label.py   a label out of an element, under its own policy
    xml_write.py   the one XML text of a label
    json_label.py  the JSON form, which becomes the same elements and is judged as they are
    policy.py      one context, a merge that drops no reader's bound, warnings to the author
    syntaxes.py    the two syntaxes, put together

Three verdicts stay apart: not well-formed (`xml.*`), not schema-valid (`label.schema_invalid`), not
policy-valid (the scheme's codes and `label.policy_invalid`). Any loaded policy can be carried in
4774, not only NATO's; `binding` carries it in files.

Never in here: bindings (ADatP-4778), which are `sealane.labels.binding`; another nation's rules.

To follow a new edition of the schema: `schema.py` and the sequences in `xml_label.py`, then
`xml_write.py`; the namespace is in one place.
"""
