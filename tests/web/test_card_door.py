"""Smart cards: at the node's own TLS door, with a real handshake; and by a named proxy that tells
the certificate, believed from nobody else.
"""

from __future__ import annotations

import base64
import re
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from sealane.http.forwarded import BehindProxy
from sealane.wiring import doors
from tests.cards import DER, PEM, CardAuthority, key_pem
from tests.clock import now
from tests.interop.test_peers_at_a_running_node import SEALANE, sealane
from tests.nations import Pair
from tests.serving import free_port
from tests.web.test_passkeys import told
from tests.web.visiting import Console

KNOWN, PROXY = "https://desk.jpn.example", "10.1.2.3"


class Proxied:
    """A console behind a proxy at one address, which asks for cards."""

    def __init__(self, console: Console, folder: Path, pair: Pair) -> None:
        self.issuer = CardAuthority(pair.clock.now())
        (folder / "cards.pem").write_bytes(self.issuer.pem)
        settings = replace(
            console.node.settings,
            console_url=KNOWN,
            sign_in="certificate",
            trusted_proxies=PROXY,
            certificate_authorities=str(folder / "cards.pem"),
        )
        self.node = replace(console.node, settings=settings)
        self.site = replace(console.site, node=self.node)
        inner = Starlette(routes=doors.behind_sign_in(self.site))
        self.app = BehindProxy(inner, settings.proxies, certificates=True)

    def client(self, address: str = PROXY, **headers: str) -> TestClient:
        return TestClient(
            self.app, base_url=KNOWN, client=(address, 5), headers={"origin": KNOWN, **headers}
        )

    def shown(self, person: str) -> str:
        der = self.issuer.card(person)[0].public_bytes(DER)
        return f":{base64.b64encode(der).decode()}:"


@pytest.fixture
def proxied(tokyo: Console, tmp_path: Path, pair: Pair) -> Proxied:
    return Proxied(tokyo, tmp_path, pair)


def test_a_proxy_tells_the_card_and_its_person_comes_in(proxied: Proxied, tokyo: Console) -> None:
    client = proxied.client(**{"client-cert": proxied.shown("jpn.sato")})
    assert "jpn.sato" in client.get("/sign-in/certificate").text
    assert client.get("/", follow_redirects=False).status_code == 303
    sent = client.post("/sign-in/certificate", data={"to": "/ledger"}, follow_redirects=False)
    assert sent.headers["location"] == f"{KNOWN}/ledger"
    assert client.get("/", follow_redirects=False).status_code == 200
    assert told(tokyo, "login.done")[-1]["means"] == "certificate"


def test_the_header_is_believed_from_the_proxy_alone(proxied: Proxied) -> None:
    shown = proxied.shown("jpn.security")
    for address in ("127.0.0.1", "10.1.2.4", "::1", "testclient"):
        sent = proxied.client(address, **{"client-cert": shown}).post("/sign-in/certificate")
        assert (sent.status_code, sent.json()["code"]) == (403, "web.not_by_proxy")
    # two of them are none: nobody knows which the proxy wrote
    client = proxied.client()
    two = [("client-cert", shown), ("client-cert", shown)]
    assert client.post("/sign-in/certificate", headers=two).status_code == 403
    assert client.post("/sign-in/certificate").status_code == 403
    broken = client.post("/sign-in/certificate", headers={"client-cert": "nothing"})
    assert (broken.status_code, broken.json()["code"]) == (400, "certificate.header")


def test_a_card_of_nobody_here_or_of_another_authority_lets_nobody_in(
    proxied: Proxied, pair: Pair, tokyo: Console
) -> None:
    theirs = CardAuthority(pair.clock.now())
    forged = base64.b64encode(theirs.card("jpn.sato")[0].public_bytes(DER)).decode()
    for shown in (proxied.shown("nobody"), f":{forged}:"):
        client = proxied.client(**{"client-cert": shown})
        assert client.post("/sign-in/certificate", follow_redirects=False).status_code == 403
        assert client.get("/", follow_redirects=False).status_code == 303
    assert told(tokyo, "login.denied")[-1]["means"] == "certificate"
    other = proxied.client(
        origin="https://evil.example", **{"client-cert": proxied.shown("jpn.sato")}
    )
    assert other.post("/sign-in/certificate", follow_redirects=False).status_code == 403


