"""Keys are born, rotated and destroyed on the record, in a sealed file and in a PKCS#11 token
(SoftHSM2), by the command line.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

MODULE = next(
    (
        str(path)
        for path in (
            Path("/usr/lib/softhsm/libsofthsm2.so"),
            Path("/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"),
        )
        if path.exists()
    ),
    None,
)
LABEL = {"policy": "AUS", "classification": "PROTECTED", "originator": "AUS", "categories": []}
PIN = "1234-5678"


class Place:
    """A folder, its command line, and the node's custody."""

    def __init__(self, folder, custody):
        self.folder, self.custody, self.env = folder, custody, dict(os.environ)
        (folder / "pw").write_text("correct horse battery staple")
        (folder / "label.json").write_text(json.dumps(LABEL))
        (folder / "in").write_bytes(b"in custody " * 1000)
        self.options = []
        if custody == "pkcs11":
            (folder / "tokens").mkdir()
            (folder / "pin").write_text(PIN + "\n")
            (folder / "softhsm2.conf").write_text(
                f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n"
            )
            self.env["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
            subprocess.run(
                [
                    "softhsm2-util",
                    "--init-token",
                    "--free",
                    "--label",
                    "node",
                    "--pin",
                    PIN,
                    "--so-pin",
                    "87654321",
                ],
                check=True,
                capture_output=True,
                env=self.env,
            )
            self.options = [
                "--custody",
                "pkcs11",
                "--pkcs11-module",
                MODULE,
                "--pkcs11-token",
                "node",
                "--pkcs11-pin",
                str(folder / "pin"),
            ]

    def __call__(self, *words):
        key = [] if words[0] == "ledger" else ["--passphrase-file", "pw"]
        done = subprocess.run(
            [sys.executable, "-m", "sealane.cli.main", *words, "--json", *key],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            check=False,
            timeout=120,
        )
        return done.returncode, json.loads(done.stdout)

    def seal(self, name, profile):
        return self(
            "seal", "in", name, "--label", "label.json", "--profile", profile, "--node", "n"
        )[0]

    def opens(self, name):
        (self.folder / "out").unlink(missing_ok=True)
        status, answer = self("open", name, "out", "--node", "n", "--purpose", "assessment")
        return (
            status == 0 and (self.folder / "out").read_bytes() == b"in custody " * 1000
        ) or answer["error"]["code"]

    def kids(self, suite):
        return [
            (one["kid"], one["retired"] is not None)
            for one in self("node", "keys", "n")[1]["keys"]
            if one["suite"] == suite
        ]


@pytest.fixture(
    params=[
        "sealed-file",
        pytest.param(
            "pkcs11",
            marks=[
                pytest.mark.peer,
                pytest.mark.skipif(
                    MODULE is None,
                    reason="the peer SoftHSM2 is not installed: apt-get install softhsm2",
                ),
            ],
        ),
    ]
)
def place(request, tmp_path):
    if request.param == "pkcs11":
        pytest.importorskip("pkcs11", reason="the extra pkcs11 is not installed")
    made = Place(tmp_path, request.param)
    status, answer = made("node", "init", "n", "--party", "AUS", *made.options)
    assert (status, answer["custody"]) == (0, request.param)
    return made


@pytest.mark.parametrize(
    ("profile", "suite"),
    [
        ("sovereign", "MLKEM1024-P384"),
        pytest.param("interop", "RSA-2048-OAEP-SHA1", marks=pytest.mark.deep),
    ],
)
def test_a_key_is_born_takes_anothers_place_and_dies_on_the_record(place, profile, suite):
    assert place.seal("old.tdf", profile) == 0
    assert place.opens("old.tdf") is True
    ((first, _),) = place.kids(suite)
    status, answer = place("node", "renew", "n", "--role", "kas", "--suite", suite)
    (key,) = answer["keys"]
    assert (status, key["kept"]) == (0, first)
    second = key["kid"]
    assert sorted(place.kids(suite)) == sorted([(first, True), (second, False)])
    assert place.seal("new.tdf", profile) == 0
    assert (place.opens("old.tdf"), place.opens("new.tdf")) == (True, True)
    assert place("node", "retire", "n", second)[1]["error"]["code"] == "keystore.no_key"
    assert place("node", "retire", "n", first)[0] == 0
    assert (place.opens("old.tdf"), place.opens("new.tdf")) == ("key.unwrap_failed", True)
    for kind, kid in (("key.born", second), ("key.rotated", second), ("key.retired", first)):
        entries = place("ledger", "search", "--node", "n", "--kind", kind, "--word", kid)[1][
            "entries"
        ]
        assert len(entries) == 1
    born = place("ledger", "search", "--node", "n", "--kind", "key.born")[1]["entries"]
    assert len(born) == len(place("node", "keys", "n")[1]["keys"]) + 1


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(
            "pkcs11",
            marks=[
                pytest.mark.peer,
                pytest.mark.skipif(
                    MODULE is None,
                    reason="the peer SoftHSM2 is not installed: apt-get install softhsm2",
                ),
            ],
        )
    ],
    indirect=True,
)
def test_with_a_token_no_private_key_of_the_key_service_is_in_the_folder_and_the_pin_opens_it(
    place,
):
    settings = (place.folder / "n" / "node.toml").read_text()
    assert PIN not in settings
    assert f'pkcs11_pin = "{place.folder / "pin"}"' in settings
    (place.folder / "pin").write_text("wrong")
    status, answer = place("node", "status", "n")
    assert (status, answer["error"]["code"]) == (4, "hsm.unavailable")
    (place.folder / "pin").unlink()
    status, answer = place("node", "status", "n")
    assert (status, answer["error"]["code"]) == (4, "custody.pin_unreadable")


def test_half_a_token_is_a_sentence_and_no_node(tmp_path):
    made = Place(tmp_path, "sealed-file")
    for options in (
        ["--custody", "pkcs11"],
        ["--pkcs11-token", "node"],
        [
            "--custody",
            "pkcs11",
            "--pkcs11-module",
            "relative.so",
            "--pkcs11-token",
            "t",
            "--pkcs11-pin",
            "/dev/fd/3",
        ],
    ):
        status, answer = made("node", "init", "n", "--party", "AUS", *options)
        assert (status, answer["error"]["code"]) == (4, "settings.malformed")
    assert not (tmp_path / "n").exists()
