"""What keeps a node from starting is told by its own code, with a remedy that helps."""

from __future__ import annotations

import socket

import pytest

from sealane.adapters.listening import bound
from sealane.adapters.sql import open_engine
from sealane.adapters.tables import make_tables
from sealane.base.errors import Misconfigured


def code_of(work) -> tuple[str, int, str]:
    with pytest.raises(Misconfigured) as caught:
        work()
    return caught.value.code, caught.value.exit_status, str(caught.value.as_json()["remedy"])


def test_a_taken_port_and_an_address_that_is_not_ours_have_codes_of_their_own():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, status, remedy = code_of(lambda: bound("127.0.0.1", port))
        assert (code, status) == ("settings.port", 4)
        assert "another port" in remedy
    for host in ("192.0.2.7", "no-such-host.invalid", "2001:db8::7"):
        code, status, remedy = code_of(lambda host=host: bound(host, 0))
        assert (code, status) == ("settings.address", 4)
        assert "try again" not in remedy


def test_a_database_file_that_is_none_is_damaged_and_trying_again_is_not_advised(tmp_path):
    file = tmp_path / "node.db"
    file.write_bytes(b"this is no database" * 100)
    code, status, remedy = code_of(lambda: make_tables(open_engine(file)))
    assert (code, status) == ("db.damaged", 4)
    assert "disk space" not in remedy
