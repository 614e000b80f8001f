"""A node that is told something unsafe or unknown does not start."""

from __future__ import annotations

from pathlib import Path

import pytest

from sealane.base.errors import SealaneError
from sealane.settings import Settings, load_settings


def test_what_is_dumped_is_what_is_loaded(tmp_path: Path) -> None:
    made = Settings(
        party="AUS", node="a.example", peer_port=4430, accept_unverified=True, language="ja"
    )
    (tmp_path / "node.toml").write_text(made.dump(), encoding="utf-8")
    assert load_settings(tmp_path / "node.toml") == made


@pytest.mark.parametrize(
    "line",
    [
        'colour = "blue"',
        'peer_port = "443"',
        "peer_port = true",
        'accept_unverified = "yes"',
        'profile = "lenient"',
        'console_url = "http://console.example"',
        'console_url = "https://console.example/path"',
        'peer_url = "peer.example"',
        'peer_url = "https://peer.example:70000"',
        'opentdf_url = "https://kas.example/"',
        'console_host = "192.0.2.8"',
        'profile = "production"\nconsole_host = "192.0.2.8"',
        "grace_seconds = 0",
        "grace_seconds = -1",
        'heads = "relative"',
        'heads = "/a"b"',
        'internal_log = "x/jpn-aus-2022"',
        'language = "fr"',
        "peer_port = 65536",
        'profile = "production"\naccept_unverified = true',
    ],
)
def test_an_unknown_mistyped_or_unsafe_setting_stops_the_start(tmp_path: Path, line: str) -> None:
    (tmp_path / "node.toml").write_text(
        f'party = "AUS"\nnode = "a.example"\n{line}\n', encoding="utf-8"
    )
    with pytest.raises(SealaneError) as caught:
        load_settings(tmp_path / "node.toml")
    assert caught.value.code == "settings.malformed"
    assert caught.value.exit_status == 4


@pytest.mark.parametrize(
    "line",
    [
        'host = "0.0.0.0"',
        'host = "::"',
        'host = ""',
        'host = "192.0.2.7"',
        'profile = "production"\nhost = "0.0.0.0"',
    ],
)
def test_an_address_that_nobody_could_call_is_refused_as_one(tmp_path: Path, line: str) -> None:
    (tmp_path / "node.toml").write_text(
        f'party = "AUS"\nnode = "a.example"\n{line}\n', encoding="utf-8"
    )
    with pytest.raises(SealaneError) as caught:
        load_settings(tmp_path / "node.toml")
    assert (caught.value.code, caught.value.exit_status) == ("settings.address", 4)


def test_where_a_node_is_known_is_not_where_it_listens() -> None:
    settings = Settings(
        party="AUS",
        node="a.example",
        host="0.0.0.0",
        profile="production",
        peer_port=4430,
        console_port=4431,
        peer_url="https://lane.aus.example",
        console_url="https://desk.aus.example:8443",
        console_host="192.0.2.8",
    )
    assert (settings.peer_origin, settings.peer_name) == (settings.peer_url, "lane.aus.example")
    assert settings.console_origin == settings.kas_origin == settings.console_url
    assert settings.console_names == {"desk.aus.example"}
    assert (settings.local_url, settings.proxied) == ("http://192.0.2.8:4431", True)


def test_an_address_of_version_six_is_written_as_one() -> None:
    settings = Settings(party="AUS", node="a.example", host="::1", peer_port=1, console_port=2)
    assert (settings.peer_origin, settings.peer_name) == ("https://[::1]:1", "::1")
    assert settings.local_url == "http://[::1]:2"


def test_the_console_stays_on_loopback_when_partners_are_served_elsewhere() -> None:
    settings = Settings(
        party="AUS",
        node="a.example",
        host="192.0.2.7",
        profile="production",
        peer_port=4430,
        console_port=4431,
    )
    assert settings.peer_origin == "https://192.0.2.7:4430"
    assert settings.local_url == "http://127.0.0.1:4431"
