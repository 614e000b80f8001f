"""Keys in a PKCS#11 token open shares and never leave it; run against SoftHSM2 (`apt-get install
softhsm2`).
"""

import os
import subprocess
from pathlib import Path

import pytest

from sealane.base.errors import SealaneError
from sealane.sealing.keywrap import EC, HYBRID, RSA, SUITES, X_WING, wrap
from tests.unit.sealing.making import opened as open_container
from tests.unit.sealing.making import sealed, service

MODULES = [
    Path("/usr/lib/softhsm/libsofthsm2.so"),
    Path("/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"),
    Path("/opt/homebrew/lib/softhsm/libsofthsm2.so"),
]
MODULE = next((str(path) for path in MODULES if path.exists()), None)
pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(
        MODULE is None, reason="the peer SoftHSM2 is not installed: apt-get install softhsm2"
    ),
]
pytest.importorskip("pkcs11", reason="the extra pkcs11 is not installed")

from sealane.adapters import hsm  # noqa: E402

PIN, LABEL, SHARE, INFO = "1234-5678", "sealane-test", bytes(range(32)), b"info"


@pytest.fixture(scope="module")
def token(tmp_path_factory):
    """A fresh token in a folder of its own."""
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(
        f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n"
    )
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    subprocess.run(
        [
            "softhsm2-util",
            "--init-token",
            "--free",
            "--label",
            LABEL,
            "--pin",
            PIN,
            "--so-pin",
            "87654321",
        ],
        check=True,
        capture_output=True,
    )
    with hsm.opened(MODULE, LABEL, PIN) as keys:
        yield keys
    if before is None:
        del os.environ["SOFTHSM2_CONF"]


@pytest.mark.parametrize("suite", SUITES)
def test_a_share_wrapped_to_a_token_key_opens_there(token, suite):
    public = token.generate(suite)
    blob = wrap(public, SHARE, INFO)
    assert token.unwrap(suite, blob, INFO, kid=public.kid) == SHARE
    assert token.unwrap(suite, blob, INFO) == SHARE
    assert public in token.public()


@pytest.mark.parametrize("suite", SUITES)
def test_everything_wrong_around_a_token_key_is_one_answer(token, suite):
    public = token.generate(suite)
    blob = wrap(public, SHARE, INFO)
    flipped = blob[:-1] + bytes([blob[-1] ^ 1])
    for bad in (flipped, blob[:-1], b"", bytes(len(blob))):
        assert code(token.unwrap, suite, bad, INFO, kid=public.kid) == "key.unwrap_failed"
    assert code(token.unwrap, suite, blob, INFO, kid="0" * 24) == "key.unwrap_failed"
    if suite in (HYBRID, X_WING):
        assert code(token.unwrap, suite, blob, b"other", kid=public.kid) == "key.unwrap_failed"


def test_private_keys_of_the_token_cannot_be_read(token):
    import pkcs11

    token.generate(RSA)
    for key in token._session.get_objects({pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY}):
        assert key[pkcs11.Attribute.EXTRACTABLE] is False
        with pytest.raises(pkcs11.exceptions.PKCS11Error):
            _ = key[
                (
                    pkcs11.Attribute.PRIVATE_EXPONENT
                    if key.key_type == pkcs11.KeyType.RSA
                    else pkcs11.Attribute.VALUE
                )
            ]


def test_a_retired_key_opens_nothing_any_more(token):
    for suite in (RSA, EC, HYBRID):
        public = token.generate(suite)
        blob = wrap(public, SHARE, INFO)
        token.retire(public.kid)
        assert code(token.unwrap, suite, blob, INFO, kid=public.kid) == "key.unwrap_failed"
        assert code(token.retire, public.kid) == "hsm.no_key"


def test_a_container_sealed_to_token_keys_opens(token):
    class Named:
        def __init__(self, public):
            self.public = public

    services = [service(sid, Named(token.generate(HYBRID))) for sid in ("aus", "jpn")]
    data, _ = sealed(b"in hardware", services=services)
    assert open_container(data, keys=token) == b"in hardware"


def test_a_wrong_pin_and_a_wrong_module_say_what_to_do():
    for module, pin in ((MODULE, "wrong"), ("/nowhere.so", PIN)):
        with pytest.raises(SealaneError) as caught, hsm.opened(module, LABEL, pin):
            pass
        assert caught.value.code == "hsm.unavailable"


def code(action, *args, **kwargs):
    with pytest.raises(SealaneError) as caught:
        action(*args, **kwargs)
    return caught.value.code
