"""A PKCS#11 token of one test, by SoftHSM2, where this machine has it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

PLACES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)
MODULE = next((place for place in PLACES if Path(place).exists()), "")
PIN, LABEL = "1234-5678", "sealane-test"
needed = pytest.mark.skipif(
    not MODULE or find_spec("pkcs11") is None,
    reason="the peer SoftHSM2 is not installed (apt-get install softhsm2), or the extra pkcs11",
)


@contextmanager
def made(folder: Path) -> Iterator[None]:
    """A fresh token in a folder of its own, which this process's library finds meanwhile."""
    (folder / "tokens").mkdir()
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(settings)
    call = ["softhsm2-util", "--init-token", "--free", "--label", LABEL, "--pin", PIN]
    try:
        subprocess.run([*call, "--so-pin", "87654321"], check=True, capture_output=True)
        import pkcs11

        pkcs11.lib(MODULE).reinitialize()  # it reads its settings once
        yield
    finally:
        if before is None:
            del os.environ["SOFTHSM2_CONF"]
        else:
            os.environ["SOFTHSM2_CONF"] = before
