"""Keys in a PKCS#11 token open shares and never leave it; run against SoftHSM2 (`apt-get install
softhsm2`).
"""

import pytest

from sealane.adapters import hsm
from sealane.base.errors import SealaneError
from sealane.sealing.keywrap import EC, HYBRID, RSA, SUITES, X_WING, wrap
from tests import tokens
from tests.unit.sealing.making import opened as open_container
from tests.unit.sealing.making import sealed, service

pytestmark = [pytest.mark.peer, tokens.needed]

SHARE, INFO = bytes(range(32)), b"info"
MODULE, LABEL, PIN = tokens.MODULE, tokens.LABEL, tokens.PIN


@pytest.fixture(scope="module")
def token(tmp_path_factory):
    """A fresh token in a folder of its own."""
    with tokens.made(tmp_path_factory.mktemp("softhsm")), hsm.opened(MODULE, LABEL, PIN) as keys:
        yield keys


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


def test_what_is_hidden_comes_back_and_nothing_altered_does(token):
    secret = bytes(range(32))
    hidden = token.hide(secret)
    assert secret not in hidden
    assert token.reveal(hidden) == secret
    for bad in (hidden[:-1] + bytes([hidden[-1] ^ 1]), hidden[:-1], token.hide(b"x")[:12]):
        assert code(token.reveal, bad) == "hsm.failed"
