"""Origins as people write them in settings."""

from __future__ import annotations

import pytest

from sealane.base.origins import bracketed, host_of, is_origin


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("https://node.example", "node.example"),
        ("https://node.example:8443", "node.example"),
        ("https://[2001:db8::1]:443", "2001:db8::1"),
        ("http://127.0.0.1:8080", "127.0.0.1"),
        ("https://node.example/path", ""),
        ("node.example", ""),
    ],
)
def test_the_host_of_an_origin_is_found_and_of_anything_else_none(text, host):
    assert host_of(text) == host


@pytest.mark.parametrize(
    "text",
    [
        "http://node.example",
        "https://",
        "https://node.example:0",
        "https://node.example:65536",
        "https://node.example:99999",
        "https://node.example/",
        "https://user@node.example",
        "https://NODE.example",
        "https://node.example?x",
    ],
)
def test_what_is_no_origin_of_tls_is_refused(text):
    assert not is_origin(text)


def test_an_ipv6_address_stands_in_brackets_and_reads_back():
    for host in ("::1", "2001:db8::1", "10.0.0.1", "node.example"):
        assert host_of(f"https://{bracketed(host)}:65535") == host
        assert is_origin(f"https://{bracketed(host)}:65535")
