"""Every way of tampering with a container that the threat table names, and the code that refuses
it.

`outsider` has write access to the file only; `insider` once held the key and makes good whatever
the key can.
Spec: sealing.md §13.
"""

import base64
import copy
import hashlib
import hmac
import io
import json

import pytest

from sealane.base import canonical
from sealane.base.errors import SealaneError
from sealane.crypto.keys import PrivateKey
from sealane.sealing import assertions, container, origin, writing
from sealane.sealing.keywrap import HYBRID

from .making import KEM, LABEL, provider, sealed, verified
from .tampering import blocks, changed, insider, list_of, taken_apart, with_policy

TEXT = b"".join(bytes([value]) * (16 << 10) for value in range(4)) + b"tail"
GOOD, _ = sealed(TEXT)
OTHER, _ = sealed(TEXT)


def refused(data):
    """The codes with which arrival (no key) and an opening refuse it, opening tried with the seal
    left out too.
    """
    codes = []
    for attempt in (arrive, lambda raw: openly(raw, container.read(io.BytesIO(raw)))):
        with pytest.raises(SealaneError) as caught:
            attempt(data)
        codes.append(caught.value.code)
    return codes


def arrive(data):
    found, source, claims = verified(data)
    container.check_payload(found, source)
    return claims


def openly(data, found):
    """An opening that trusts the seal's text without its signatures: the key's own checks must
    refuse what they can.
    """
    source = io.BytesIO(data)
    claims = origin.read(found.manifest)
    dek = container.unlock(found, provider(), claims=claims)
    sink = io.BytesIO()
    container.open_container(found, source, dek, sink, claims=claims, recovery=True)
    return sink.getvalue()


def test_the_untouched_container_arrives_and_opens():
    assert arrive(GOOD).proven
    assert openly(GOOD, container.read(io.BytesIO(GOOD))) == TEXT


def cut(keep):
    """Segments rearranged, with the list kept in step with them."""

    def change(payload, manifest):
        listed, cuts = list_of(manifest)["segments"], blocks(payload, manifest)
        list_of(manifest)["segments"] = [listed[at] for at in keep]
        return b"".join(cuts[at] for at in keep), manifest

    return change


def payload_only(keep):
    """Equal-sized segments rearranged in the payload, the list left alone."""

    def change(payload, manifest):
        cuts = blocks(payload, manifest)
        return b"".join(cuts[at] for at in keep), manifest

    return change


def gmac_root(keep):
    """The keyless attack: a GMAC root is the last listed hash, which anybody can write."""

    def change(payload, manifest):
        payload, manifest = cut(keep)(payload, manifest)
        list_of(manifest)["rootSignature"] = {
            "alg": "GMAC",
            "sig": list_of(manifest)["segments"][-1]["hash"],
        }
        return payload, manifest

    return change


def member(path, value):
    def change(payload, manifest):
        at = manifest
        for name in path[:-1]:
            at = at[name]
        at[path[-1]] = value

    return change


def strip(*ids):
    def change(payload, manifest):
        manifest["assertions"] = [one for one in manifest["assertions"] if one["id"] not in ids]

    return change


def from_another(payload, manifest):
    manifest["assertions"] = taken_apart(OTHER)[1]["assertions"]


def label_text(payload, manifest):
    value = json.loads(manifest["assertions"][0]["statement"]["value"]) | {
        "classification": "OFFICIAL"
    }
    manifest["assertions"][0]["statement"]["value"] = canonical.encode(value).decode()


def lower_label_and_attributes(payload, manifest):
    label_text(payload, manifest)

    def attributes(policy):
        for one in policy["body"]["dataAttributes"]:
            one["attribute"] = one["attribute"].replace("value/secret", "value/official")

    with_policy(manifest, attributes)


def forged_with_embedded_key(payload, manifest):
    """RS256 with the attacker's own key in the header, as one released reader trusted it."""
    label_text(payload, manifest)
    head = base64.urlsafe_b64encode(
        json.dumps({"alg": "RS256", "jwk": {"kty": "RSA", "n": "AQAB", "e": "AQAB"}}).encode()
    )
    body = manifest["assertions"][0]["binding"]["signature"].split(".")[1]
    manifest["assertions"][0]["binding"]["signature"] = f"{head.decode().rstrip('=')}.{body}.AAAA"


def more_attributes(payload, manifest):
    with_policy(
        manifest,
        lambda policy: policy["body"]["dataAttributes"].append(
            {"attribute": "https://x.example/attr/a/value/b"}
        ),
    )


def no_attributes(payload, manifest):
    with_policy(manifest, lambda policy: policy["body"].update(dataAttributes=[]))


def foreign_key_service(payload, manifest):
    added = copy.deepcopy(manifest["encryptionInformation"]["keyAccess"][0]) | {
        "url": "https://evil.example/kas"
    }
    manifest["encryptionInformation"]["keyAccess"].append(added)


