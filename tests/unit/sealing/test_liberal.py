"""Liberal in form: whatever other writers make is read. Strict in
integrity: no form is an excuse.
"""

import base64
import io
import json
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane.base.errors import SealaneError
from sealane.sealing import assertions, container
from sealane.sealing import manifest as manifests
from sealane.sealing.keywrap import RSA, KemPrivateKey, KeyRing

from .foreign import Foreign
from .making import KEM
from .tampering import changed, list_of, with_policy

KEYS = [*KEM[RSA], KemPrivateKey.generate(RSA)]
PUBLIC = [key.public for key in KEYS]
TEXT = bytes(range(200)) + b"tail"
VALUE = {"ocl": {"pol": "x", "cls": "SECRET"}, "context": {"a": "b"}}
TEXT_ASSERTION = {
    "id": "a",
    "type": "handling",
    "scope": "tdo",
    "appliesToState": "encrypted",
    "statement": {"format": "json+stanag5636", "schema": "s", "value": json.dumps(VALUE)},
}
OBJECT_ASSERTION = TEXT_ASSERTION | {"statement": {"format": "json", "schema": "s", "value": VALUE}}
FLATTENED = TEXT_ASSERTION | {
    "statement": {
        "format": "json",
        "schema": "s",
        "value": json.dumps(VALUE, sort_keys=True, separators=(",", ":")),
    }
}


def opened(data, keys=None):
    source = io.BytesIO(data)
    found = container.read(source)
    container.check_payload(found, source)
    dek = container.unlock(found, KeyRing(keys or KEYS, any_kid=True), claims=None)
    sink = io.BytesIO()
    container.open_container(found, source, dek, sink, claims=None)
    return sink.getvalue()


FORMS = {
    "4.3.0": {},
    "4.2.2": {"legacy": True},
    "the specification's version member": {"version_name": "tdf_spec_version"},
    "the specification's manifest name": {"name": "manifest.json"},
    "HS256 segments": {"segment_alg": "HS256"},
    "HS256 segments of 4.2.2": {"segment_alg": "HS256", "legacy": True},
    "sizes left out where they are the default": {"omit_default_sizes": True},
    "binding as a bare text": {"binding_form": "text"},
    "raw binding": {"binding_hex": False},
    "raw binding as a bare text": {"binding_form": "text", "binding_hex": False},
    "no method": {"method": "none"},
    "AND of two": {"shares": (("a", 1), ("b", 1))},
    "AND of three": {"shares": (("a", 1), ("b", 1), ("c", 1))},
    "OR of three without sid": {"shares": ((None, 3),)},
    "AND of an OR": {"shares": (("a", 2), ("b", 1))},
    "text assertion": {"assertion": TEXT_ASSERTION},
    "object assertion hashed as text": {"assertion": OBJECT_ASSERTION | {"hash_of": FLATTENED}},
    "object assertion hashed as object": {"assertion": OBJECT_ASSERTION},
    "assertion of 4.2.2 with JWS in capitals": {
        "assertion": TEXT_ASSERTION,
        "legacy": True,
        "jws": "JWS",
    },
}


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("text", [b"", b"x", TEXT, bytes(128)])
def test_a_form_of_another_writer_opens(name, text):
    assert opened(Foreign(**FORMS[name]).seal(text, PUBLIC)) == text


@pytest.mark.parametrize("name", FORMS)
def test_every_form_is_refused_once_its_last_segment_is_missing(name):
    def cut(payload, manifest):
        list_of(manifest)["segments"].pop()
        return payload[: 3 * (64 + 28)], manifest

    with pytest.raises(SealaneError) as caught:
        opened(changed(Foreign(**FORMS[name]).seal(TEXT, PUBLIC), cut))
    assert caught.value.code == "container.integrity"


