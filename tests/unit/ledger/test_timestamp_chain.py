"""Time-stamps whose authority stands below a root that the reader names; OpenSSL makes the tokens
and gives the second opinion.
"""

import datetime
import shutil
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sealane.base.errors import SealaneError
from sealane.ledger.proofs import der, timestamp
from tests.unit.ledger.test_timestamp import CONFIG

OPENSSL = shutil.which("openssl")
pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(
        OPENSSL is None, reason="no openssl: no time-stamping authority to run, nothing was judged"
    ),
]
BEGIN, END = datetime.datetime(2020, 1, 1), datetime.datetime(2199, 1, 1)  # noqa: DTZ001


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def issue(subject, key, issuer, signer, *extensions, begin=BEGIN, end=END):
    made = x509.CertificateBuilder(name(issuer), name(subject), key.public_key(), 7, begin, end)
    for value, critical in extensions:
        made = made.add_extension(value, critical)
    return made.sign(signer, hashes.SHA256())


CA = (x509.BasicConstraints(True, None), True)
STAMPING = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)
KEYS = {one: ec.generate_private_key(ec.SECP256R1()) for one in ("root", "middle", "leaf", "other")}


def usage(**allowed):
    held = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return (x509.KeyUsage(**{**held, **allowed}), True)


def chain(*middle, root=(CA,), **dates):
    """Root, an authority below it, and the certificate of the time-stamping authority."""
    top = issue("root", KEYS["root"], "root", KEYS["root"], *root)
    between = issue("middle", KEYS["middle"], "root", KEYS["root"], *middle, **dates)
    leaf = issue("leaf", KEYS["leaf"], "middle", KEYS["middle"], STAMPING)
    return top, between, leaf


def token(folder, leaf, *carried, data=b"the data"):
    """A token over the data, made by OpenSSL with these certificates in it."""
    pem = serialization.Encoding.PEM
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "serial").write_text("01\n")
    (folder / "c.cnf").write_text(CONFIG.format(folder=folder, ess="sha256"))
    (folder / "key.pem").write_bytes(KEYS["leaf"].private_bytes(pem, *plain))
    (folder / "cert.pem").write_bytes(leaf.public_bytes(pem))
    (folder / "more.pem").write_bytes(b"".join(one.public_bytes(pem) for one in carried))
    (folder / "q").write_bytes(timestamp.query(data, 5))
    words = ["ts", "-reply", "-config", "c.cnf", "-queryfile", "q", "-inkey", "key.pem"]
    words += ["-signer", "cert.pem", "-out", "r", *(["-chain", "more.pem"] if carried else [])]
    subprocess.run([OPENSSL, *words], cwd=folder, check=True, capture_output=True)
    return timestamp.granted((folder / "r").read_bytes(), nonce=5)


def judged(made, *named):
    return timestamp.judge(made, {"part": b"the data"}, named)


