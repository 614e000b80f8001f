"""Unmodified clients at a node's own register: the agreement decides for them as for everybody, and
each answer is in the log.
"""

import pytest

from sealane.base.values import format_instant
from tests.desk import FACTS, PYTHON
from tests.serving import serving_desk


@pytest.fixture
def desk(tmp_path):
    with serving_desk(tmp_path / "node.db") as found:
        yield found


def lapsed(subject):
    subject["clearances"][0]["expires"] = "2026-01-01T00:00:00Z"


def enrolled(desk, name, rule):
    with desk.store.writing() as tx:
        return desk.client(tx, name, rule)


def otdf(desk):
    builder = pytest.importorskip("otdf_python.sdk_builder")
    made = builder.SDKBuilder.new_builder().set_platform_endpoint(desk.origin)
    return (
        made.client_secret("otdf", enrolled(desk, "otdf", PYTHON))
        .use_insecure_plaintext_connection(True)
        .build()
    )


def test_otdf_python_opens_until_the_item_is_recalled(desk, otdf_python):
    sdk = otdf(desk)
    assert sdk.load_tdf(desk.container).payload == b"secret"
    assert desk.last()[0] == "key.released"
    with desk.store.writing() as tx:
        desk.records.items.change(
            tx, {"id": FACTS["item"]["id"]}, recalled=format_instant(desk.host.now())
        )
    with pytest.raises(Exception, match="Unable to unwrap"):
        sdk.load_tdf(desk.container)
    assert desk.last()[1]["reason"] == "key.recalled"


@pytest.mark.peer
def test_the_go_sdk_opens_until_its_readers_clearance_lapses(desk, go_sdk, files):
    go_sdk.client, go_sdk.secret = "go", enrolled(desk, "go", {})
    assert go_sdk.open(desk, files("in", desk.container)) == b"secret"
    desk.change(lapsed)
    done = go_sdk.run("decrypt", desk, files("in", desk.container))
    assert (done.returncode, "forbidden" in done.stderr) == (1, True)
    kind, fields = desk.last()
    assert (kind, fields["clauses"]) == ("key.refused", ["5.1"])


@pytest.mark.peer
def test_the_web_sdk_opens_and_its_reader_is_in_the_log(desk, web_sdk, files):
    web_sdk.client, web_sdk.secret = "web", desk.secret
    assert web_sdk.open(desk, files("in", desk.container)) == b"secret"
    kind, fields = desk.last()
    assert (kind, fields["actor"], fields["object"]) == (
        "key.released",
        "jpn-reader",
        FACTS["item"]["id"],
    )
