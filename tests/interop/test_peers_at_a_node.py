"""Unmodified clients at a node's own register: the agreement decides for them as for everybody, and
each answer is in the log.
"""

import pytest

from sealane.base.values import format_instant
from tests.opentdf_platform import FACTS, PYTHON
from tests.serving import serving_platform


@pytest.fixture
def platform(tmp_path):
    with serving_platform(tmp_path / "node.db") as found:
        yield found


def lapsed(subject):
    subject["clearances"][0]["expires"] = "2026-01-01T00:00:00Z"


def enrolled(platform, name, rule):
    with platform.store.writing() as tx:
        return platform.client(tx, name, rule)


def otdf(platform):
    builder = pytest.importorskip("otdf_python.sdk_builder")
    made = builder.SDKBuilder.new_builder().set_platform_endpoint(platform.origin)
    return (
        made.client_secret("otdf", enrolled(platform, "otdf", PYTHON))
        .use_insecure_plaintext_connection(True)
        .build()
    )


def test_otdf_python_opens_until_the_item_is_recalled(platform, otdf_python):
    sdk = otdf(platform)
    assert sdk.load_tdf(platform.container).payload == b"secret"
    assert platform.last()[0] == "key.released"
    with platform.store.writing() as tx:
        platform.records.items.change(
            tx, {"id": FACTS["item"]["id"]}, recalled=format_instant(platform.host.now())
        )
    with pytest.raises(Exception, match="Unable to unwrap"):
        sdk.load_tdf(platform.container)
    assert platform.last()[1]["reason"] == "key.recalled"


@pytest.mark.peer
def test_the_go_sdk_opens_until_its_readers_clearance_lapses(platform, go_sdk, files):
    go_sdk.client, go_sdk.secret = "go", enrolled(platform, "go", {})
    assert go_sdk.open(platform, files("in", platform.container)) == b"secret"
    platform.change(lapsed)
    done = go_sdk.run("decrypt", platform, files("in", platform.container))
    assert (done.returncode, "forbidden" in done.stderr) == (1, True)
    kind, fields = platform.last()
    assert (kind, fields["clauses"]) == ("key.refused", ["5.1"])


@pytest.mark.peer
def test_the_web_sdk_opens_and_its_reader_is_in_the_log(platform, web_sdk, files):
    web_sdk.client, web_sdk.secret = "web", platform.secret
    assert web_sdk.open(platform, files("in", platform.container)) == b"secret"
    kind, fields = platform.last()
    assert (kind, fields["actor"], fields["object"]) == (
        "key.released",
        "jpn-reader",
        FACTS["item"]["id"],
    )