def test_an_or_opens_with_any_and_an_and_only_with_all():
    either = Foreign(shares=((None, 3),)).seal(TEXT, PUBLIC)
    both = Foreign(shares=(("a", 1), ("b", 1))).seal(TEXT, PUBLIC)
    for key in KEYS:
        assert opened(either, [key]) == TEXT
    assert opened(both, KEYS[:2]) == TEXT
    for key in KEYS[:2]:
        with pytest.raises(SealaneError) as caught:
            opened(both, [key])
        assert caught.value.code == "key.unwrap_failed"


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("alg", ["GMAC", "HS256"])
@pytest.mark.parametrize(
    "stated",
    [
        {},
        {"schemaVersion": "4.2.2"},
        {"schemaVersion": "4.3.0"},
        {"tdf_spec_version": "4.2.2"},
        {"tdf_spec_version": "4.3.0"},
        {"schemaVersion": None, "tdf_spec_version": None},
        {"payload": {"tdf_spec_version": "4.3.0"}},
    ],
)
def test_the_length_of_a_hash_says_its_form_whatever_version_is_stated(legacy, alg, stated):
    def state(payload, manifest):
        manifest.pop("schemaVersion", None)
        manifest["payload"] |= stated.get("payload", {})
        manifest.update({name: one for name, one in stated.items() if name != "payload"})

    data = Foreign(legacy=legacy, segment_alg=alg, assertion=TEXT_ASSERTION).seal(TEXT, PUBLIC)
    assert opened(changed(data, state)) == TEXT


def hashes_of(manifest):
    """The root's holder and each segment, with the name of the hash in it."""
    information = list_of(manifest)
    return [
        (information["rootSignature"], "sig"),
        *((one, "hash") for one in information["segments"]),
    ]


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("which", [0, 1, -1])
@pytest.mark.parametrize("change", ["other form", "shorter", "longer", "empty"])
def test_a_hash_of_another_length_than_the_root_s_form_is_refused(legacy, which, change):
    def spoil(payload, manifest):
        holder, name = hashes_of(manifest)[which]
        value = base64.b64decode(holder[name])
        other = bytes.fromhex(value.decode()) if legacy else value.hex().encode()
        value = {"other form": other, "shorter": value[:-1], "longer": value + b"0", "empty": b""}[
            change
        ]
        holder[name] = base64.b64encode(value).decode()

    with pytest.raises(SealaneError) as caught:
        opened(changed(Foreign(legacy=legacy).seal(TEXT, PUBLIC), spoil))
    assert caught.value.code == "container.integrity"


OPTIONAL = [
    (),
    ("encryptionInformation",),
    ("encryptionInformation", "method"),
    ("encryptionInformation", "integrityInformation"),
    ("encryptionInformation", "keyAccess", 0),
    ("encryptionInformation", "keyAccess", 0, "policyBinding"),
    ("payload",),
]


@pytest.mark.parametrize("place", OPTIONAL, ids=str)
def test_an_optional_member_that_is_null_is_absent(place):
    """Whatever opens without a member opens with it null, and what does not, does not. What an
    assertion's signature covers is not changed at all.
    """

    def at(manifest):
        for step in place:
            manifest = manifest[step]
        return manifest

    data = Foreign(assertion=TEXT_ASSERTION).seal(TEXT, PUBLIC)
    names = []
    changed(data, lambda payload, manifest: names.extend(at(manifest)))
    names += ["sid", "kid", "tdf_spec_version", "ephemeralPublicKey", "encryptedMetadata", "schema"]
    for name in names:

        def leave_out(payload, manifest, name=name):
            at(manifest).pop(name, None)

        def empty(payload, manifest, name=name):
            at(manifest)[name] = None

        absent, null = changed(data, leave_out), changed(data, empty)
        assert outcome(null) == outcome(absent), name


def outcome(data):
    try:
        return opened(data)
    except SealaneError as error:
        return error.code


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("0.payload", TEXT),
        (None, TEXT),
        ("1.payload", "container.integrity"),
        ("0.manifest.json", "container.integrity"),
        ("https://example.org/0.payload", "container.integrity"),
        (7, "container.manifest"),
    ],
)
def test_the_payload_is_the_entry_that_the_manifest_names(url, expected):
    def name(payload, manifest):
        manifest["payload"]["url"] = url

    assert outcome(changed(Foreign().seal(TEXT, PUBLIC), name)) == expected


