"""Client certificates: what lets in, and everything that does not."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sealane.base.errors import SealaneError
from sealane.base.values import Instant
from sealane.protocol import client_certificate as cards
from tests.cards import DAY, DER, PEM, UPN, CardAuthority
from tests.clock import START

HERE = CardAuthority(START)


def name(
    card: x509.Certificate,
    pem: bytes = HERE.pem,
    *,
    field: str = "subject.commonName",
    policy: str = "",
    at: int = START,
) -> str:
    trusted = cards.authorities(pem)
    return cards.person_name(
        card.public_bytes(DER), trusted, field=field, policy=policy, at=Instant(at)
    )


def test_a_good_card_names_its_person() -> None:
    assert name(HERE.card("jpn.sato")[0]) == "jpn.sato"
    whole = HERE.card("jpn.sato", policy="1.2.3.4")[0]
    assert name(whole, policy="1.2.3.4") == "jpn.sato"


@pytest.mark.parametrize(
    "changes",
    [
        {"ends": -DAY / 2},
        {"begins": DAY / 2},
        {"usage": None},
        {"usage": (ExtendedKeyUsageOID.SERVER_AUTH,)},
        {"usage": (ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,)},
        {"authority": True},
        {"subject": [x509.NameAttribute(NameOID.COMMON_NAME, "jpn.security")]},
        {"policy": "1.2.3.5"},
    ],
)
def test_a_card_that_ended_or_was_made_for_something_else_lets_nobody_in(
    changes: dict[str, Any],
) -> None:
    card = HERE.card("jpn.sato", **changes)[0]
    with pytest.raises(SealaneError, match=r"certificate\.not_good"):
        name(card, policy="1.2.3.4" if "policy" in changes else "")


def test_another_authority_of_the_same_name_lets_nobody_in() -> None:
    theirs = CardAuthority(START)
    card = theirs.card("jpn.sato")[0]
    assert theirs.name == HERE.name
    for pem in (HERE.pem, CardAuthority(START, "Another").pem):
        with pytest.raises(SealaneError, match=r"certificate\.not_good"):
            name(card, pem)
    assert name(card, HERE.pem + theirs.pem) == "jpn.sato"


def test_the_end_is_the_end() -> None:
    card = HERE.card("jpn.sato")[0]
    with pytest.raises(SealaneError, match=r"certificate\.not_good"):
        name(card, at=START + 2 * 86_400 * 10**9)


def test_a_revoked_card_lets_nobody_in_and_an_old_or_unsigned_list_lets_none() -> None:
    card, other = HERE.card("jpn.sato")[0], HERE.card("jpn.clerk")[0]
    assert name(other, HERE.pem + HERE.revoked(card)) == "jpn.clerk"
    stranger = ec.generate_private_key(ec.SECP384R1())
    for one, listed in (
        (card, HERE.revoked(card)),
        (other, HERE.revoked(card, ends=-DAY)),
        (other, HERE.revoked(key=stranger)),
    ):
        with pytest.raises(SealaneError, match=r"certificate\.not_good"):
            name(one, HERE.pem + listed)
    # a list of another authority says nothing of ours
    assert name(card, HERE.pem + CardAuthority(START, "Another").revoked(card)) == "jpn.sato"


@pytest.mark.parametrize(
    ("field", "names", "subject", "expected"),
    [
        ("san.email", [x509.RFC822Name("sato@mod.example")], [], "sato@mod.example"),
        ("san.uri", [x509.UniformResourceIdentifier("urn:x:1")], [], "urn:x:1"),
        ("san.upn", [x509.OtherName(UPN, b"\x0c\x04sato")], [], "sato"),
        ("subject.serialNumber", [], [x509.NameAttribute(NameOID.SERIAL_NUMBER, "77")], "77"),
        ("subject.userId", [], [x509.NameAttribute(NameOID.USER_ID, "u7")], "u7"),
    ],
)
def test_each_field_that_may_name_a_person_is_read(
    field: str, names: Any, subject: Any, expected: str
) -> None:
    assert name(HERE.card("x", names=names, subject=subject)[0], field=field) == expected
    for changes in ({}, {"names": [*names, *names], "subject": [*subject, *subject]}):
        with pytest.raises(SealaneError, match=r"certificate\.not_good"):
            name(HERE.card("x", **changes)[0], field=field)


@pytest.mark.parametrize("der", [b"\x16\x04sato", b"\x04\x04sato", b"\x0c\x02\xff\xfe"])
def test_a_principal_name_that_is_no_text_lets_nobody_in(der: bytes) -> None:
    card = HERE.card("x", names=[x509.OtherName(UPN, der)])[0]
    with pytest.raises(SealaneError, match=r"certificate\.not_good"):
        name(card, field="san.upn")


def test_a_proxy_tells_it_in_either_form_and_nothing_else_is_one() -> None:
    card = HERE.card("jpn.sato")[0]
    der = card.public_bytes(DER)
    assert cards.told_by_proxy(f":{base64.b64encode(der).decode()}:") == der
    assert cards.told_by_proxy(quote(card.public_bytes(PEM).decode())) == der
    for text in (
        "",
        "::",
        ":*:",
        "(null)",
        "x" * 20_000,
        quote("-----BEGIN CERTIFICATE-----"),
        "é",
    ):
        with pytest.raises(SealaneError, match=r"certificate\.header"):
            cards.told_by_proxy(text)


@pytest.mark.parametrize("pem", [b"", b"nothing", HERE.revoked(), b"x" * (17 << 20)])
def test_a_file_without_authorities_is_told(pem: bytes) -> None:
    with pytest.raises(SealaneError, match=r"certificate\.authorities"):
        cards.authorities(pem)
