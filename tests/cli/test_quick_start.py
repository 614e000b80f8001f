"""The README's quick start, typed as it stands, with a PDF of one's own."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count"
    b" 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


def quick_start() -> str:
    text = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Quick start")[2]
    found = re.search(r"```sh\n(.*?)```", text, re.DOTALL)
    assert found is not None
    return found[1]


def typed(script: str, folder: Path) -> tuple[int, str]:
    """The exit status of what was typed and what it told; everything it left running is stopped."""
    told = folder / "told"
    with told.open("wb") as out:
        shell = subprocess.Popen(
            ["bash", "-c", script], cwd=folder, stdout=out, stderr=out, start_new_session=True
        )
        try:
            code = shell.wait(timeout=280)
        finally:
            os.killpg(shell.pid, signal.SIGTERM)
    return code, told.read_text(encoding="utf-8")


def test_the_quick_start_is_under_ten_lines() -> None:
    assert len(quick_start().splitlines()) < 10


def test_the_quick_start_works_as_typed_and_refuses_the_uncleared(tmp_path: Path) -> None:
    for folder in ("policy", "examples"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "YOUR.pdf").write_bytes(PDF)
    lines = quick_start().replace(
        "make .venv/runtime;", f'PATH="{Path(sys.executable).parent}:$PATH";', 1
    )
    refused = (
        "code=0; s item open \"$(s item list --node my/jpn | cut -d' ' -f1)\" no.pdf --as"
        " jpn.suzuki --purpose assessment --node my/jpn --lang ja || code=$?; test $code = 1; test"
        " ! -e no.pdf"
    )
    code, told = typed(f"set -e\n{lines}\n{refused}\n", tmp_path)
    assert code == 0, told[-2000:]
    assert (tmp_path / "OPENED.pdf").read_bytes() == PDF
    assert "5.1" in told
    assert "クリアランス" in told or "適格性" in told
