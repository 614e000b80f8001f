"""RFC 3161 tokens: asked for, carried and judged, against an authority run by OpenSSL; none that is
not proven passes as such.
"""

import datetime
import json
import random
import shutil
import subprocess

import pytest

from sealane.base.errors import SealaneError
from sealane.cli.main import main
from sealane.ledger.proofs import der, stamping, timestamp
from tests.nations_evidence import Story

OPENSSL = shutil.which("openssl")
pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(
        OPENSSL is None, reason="no openssl: no time-stamping authority to run, nothing was judged"
    ),
]
CONFIG = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_digest = sha384
default_policy = 1.2.3.4.1
other_policies = 1.2.3.4.2
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = no
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = {ess}
[req]
distinguished_name = dn
[dn]
[stamping]
extendedKeyUsage = critical,timeStamping
[server]
extendedKeyUsage = serverAuth
"""


class Authority:
    """A time-stamping authority with a certificate of its own."""

    def __init__(self, folder, key, *, ess="sha256", extensions="stamping", days="3650"):
        folder.mkdir()
        self.folder = folder
        (folder / "serial").write_text("01\n")
        (folder / "c.cnf").write_text(CONFIG.format(folder=folder, ess=ess))
        self.run(
            "req",
            "-x509",
            "-newkey",
            *key,
            "-nodes",
            "-keyout",
            folder / "key.pem",
            "-out",
            folder / "cert.pem",
            "-subj",
            "/CN=A clock",
            "-days",
            days,
            "-config",
            folder / "c.cnf",
            "-extensions",
            extensions,
        )
        self.certificate = timestamp.certificates((folder / "cert.pem").read_bytes())

    def run(self, *words):
        done = subprocess.run(
            [OPENSSL, *map(str, words)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    def reply(self, query):
        (self.folder / "q").write_bytes(query)
        self.run(
            "ts",
            "-reply",
            "-config",
            self.folder / "c.cnf",
            "-queryfile",
            self.folder / "q",
            "-inkey",
            self.folder / "key.pem",
            "-signer",
            self.folder / "cert.pem",
            "-out",
            self.folder / "r",
        )
        return (self.folder / "r").read_bytes()


KEYS = {"RSA": ("rsa:3072",), "P-384": ("ec", "-pkeyopt", "ec_paramgen_curve:P-384")}


@pytest.fixture(
    scope="module", params=[("RSA", "sha256"), ("P-384", "sha384"), ("P-384", "sha1")], ids=str
)
def authority(request, tmp_path_factory):
    key, ess = request.param
    return Authority(tmp_path_factory.mktemp("tsa") / "one", KEYS[key], ess=ess)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    made = Story(tmp_path_factory.mktemp("story"))
    found = made.evidence()
    made.close()
    return found


def test_a_token_over_a_head_is_proven_by_its_authority_and_unverifiable_without(
    authority, data, tmp_path
):
    name, head = stamping.part(data, None)
    assert name == "heads/AUS"
    token = timestamp.granted(authority.reply(timestamp.query(head, 77)), nonce=77)
    made = stamping.stamped(
        stamping.stamped(data, token), timestamp.granted(authority.reply(timestamp.query(data, 78)))
    )
    good, stray = stamping.judged(made, authority.certificate)
    assert (good["state"], good["of"], good["authority"], good["why"]) == (
        "proven",
        "heads/AUS",
        "CN=A clock",
        None,
    )
    assert (stray["state"], stray["of"]) == ("failed", None)
    assert stamping.judged(made, [])[0]["state"] == "unverifiable"
    other = Authority(tmp_path / "other", KEYS["P-384"])
    assert stamping.judged(made, other.certificate)[0]["state"] == "unverifiable"
    with pytest.raises(SealaneError, match=r"timestamp\.failed"):
        timestamp.granted(authority.reply(timestamp.query(head, 77)), nonce=79)


def test_openssl_reads_our_query_as_we_meant_it(authority, data, tmp_path):
    (tmp_path / "q").write_bytes(timestamp.query(b"data", (1 << 127) + 5))
    shown = subprocess.run(
        [OPENSSL, "ts", "-query", "-in", tmp_path / "q", "-text"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "Hash Algorithm: sha384" in shown
    assert f"0x{(1 << 127) + 5:X}" in shown
    assert "Certificate required: yes" in shown
    assert timestamp.nonce_of((tmp_path / "q").read_bytes()) == (1 << 127) + 5


def test_no_altered_token_is_proven(authority):
    token = timestamp.granted(authority.reply(timestamp.query(b"part", 5)))
    parts, rng = {"x": b"part"}, random.Random(5)
    assert timestamp.judge(token, parts, authority.certificate)["state"] == "proven"
    signed = timestamp.parse(token)
    unsigned = {
        at
        for part in (token.find(authority.certificate[0].public_bytes(timestamp.Encoding.DER)),)
        if part > 0
        for at in range(
            part, part + len(authority.certificate[0].public_bytes(timestamp.Encoding.DER))
        )
    }
    assert signed.nonce == 5
    passed = []
    for at in rng.sample(range(len(token)), min(len(token), 700)):
        wrong = token[:at] + bytes([token[at] ^ 1 << rng.randrange(8)]) + token[at + 1 :]
        if (
            at not in unsigned
            and timestamp.judge(wrong, parts, authority.certificate)["state"] == "proven"
        ):
            passed.append(
                at
                # versions, the signer's name and the list of digests are not signed and decide
                # nothing
            )
    assert len(passed) < 90, passed
    for at in passed:
        wrong = token[:at] + bytes([token[at] ^ 0xFF]) + token[at + 1 :]
        assert timestamp.judge(wrong, {"y": b"other"}, authority.certificate)["state"] == "failed"
    for wrong in (b"", token[:-1], token + b"\0", b"\x30\x80\0\0", b"\x30" * 60_000, bytes(70_000)):
        assert timestamp.judge(wrong, parts, authority.certificate)["state"] == "failed"


def test_a_certificate_for_another_purpose_or_another_time_proves_nothing(tmp_path):
    served = Authority(tmp_path / "good", KEYS["P-384"])
    other = Authority(tmp_path / "server", KEYS["P-384"], extensions="server")
    token = timestamp.granted(served.reply(timestamp.query(b"part", 5)))
    signed = timestamp.parse(token)
    with pytest.raises(SealaneError, match="time-stamping"):
        timestamp._prove(signed, other.certificate[0])
    late = signed.__class__(
        imprint=signed.imprint,
        at=signed.at + datetime.timedelta(days=36_525),
        nonce=5,
        signed=signed.signed,
        info=signed.info,
    )
    with pytest.raises(SealaneError, match="not valid then"):
        timestamp._prove(late, served.certificate[0])


def test_a_refusing_authority_gives_no_token():
    refused = der.write(der.SEQUENCE, der.write(der.SEQUENCE, der.write(der.INTEGER, b"\x02")))
    with pytest.raises(SealaneError, match=r"timestamp\.not_granted"):
        timestamp.granted(refused)


def test_the_commands_ask_carry_and_judge(authority, data, tmp_path, capsys):
    (tmp_path / "x.evidence").write_bytes(data)

    def run(*words):
        with pytest.raises(SystemExit) as done:
            main(["evidence", *map(str, words), "--json"])
        return done.value.code, json.loads(capsys.readouterr().out)

    assert run("verify", tmp_path / "x.evidence")[1]["timestamps"] == []
    assert (
        run(
            "stamp-query",
            tmp_path / "x.evidence",
            tmp_path / "q.tsq",
            "--of",
            "statements/00001-offer.jws",
        )[0]
        == 0
    )
    (tmp_path / "r.tsr").write_bytes(authority.reply((tmp_path / "q.tsq").read_bytes()))
    status, out = run(
        "stamp",
        tmp_path / "x.evidence",
        tmp_path / "r.tsr",
        tmp_path / "y.evidence",
        "--query",
        tmp_path / "q.tsq",
    )
    assert (status, out["timestamps"][0]["of"]) == (0, "statements/00001-offer.jws")
    status, out = run("verify", tmp_path / "y.evidence", "--tsa", authority.folder / "cert.pem")
    assert (status, out["verified"], out["timestamps"][0]["state"]) == (0, True, "proven")
    status, out = run("verify", tmp_path / "y.evidence")
    assert (status, out["timestamps"][0]["state"]) == (0, "unverifiable")
    bad = stamping.stamped(data, timestamp.granted(authority.reply(timestamp.query(b"stray", 1))))
    (tmp_path / "z.evidence").write_bytes(bad)
    status, out = run("verify", tmp_path / "z.evidence", "--tsa", authority.folder / "cert.pem")
    assert (status, out["verified"], out["timestamps"][0]["state"]) == (1, False, "failed")
    assert run("stamp", tmp_path / "x.evidence", tmp_path / "q.tsq", tmp_path / "w")[0] in (1, 2)
    assert (
        run("stamp-query", tmp_path / "x.evidence", tmp_path / "q", "--of", "nothing")[1]["error"][
            "code"
        ]
        == "timestamp.no_part"
    )
    assert (
        run("verify", tmp_path / "x.evidence", "--tsa", tmp_path / "q.tsq")[1]["error"]["code"]
        == "timestamp.certificate"
    )