def openssl_accepts(folder, root):
    (folder / "root.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    words = ["ts", "-verify", "-queryfile", "q", "-in", "r", "-CAfile", "root.pem"]
    return subprocess.run([OPENSSL, *words], cwd=folder, check=False).returncode == 0


def test_a_chain_in_the_token_leads_to_a_named_root(tmp_path):
    root, between, leaf = chain(CA, usage(key_cert_sign=True))
    made = token(tmp_path, leaf, between)
    found = judged(made, root)
    assert (found["state"], found["authority"], found["root"]) == ("proven", "CN=leaf", "CN=root")
    assert judged(made, between)["root"] == "CN=middle"
    assert judged(made, leaf)["root"] == "CN=leaf"
    assert openssl_accepts(tmp_path, root)
    stranger = issue("root", KEYS["other"], "root", KEYS["other"], CA)
    assert judged(made, stranger)["state"] == "unverifiable"
    assert not openssl_accepts(tmp_path, stranger)


def test_without_the_certificate_between_no_chain_is_guessed(tmp_path):
    root, between, leaf = chain(CA)
    made = token(tmp_path, leaf)
    assert judged(made, root)["state"] == "unverifiable"
    assert judged(made, root, between)["root"] == "CN=middle"


@pytest.mark.parametrize(
    ("middle", "dates"),
    [
        ((), {}),
        (((x509.BasicConstraints(False, None), True),), {}),
        ((CA, usage(digital_signature=True)), {}),
        ((CA, (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)), {}),
        ((CA, (x509.NameConstraints([x509.DNSName("a.example")], None), True)), {}),
        ((CA,), {"end": datetime.datetime(2021, 1, 1)}),  # noqa: DTZ001
        ((CA,), {"begin": datetime.datetime(2198, 1, 1)}),  # noqa: DTZ001
    ],
)
def test_an_authority_without_the_power_breaks_the_chain(middle, dates, tmp_path):
    root, between, leaf = chain(*middle, **dates)
    assert judged(token(tmp_path, leaf, between), root)["state"] == "unverifiable"


def test_a_path_longer_than_its_root_allows_is_no_chain(tmp_path):
    root, between, leaf = chain(CA, root=((x509.BasicConstraints(True, 0), True),))
    assert judged(token(tmp_path, leaf, between), root)["state"] == "unverifiable"
    assert not openssl_accepts(tmp_path, root)


def test_what_the_token_carries_decides_nothing_by_itself(tmp_path):
    root, between, leaf = chain(CA)
    made = token(tmp_path, leaf, between, root)
    assert judged(made)["state"] == "unverifiable"
    assert judged(made, root)["state"] == "proven"
    last = made[:-1] + bytes([made[-1] ^ 1])
    assert judged(last, root)["state"] == "failed"


def test_signed_attributes_count_in_their_canonical_order_however_they_stand(tmp_path):
    root, between, leaf = chain(CA)
    made = token(tmp_path, leaf, between)
    attributes = timestamp._signer(timestamp.parse(made)).tagged(0xA0)
    turned = b"".join(one.raw for one in reversed(attributes.parts))
    assert turned != attributes.content
    assert judged(made.replace(attributes.content, turned), root)["state"] == "proven"


def pss(hashed, mask, salt):
    """RSASSA-PSS as an algorithm with these parameters."""
    first = der.write(0xA0, der.write(der.SEQUENCE, der.write(der.OID, hashed)))
    inner = der.write(der.SEQUENCE, der.write(der.OID, mask))
    kind = der.write(der.OID, timestamp.MGF1)
    second = der.write(0xA1, der.write(der.SEQUENCE, kind, inner))
    third = der.write(0xA2, der.write(der.INTEGER, bytes([salt])))
    parameters = der.write(der.SEQUENCE, first, second, third)
    return der.read(der.write(der.SEQUENCE, der.write(der.OID, timestamp.PSS), parameters))


def test_rsa_pss_holds_with_the_hash_and_salt_it_states_and_no_other():
    key = rsa.generate_private_key(65537, 2048)
    kind = padding.PSS(padding.MGF1(hashes.SHA384()), 48)
    signature = key.sign(b"data", kind, hashes.SHA384())
    numbers = {text: number for number, (text, _) in timestamp.HASHES.items()}
    sha256, sha384 = numbers["sha256"], numbers["sha384"]
    stated = timestamp._pss(pss(sha384, sha384, 48))
    timestamp._verify(key.public_key(), signature, b"data", *stated)
    for other in (pss(sha256, sha384, 48), pss(sha384, sha256, 48), pss(sha384, sha384, 20)):
        with pytest.raises(SealaneError, match=r"timestamp\.failed"):
            timestamp._verify(key.public_key(), signature, b"data", *timestamp._pss(other))
    with pytest.raises(SealaneError, match=r"timestamp\.failed"):
        timestamp._pss(pss(bytes.fromhex("2b0e03021a"), sha384, 48))
