"""`opentdf_url` behind a proxy that ends TLS: an unmodified client and our own reach the node's
plain door through it.
"""

import contextlib
import datetime
import ipaddress
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests import clock
from tests.interop.test_peers_at_a_running_node import LABEL, PLAIN, SEALANE, sealane
from tests.serving import free_port

CHUNK = 65536


def certified(path):
    """A leaf for 127.0.0.1 with its key in one PEM file, and the authority that signed it: what
    strict clients ask for.
    """
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    names = [
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
        for text in ("test authority", "kas")
    ]
    now = clock.today()

    def made(index, ca, names_of):
        builder = (
            x509.CertificateBuilder()
            .subject_name(names[index])
            .issuer_name(names[0])
            .public_key(keys[index].public_key())
            .serial_number(index + 1)
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(
                x509.BasicConstraints(ca=ca, path_length=0 if ca else None), critical=True
            )
        )
        for one in names_of:
            builder = builder.add_extension(x509.SubjectAlternativeName([one]), critical=False)
        return builder.sign(keys[0], hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    path.write_bytes(
        made(1, False, [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        + keys[1].private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return made(0, True, [])


def passing(one, other):
    """Bytes from one socket to the other until it ends."""
    with contextlib.suppress(OSError):
        while data := one.recv(CHUNK):
            other.sendall(data)
    with contextlib.suppress(OSError):
        other.shutdown(socket.SHUT_WR)


class Proxy:
    """Ends TLS on a port and passes plain bytes to the node's local door; knows nothing of what
    passes.
    """

    def __init__(self, port, pem, target):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(pem)
        self.context.set_alpn_protocols(["http/1.1"])
        self.target, self.served = target, 0
        self.listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                raw, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(raw,), daemon=True).start()

    def _serve(self, raw):
        with (
            contextlib.suppress(OSError),
            self.context.wrap_socket(raw, server_side=True) as outer,
            socket.create_connection(self.target) as inner,
        ):
            self.served += 1
            back = threading.Thread(target=passing, args=(inner, outer), daemon=True)
            back.start()
            passing(outer, inner)
            back.join(30)


@pytest.fixture(scope="module")
def behind(tmp_path_factory):
    """A running node, its TLS proxy, and a container that names the proxy's address."""
    folder = tmp_path_factory.mktemp("behind")
    (folder / "pw").write_text("correct horse battery staple 9\n")
    (folder / "label.json").write_text(json.dumps(LABEL))
    (folder / "in").write_bytes(PLAIN)
    key, node, port = ("--passphrase-file", folder / "pw"), folder / "n", free_port()
    local = (
        sealane("node", "init", node, "--party", "AUS", *key)["console"]
        .removeprefix("http://")
        .rstrip("/")
    )
    (folder / "trusted.pem").write_bytes(certified(folder / "proxy.pem"))
    origin = f"https://127.0.0.1:{port}"
    settings = node / "node.toml"
    settings.write_text(
        settings.read_text().replace('opentdf_url = ""', f'opentdf_url = "{origin}"')
    )
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
        "py",
        "--node",
        node,
        "--person",
        "operator",
        "--kind",
        "otdf-python",
        "--purpose",
        "assessment",
        *key,
    )["secret"]
    host, _, console = local.partition(":")
    proxy = Proxy(port, folder / "proxy.pem", (host, int(console)))
    process = subprocess.Popen(
        [*SEALANE, "node", "run", str(node), *map(str, key)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex((host, int(console))) == 0 or process.poll() is not None:
                break
        time.sleep(0.1)
    try:
        yield SimpleNamespace(origin=origin, secret=secret, folder=folder, proxy=proxy)
    finally:
        proxy.listener.close()
        process.terminate()
        assert process.wait(30) == 0


OPENS = """
import functools, sys
import pyqwest
# otdf-python 0.11 makes its key service's transport without any trust store, with which no TLS
# works at all; this is the store that its host would have to give it. The client's own code is as
# released.
trust = open(sys.argv[4], "rb").read()
pyqwest.SyncHTTPTransport = functools.partial(pyqwest.SyncHTTPTransport, tls_ca_cert=trust)
from otdf_python.sdk_builder import SDKBuilder
builder = SDKBuilder.new_builder().set_platform_endpoint(sys.argv[1])
sdk = builder.client_secret("py", sys.argv[2]).build()
sys.stdout.buffer.write(sdk.load_tdf(open(sys.argv[3], "rb").read()).payload)
"""


def test_otdf_python_opens_through_the_proxy(behind, otdf_python):
    trusted = str(behind.folder / "trusted.pem")
    env = {**os.environ, "SSL_CERT_FILE": trusted, "REQUESTS_CA_BUNDLE": trusted}
    before = behind.proxy.served
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            OPENS,
            behind.origin,
            behind.secret,
            str(behind.folder / "out.tdf"),
            trusted,
        ],
        env=env,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout == PLAIN
    assert behind.proxy.served > before


def test_what_clients_are_told_names_the_proxy_alone(behind):
    httpx2 = pytest.importorskip("httpx2")
    context = ssl.create_default_context(cadata=(behind.folder / "trusted.pem").read_text())
    with httpx2.Client(verify=context, trust_env=False) as client:
        told = client.get(f"{behind.origin}/.well-known/opentdf-configuration").json()
        listed = client.post(
            f"{behind.origin}/policy.kasregistry.KeyAccessServerRegistryService/ListKeyAccessServers",
            json={},
        ).json()
    assert told["platform_issuer"] == behind.origin
    assert all(
        url.startswith(behind.origin) for name, url in told["idp"].items() if isinstance(url, str)
    )
    assert [one["uri"] for one in listed["keyAccessServers"]] == [f"{behind.origin}/kas"]