def test_what_machines_watch_needs_no_proxy_and_believes_no_header(proxied: Proxied) -> None:
    assert proxied.client("10.9.9.9").get("/healthz").status_code == 200


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Any]:
    """A node whose console speaks TLS by itself, with a door for cards beside it."""
    issuer, node = CardAuthority(now()), tmp_path / "n"
    (tmp_path / "pw").write_text("correct horse battery staple 9\n")
    (tmp_path / "door.pem").write_bytes(issuer.server())
    (tmp_path / "cards.pem").write_bytes(issuer.pem)
    key, ports = ("--passphrase-file", tmp_path / "pw"), (free_port(), free_port())
    sealane("node", "init", node, "--party", "AUS", *key)
    told = {
        "console_port": ports[0],
        "console_url": f'"https://localhost:{ports[0]}"',
        "console_tls": f'"{tmp_path}/door.pem"',
        "certificate_port": ports[1],
        "certificate_authorities": f'"{tmp_path}/cards.pem"',
        "sign_in": '"passphrase certificate"',
    }
    text = (node / "node.toml").read_text()
    for name, value in told.items():
        text = re.sub(rf"^{name} = .*$", f"{name} = {value}", text, flags=re.MULTILINE)
    (node / "node.toml").write_text(text)
    words = [*SEALANE, "node", "run", str(node), *map(str, key)]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(words, stdout=quiet, stderr=quiet)
    try:
        for port in ports:
            listening(process, port)
        yield issuer, tmp_path, ports
    finally:
        process.terminate()
        assert process.wait(30) == 0


def listening(process: subprocess.Popen[bytes], port: int) -> None:
    """Wait until the process listens there, or is over."""
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0 or process.poll() is not None:
                return
        time.sleep(0.1)


def test_a_card_opens_the_console_of_a_node_that_speaks_tls_itself(running: Any) -> None:
    issuer, folder, (port, card_port) = running
    trusted = ssl.create_default_context(cafile=str(folder / "cards.pem"))
    card, key = issuer.card("operator")
    (folder / "card.pem").write_bytes(card.public_bytes(PEM) + key_pem(key))
    home = f"https://localhost:{port}"
    with httpx2.Client(verify=trusted) as client:
        door = client.get(f"{home}/sign-in?to=/ledger").text
        assert f"https://localhost:{card_port}/sign-in/certificate?to=%2Fledger" in door
        # without a card there is no handshake at the other door
        with pytest.raises(httpx2.HTTPError):
            client.get(f"https://localhost:{card_port}/sign-in/certificate")
    theirs = CardAuthority(now())
    forged, forged_key = theirs.card("operator")
    (folder / "forged.pem").write_bytes(forged.public_bytes(PEM) + key_pem(forged_key))
    for name, let_in in (("card", True), ("forged", False)):
        shown = ssl.create_default_context(cafile=str(folder / "cards.pem"))
        shown.load_cert_chain(str(folder / f"{name}.pem"))
        with httpx2.Client(verify=shown) as client:
            place = f"https://localhost:{card_port}/sign-in/certificate"
            if not let_in:
                with pytest.raises(httpx2.HTTPError):
                    client.get(place)
                continue
            assert "operator" in client.get(place).text
            here = {"origin": f"https://localhost:{card_port}"}
            assert client.get(f"https://localhost:{card_port}/").status_code == 404
            assert client.post(place, headers={"origin": "https://evil.example"}).status_code == 403
            sent = client.post(place, data={"to": "/ledger"}, headers=here)
            assert (sent.status_code, sent.headers["location"]) == (303, f"{home}/ledger")
            assert "Secure" in sent.headers["set-cookie"]
            # the same host, another port: cookies know no ports
            seen = client.get(f"{home}/account")
            assert (seen.status_code, "Smart card" in seen.text) == (200, True)


def test_both_doors_show_a_certificate_that_was_replaced_without_a_new_start(running: Any) -> None:
    issuer, folder, ports = running
    doors = [("localhost", port) for port in ports]
    before = {ssl.get_server_certificate(door) for door in doors}
    (folder / "next.pem").write_bytes(issuer.server())
    (folder / "next.pem").replace(folder / "door.pem")
    for _ in range(120):
        shown = {ssl.get_server_certificate(door) for door in doors}
        if not shown & before:
            break
        time.sleep(0.25)
    (one,) = shown
    assert one in (folder / "door.pem").read_text()
    assert before == before - shown


def test_whether_it_serves_is_asked_over_the_tls_of_its_console(running: Any) -> None:
    _, folder, _ = running
    for words in ((), ("--ready",)):
        told = subprocess.run([*SEALANE, "node", "health", str(folder / "n"), *words], check=False)
        assert told.returncode == 0
