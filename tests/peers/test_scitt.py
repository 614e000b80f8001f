"""Receipts and transparent statements that we export are accepted by scitt-cose (PyPI), and refused
when altered.
"""

import importlib.metadata

import pytest

from sealane.base.errors import SealaneError
from sealane.crypto.keys import PrivateKey
from sealane.ledger.proofs import cose, evidence
from sealane.ledger.proofs.proof import parse_proof
from tests import tilelogs
from tests.nations_evidence import Story

pytestmark = pytest.mark.peer
scitt = pytest.importorskip("scitt_cose", reason="scitt-cose is not installed: no SCITT reader ran")
ENTRIES = [b"entry %d" % one for one in range(300)]


def pem(key: PrivateKey) -> bytes:
    from cryptography.hazmat.primitives import serialization

    public = serialization.load_der_public_key(key.public.data)
    return public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


@pytest.fixture(scope="module")
def key():
    return PrivateKey.generate("ES384")


def exported(key, index):
    proof = parse_proof(tilelogs.proof([tilelogs.signer("log.example/a")], ENTRIES, index))
    return cose.receipt(proof, ENTRIES[index], key)


@pytest.mark.parametrize("index", [0, 77, 255, 256, 299])
def test_scitt_cose_accepts_our_receipt_for_its_entry_only(key, index):
    made = exported(key, index)
    good = scitt.verify_receipt(
        made, leaf_entry_hex=ENTRIES[index].hex(), log_public_key_pem=pem(key)
    )
    assert good.ok, (importlib.metadata.version("scitt-cose"), good.errors)
    assert not scitt.verify_receipt(
        made, leaf_entry_hex=b"other".hex(), log_public_key_pem=pem(key)
    ).ok
    assert not scitt.verify_receipt(
        made,
        leaf_entry_hex=ENTRIES[index].hex(),
        log_public_key_pem=pem(PrivateKey.generate("ES384")),
    ).ok
    assert not scitt.verify_receipt(
        made[:-1] + bytes([made[-1] ^ 1]),
        leaf_entry_hex=ENTRIES[index].hex(),
        log_public_key_pem=pem(key),
    ).ok


def test_scitt_cose_reads_our_transparent_statement_and_its_receipts(key):
    made = exported(key, 77)
    statement = cose.transparent_statement(ENTRIES[77], ("AUS", "item-1"), key, [made])
    parsed = scitt.parse_signed_statement(statement, public_key_pem=pem(key))
    assert (parsed["signature_verified"], parsed["issuer"], parsed["subject"]) == (
        True,
        "AUS",
        "item-1",
    )
    assert scitt.extract_receipts(statement) == [made]
    assert (
        scitt.parse_signed_statement(statement, public_key_pem=pem(PrivateKey.generate("ES384")))[
            "signature_verified"
        ]
        is False
    )


def test_an_item_s_evidence_becomes_transparent_statements_with_a_receipt_of_each_log(
    key, tmp_path, capsys
):
    from sealane.cli.main import main

    made = Story(tmp_path / "story")
    (tmp_path / "x.evidence").write_bytes(evidence.build(made.gathered()))
    made.close()
    (tmp_path / "pass").write_text("a passphrase for this test\n")
    for arguments in (
        ["agreement", "keygen", tmp_path / "key", "--party", "AUS"],
        ["evidence", "scitt", tmp_path / "x.evidence", tmp_path / "out", "--key", tmp_path / "key"],
    ):
        with pytest.raises(SystemExit) as done:
            main([*map(str, arguments), "--passphrase-file", str(tmp_path / "pass"), "--json"])
        assert done.value.code == 0, capsys.readouterr()
    capsys.readouterr()
    files = sorted((tmp_path / "out").glob("*.cose"))
    assert (len(files), len(list((tmp_path / "out").glob("*.jws")))) == (10, 5)
    for path in files:
        receipts = scitt.extract_receipts(path.read_bytes())
        parsed = scitt.parse_signed_statement(path.read_bytes())
        assert (len(receipts), parsed["unverified"]["subject"]) == (1, "item-0001")


def test_a_proof_of_another_entry_or_a_key_of_another_suite_is_not_exported(key):
    proof = parse_proof(tilelogs.proof([tilelogs.signer("log.example/a")], ENTRIES, 77))
    with pytest.raises(SealaneError, match="inclusion"):
        cose.receipt(proof, ENTRIES[78], key)
    with pytest.raises(SealaneError, match="cose"):
        cose.receipt(proof, ENTRIES[77], PrivateKey.generate("Ed25519"))


def test_our_cbor_is_cbor2_s_canonical_cbor():
    import cbor2

    value = [
        0,
        23,
        24,
        255,
        256,
        65536,
        1 << 40,
        -1,
        -35,
        -300,
        b"",
        b"x" * 300,
        "東京",
        None,
        {1: -35, 395: 1},
        {-1: [b"a"]},
        [],
    ]
    assert cose.encode(value) == cbor2.dumps(value, canonical=True)
