"""People who are alike to a decision about one item: who differ in nothing that a clause looks at.

A clause compares a person's name with names that the item carries, and authorisations and briefings
with the item, its project and its agreement; all else of a record is the same for many people. Who
is alike gets the same answer at the same instant, so that it is asked once.
Spec: R20, R26, R33; spec/agreement.md §10.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import msgspec

from sealane.services.deciding.request import SUBJECT, ItemFacts

_text = msgspec.json.Encoder(order="sorted").encode


class Alike:
    """The classes of people for one item."""

    def __init__(self, item: ItemFacts, *, apart: Collection[str] = ()) -> None:
        """Args: apart: people who are alike to one another only: those who take part in the
        activity that the item is of.
        """
        self._item, self._apart = item, apart
        self._named = set(_texts([item.item, item.label, item.consents]))

    def about(self, person: Mapping[str, Any]) -> dict[str, Any]:
        """The record without what is about another item, project or agreement, and without roles,
        which count for nothing: a question that it is asked with is answered as with all of it.
        """
        item, project = self._item.item["id"], self._item.item["project"]
        return {
            **person,
            "authorisations": [
                one
                for one in person["authorisations"]
                if one.get("item") == item
                or (project is not None and one.get("project") == project)
            ],
            "briefings": [
                one for one in person["briefings"] if one["agreement"] == self._item.agreement
            ],
            "roles": [],
        }

    def class_of(self, about: Mapping[str, Any]) -> bytes:
        """The same for people who are alike, by their records as `about` gives them. Whom the item
        names is alike to nobody.
        """
        told = {name: about[name] for name in SUBJECT}
        if about["id"] not in self._named:
            told["id"] = None
        return _text([told, about.get("facility"), about["id"] in self._apart])


def _texts(value: Any) -> Iterator[str]:
    """Every text that stands anywhere in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)
