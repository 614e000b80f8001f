"""From the outside: `sealane node run` and unmodified clients, with nothing of ours in between."""

import json
import socket
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

LABEL = {
    "policy": "AUS",
    "classification": "PROTECTED",
    "categories": [],
    "originator": "AUS",
    "privacy_mark": None,
    "created": "2026-11-22T00:00:00Z",
    "review": None,
    "succession": None,
}
SEALANE = [sys.executable, "-m", "sealane.cli.main"]
PLAIN = b"for whoever the label lets read " * 5000


def sealane(*arguments):
    done = subprocess.run(
        [*SEALANE, *map(str, arguments), "--json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A running node, a container sealed at it in `interop`, and clients for its one person."""
    folder = tmp_path_factory.mktemp("node")
    (folder / "pw").write_text("correct horse battery staple 9\n")
    (folder / "label.json").write_text(json.dumps(LABEL))
    (folder / "in").write_bytes(PLAIN)
    key = ("--passphrase-file", folder / "pw")
    made = sealane("node", "init", folder / "n", "--party", "AUS", *key)
    sealane(
        "seal",
        folder / "in",
        folder / "out.tdf",
        "--label",
        folder / "label.json",
        "--profile",
        "interop",
        "--node",
        folder / "n",
        *key,
    )
    secrets = {
        kind: sealane(
            "client",
            "add",
            kind,
            "--node",
            folder / "n",
            "--person",
            "operator",
            "--kind",
            kind,
            "--purpose",
            "assessment",
            *key,
        )["secret"]
        for kind in ("go-sdk", "web-sdk", "otdf-python")
    }
    process = subprocess.Popen(
        [*SEALANE, "node", "run", str(folder / "n"), "--passphrase-file", str(folder / "pw")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    origin = made["console"].rstrip("/")
    host, port = origin.removeprefix("http://").split(":")
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex((host, int(port))) == 0 or process.poll() is not None:
                break
        time.sleep(0.1)
    try:
        yield SimpleNamespace(
            origin=origin, path=folder / "out.tdf", secrets=secrets, folder=folder / "n"
        )
    finally:
        process.terminate()
        assert process.wait(20) == 0


def test_otdf_python_opens_at_a_running_node(running, otdf_python):
    builder = pytest.importorskip("otdf_python.sdk_builder")
    made = builder.SDKBuilder.new_builder().set_platform_endpoint(running.origin)
    sdk = (
        made.client_secret("otdf-python", running.secrets["otdf-python"])
        .use_insecure_plaintext_connection(True)
        .build()
    )
    assert sdk.load_tdf(running.path.read_bytes()).payload == PLAIN


@pytest.mark.parametrize("version", [1, 2])
def test_one_door_speaks_http_1_and_2(running, version):
    httpx2 = pytest.importorskip("httpx2")
    with httpx2.Client(http1=version == 1, http2=version == 2, trust_env=False) as client:
        answer = client.post(
            f"{running.origin}/kas.AccessService/PublicKey", json={"algorithm": "ec:secp256r1"}
        )
    assert (answer.http_version, answer.status_code) == ({1: "HTTP/1.1", 2: "HTTP/2"}[version], 200)
    assert answer.json()["publicKey"].startswith("-----BEGIN PUBLIC KEY-----")


@pytest.mark.peer
@pytest.mark.parametrize("kind", ["go-sdk", "web-sdk"])
def test_the_sdks_open_at_a_running_node(running, request, kind):
    peer = request.getfixturevalue(kind.replace("-", "_"))
    peer.client, peer.secret = kind, running.secrets[kind]
    assert peer.open(running, running.path) == PLAIN


def test_a_client_that_was_let_go_opens_nothing_at_the_next_call(running, otdf_python):
    key = ("--passphrase-file", running.folder.parent / "pw")
    secret = sealane(
        "client",
        "add",
        "brief",
        "--node",
        running.folder,
        "--person",
        "operator",
        "--kind",
        "otdf-python",
        "--purpose",
        "assessment",
        *key,
    )["secret"]
    builder = pytest.importorskip("otdf_python.sdk_builder")
    made = builder.SDKBuilder.new_builder().set_platform_endpoint(running.origin)
    sdk = made.client_secret("brief", secret).use_insecure_plaintext_connection(True).build()
    assert sdk.load_tdf(running.path.read_bytes()).payload == PLAIN
    sealane("client", "end", "brief", "--node", running.folder, *key)
    with pytest.raises(Exception, match="Unable to unwrap"):
        sdk.load_tdf(running.path.read_bytes())