def test_a_payload_of_another_name_opens_where_the_manifest_names_it():
    source = io.BytesIO(Foreign().seal(TEXT, PUBLIC))
    with zipfile.ZipFile(source) as held:
        manifest, payload = json.loads(held.read("0.manifest.json")), held.read("0.payload")
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as written:
        written.writestr("data.bin", payload)
        written.writestr("0.manifest.json", json.dumps(manifest))
    assert outcome(made.getvalue()) == "container.integrity"
    manifest["payload"]["url"] = "data.bin"
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as written:
        written.writestr("data.bin", payload)
        written.writestr("0.manifest.json", json.dumps(manifest))
    assert outcome(made.getvalue()) == TEXT


def test_an_assertion_of_another_file_is_refused():
    other = Foreign(assertion=TEXT_ASSERTION).seal(TEXT, PUBLIC)
    taken = {}
    changed(other, lambda payload, manifest: taken.update(one=manifest["assertions"]))
    with pytest.raises(SealaneError) as caught:
        opened(
            changed(
                Foreign().seal(TEXT, PUBLIC),
                lambda payload, manifest: manifest.update(assertions=taken["one"]),
            )
        )
    assert caught.value.code == "container.integrity"


@pytest.mark.parametrize(
    "form",
    ["4.3.0", "raw binding", "binding as a bare text", "AND of two", "OR of three without sid"],
)
def test_a_policy_swapped_by_an_outsider_is_refused_by_its_binding(form):
    def swap(payload, manifest):
        with_policy(
            manifest,
            lambda policy: policy["body"]["dataAttributes"][0].update(
                attribute="https://x.example/attr/a/value/z"
            ),
        )

    with pytest.raises(SealaneError) as caught:
        opened(changed(Foreign(**FORMS[form]).seal(TEXT, PUBLIC), swap))
    assert caught.value.code == "key.unwrap_failed"


def test_an_assertion_for_another_payload_under_the_same_key_is_refused():
    source = io.BytesIO(Foreign().seal(TEXT, PUBLIC))
    found = container.read(source)
    dek = container.unlock(found, KeyRing(KEYS, any_kid=True), claims=None)
    for aggregate, holds in ((found.manifest.integrity.aggregate, True), (bytes(64), False)):
        made = assertions.write(
            name="a",
            kind="other",
            scope="tdo",
            state="encrypted",
            schema="s",
            value="v",
            dek=dek,
            aggregate=aggregate,
        )
        one = manifests.Assertion(
            id="a",
            type="other",
            schema="s",
            value="v",
            signature=made["binding"]["signature"],
            received=made,
        )
        if holds:
            assertions.check(one, dek, found.manifest.integrity)
            continue
        with pytest.raises(SealaneError) as caught:
            assertions.check(one, dek, found.manifest.integrity)
        assert caught.value.code == "container.integrity"


@settings(max_examples=100, deadline=None)
@given(
    text=st.binary(max_size=400),
    segment=st.integers(1, 100),
    legacy=st.booleans(),
    alg=st.sampled_from(["GMAC", "HS256"]),
    omit=st.booleans(),
    data=st.data(),
)
def test_ranges_of_foreign_files_are_the_same_bytes_as_the_whole(
    text, segment, legacy, alg, omit, data
):
    raw = Foreign(segment=segment, legacy=legacy, segment_alg=alg, omit_default_sizes=omit).seal(
        text, PUBLIC
    )
    source = io.BytesIO(raw)
    found = container.read(source)
    dek = container.unlock(found, KeyRing(KEYS, any_kid=True), claims=None)
    container.check_key(found, dek, claims=None)
    offset = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, len(text) - offset))
    assert (
        b"".join(container.read_range(found, source, dek, offset, length))
        == text[offset : offset + length]
    )
