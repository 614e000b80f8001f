"""What is sealed opens, by the right keys only, and says who sealed it."""

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane.base.errors import SealaneError
from sealane.crypto.keys import PrivateKey
from sealane.sealing import container, origin
from sealane.sealing.keywrap import EC, HYBRID, RSA, X_WING, KemPrivateKey, KeyRing
from sealane.sealing.writing import rewrap, seal

from .making import KEM, RING, opened, plan, provider, sealed, service, verified

SEGMENT = 16 << 10


def refusal(action, *args, **kwargs):
    with pytest.raises(SealaneError) as caught:
        action(*args, **kwargs)
    return caught.value.code


@pytest.mark.parametrize("profile", ["sovereign", "interop"])
@pytest.mark.parametrize("size", [0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 3 * SEGMENT])
@pytest.mark.parametrize("known", [True, False])
def test_any_size_opens_again_and_is_a_zip_of_two_entries(profile, size, known):
    data = bytes(range(256)) * (size // 256 + 1)
    data = data[:size]
    container_bytes, _ = sealed(data, profile, size=size if known else None)
    assert opened(container_bytes) == data
    with zipfile.ZipFile(io.BytesIO(container_bytes)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["0.payload", "0.manifest.json"]


@pytest.mark.parametrize(
    ("suite", "profile"),
    [(HYBRID, "sovereign"), (X_WING, "sovereign"), (RSA, "interop"), (EC, "interop")],
)
def test_every_suite_opens_with_its_keys_and_no_others(suite, profile):
    pair = [KemPrivateKey.generate(suite) for _ in range(2)]
    data, _ = sealed(b"x", profile, keys=pair)
    assert opened(data, keys=KeyRing(pair)) == b"x"
    assert refusal(opened, data, keys=KeyRing(pair[:1])) == "key.unwrap_failed"
    assert (
        refusal(opened, data, keys=KeyRing([KemPrivateKey.generate(suite)])) == "key.unwrap_failed"
    )


def test_alternatives_under_one_sid_each_suffice():
    first, second, other = (KemPrivateKey.generate(RSA) for _ in range(3))
    services = [service("a", first), service("a", second, host="b")]
    data, _ = sealed(b"x", "interop", services=services)
    for key in (first, second):
        assert opened(data, keys=KeyRing([key])) == b"x"
    assert refusal(opened, data, keys=KeyRing([other])) == "key.unwrap_failed"


def test_what_the_sealing_told_is_what_the_reader_finds():
    data, told = sealed(b"abc" * 10_000)
    found, _, claims = verified(data)
    assert (claims.policy_uuid, claims.label_digest, claims.seal_digest) == (
        told.policy_uuid,
        told.label_digest,
        told.seal_digest,
    )
    assert (claims.policy_digest, claims.key_access_digest, claims.aggregate_digest) == (
        told.policy_digest,
        told.key_access_digest,
        told.aggregate_digest,
    )
    assert [kao.digest() for kao in found.manifest.key_access] == list(told.key_access)
    assert claims.plaintext_bytes == told.plaintext_bytes == 30_000
    assert (claims.proven, set(claims.kids)) == (True, set(RING))
    assert len(data) == told.file_bytes


def test_no_two_sealings_share_a_key_or_a_byte_of_ciphertext():
    first, second = (sealed(b"same" * 100)[0] for _ in range(2))
    start = verified(first)[0].payload_start + 12
    assert first[start : start + 400] != second[start : start + 400]


def test_another_label_or_agreement_makes_the_unwrapping_itself_fail():
    data, _ = sealed()
    found, _, claims = verified(data)
    kao = found.manifest.key_access[0]
    right = kao.info(
        policy_uuid=claims.policy_uuid, agreement=claims.agreement, label_digest=claims.label_digest
    )
    ring = provider()
    assert ring.unwrap(kao.suite, kao.envelope(), right, kid=kao.kid)
    for wrong in (
        kao.info(
            policy_uuid=claims.policy_uuid,
            agreement=("jpn-aus-2022", "cd" * 48),
            label_digest=claims.label_digest,
        ),
        kao.info(
            policy_uuid=claims.policy_uuid, agreement=claims.agreement, label_digest="00" * 48
        ),
        kao.info(policy_uuid="other", agreement=claims.agreement, label_digest=claims.label_digest),
    ):
        assert (
            refusal(ring.unwrap, kao.suite, kao.envelope(), wrong, kid=kao.kid)
            == "key.unwrap_failed"
        )


def test_a_seal_by_other_keys_or_by_one_of_two_is_refused():
    stranger = [PrivateKey.generate("ES384"), PrivateKey.generate("ML-DSA-87")]
    data, _ = sealed(signers=stranger)
    assert refusal(verified, data) == "jws.unknown_key"
    one = [key for key in (plan().signers) if key.public.alg == "ES384"]
    assert refusal(verified, sealed(signers=one)[0]) == "jws.signature_missing"
    found = container.read(io.BytesIO(data))
    assert (
        refusal(origin.verify, found.manifest, keys=RING, required=[])
        == "container.origin_unproven"
    )
    assert origin.read(found.manifest).proven is False


def test_a_sealed_container_does_not_open_while_its_seal_is_ignored():
    data, _ = sealed()
    found, source, claims = verified(data)
    dek = container.unlock(found, provider(), claims=claims)
    for other in (None, verified(sealed()[0])[2], origin.read(found.manifest)):
        assert (
            refusal(container.open_container, found, source, dek, io.BytesIO(), claims=other)
            == "container.origin_unproven"
        )


def test_a_split_opens_from_both_shares_and_from_no_single_one():
    data, _ = sealed(b"both")
    found, source, claims = verified(data)
    shares = {}
    for kao in found.manifest.key_access:
        info = kao.info(
            policy_uuid=claims.policy_uuid,
            agreement=claims.agreement,
            label_digest=claims.label_digest,
        )
        shares[kao.sid] = provider().unwrap(kao.suite, kao.envelope(), info, kid=kao.kid)
        container.check_share(found, kao, shares[kao.sid])
    sink = io.BytesIO()
    container.open_container(found, source, container.combine(found, shares), sink, claims=claims)
    assert sink.getvalue() == b"both"
    assert refusal(container.combine, found, {"aus": shares["aus"]}) == "container.share_missing"
    assert (
        refusal(container.combine, found, {"aus": shares["jpn"], "jpn": shares["aus"]})
        == "key.unwrap_failed"
    )
    assert (
        refusal(container.check_share, found, found.manifest.key_access[0], shares["jpn"])
        == "key.unwrap_failed"
    )


@settings(max_examples=60, deadline=None)
@given(data=st.data(), size=st.integers(0, 3 * SEGMENT + 7))
def test_a_range_is_the_same_bytes_as_the_whole(data, size):
    plain = bytes(at * 7 % 251 for at in range(size))
    raw, _ = sealed(plain, "interop", digests=False)
    found, source, claims = verified(raw)
    dek = container.unlock(found, provider(), claims=claims)
    container.check_key(found, dek, claims=claims)
    offset = data.draw(st.integers(0, size))
    length = data.draw(st.integers(0, size - offset))
    assert (
        b"".join(container.read_range(found, source, dek, offset, length))
        == plain[offset : offset + length]
    )


def test_a_range_beyond_the_end_is_refused():
    found, source, claims = verified(sealed(b"12345")[0])
    dek = container.unlock(found, provider(), claims=claims)
    for offset, length in ((5, 1), (-1, 1), (0, 6), (0, -1)):
        assert (
            refusal(list, container.read_range(found, source, dek, offset, length))
            == "container.range"
        )


def test_a_rewrap_keeps_the_payload_and_names_the_seal_it_replaces():
    old, told = sealed(b"long-lived" * 5000)
    found, source, claims = verified(old)
    dek = container.unlock(found, provider(), claims=claims)
    fresh = [KemPrivateKey.generate(X_WING) for _ in range(2)]
    sink = io.BytesIO()
    new = plan(keys=fresh, policy_uuid=told.policy_uuid, supersedes=told.seal_digest)
    again = rewrap(found, source, sink, new, dek=dek, claims=claims)
    assert opened(sink.getvalue(), keys=KeyRing(fresh)) == b"long-lived" * 5000
    assert refusal(opened, sink.getvalue(), keys=provider()) == "key.unwrap_failed"
    assert verified(sink.getvalue())[2].supersedes == told.seal_digest
    assert (again.aggregate_digest, again.policy_uuid) == (told.aggregate_digest, told.policy_uuid)
    assert again.key_access_digest != told.key_access_digest


def test_a_rewrap_that_forgets_the_old_seal_is_refused():
    found, source, claims = verified(sealed()[0])
    dek = container.unlock(found, provider(), claims=claims)
    assert (
        refusal(rewrap, found, source, io.BytesIO(), plan(), dek=dek, claims=claims) == "seal.plan"
    )


BAD_PLANS = {
    "nil uuid": {"policy_uuid": "00000000-0000-0000-0000-000000000000"},
    "not a uuid": {"policy_uuid": "x"},
    "unknown profile": {"profile": "open"},
    "no signer": {"signers": []},
    "no service": {"services": []},
    "one nation only": {"services": [service("aus", KEM[HYBRID][0])]},
    "an interop key": {"services": [service("aus", KEM[HYBRID][0]), service("jpn", KEM[RSA][0])]},
    "a nameless part": {"services": [service("", KEM[HYBRID][0]), service("jpn", KEM[HYBRID][1])]},
    "segments Java cannot read": {"segment": 4 << 20},
    "control characters in the media type": {"media_type": "text/plain\r\n"},
}


@pytest.mark.parametrize("name", BAD_PLANS)
def test_what_no_reader_would_open_is_not_sealed(name):
    sink = io.BytesIO()
    assert refusal(seal, io.BytesIO(b"x"), sink, plan(**BAD_PLANS[name])) == "seal.plan"
    assert sink.getvalue() == b""


def test_an_input_that_grows_or_shrinks_while_it_is_sealed_is_refused():
    for size in (4, 6):
        assert refusal(sealed, b"12345", size=size) == "seal.source_changed"
