"""What guessing a keystore's passphrase costs by default, in a node that the command line made."""

import json
import os
import subprocess
import sys


def test_a_new_node_s_keystore_costs_64_mebibytes_and_three_passes_a_guess(tmp_path):
    passphrase, folder = tmp_path / "passphrase", tmp_path / "node"
    passphrase.write_text("correct horse battery staple\n")
    passphrase.chmod(0o600)
    command = ["-m", "sealane", "node", "init", str(folder), "--party", "AUS"]
    made = subprocess.run(
        [sys.executable, *command, "--passphrase-file", str(passphrase), "--json"],
        capture_output=True,
        env=dict(os.environ),
        check=False,
    )
    assert made.returncode == 0, made.stderr
    found = [json.loads(path.read_bytes()) for path in folder.rglob("keys.sealed")]
    assert [
        (one["kdf"]["name"], one["kdf"]["memory_kib"], one["kdf"]["passes"]) for one in found
    ] == [("argon2id", 64 * 1024, 3)]
