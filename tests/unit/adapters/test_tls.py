"""The wall's handshake, over real sockets: exactly the pinned certificates, at either side."""

import asyncio
import datetime
import socket
import ssl
import tempfile
import threading

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sealane.adapters import tls
from sealane.base.errors import Unavailable
from sealane.base.values import SECOND
from tests.clock import now

HELLO = b"hello"


class Party:
    """A key and its certificate: a node's own, one of an older node that may issue, or issued."""

    def __init__(self, name, *, authority=False, issuer=None):
        self.key = ec.generate_private_key(ec.SECP384R1())
        if authority or issuer:
            self.pem = self._signed(name, issuer or self, authority=authority)
        else:
            self.pem = tls.make_certificate(
                self.private, node=name, host="127.0.0.1", at=now(), serial=1
            )
        self.name = name

    @property
    def private(self):
        return self.key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    @property
    def identity(self):
        return tls.Identity(self.pem, self.private)

    def _signed(self, name, issuer, *, authority):
        def named(text):
            return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

        start = datetime.datetime.fromtimestamp(now() // SECOND - 600, datetime.UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(named(name))
            .issuer_name(named(getattr(issuer, "name", name)))
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + datetime.timedelta(days=30))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .sign(issuer.key, hashes.SHA384())
        )
        return made.public_bytes(serialization.Encoding.PEM).decode()


class Served:
    """A door that says hello to whom its handshake lets in, in a loop of its own."""

    def __init__(self, own, pinned):
        self.pinned = pinned
        self.context = tls.server_context(
            own.identity, lambda: {tls.der(one.pem) for one in pinned}
        )
        tls.trust(self.context, [tls.der(one.pem) for one in pinned])
        self._ready, self._thread = threading.Event(), threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _run(self):
        asyncio.run(self._serve())

    async def _serve(self):
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._loop.set_exception_handler(lambda *_: None)  # a refused handshake is no fault
        server = await asyncio.start_server(self._greet, "127.0.0.1", 0, ssl=self.context)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        await asyncio.sleep(0.05)  # what was refused a moment ago is let go
        server.close()
        await server.wait_closed()

    @staticmethod
    async def _greet(_, writer):
        writer.write(HELLO)
        await writer.drain()
        writer.close()

    def answers(self, client, expected):
        """Whether this client, which expects that server, hears anything."""
        context = tls.client_context(client.identity, expected.pem)
        try:
            with (
                socket.create_connection(("127.0.0.1", self.port), timeout=10) as raw,
                context.wrap_socket(raw, server_hostname="localhost") as line,
            ):
                return line.recv(100) == HELLO
        except (ssl.SSLError, ConnectionError):
            return False


def test_the_pinned_certificate_is_let_in_and_one_that_it_issued_is_not():
    aus, jpn = Party("aus.example"), Party("jpn.example", authority=True)
    stranger = Party("stranger.example", issuer=jpn)
    with Served(aus, [jpn]) as door:
        assert door.answers(jpn, aus)
        assert not door.answers(stranger, aus)
        assert not door.answers(Party("other.example"), aus)


def test_a_replaced_certificate_is_forgotten_at_the_next_handshake_without_a_restart():
    aus, old, new = Party("aus.example"), Party("jpn.example"), Party("jpn.example")
    with Served(aus, [old]) as door:
        assert door.answers(old, aus)
        assert not door.answers(new, aus)
        door.pinned[:] = [new]
        tls.trust(door.context, [tls.der(new.pem)])
        assert door.answers(new, aus)
        assert not door.answers(old, aus)


@pytest.mark.parametrize("authority", [False, True])
def test_a_client_talks_to_the_pinned_certificate_and_to_none_that_it_issued(authority):
    jpn = Party("jpn.example")
    aus = Party("aus.example", authority=authority)
    with Served(aus, [jpn]) as door:
        assert door.answers(jpn, aus)
    with Served(Party("aus.example", issuer=aus), [jpn]) as door:
        assert not door.answers(jpn, aus)


def test_a_node_s_own_certificate_may_issue_nothing():
    found = x509.load_pem_x509_certificate(Party("aus.example").pem.encode())
    assert found.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False


def test_without_room_for_a_moment_s_file_no_context_is_made_and_it_says_so(tmp_path, monkeypatch):
    us, them = Party("us"), Party("them")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(Unavailable) as caught:
        tls.client_context(us.identity, them.pem)
    assert caught.value.code == "store.write_failed"
    monkeypatch.undo()
    tls.client_context(us.identity, them.pem)
