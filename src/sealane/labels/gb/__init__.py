"""British marks on documents: `OFFICIAL-SENSITIVE [COMMERCIAL]`, `UK SECRET - UK EYES ONLY`.

    document.py  the marks read and written

The Government Security Classifications Policy of August 2024 gives the words: levels, the prefix
UK, handling instructions, national caveats, descriptors. It gives no grammar, so the separators and
the order between the kinds are ours; the docstring of `document.py` draws them.

Words come from policy/schemes/gbr.toml. Levels of before 2014 are read with a remark and may not be
put on new material.

Never in here: words of the scheme in code, and another nation's marks. A British portion syntax, if
one is published, would be a second module beside this one and a line in `nations.py`.

To add a handling instruction, caveat or descriptor: the scheme file alone.
"""
