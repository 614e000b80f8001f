"""Notes, checkpoints and cosignatures: the published examples, round trips, and what must be
refused.
"""

import pytest

from sealane.base.errors import Malformed, Untrusted
from sealane.base.values import Instant
from sealane.crypto.keys import PrivateKey, PublicKey
from sealane.ledger.log import checkpoint as cp
from sealane.ledger.log import note
from sealane.ledger.log.checkpoint import Head, NoteSigner
from sealane.ledger.log.note import Signature, VerifierKey

AT = Instant(1_764_000_000_000_000_000)
HEAD = Head("log.example/a", 3, bytes(range(32)))
KINDS = {note.ED25519: "Ed25519", note.COSIGN_ED25519: "Ed25519", note.COSIGN_MLDSA44: "ML-DSA-44"}

# The example of C2SP signed-note.md (C2SP/C2SP at 5ba5ee8, CC BY 4.0).
FOO = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
FOO_NOTE = (
    "This is an example message.\n\n\u2014 example.com/foo"
    " Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAl"
    "TgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)


def signer(name: str, kind: int) -> NoteSigner:
    return NoteSigner(name, kind, PrivateKey.generate(KINDS[kind]))


def test_the_published_note_is_signed_by_its_published_key():
    key, parsed = note.parse_vkey(FOO), note.parse(FOO_NOTE.encode())
    assert key.vkey == FOO
    assert key.made(parsed.signatures[0])
    assert parsed.encode() == FOO_NOTE.encode()
    PublicKey("Ed25519", key.public).verify(parsed.signatures[0].data, parsed.text.encode())


@pytest.mark.parametrize("kind", KINDS)
def test_every_signature_type_verifies_and_binds_every_field(kind):
    one = signer("log.example/a", kind)
    whole = cp.sign_head(HEAD, [one], AT).encode()
    found = cp.require(cp.parse_checkpoint(whole), [one.verifier])
    assert found[one.verifier] == (0 if kind == note.ED25519 else AT // 10**9)
    assert note.parse_vkey(one.verifier.vkey) == one.verifier
    for other in (
        Head("log.example/b", 3, HEAD.root),
        Head("log.example/a", 4, HEAD.root),
        Head("log.example/a", 3, bytes(32)),
    ):
        forged = note.Note(other.body, note.parse(whole).signatures).encode()
        with pytest.raises(Untrusted, match="note_signature"):
            cp.require(cp.parse_checkpoint(forged), [one.verifier])


def test_extension_lines_are_signed_by_ed25519_and_not_by_ml_dsa():
    extended = Head(HEAD.origin, HEAD.size, HEAD.root, ("extension",))
    for kind, covered in (
        (note.ED25519, True),
        (note.COSIGN_ED25519, True),
        (note.COSIGN_MLDSA44, False),
    ):
        one = signer("log.example/a", kind)
        swapped = note.Note(extended.body, cp.sign_head(HEAD, [one], AT).signatures)
        parsed = cp.parse_checkpoint(swapped.encode())
        if covered:
            with pytest.raises(Untrusted):
                cp.require(parsed, [one.verifier])
        else:
            cp.require(parsed, [one.verifier])


def test_an_ecdsa_log_is_verified_too():
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    private = ec.generate_private_key(ec.SECP256R1())
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    key = VerifierKey("log.example/a", note.ECDSA, public)
    assert note.parse_vkey(key.vkey) == key
    good = private.sign(HEAD.body.encode(), ec.ECDSA(hashes.SHA256()))
    cp.require(
        cp.parse_checkpoint(
            note.Note(HEAD.body, (Signature(key.name, key.key_id, good),)).encode()
        ),
        [key],
    )
    with pytest.raises(Untrusted):
        cp.require(
            cp.parse_checkpoint(
                note.Note(HEAD.body, (Signature(key.name, key.key_id, good[:-1]),)).encode()
            ),
            [key],
        )


def test_unknown_signatures_are_ignored_and_a_known_failing_one_rejects():
    log, stranger = signer("log.example/a", note.ED25519), signer("other.example", note.ED25519)
    whole = cp.sign_head(HEAD, [stranger, log], AT)
    cp.require(cp.parse_checkpoint(whole.encode()), [log.verifier])
    same_name = VerifierKey("log.example/a", note.ED25519, stranger.verifier.public)
    with pytest.raises(Untrusted, match="not_signed"):
        cp.require(cp.parse_checkpoint(whole.encode()), [same_name])
    broken = Signature(log.name, log.verifier.key_id, bytes(64))
    with pytest.raises(Untrusted, match="note_signature"):
        cp.require(cp.parse_checkpoint(note.Note(HEAD.body, (broken,)).encode()), [log.verifier])
    both = note.Note(HEAD.body, (broken, *whole.signatures))
    with pytest.raises(Untrusted, match="note_signature"):
        cp.require(cp.parse_checkpoint(both.encode()), [log.verifier])


def test_stray_bits_after_a_known_signature_make_it_fail():
    log = signer("log.example/a", note.ED25519)
    good = cp.sign_head(HEAD, [log], AT).encode().decode()
    for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/":
        changed = f"{good[:-3]}{last}=\n"
        if changed == good:
            continue
        with pytest.raises(Untrusted, match="note_signature"):
            cp.require(cp.parse_checkpoint(changed.encode()), [log.verifier])


def test_sixteen_and_more_signatures_are_read_and_a_hundred_and_one_are_not():
    log = signer("log.example/a", note.ED25519)
    noise = [Signature(f"w{one}.example", bytes(4), bytes(2420)) for one in range(99)]
    cp.require(
        cp.parse_checkpoint(cp.sign_head(HEAD, [log], AT).adding(noise).encode()), [log.verifier]
    )
    with pytest.raises(Malformed):
        note.parse(
            cp.sign_head(HEAD, [log], AT).adding([*noise, Signature("w", bytes(4), b"x")]).encode()
        )


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"text\n",
        b"text\n\n",
        b"text\n\n\xe2\x80\x94 name AAAAAAA=",
        b"text\n\n- name AAAAAAA=\n",
        b"text\n\n\xe2\x80\x94 na+me AAAAAAA=\n",
        b"text\n\n\xe2\x80\x94  AAAAAAA=\n",
        b"text\n\n\xe2\x80\x94 name AAAA\n",
        b"text\n\n\xe2\x80\x94 name AAAAAAA\n",
        b"te\x01xt\n\n\xe2\x80\x94 name AAAAAAA=\n",
        b"te\rxt\n\n\xe2\x80\x94 name AAAAAAA=\n",
        b"\xff\n\n\xe2\x80\x94 name AAAAAAA=\n",
        b"text\n\n\xe2\x80\x94 name AAAAAAA=\n\n",
        b"text\n\n\xe2\x80\x94 name AAAAAAA= \n",
    ],
)
def test_a_malformed_note_is_refused(text):
    with pytest.raises(Malformed):
        note.parse(text)


