"""US marks: banners, portions, CUI, ISM attributes in XML; the rules that no scheme file can say.

    vocabulary.py    the scheme's words as tables: tokens, spellings, order
    tokens.py        one token of a mark, and the four grammars of lists
    read.py          a banner or portion read, section by section
    banner_write.py  a label written as a banner or portion
    banner.py, portion.py    the two syntaxes; a portion out of its document, a banner over portions
    cui.py           marks of controlled unclassified information, a scheme of their own
    ism.py, ism_write.py     a label in ISM attributes, and back
    constraints.py   ISM constraint rules over families of values
    disclosure.py    what portions let foreigners have, as points that meet
    product.py       the banner of a product
    admission.py     who may have what a US label marks
    rules.py         constraints, product and admission as the scheme's `SchemeRules`

The code knows sections, families and lists; the words are in policy/schemes/usa.toml and cui.toml,
which come from the public ISM vocabularies.

Never in here: STIX and ACS (`sealane.labels.stix`), another nation's marks.

To add a control: the scheme file. To add a constraint rule: `constraints.py`, with its ISM-ID and a
row in tests/unit/labels/test_us_rollup.py or test_us_marks.py. To change roll-up: first the row of
the table in the test, then `disclosure.py` or `product.py`.
"""
