"""A label that keeps anybody out less than the one before is an act of two people; the same, a
higher or a narrower one is the officer's alone.
"""

import itertools

import pytest

from sealane.base.errors import SealaneError
from sealane.labels.model.label import label_from_json
from sealane.ledger import entries
from sealane.registry.who_may import WHO_MAY, Act
from sealane.services.exchange import relabel
from tests import nations
from tests.clock import START, Clock
from tests.nations import LABEL, share, two

LEVELS = ("OFFICIAL: Sensitive", "PROTECTED", "SECRET", "TOP SECRET")
READERS = (("AUS",), ("AUS", "JPN"), ("AUS", "GBR", "JPN"), None)
"""Who may read, the fewest first; None: no such tag, which is nobody but the originator."""
SECRET, BOTH = LEVELS.index("SECRET"), ("AUS", "JPN")


def marked(level, readers):
    tag = {"tag": "Releasable To", "type": "permissive", "values": list(readers or ())}
    return label_from_json(
        {**LABEL, "classification": level, "categories": [] if readers is None else [tag]}
    )


def takes_two(level, readers):
    """By the words of the contract: a lower level, or readers that were not there before."""
    return LEVELS.index(level) < SECRET or not set(readers or ()) <= set(BOTH)


@pytest.fixture(scope="module")
def held(template, tmp_path_factory):
    root = nations.copy_of(template, tmp_path_factory.mktemp("lower") / "pair")
    pair = nations.opened(root, Clock(START + 600 * 1_000_000_000))
    yield pair
    pair.close()


@pytest.mark.parametrize(("level", "readers"), [*itertools.product(LEVELS, READERS)])
def test_what_keeps_out_less_takes_two(held, level, readers):
    name = f"{level} {readers}"
    item, label = share(held, reference=name), marked(level, readers)
    held.settle(1)

    def changed(person):
        try:
            relabel.relabel(held.aus, item, label, reason="r", person=person)
        except SealaneError as error:
            return error.code
        return None

    if not takes_two(level, readers):
        assert changed("aus.release") is None
        return
    for alone in ("aus.release", "aus.analyst", two("aus.release", "aus.release")):
        assert changed(alone) == "person.second_needed"
    assert changed(two("aus.release", "aus.analyst")) == "person.duty"
    with held.aus.store.reading() as tx:
        assert held.aus.item(tx, item).label == label_from_json(LABEL).as_json()
    assert changed(two("aus.release", "aus.second")) is None
    log = held.aus.internal
    with held.aus.store.reading() as tx:
        told = [entries.read(one) for one in log.entries(tx, 0, log.size(tx))]
    (entry,) = [
        one for one in told if one.kind == "item.level_changed" and one.fields.get("object") == item
    ]
    assert (entry.fields["actor"], entry.fields["second"]) == ("aus.release", "aus.second")


def test_who_lowers_is_who_relabels_with_another():
    assert WHO_MAY[Act.LOWER].duties == WHO_MAY[Act.RELABEL].duties
    assert WHO_MAY[Act.LOWER].second
