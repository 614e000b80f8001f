"""Marks on STIX 2.1 objects: TLP by its fixed objects, ACS where a US label can say it.

    definitions.py  a marking definition as a label, and back; the syntax `stix-marking`
    acs.py          ACS 3.0 controls as a US label, and back
    own.py          any label, carried whole in an extension of ours
    objects.py      the markings of whole objects and of single properties; marking an object

A marking whose meaning a label cannot keep is refused with the reason, because a receiver who
ignores it shares too much. The predefined TLP objects are what they are to the letter: a twin with
another id or date is a forgery or a slip. Whoever passes an object on must meet all its markings,
so its product is their merge; a marking of a property never lowers it.

Never in here: feeds, TAXII, and who may read an object, which is decided above.

To add an extension: a module like `acs.py`, its id in `definitions.py`, a place in a scheme for
every value that decides, and a refusal by name for every member that does not.
"""
