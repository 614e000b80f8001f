"""Key services' keys in a PKCS#11 token (an HSM; SoftHSM2 in tests), as a `KeyProvider`.

RSA and P-256 private keys are born in the token and never leave it. Tokens of today have no hybrid
keys, so the two hybrids lie in the token sealed by AES-256-GCM under a non-extractable token key,
and are in memory while they open a share; `MLKEM1024-A256GCM` is reserved for tokens that come.
Spec: spec/container.md §5; docs/operators.md §Keys; R62.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sealane.base.errors import Misconfigured, NotFound, Unavailable, declare
from sealane.sealing.keywrap import (
    EC,
    EC_SALT,
    HYBRID,
    RSA,
    SHARE,
    UNWRAP_FAILED,
    X_WING,
    KemPrivateKey,
    KemPublicKey,
)
from sealane.sealing.keywrap import unwrap as unwrap_in_memory

_NONCE, _POINT = 12, 65
_P256_OID = bytes.fromhex("06082a8648ce3d030107")
_APPLICATION = "sealane"
_ROOT = "sealane-root"
_KEYSTORE = b"sealane keystore"
"""What is authenticated with a hidden secret, which tells it from the key of a hybrid."""

NO_LIBRARY = declare(
    "hsm.unavailable",
    Misconfigured,
    "The PKCS#11 token {label!r} cannot be used: {why}.",
    "PKCS#11 トークン {label!r} を使えません：{why}。",
    "Install the extra `pkcs11`, and check the module's path, the token's label and the PIN.",
    "extra の `pkcs11` を入れ、モジュールのパス、トークンのラベル、PIN を確かめてください。",
)
TOKEN_FAILED = declare(
    "hsm.failed",
    Unavailable,
    "The PKCS#11 token answered {why}.",
    "PKCS#11 トークンの応答：{why}。",
    "Check the token, then try again.",
    "トークンを確かめて再試行してください。",
)
NO_TOKEN_KEY = declare(
    "hsm.no_key", NotFound, "The token holds no key {kid}.", "トークンに鍵 {kid} はありません。"
)


class TokenKeys:
    """The keys of one token, through one logged-in session, one call at a time; `open_token` makes
    it.
    """

    def __init__(self, session: Any, library: Any) -> None:
        self._session, self._p11 = session, library
        self._turn = Lock()

    def close(self) -> None:
        """End the session."""
        self._session.close()

    def generate(self, suite: str) -> KemPublicKey:
        """A fresh key of this suite, born in the token, found again by its kid.

        Raises: Malformed `key.unknown_suite`; Unavailable `hsm.failed`.
        """
        with _token_errors(self._p11):
            if suite == RSA:
                return self._generate_rsa()
            if suite == EC:
                return self._generate_ec()
            return self._import_sealed(KemPrivateKey.generate(suite))

    def public(self) -> tuple[KemPublicKey, ...]:
        """The public keys of every key service key in the token, by kid."""
        with _token_errors(self._p11):
            publics = self._objects(self._p11.ObjectClass.PUBLIC_KEY)
            keys = [self._described(public) for public in publics]
            keys += [KemPublicKey(suite, data) for suite, data, _ in self._sealed()]
        return tuple(sorted((key for key in keys if key is not None), key=lambda key: key.kid))

    def unwrap(self, suite: str, blob: bytes, info: bytes, *, kid: str | None = None) -> bytes:
        """As `KeyProvider.unwrap`. Raises: Untrusted `key.unwrap_failed`; Unavailable `hsm.failed`:
        the token itself.
        """
        with self._turn, _token_errors(self._p11):
            share = self._unwrap(suite, blob, info, kid)
        if share is None or len(share) != SHARE:
            raise UNWRAP_FAILED()
        return share

    def retire(self, kid: str) -> None:
        """Destroy the key of this kid in the token. Raises: NotFound `hsm.no_key`."""
        with _token_errors(self._p11):
            erased = list(self._session.get_objects({self._p11.Attribute.ID: kid.encode()}))
            erased += [key for sealed_kid, key in self._sealed_objects() if sealed_kid == kid]
            if not erased:
                raise NO_TOKEN_KEY(kid=kid)
            for key in erased:
                key.destroy()

    def hide(self, secret: bytes) -> bytes:
        """A secret sealed by a key of the token, as `reveal` takes it. Raises: Unavailable
        `hsm.failed`.
        """
        with self._turn, _token_errors(self._p11):
            nonce = bytes(self._session.generate_random(_NONCE * 8))
            return nonce + bytes(self._root().encrypt(secret, **self._hidden(nonce)))

    def reveal(self, hidden: bytes) -> bytes:
        """What was hidden. Raises: Unavailable `hsm.failed`: not by this token, or altered."""
        with self._turn, _token_errors(self._p11):
            return bytes(self._root().decrypt(hidden[_NONCE:], **self._hidden(hidden[:_NONCE])))

    def _hidden(self, nonce: bytes) -> dict[str, Any]:
        from pkcs11.mechanisms import GCMParams

        said = GCMParams(nonce=nonce, aad=_KEYSTORE, tag_bits=128)
        return {"mechanism": self._p11.Mechanism.AES_GCM, "mechanism_param": said}

    def _unwrap(self, suite: str, blob: bytes, info: bytes, kid: str | None) -> bytes | None:
        if suite in (HYBRID, X_WING):
            for found_suite, data, sealed in self._sealed():
                public = KemPublicKey(found_suite, data)
                if found_suite == suite and kid in (None, public.kid):
                    return unwrap_in_memory(
                        KemPrivateKey(suite, self._open(public, sealed)), blob, info
                    )
            return None
        for key in self._objects(self._p11.ObjectClass.PRIVATE_KEY):
            if self._label(key) != suite or (kid and self._kid(key) != kid):
                continue
            share = self._with_rsa(key, blob) if suite == RSA else self._with_ec(key, blob)
            if share is not None:
                return share
        return None

    def _with_rsa(self, key: Any, blob: bytes) -> bytes | None:
        try:
            share: bytes = key.decrypt(
                blob,
                mechanism=self._p11.Mechanism.RSA_PKCS_OAEP,
                mechanism_param=(self._p11.Mechanism.SHA_1, self._p11.MGF.SHA1, None),
            )
        except (
            self._p11.exceptions.EncryptedDataInvalid,
            self._p11.exceptions.EncryptedDataLenRange,
            self._p11.exceptions.GeneralError,
            self._p11.exceptions.ArgumentsBad,
            self._p11.exceptions.FunctionFailed,
        ):
            return None
        return share

    def _with_ec(self, key: Any, blob: bytes) -> bytes | None:
        try:
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), blob[:_POINT])
        except (ValueError, UnsupportedAlgorithm):
            return None
        attribute = self._p11.Attribute
        secret = key.derive_key(
            self._p11.KeyType.GENERIC_SECRET,
            256,
            mechanism=self._p11.Mechanism.ECDH1_DERIVE,
            mechanism_param=(self._p11.KDF.NULL, None, blob[:_POINT]),
            store=False,
            template={attribute.EXTRACTABLE: True, attribute.SENSITIVE: False},
        )
        wrapping = HKDF(algorithm=hashes.SHA256(), length=32, salt=EC_SALT, info=b"").derive(
            secret[attribute.VALUE]
        )
        secret.destroy()
        try:
            return AESGCM(wrapping).decrypt(
                blob[_POINT : _POINT + _NONCE], blob[_POINT + _NONCE :], None
            )
        except (InvalidTag, ValueError):
            return None

    def _generate_rsa(self) -> KemPublicKey:
        template = {self._p11.Attribute.EXTRACTABLE: False, self._p11.Attribute.SENSITIVE: True}
        pair = self._session.generate_keypair(
            self._p11.KeyType.RSA, 2048, store=True, label=RSA, private_template=template
        )
        return self._named(pair, self._rsa(pair[0]))

    def _generate_ec(self) -> KemPublicKey:
        attribute = self._p11.Attribute
        domain = self._session.create_domain_parameters(
            self._p11.KeyType.EC, {attribute.EC_PARAMS: _P256_OID}, local=True
        )
        template = {attribute.EXTRACTABLE: False, attribute.SENSITIVE: True, attribute.DERIVE: True}
        pair = domain.generate_keypair(store=True, label=EC, private_template=template)
        return self._named(pair, self._ec(pair[0]))

    def _rsa(self, key: Any) -> KemPublicKey:
        modulus, exponent = (
            key[self._p11.Attribute.MODULUS],
            key[self._p11.Attribute.PUBLIC_EXPONENT],
        )
        numbers = rsa.RSAPublicNumbers(
            int.from_bytes(exponent, "big"), int.from_bytes(modulus, "big")
        )
        return KemPublicKey(RSA, _spki(numbers.public_key()))

    def _ec(self, key: Any) -> KemPublicKey:
        point = bytes(key[self._p11.Attribute.EC_POINT])[-_POINT:]
        return KemPublicKey(
            EC, _spki(ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point))
        )

    def _named(self, pair: tuple[Any, Any], key: KemPublicKey) -> KemPublicKey:
        for half in pair:
            half[self._p11.Attribute.ID] = key.kid.encode()
        return key

    def _import_sealed(self, key: KemPrivateKey) -> KemPublicKey:
        nonce = self._session.generate_random(_NONCE * 8)
        sealed = self._root().encrypt(
            key.private_bytes(),
            mechanism=self._p11.Mechanism.AES_GCM,
            mechanism_param=self._gcm(nonce, key.public),
        )
        attribute = self._p11.Attribute
        self._session.create_object(
            {
                attribute.CLASS: self._p11.ObjectClass.DATA,
                attribute.TOKEN: True,
                attribute.PRIVATE: True,
                attribute.APPLICATION: _APPLICATION,
                attribute.LABEL: f"{key.public.suite}/{key.public.kid}",
                attribute.VALUE: (
                    len(key.public.data).to_bytes(2, "big") + key.public.data + nonce + sealed
                ),
            }
        )
        return key.public

    def _open(self, public: KemPublicKey, sealed: bytes) -> bytes:
        private: bytes = self._root().decrypt(
            sealed[_NONCE:],
            mechanism=self._p11.Mechanism.AES_GCM,
            mechanism_param=self._gcm(sealed[:_NONCE], public),
        )
        return private

    def _gcm(self, nonce: bytes, public: KemPublicKey) -> Any:
        from pkcs11.mechanisms import GCMParams

        return GCMParams(nonce=nonce, aad=public.suite.encode() + public.data, tag_bits=128)

    def _root(self) -> Any:
        """The token key that seals the hybrids; made at the first need, never extractable."""
        found = list(
            self._session.get_objects(
                {
                    self._p11.Attribute.CLASS: self._p11.ObjectClass.SECRET_KEY,
                    self._p11.Attribute.LABEL: _ROOT,
                }
            )
        )
        if found:
            return found[0]
        return self._session.generate_key(
            self._p11.KeyType.AES,
            256,
            store=True,
            label=_ROOT,
            template={self._p11.Attribute.EXTRACTABLE: False, self._p11.Attribute.SENSITIVE: True},
        )

    def _sealed_objects(self) -> list[tuple[str, Any]]:
        attribute = self._p11.Attribute
        stored = self._session.get_objects(
            {attribute.CLASS: self._p11.ObjectClass.DATA, attribute.APPLICATION: _APPLICATION}
        )
        return [(_text(key[attribute.LABEL]).partition("/")[2], key) for key in stored]

    def _sealed(self) -> list[tuple[str, bytes, bytes]]:
        """(suite, public key, nonce and ciphertext) of each hybrid."""
        out = []
        for _, key in self._sealed_objects():
            suite = _text(key[self._p11.Attribute.LABEL]).partition("/")[0]
            blob = bytes(key[self._p11.Attribute.VALUE])
            size = int.from_bytes(blob[:2], "big")
            out.append((suite, blob[2 : 2 + size], blob[2 + size :]))
        return out

    def _objects(self, kind: Any) -> list[Any]:
        return list(self._session.get_objects({self._p11.Attribute.CLASS: kind}))

    def _label(self, key: Any) -> str:
        return _text(key[self._p11.Attribute.LABEL])

    def _kid(self, key: Any) -> str:
        return bytes(key[self._p11.Attribute.ID]).decode("ascii", "replace")

    def _described(self, key: Any) -> KemPublicKey | None:
        public_of = {RSA: self._rsa, EC: self._ec}.get(self._label(key))
        return public_of(key) if public_of else None


@contextmanager
def opened(module: str, label: str, pin: str) -> Iterator[TokenKeys]:
    """The keys of the token with this label, logged in while the block lasts. Raises: as
    `open_token`.
    """
    keys = open_token(module, label, pin)
    try:
        yield keys
    finally:
        keys.close()


def open_token(module: str, label: str, pin: str) -> TokenKeys:
    """The keys of the token with this label, logged in until `close`.

    Args:
        module: path of the PKCS#11 library.
        pin: from a file or descriptor; never from an argument or the environment.
    Raises: Misconfigured `hsm.unavailable`; Unavailable `hsm.failed`.
    """
    try:
        import pkcs11
    except ImportError:
        raise NO_LIBRARY(label=label, why="python-pkcs11 is not installed") from None
    try:
        session = pkcs11.lib(module).get_token(token_label=label).open(rw=True, user_pin=pin)
    except (pkcs11.exceptions.PKCS11Error, RuntimeError) as error:
        raise NO_LIBRARY(label=label, why=type(error).__name__) from None
    return TokenKeys(session, pkcs11)


@contextmanager
def _token_errors(library: Any) -> Iterator[None]:
    try:
        yield
    except library.exceptions.PKCS11Error as error:
        raise TOKEN_FAILED(why=type(error).__name__) from None


def _spki(key: Any) -> bytes:
    der: bytes = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return der


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
