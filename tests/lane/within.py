"""The verbs within one node as people type them at the folders of a pair."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner

from sealane.cli.main import cli
from sealane.services.register import directory
from sealane.services.register.acts import Actor
from tests.nations import PASSPHRASE, Pair
from tests.who_may_world import stay_open

Typed = Callable[..., tuple[int, Any]]
CLERK, SECURITY, AUDITOR = "jpn.clerk", "jpn.security", "jpn.auditor"


def typing(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Commands at the folders of a pair, whose nodes stay open: exit status and what was printed,
    read as JSON unless `text`.
    """
    stay_open(pair, monkeypatch)
    (pair.root / "pass").write_bytes(PASSPHRASE)

    def run(party: str, *words: str, person: str | None = None, text: bool = False) -> Any:
        who = [] if person is None else ["--as", person]
        at = ["--node", str(pair.root / party.lower())]
        keys = ["--passphrase-file", str(pair.root / "pass")]
        form = [] if text else ["--json"]
        ran = CliRunner().invoke(cli, [*words, *who, *at, *keys, *form])
        return ran.exit_code, ran.stdout if text else json.loads(ran.stdout)

    return run


def one_more(node: Any, like: str, person: str, **members: Any) -> str:
    """One more person of the directory, as another but for these members."""
    with node.store.reading() as tx:
        held = node.person(tx, like)
    directory.enter(node, {**held, "id": person, "name": person, **members})
    return person


def changed(node: Any, person: str, **members: Any) -> None:
    with node.store.reading() as tx:
        held = node.person(tx, person)
    directory.enter(node, {**held, **members})


def clerk(party: str) -> Actor:
    return Actor(f"{party.lower()}.clerk")
