"""After the story: both consoles stay up, and the people of the story may sign in."""

from __future__ import annotations

import secrets

from sealane.cli.demo.sharing import terms
from sealane.cli.demo.stage import NODES, Stage
from sealane.cli.frame.answer import speaker

CONSOLE_PEOPLE = {
    "AUS": ("aus.analyst", "aus.release", "aus.second", "aus.auditor"),
    "JPN": ("jpn.sato", "jpn.tanaka", "jpn.suzuki", "jpn.clerk", "jpn.security"),
}
"""Who may sign in to the consoles that stay up: both sides' desks, readers who may and readers who
may not.
"""


def invite(stage: Stage) -> None:
    """Give the story's people one random passphrase for this demonstration, and tell how to sign
    in.
    """
    say = speaker().tell
    fresh = stage.root / "for-the-console.txt"
    fresh.write_text(
        "SYNTHETIC. A second document, to be opened at the"
        " console.\n架空の資料：コンソールで開く二つ目の文書\n",
        encoding="utf-8",
    )
    stage.must("release", str(fresh), *terms(stage), "--second", "aus.second", party="AUS")
    secret = stage.root / "sign-in-passphrase"
    secret.write_text(secrets.token_urlsafe(12))
    secret.chmod(0o600)
    for party in NODES:
        for person in CONSOLE_PEOPLE[party]:
            stage.must(
                "people", "passphrase", person, "--new-passphrase-file", str(secret), party=party
            )
        address = stage.must("node", "status", stage.folder(party))["console"]
        people = ", ".join(CONSOLE_PEOPLE[party])
        say(
            f"{party} console: {address}  sign in as {people}",
            f"{party} コンソール：{address}  利用者：{people}",
        )
    say(
        f"Passphrase for all of them: {secret.read_text()}",
        f"共通のパスフレーズ：{secret.read_text()}",
    )
    say("Press Ctrl-C to stop both nodes.", "Ctrl-C で両ノードを止めます。")