def other_version(payload, manifest):
    """The seal of another agreement version over the same document, signed by the same nation."""
    other = taken_apart(sealed(TEXT, agreement=("jpn-aus-2022", "cd" * 48))[0])[1]["assertions"]
    manifest["assertions"][1]["statement"]["value"] = other[1]["statement"]["value"]


def other_terms(payload, manifest):
    """The seal of another container, made under the same keys."""
    mine, other = manifest["assertions"], taken_apart(OTHER)[1]["assertions"]
    mine[1]["statement"]["value"] = other[1]["statement"]["value"]


SEAL = ("container.seal_mismatch",)
OUTSIDER = {
    "segments dropped, list in step": (cut([0, 1, 2]), SEAL),
    "segments swapped, list in step": (cut([1, 0, 2, 3, 4]), SEAL),
    "a segment twice, list in step": (cut([0, 1, 1, 2, 3, 4]), SEAL),
    "segments dropped with a GMAC root": (gmac_root([0, 1]), ("container.integrity",)),
    "segments swapped with a GMAC root": (gmac_root([1, 0, 2, 3, 4]), ("container.integrity",)),
    "a segment twice with a GMAC root": (gmac_root([0, 1, 1, 2, 3, 4]), ("container.integrity",)),
    "segments swapped in the payload": (payload_only([1, 0, 2, 3, 4]), ("container.integrity",)),
    "a segment repeated in the payload": (payload_only([0, 0, 2, 3, 4]), ("container.integrity",)),
    "payload cut short": (payload_only([0, 1]), ("container.integrity",)),
    "payload made longer": (payload_only([0, 1, 2, 3, 4, 4]), ("container.integrity",)),
    "label and seal stripped": (
        strip("sealane-label", "sealane-seal"),
        ("container.seal_missing",),
    ),
    "seal stripped": (strip("sealane-seal"), ("container.seal_missing",)),
    "label stripped": (strip("sealane-label"), ("container.label_mismatch",)),
    "assertions of another container": (from_another, SEAL),
    "label text edited": (label_text, SEAL),
    "label forged with an embedded key": (forged_with_embedded_key, SEAL),
    "a seal of other terms": (other_terms, SEAL),
    "a seal of another agreement version": (other_version, SEAL),
    "isEncrypted false": (member(("payload", "isEncrypted"), False), ("container.integrity",)),
    "isEncrypted text": (member(("payload", "isEncrypted"), "true"), ("container.integrity",)),
    "media type changed": (member(("payload", "mimeType"), "text/html"), SEAL),
    "schema version removed": (
        lambda payload, manifest: manifest.pop("schemaVersion") and None,
        SEAL,
    ),
    "schema version changed": (member(("schemaVersion",), "4.2.2"), SEAL),
    "policy swapped": (more_attributes, SEAL),
    "policy without attributes": (no_attributes, SEAL),
    "a key access object added": (foreign_key_service, SEAL),
    "a key access object removed": (
        lambda payload, manifest: manifest["encryptionInformation"]["keyAccess"].pop() and None,
        SEAL,
    ),
    "a key service's address changed": (
        member(("encryptionInformation", "keyAccess", 0, "url"), "https://evil.example/kas"),
        SEAL,
    ),
    "a key id changed": (member(("encryptionInformation", "keyAccess", 0, "kid"), "0" * 24), SEAL),
    "a part renamed": (member(("encryptionInformation", "keyAccess", 0, "sid"), "jpn"), SEAL),
    "a wrapping type nobody knows": (
        member(("encryptionInformation", "keyAccess", 0, "type"), "remote"),
        SEAL,
    ),
    "another cipher": (
        member(("encryptionInformation", "method", "algorithm"), "AES-128-CBC"),
        ("container.integrity",),
    ),
    "another root algorithm": (
        member(("encryptionInformation", "integrityInformation", "rootSignature", "alg"), "none"),
        ("container.integrity",),
    ),
    "another segment hash": (
        member(("encryptionInformation", "integrityInformation", "segmentHashAlg"), "MD5"),
        ("container.integrity",),
    ),
    "a segment's sizes lie": (
        member(("encryptionInformation", "integrityInformation", "segments", 0, "segmentSize"), 5),
        ("container.integrity",),
    ),
    "default sizes lie": (
        member(("encryptionInformation", "integrityInformation", "segmentSizeDefault"), 1 << 20),
        SEAL,
    ),
}


@pytest.mark.parametrize("name", OUTSIDER)
def test_tampering_from_outside_is_refused_on_arrival_and_at_opening(name):
    change, codes = OUTSIDER[name]
    first, _ = refused(changed(GOOD, change))
    assert first in codes


