"""What is above the accreditation of a node is neither sealed, released, taken in nor opened there;
and the files of a node are its owner's alone.
"""

import io
from dataclasses import replace

import pytest

from sealane.adapters import nodefolder
from sealane.base.errors import Malformed, Misconfigured, Refused
from sealane.labels.model.label import label_from_json
from sealane.services.exchange import container_files, relabel
from sealane.services.register import directory
from sealane.wiring.site import open_site
from tests import nations
from tests.clock import Clock
from tests.lane.test_old_backup import seal
from tests.nations import copy_of, opened, read, share


def limited(pair, party, level):
    site = pair.sites[party]
    settings = replace(site.node.settings, accredited=level)
    node = replace(pair.line.nodes[party], settings=settings)
    pair.sites[party] = replace(site, node=node)
    pair.line.nodes[party] = node
    return node


def test_nothing_above_it_is_released_sealed_or_raised_to(pair):
    kept = share(pair)
    higher = label_from_json({**nations.LABEL, "classification": "TOP SECRET"})
    limited(pair, "AUS", "PROTECTED")
    for act in (
        lambda: share(pair, reference="r-2"),
        lambda: seal(pair.aus),
        lambda: relabel.relabel(pair.aus, kept, higher, reason="r", person="aus.release"),
    ):
        with pytest.raises(Refused, match=r"node\.not_accredited"):
            act()
    limited(pair, "AUS", "SECRET")
    assert read(pair, share(pair, reference="r-2")) == b"harbour"


def test_what_is_above_it_is_turned_away_with_a_signed_reason_and_opens_nowhere_here(pair):
    held = share(pair)
    limited(pair, "JPN", "秘")
    with pytest.raises(Refused, match=r"node\.not_accredited"):
        read(pair, held)
    turned = share(pair, reference="r-2")
    with pair.aus.store.reading() as tx:
        assert pair.aus.item(tx, turned).state == "rejected"
    limited(pair, "JPN", "極秘")
    assert read(pair, held) == b"harbour"


def test_own_items_above_it_open_no_more(pair):
    _, container = seal(pair.aus)
    limited(pair, "AUS", "PROTECTED")
    with pytest.raises(Refused, match=r"node\.not_accredited"):
        container_files.open_from(
            pair.aus,
            io.BytesIO(container.getvalue()),
            io.BytesIO(),
            person="operator",
            purpose="planning",
        )


@pytest.mark.parametrize(("policy", "level"), [("AUS", "SECRET"), ("JPN", "SECRET"), ("JPN", "x")])
def test_a_facility_is_accredited_in_the_levels_of_its_own_state(pair, policy, level):
    place = {
        "id": "jpn.other",
        "country": "JPN",
        "accredited": {"policy": policy, "level": level},
        "until": "2099-01-01T00:00:00Z",
    }
    with pytest.raises(Malformed, match=r"facility\.other_levels"):
        directory.enter_facility(pair.jpn, place)
    with pair.jpn.store.reading() as tx:
        assert pair.jpn.facility(tx, "jpn.other") is None


def test_the_files_of_a_node_are_its_owner_s_alone_and_made_so_again(template, tmp_path):
    pair = opened(copy_of(template, tmp_path / "w"), Clock())
    share(pair)
    pair.rounds(1)
    pair.close()
    folder = tmp_path / "w" / "aus"
    for path in folder.rglob("*"):
        if path.name != nodefolder.SEAT:
            path.chmod(0o777 if path.is_dir() else 0o666)
    open_site(folder, nations.PASSPHRASE, host=Clock()).dispose()
    reachable = [
        str(path)
        for path in (folder, *folder.iterdir(), *(folder / nodefolder.HEADS).iterdir())
        if path.stat().st_mode & 0o077
    ]
    assert reachable == []


def test_a_folder_that_others_can_reach_is_named_and_in_production_refused(
    template, tmp_path, caplog
):
    folder = copy_of(template, tmp_path / "w") / "aus"
    folder.chmod(0o755)
    open_site(folder, nations.PASSPHRASE, host=Clock()).dispose()
    assert str(folder) in [record.place for record in caplog.records]
    settings = replace(nodefolder.load(folder), profile="production", accept_unverified=False)
    with pytest.raises(Misconfigured, match=r"node\.folder_open"):
        nodefolder.keep_private(folder, settings)
    folder.chmod(0o700)
    assert nodefolder.keep_private(folder, settings) == []
