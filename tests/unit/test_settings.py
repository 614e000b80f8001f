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
        'host = "0.0.0.0"',
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


def test_the_console_stays_on_loopback_when_partners_are_served_elsewhere() -> None:
    settings = Settings(
        party="AUS",
        node="a.example",
        host="192.0.2.7",
        profile="production",
        peer_port=4430,
        console_port=4431,
    )
    assert settings.peer_url == "https://192.0.2.7:4430"
    assert settings.local_url == "http://127.0.0.1:4431"