INSIDER = {
    "segments dropped": cut([0, 1, 2]),
    "segments swapped": cut([1, 0, 2, 3, 4]),
    "label lowered": label_text,
    "label and attributes lowered": lower_label_and_attributes,
    "policy asks for more": more_attributes,
    "media type changed": member(("payload", "mimeType"), "text/html"),
    "a key access object added": foreign_key_service,
    "a seal of other terms": other_terms,
}


@pytest.mark.parametrize("name", INSIDER)
def test_tampering_by_a_former_reader_is_refused_by_the_seal(name):
    with pytest.raises(SealaneError) as caught:
        verified(insider(GOOD, INSIDER[name]))
    assert caught.value.code == "container.seal_mismatch"


def reread(change, claims=None):
    """Opening without looking at the seal at all: the claims of the good container are lent to the
    tampered one.
    """
    data = changed(GOOD, change)
    found = container.read(io.BytesIO(data))
    good, _, lent = verified(GOOD)
    dek = container.unlock(good, provider(), claims=lent)
    container.open_container(found, io.BytesIO(data), dek, io.BytesIO(), claims=lent)


@pytest.mark.parametrize(
    "name",
    [
        "segments dropped, list in step",
        "segments swapped, list in step",
        "label text edited",
        "segments swapped in the payload",
        "label forged with an embedded key",
    ],
)
def test_the_key_alone_refuses_what_an_outsider_changed(name):
    with pytest.raises(SealaneError) as caught:
        reread(OUTSIDER[name][0])
    assert caught.value.code == "container.integrity"


def test_a_former_reader_cannot_lower_the_label_even_with_a_seal_that_agrees():
    """Without the national key the new seal is not the originator's."""
    data, _ = sealed(TEXT, signers=[PrivateKey.generate("ES384")])
    with pytest.raises(SealaneError) as caught:
        verified(data)
    assert caught.value.code == "jws.unknown_key"


def test_a_key_service_that_the_agreement_does_not_name_is_never_asked():
    found, _, _ = verified(GOOD)
    named = {(kao.url, kao.kid) for kao in found.manifest.key_access}
    container.check_services(found, named)
    with pytest.raises(SealaneError) as caught:
        container.check_services(found, set(list(named)[:1]))
    assert caught.value.code == "container.foreign_service"


def test_label_and_attributes_that_disagree_are_refused_whoever_sealed_them():
    original = writing.attributes
    writing.attributes = lambda label, agreement: original(label, agreement)[:-1]
    try:
        data, _ = sealed(b"x")
    finally:
        writing.attributes = original
    with pytest.raises(SealaneError) as caught:
        verified(data)
    assert caught.value.code == "container.label_mismatch"


def test_a_sovereign_seal_over_one_nations_key_is_refused():
    data, _ = sealed(b"x", agreement=None, keys=KEM[HYBRID][:1])
    assert verified(data)[2].agreement is None
    found = container.read(io.BytesIO(data))
    with pytest.raises(SealaneError) as caught:
        origin.check_profile(found.manifest, "sovereign", shared=True)
    assert caught.value.code == "container.profile"


def test_no_byte_of_plaintext_follows_a_failed_segment():
    data = bytearray(GOOD)
    found, _, claims = verified(GOOD)
    data[found.payload_start + 2 * ((16 << 10) + 28) + 40] ^= 1
    dek = container.unlock(found, provider(), claims=claims)
    sink = io.BytesIO()
    with pytest.raises(SealaneError) as caught:
        container.open_container(found, io.BytesIO(data), dek, sink, claims=claims)
    assert (caught.value.code, caught.value.position) == ("container.integrity", 2)
    assert sink.getvalue() == TEXT[: 2 * (16 << 10)]


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {"alg": "HS384"},
        {"alg": "RS256"},
        {"alg": "HS256", "crit": ["x"]},
        {"alg": "HS256", "b64": False},
        [],
        {},
    ],
)
def test_an_assertion_under_any_other_header_is_refused(header):
    found, _, claims = verified(GOOD)
    dek = container.unlock(found, provider(), claims=claims)
    one = found.manifest.assertions[0]
    head = base64.urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")
    body = one.signature.split(".")[1]
    mac = (
        base64.urlsafe_b64encode(hmac.new(dek, f"{head}.{body}".encode(), hashlib.sha256).digest())
        .decode()
        .rstrip("=")
    )
    received = one.received | {"binding": {"method": "jws", "signature": f"{head}.{body}.{mac}"}}
    forged = assertions.Assertion(
        id=one.id,
        type=one.type,
        schema=one.schema,
        value=one.value,
        signature=f"{head}.{body}.{mac}",
        received=received,
    )
    with pytest.raises(SealaneError) as caught:
        assertions.check(forged, dek, found.manifest.integrity)
    assert caught.value.code == "container.integrity"
    assertions.check(one, dek, found.manifest.integrity)


def test_the_label_travels_exactly():
    assert arrive(GOOD).label == LABEL
