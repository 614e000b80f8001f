"""`sealane demo`: the story played once, each step shown as it is checked, and a summary."""

from __future__ import annotations

import secrets
import shutil
import signal
from pathlib import Path
from typing import Any

import click

from sealane.cli.demo import console, story
from sealane.cli.demo.stage import STEP_FAILED, Engines, Stage
from sealane.cli.frame.answer import Answer, command, speaker

FOLDER = "demo-run"


@click.command("demo")
@click.option("--once", is_flag=True, help="Play the story, check every step, and stop both nodes.")
@click.option(
    "--folder",
    "folder",
    default=FOLDER,
    show_default=True,
    help="Where the two nodes are made; emptied first.",
)
@click.option(
    "--file",
    "document",
    default=None,
    metavar="FILE",
    help="Your own document instead of the sample.",
)
@click.option(
    "--database",
    default="",
    metavar="ADDRESS",
    help="Keep both nodes' records in this PostgreSQL database, in the schemas sealane_demo_aus and"
    " sealane_demo_jpn, which are emptied first: postgresql://...",
)
@click.option(
    "--blobs",
    default="",
    metavar="URL",
    help="Keep sealed containers in this bucket, under aus and jpn: s3://BUCKET/PREFIX/",
)
@click.option("--endpoint", default="", metavar="URL", help="Where that bucket is served.")
@click.option("--wake", default="", metavar="URL", help="Wake-ups over NATS: nats://HOST:PORT.")
@click.option("--apart", is_flag=True, help="Two processes a nation: one serves, one works.")
@command
def demo(*, once: bool, folder: str, document: str | None, **engines: Any) -> Answer:
    """Two nations, one agreement, one document: shared, opened, refused, recalled, proven."""
    root = Path(folder)
    if root.exists() and not (root / "passphrase").is_file():
        raise STEP_FAILED(what=f"{root} exists and is not an earlier demonstration", folder=root)
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    (root / "passphrase").write_text(secrets.token_urlsafe(18))
    (root / "passphrase").chmod(0o600)
    stage = Stage(root, speaker().lang, Engines(**engines))
    with speaker().progress.paused():
        try:
            story.play(stage, Path(document) if document else None)
            held = all(row[2] for row in stage.rows)
            if not once:
                console.invite(stage)
                signal.sigwait([signal.SIGINT, signal.SIGTERM])
        finally:
            stage.stop()
    data = {
        "steps": [
            {"step": name, "detail": detail, "as_told": good} for name, detail, good in stage.rows
        ],
        "all_as_told": held,
        "folder": str(root),
    }
    good = sum(row[2] for row in stage.rows)
    every = len(stage.rows)
    summary = (
        f"{every} 項目のうち {good} 項目が筋書きどおりでした（{root}）。"
        if speaker().lang == "ja"
        else f"{good} of {every} steps came out as told; both nodes lie in {root}."
    )
    untold = [f"NO  {name}  {detail}" for name, detail, as_told in stage.rows if not as_told]
    return Answer(data, "\n".join([*untold, summary]), 0 if held else 1)
