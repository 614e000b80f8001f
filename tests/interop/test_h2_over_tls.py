"""The node's own TLS door for OpenTDF clients, spoken to by a real HTTP/2 client and by one that
knows HTTP/1.1 only.
"""

import datetime
import io
import ipaddress
import json
import socket
import ssl
import subprocess
import sys
import time
from types import SimpleNamespace

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sealane.adapters.calls import Line
from sealane.adapters.partner_kas import PATIENCE, Service, unlock
from sealane.cli import access
from sealane.sealing.container import open_container, read
from sealane.services.opening.with_key_in_hand import originator
from tests import clock
from tests.interop.test_peers_at_a_running_node import LABEL, PLAIN, SEALANE, sealane
from tests.serving import free_port


def certificate(path):
    """A certificate of its own for 127.0.0.1, with its key, in one PEM file; and the certificate
    alone.
    """
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kas")]),
    )
    now = clock.today()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    path.write_bytes(
        pem
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return pem.decode()


@pytest.fixture(scope="module")
def door(tmp_path_factory):
    """A running node with a TLS door, a container sealed for it, and a client of its one person."""
    folder = tmp_path_factory.mktemp("door")
    (folder / "pw").write_text("correct horse battery staple 9\n")
    (folder / "label.json").write_text(json.dumps(LABEL))
    (folder / "in").write_bytes(PLAIN)
    key, node, port = ("--passphrase-file", folder / "pw"), folder / "n", free_port()
    local = sealane("node", "init", node, "--party", "AUS", *key)["console"].rstrip("/")
    trusted = certificate(folder / "door.pem")
    settings = (
        (node / "node.toml")
        .read_text()
        .replace('opentdf_url = ""', f'opentdf_url = "https://127.0.0.1:{port}"')
    )
    settings = settings.replace("opentdf_port = 0", f"opentdf_port = {port}").replace(
        'opentdf_tls = ""', f'opentdf_tls = "{folder}/door.pem"'
    )
    (node / "node.toml").write_text(settings)
    sealane(
        "seal",
        folder / "in",
        folder / "out.tdf",
        "--label",
        folder / "label.json",
        "--profile",
        "interop",
        "--node",
        node,
        *key,
    )
    secret = sealane(
        "client",
        "add",
        "h2",
        "--node",
        node,
        "--person",
        "operator",
        "--kind",
        "go-sdk",
        "--purpose",
        "assessment",
        *key,
    )["secret"]
    process = subprocess.Popen(
        [*SEALANE, "node", "run", str(node), *map(str, key)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0 or process.poll() is not None:
                break
        time.sleep(0.1)
    try:
        yield SimpleNamespace(
            origin=f"https://127.0.0.1:{port}",
            local=local,
            secret=secret,
            node=node,
            trusted=trusted,
            container=(folder / "out.tdf").read_bytes(),
        )
    finally:
        process.terminate()
        assert process.wait(30) == 0


def client(door, version):
    """An HTTP client that trusts the door's certificate alone and offers one HTTP version; it notes
    what was spoken.
    """
    spoken = []
    made = httpx2.Client(
        http1=version == 1,
        http2=version == 2,
        verify=ssl.create_default_context(cadata=door.trusted),
        trust_env=False,
        event_hooks={"response": [lambda answer: spoken.append(answer.http_version)]},
    )
    return made, spoken


@pytest.mark.parametrize(("version", "name"), [(2, "HTTP/2"), (1, "HTTP/1.1")])
def test_a_file_opens_by_a_rewrap_over_tls(door, version, name):
    found = read(io.BytesIO(door.container))
    assert {kao.url for kao in found.manifest.key_access} == {f"{door.origin}/kas"}
    table = {
        f"{door.origin}/kas": Service(
            url=f"{door.origin}/kas",
            origin=door.origin,
            token_url=f"{door.origin}/oidc/token",
            client_id="h2",
            client_secret=door.secret,
        )
    }
    made, spoken = client(door, version)
    with made:
        dek = unlock(found, table, access.host(), Line(PATIENCE, client=made))
    sink = io.BytesIO()
    claims = originator(found, [{key.kid: key for key in access.party_publics(door.node)}])
    open_container(found, io.BytesIO(door.container), dek, sink, claims=claims)
    assert sink.getvalue() == PLAIN
    assert spoken == [name, name]


def test_many_calls_share_one_connection(door):
    made, spoken = client(door, 2)
    with made:
        answers = [
            made.post(f"{door.origin}/kas.AccessService/PublicKey", json={"algorithm": "rsa:2048"})
            for _ in range(20)
        ]
    assert {answer.json()["kid"] for answer in answers} == {answers[0].json()["kid"]}
    assert spoken == ["HTTP/2"] * 20


def test_alpn_prefers_http_2_and_the_door_shows_nothing_but_key_access(door):
    context = ssl.create_default_context(cadata=door.trusted)
    context.set_alpn_protocols(["http/1.1", "h2"])
    host, port = door.origin.removeprefix("https://").split(":")
    with (
        socket.create_connection((host, int(port))) as raw,
        context.wrap_socket(raw, server_hostname=host) as wrapped,
    ):
        assert wrapped.selected_alpn_protocol() == "h2"
        assert wrapped.version() in ("TLSv1.2", "TLSv1.3")
    made, _ = client(door, 2)
    with made:
        assert (
            made.get(f"{door.origin}/.well-known/opentdf-configuration").json()["platform_issuer"]
            == door.origin
        )
        assert [
            made.get(f"{door.origin}{path}").status_code
            for path in ("/", "/api/v1/items", "/ledger/internal/checkpoint")
        ] == [404] * 3


def test_the_loopback_door_speaks_h2c_beside_it(door):
    with httpx2.Client(http1=False, http2=True, trust_env=False) as made:
        answer = made.post(
            f"{door.local}/kas.AccessService/PublicKey", json={"algorithm": "rsa:2048"}
        )
    assert (answer.http_version, answer.status_code) == ("HTTP/2", 200)


def test_a_node_does_not_start_with_a_certificate_that_cannot_be_used(door, tmp_path):
    settings = (door.node / "node.toml").read_text()
    (tmp_path / "pw").write_text("correct horse battery staple 9\n")
    sealane("node", "init", tmp_path / "n", "--party", "AUS", "--passphrase-file", tmp_path / "pw")
    (tmp_path / "bad.pem").write_text("nothing")
    mine = (tmp_path / "n" / "node.toml").read_text()
    for line in mine.splitlines():
        name = line.partition(" =")[0]
        if name in ("opentdf_url", "opentdf_port"):
            mine = mine.replace(
                line, next(one for one in settings.splitlines() if one.startswith(f"{name} ="))
            )
    (tmp_path / "n" / "node.toml").write_text(
        mine.replace('opentdf_tls = ""', f'opentdf_tls = "{tmp_path}/bad.pem"')
    )
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "sealane.cli.main",
            "node",
            "run",
            str(tmp_path / "n"),
            "--passphrase-file",
            str(tmp_path / "pw"),
            "--json",
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, json.loads(done.stdout)["error"]["code"]) == (4, "settings.door_tls")


def shown(door):
    """The certificate that the door shows now."""
    host, _, port = door.origin.removeprefix("https://").partition(":")
    return ssl.get_server_certificate((host, int(port)))


def test_a_certificate_that_was_replaced_is_shown_without_a_new_start(door):
    place = door.node.parent / "door.pem"
    first, kept = shown(door), place.read_bytes()
    place.write_text("nothing")  # a file that cannot be used changes nothing
    time.sleep(7)
    assert shown(door) == first
    certificate(door.node.parent / "next.pem")
    (door.node.parent / "next.pem").replace(place)
    until = time.monotonic() + 30
    while shown(door) == first and time.monotonic() < until:
        time.sleep(0.5)
    assert shown(door) in place.read_text()
    place.write_bytes(kept)
