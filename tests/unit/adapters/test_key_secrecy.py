"""No key bytes in what is printed, logged, raised, written or dumped."""

import base64
import json
import os
import subprocess
import sys
import traceback

import pytest

from sealane.adapters.hardening import PROTECTIONS
from sealane.adapters.keys import SIGNING, WRAPPING, NodeKeys
from sealane.base.errors import SealaneError
from sealane.sealing.keywrap import KemPrivateKey, KeyRing
from tests import clock

PASSPHRASE = b"correct horse battery"
POSIX = pytest.mark.skipif(sys.platform != "linux", reason="process protections are Linux's here")


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A keystore, and every private key in it in the forms in which it could leak."""
    folder = tmp_path_factory.mktemp("keys")
    keys = NodeKeys.create(folder, PASSPHRASE, clock.Clock())
    names = [
        *(f"{role}/{alg}" for role, algs in SIGNING.items() for alg in algs),
        *(f"kas/{suite}" for suite in WRAPPING),
        "tls/ES384",
        "session/secret",
    ]
    secrets = [keys.private(name) for name in names]
    return (
        folder,
        keys,
        [
            form
            for one in secrets
            for form in (one, one.hex().encode(), base64.b64encode(one), repr(one)[2:-1].encode())
        ],
    )


def clean(text, forms):
    data = text if isinstance(text, bytes) else text.encode()
    return not any(one in data for one in forms)


def test_nothing_shows_a_key_that_is_asked_to_show_itself(kept):
    _, keys, forms = kept
    rings = KeyRing([KemPrivateKey(suite, keys.private(f"kas/{suite}")) for suite in WRAPPING])
    shown = [
        keys,
        rings,
        keys.inventory(),
        keys.kas_publics(),
        keys.unwrapping(),
        *(keys.signers(role) for role in SIGNING),
        *rings._keys,
    ]
    assert all(clean(f"{one!r}{one!s}", forms) for one in shown)


def test_the_keystore_file_holds_keys_sealed_only_and_is_for_its_owner(kept):
    folder, _, forms = kept
    assert clean((folder / "keys.sealed").read_bytes(), [*forms, PASSPHRASE])
    assert (folder / "keys.sealed").stat().st_mode & 0o077 == 0


def test_no_error_carries_a_key_or_the_passphrase(kept):
    folder, keys, forms = kept
    said = []
    for act in (
        lambda: NodeKeys.open(folder, PASSPHRASE + b"x"),
        lambda: keys.private("kas/none"),
        *(
            lambda suite=suite: keys.unwrap(suite, bytes(200), b"info")
            for suite in (*WRAPPING, "unknown")
        ),
    ):
        with pytest.raises(SealaneError) as caught:
            act()
        said.append(
            "".join(traceback.format_exception(caught.value)) + json.dumps(caught.value.as_json())
        )
    assert all(clean(one, [*forms, PASSPHRASE]) for one in said)


def test_no_command_prints_the_passphrase_not_even_while_it_fails(kept, tmp_path):
    (tmp_path / "pw").write_bytes(PASSPHRASE)
    for words in (["node", "status", str(kept[0])], ["node", "keys", str(kept[0])]):
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "sealane.cli.main",
                *words,
                "--passphrase-file",
                str(tmp_path / "pw"),
            ],
            check=False,
            capture_output=True,
            env={**os.environ, "SEALANE_TRACE": "1"},
            timeout=60,
        )
        assert clean(done.stdout + done.stderr, [*kept[2], PASSPHRASE])


DIES = (
    "import os, resource; hard = resource.getrlimit(resource.RLIMIT_CORE)[1];"
    " resource.setrlimit(resource.RLIMIT_CORE, (hard, hard));from sealane.adapters.hardening import"
    " harden_process; harden_process(); os.abort()"
)


@POSIX
def test_a_process_that_dies_leaves_no_core(tmp_path):
    done = subprocess.Popen([sys.executable, "-c", DIES], cwd=tmp_path, stderr=subprocess.DEVNULL)
    _, status = os.waitpid(done.pid, 0)
    done.returncode = status
    assert os.WIFSIGNALED(status)
    assert not os.WCOREDUMP(status)
    assert list(tmp_path.iterdir()) == []


PROBE = """
import json, os, resource
from sealane.adapters.hardening import harden_process
import ctypes
resource.setrlimit(resource.RLIMIT_MEMLOCK, (0, 0))
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
print(json.dumps(harden_process()))
"""


@POSIX
def test_what_the_system_refuses_is_named():
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, check=True)
    assert [one for one in PROTECTIONS if one not in json.loads(done.stdout)] == ["not_swapped"]