ROOT = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


@pytest.mark.parametrize(
    "body",
    [
        "",
        "o\n",
        "o\n1\n",
        f"o\n01\n{ROOT}\n",
        f"o\n-1\n{ROOT}\n",
        f"o\n1 \n{ROOT}\n",
        f"\n1\n{ROOT}\n",
        "o\n1\nAAAA\n",
        f"o\n1\n{ROOT}\n\nx\n",
        f"o\n{1 << 63}\n{ROOT}\n",
        f"o\n+1\n{ROOT}\n",
        f"o\n1_0\n{ROOT}\n",
        f"o\n1\n{ROOT}",
        f"o\n١\n{ROOT}\n",
    ],
)
def test_a_malformed_checkpoint_body_is_refused(body):
    with pytest.raises(Malformed):
        cp.parse_head(body)


def test_a_body_reads_back_as_written():
    head = Head("o", 0, bytes(32), ("x", "y"))
    assert cp.parse_head(head.body) == head


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "a+b",
        FOO + "A",
        FOO.replace("530d903a", "530d903b"),
        FOO.replace("foo", "fop"),
        FOO.replace("530d", "530D"),
        " " + FOO,
        "x+00000000+AQ==",
        FOO.replace("Aeky", "Beky"),
    ],
)
def test_a_malformed_verifier_key_is_refused(vkey):
    with pytest.raises(Malformed):
        note.parse_vkey(vkey)
