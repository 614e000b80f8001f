"""Putting a label together, choice by choice, so that no invalid label is ever made.

    choices.py     what remains on offer under a scheme, what is shut and why, the label once whole
    completion.py  whether some further choices make what is chosen a label, and which

The console's form asks `compose` again after every click and draws the answer; `needed` tells a
person what is still missing. Retired words are shown as shut. A choice is open only when the scheme
accepts it or a way to a label was found, so every path of open choices ends in a label.

The search follows what the scheme's own rules ask for and stops after a few steps: its yes is
certain, because the scheme accepted the label; its no means that no such way was found.

Never in here: pages and words of the console, which are in `web`; a rule about what may stand
together, which belongs to `rules` or to the nation. What a nation asks in code is found by asking
the scheme, not by knowing the nation.

To offer more ways out of a new kind of refusal: `_asked` in `completion.py`.
"""
