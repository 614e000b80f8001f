"""Two served nodes and a file carried between them: sealed, refused, released, opened, as people
type it.
"""

import json
import subprocess
import sys
import time

import pytest

from tests import nations

SEALANE = [sys.executable, "-m", "sealane.cli.main"]
TEXT = b"carried by hand " * 100_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("carried")
    nations.build_live(root)
    (root / "pw").write_bytes(nations.PASSPHRASE)
    (root / "label.json").write_text(json.dumps(nations.LABEL))
    (root / "in").write_bytes(TEXT)
    running = []
    try:
        for party in ("aus", "jpn"):
            told = root / f"{party}.told"
            with told.open("wb") as out:
                running.append(
                    subprocess.Popen(
                        [*SEALANE, "node", "run", party, "--passphrase-file", "pw"],
                        cwd=root,
                        stdout=out,
                        stderr=out,
                    )
                )
        for party, process in zip(("aus", "jpn"), running, strict=True):
            for _ in range(600):
                if b"http://" in (root / f"{party}.told").read_bytes():
                    break
                assert process.poll() is None, (root / f"{party}.told").read_text()
                time.sleep(0.1)
        yield root
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(timeout=60)


def sealane(folder, *words):
    done = subprocess.run(
        [*SEALANE, *words, "--json", "--passphrase-file", "pw"],
        cwd=folder,
        capture_output=True,
        check=False,
        timeout=120,
    )
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize("profile", ["sovereign", "interop"])
def test_a_carried_file_opens_once_it_is_released(folder, profile):
    status, made = sealane(
        folder,
        "seal",
        "in",
        f"{profile}.tdf",
        "--label",
        "label.json",
        "--to",
        "JPN",
        "--agreement",
        nations.AGREEMENT,
        "--purpose",
        "assessment",
        "--profile",
        profile,
        "--node",
        "aus",
    )
    assert (status, made["profile"]) == (0, profile)
    reader = [
        "open",
        f"{profile}.tdf",
        f"{profile}.out",
        "--as",
        "jpn.sato",
        "--purpose",
        "assessment",
        "--node",
        "jpn",
    ]
    status, answer = sealane(folder, *reader)
    assert (status, answer["error"]["code"]) == (1, "container.not_released")
    assert "item release" in answer["error"]["remedy"]
    status, answer = sealane(
        folder,
        "item",
        "release",
        made["item"],
        "--to",
        "JPN",
        "--area",
        "maritime",
        "--as",
        "aus.release",
        "--originator",
        "aus.analyst",
        "--second",
        "aus.second",
        "--project",
        nations.PROJECT,
        "--node",
        "aus",
    )
    assert (status, answer["decision"]["decision"]) == (0, "permit")
    status, answer = sealane(folder, *reader)
    assert (status, answer["item"]) == (0, made["item"])
    assert (folder / f"{profile}.out").read_bytes() == TEXT
    status, answer = sealane(folder, *reader[:3], *["--as", "jpn.suzuki", *reader[5:]])
    assert (status, answer["error"]["code"]) == (1, "decision.refused")
