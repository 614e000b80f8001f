"""A partner's own issuer counts for items of its agreement in force, for readers it vouches for."""

import base64
import dataclasses
import hmac
import json
import os
import uuid

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sealane.adapters import replays
from sealane.base.errors import SealaneError
from sealane.base.values import SECOND
from sealane.cli.demo.cast import AGREEMENT
from sealane.ledger import entries
from sealane.protocol import jwt
from sealane.protocol.trust import issuer_from_json
from sealane.sealing.keywrap import RSA, wrap
from sealane.services.deciding.request import SUBJECT
from sealane.services.opening import reader_statement
from sealane.services.opentdf import partner_services, surface
from sealane.services.opentdf.rewrap import Call, rewrap
from sealane.services.register import directory
from tests import nations
from tests.kas import body_of
from tests.lane.test_story import code_of, kinds
from tests.nations import log_of
from tests.oauth import Key, proof, request_token

ISSUING, READER = Key("ES384"), Key("ES256")
ISSUER, PATH = "https://issuer.jpn.example", "/kas.AccessService/Rewrap"
RSA_KEY = rsa.generate_private_key(65537, 2048)
PEM = (
    RSA_KEY.public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode()
)
OWN = "https://issuer.aus.example"
PROJECT_FACTS = {
    "area": "maritime",
    "purposes": ["assessment"],
    "project": "harbour-watch",
    "until": "2027-01-01T00:00:00Z",
}


def stated(audience, **changes):
    return {
        "issuer": {
            "issuer": ISSUER,
            "audience": audience,
            "keys": [jwt.jwk(ISSUING.public)],
            "clients": {"platform": {}},
        },
        "named": [],
        "servers": ["https://kas.jpn.example/kas"],
    } | changes


def trust(pair, agreement=AGREEMENT, **changes):
    data = partner_services.describe(
        pair.jpn, to="AUS", agreement=agreement, body=stated(pair.aus.interop_url, **changes)
    )
    return partner_services.accept(pair.aus, data)


class Platform:
    """AUS's key service, and a client of JPN's issuer at it."""

    def __init__(self, pair, *, own=False):
        self.pair, node = pair, pair.aus
        self.origin = node.settings.kas_origin
        national = (
            issuer_from_json(stated(node.interop_url)["issuer"] | {"issuer": OWN}) if own else None
        )
        self.service = surface.key_access(
            node,
            origin=self.origin,
            once=replays.first,
            issuers=surface.trusted(node, national),
            named=surface.named,
        )

    def plain(self, names, **claims):
        """Ask for the share of an object that a plain client sealed to AUS's RSA key."""
        share = os.urandom(32)
        policy = {
            "uuid": str(uuid.uuid4()),
            "body": {"dataAttributes": [{"attribute": one} for one in names], "dissem": []},
        }
        text = base64.b64encode(json.dumps(policy).encode()).decode()
        key = self.pair.aus.card.wrapping_key(RSA)
        found = {
            "type": "wrapped",
            "url": self.pair.aus.interop_url,
            "protocol": "kas",
            "kid": key.kid,
            "wrappedKey": base64.b64encode(wrap(key, share, b"")).decode(),
            "policyBinding": {
                "alg": "HS256",
                "hash": (
                    base64.b64encode(
                        hmac.new(share, text.encode(), "sha256").hexdigest().encode()
                    ).decode()
                ),
            },
        }
        return self.call(
            {
                "clientPublicKey": PEM,
                "requests": [
                    {
                        "policy": {"id": "p", "body": text},
                        "keyAccessObjects": [{"keyAccessObjectId": "k", "keyAccessObject": found}],
                    }
                ],
            },
            **claims,
        )

    def ask(self, container, *, statement=None, **claims):
        return self.call(
            body_of(container, PEM)
            | ({} if statement is None else {"statement": statement.decode()}),
            **claims,
        )

    def call(self, body, *, key=ISSUING, **claims):
        now = self.pair.clock.now() // SECOND
        claims = {
            "iss": ISSUER,
            "aud": self.pair.aus.interop_url,
            "sub": "jpn.sato",
            "client_id": "platform",
            "iat": now,
            "exp": now + 300,
            "jti": "t",
            "cnf": {"jkt": READER.public.thumbprint},
            "purpose": "assessment",
        } | claims
        token = key.token(claims, typ="at+jwt", kid=ISSUING.public.thumbprint)
        call = Call(
            request_token=request_token(READER, json.dumps(body), iat=now, exp=now + 60),
            authorization=f"DPoP {token}",
            proof=proof(READER, token=token, iat=now, htu=self.origin + PATH),
            path=PATH,
            peer="",
        )
        found = rewrap(self.service, call)["responses"][0]["results"][0]
        if found["status"] == "permit":
            oaep = padding.OAEP(
                mgf=padding.MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None
            )
            return len(RSA_KEY.decrypt(base64.b64decode(found["kasWrappedKey"]), oaep))
        return found["error"]


def given(pair, **changes):
    """A delivered interop item, its container, and JPN's statement for its reader."""
    item = nations.share(pair, profile="interop", **changes)
    with pair.aus.blobs.read(nations.given(pair.aus, item).container) as file:
        return item, file.read()


def vouched(pair, item, client_key=PEM, person="jpn.sato"):
    return reader_statement.vouch(
        pair.jpn, item, person=person, purpose="assessment", client_key=client_key
    )


def reasons(pair, item):
    """The recorded outcome of the last call about an item at AUS."""
    with pair.aus.store.reading() as tx:
        found = [*map(entries.read, log_of(pair.aus, AGREEMENT).entries(tx, 0, 10_000))]
    last = [
        one
        for one in found
        if one.kind in ("key.released", "key.refused") and one.fields.get("object") == item
    ][-1]
    return last.kind, last.fields.get("reason"), last.fields.get("peer")


def test_a_vouched_reader_gets_the_share_and_both_ledgers_say_for_whom(pair):
    trust(pair)
    item, container = given(pair)
    assert Platform(pair).ask(container, statement=vouched(pair, item)) == 32
    assert reasons(pair, item) == ("key.released", None, "JPN")
    assert "statement.open.request" in kinds(pair.aus, item)
    assert "statement.open.request" in kinds(pair.jpn, item)


def reader_facts(pair, person="jpn.sato"):
    with pair.jpn.store.reading() as tx:
        record_ = pair.jpn.person(tx, person)
        facility = pair.jpn.records.facilities.get(tx, id=record_["facility"]).data
    return {"subject": {name: record_[name] for name in SUBJECT}, "facility": facility}


def test_an_unmodified_client_carries_its_readers_facts_in_the_issuers_token(pair):
    trust(pair)
    item, container = given(pair)
    assert Platform(pair).ask(container, sealane_reader=reader_facts(pair)) == 32
    uncleared = reader_facts(pair, "jpn.suzuki")
    assert "PermissionDenied" in Platform(pair).ask(
        container, sub="jpn.suzuki", sealane_reader=uncleared
    )
    assert reasons(pair, item)[:2] == ("key.refused", "access.not_cleared")
    assert "PermissionDenied" in Platform(pair).ask(container, sealane_reader=uncleared)
    assert reasons(pair, item)[1] == "key.reader_unvouched"
    assert "PermissionDenied" in Platform(pair).ask(container)


REFUSED = {
    "another client key": (
        lambda pair, item: {"statement": vouched(pair, item, client_key="other")},
        "key.reader_unvouched",
    ),
    "another person's token": (
        lambda pair, item: {"statement": vouched(pair, item), "sub": "jpn.tanaka"},
        "key.reader_unvouched",
    ),
    "a statement of a minute ago": (
        lambda pair, item: {"statement": aged(pair, vouched(pair, item))},
        "key.request_expired",
    ),
    "a statement about another item": (
        lambda pair, item: {
            "statement": vouched(pair, nations.share(pair, profile="interop", reference=None))
        },
        "key.other_object",
    ),
}


def aged(pair, data):
    pair.clock.pass_(61)
    return data


@pytest.mark.parametrize("name", REFUSED)
def test_a_statement_that_is_not_about_this_very_call_gives_nothing(pair, name):
    trust(pair)
    item, container = given(pair)
    making, code = REFUSED[name]
    assert "PermissionDenied" in Platform(pair).ask(container, **making(pair, item))
    assert reasons(pair, item)[:2] == ("key.refused", code)


def test_a_reader_our_own_decision_refuses_is_not_vouched_for(pair):
    item, _ = given(pair)
    assert code_of(lambda: vouched(pair, item, person="jpn.suzuki")) == "decision.refused"
    assert "statement.open.denied" in kinds(pair.jpn, item)


def test_a_person_of_ours_and_a_person_of_theirs_with_one_name_are_two(pair):
    trust(pair)
    item, container = given(pair)
    assert "PermissionDenied" in Platform(pair).ask(container, sub="operator")
    assert reasons(pair, item)[1] == "key.reader_unvouched"


def untrusted(pair, container, **given_):
    return code_of(lambda: Platform(pair).ask(container, **given_)) == "key.unauthenticated"


def test_an_issuer_nobody_accepted_or_whose_trust_was_ended_is_a_stranger_at_the_next_call(pair):
    item, container = given(pair)
    assert untrusted(pair, container)
    trust(pair)
    assert Platform(pair).ask(container, statement=vouched(pair, item)) == 32
    partner_services.end(pair.aus, party="JPN", agreement=AGREEMENT)
    assert untrusted(pair, container)
    assert (
        code_of(lambda: partner_services.end(pair.aus, party="JPN", agreement=AGREEMENT))
        == "services.unknown"
    )


@pytest.mark.parametrize(
    "given_",
    [{"key": Key("ES384")}, {"client_id": "unknown"}, {"aud": "https://kas.elsewhere.example/kas"}],
)
def test_pinned_keys_named_clients_and_this_audience_alone(pair, given_):
    trust(pair)
    _, container = given(pair)
    assert untrusted(pair, container, **given_)


def test_the_issuer_counts_for_items_of_its_own_agreement_alone(pair):
    trust(pair, "jpn-aus-2012-isa")
    item, container = given(pair)
    assert "PermissionDenied" in Platform(pair).ask(container, statement=vouched(pair, item))
    assert reasons(pair, item)[:2] == ("key.refused", "key.other_agreement")


def test_with_the_agreement_suspended_the_issuer_is_a_stranger(pair):
    trust(pair)
    _, container = given(pair)
    suspended(pair)
    assert untrusted(pair, container)


def suspended(pair):
    """AUS as it is while the agreement does not stand."""
    from sealane.agreements.loaded import Agreements

    node = pair.aus
    without = dataclasses.replace(
        node,
        agreements=lambda tx: Agreements(
            one for one in node.agreements(tx).values() if one.id != AGREEMENT
        ),
    )
    pair.line.nodes["AUS"] = without


BAD = {
    "for another service": ({"audience": "https://kas.usa.example/kas"}, "issuer.audience"),
    "a secret key": ({"keys": [{"kty": "oct", "k": "AAAA"}]}, "token.jwk"),
    "our own name": ({"issuer": None}, "issuer.taken"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_a_partner_states_is_held_against_our_own_facts(pair, name):
    change, code = BAD[name]
    if name == "our own name":
        change = {"issuer": pair.aus.settings.kas_origin}
    body = stated(pair.aus.interop_url)
    assert code_of(lambda: trust(pair, issuer=body["issuer"] | change)) == code


def test_only_the_partners_word_to_us_under_an_agreement_we_hold_is_accepted(pair):
    data = partner_services.describe(
        pair.jpn, to="AUS", agreement=AGREEMENT, body=stated(pair.aus.interop_url)
    )
    assert code_of(lambda: partner_services.accept(pair.jpn, data)) == "statement.stranger"
    with pytest.raises(SealaneError):
        partner_services.accept(pair.aus, data[:-20] + data[-20:].replace(b"A", b"B"))


def test_key_servers_of_partners_are_listed_while_their_agreement_stands(pair):
    trust(pair)
    listed = partner_services.servers(pair.aus, pair.clock.now())
    assert listed == (pair.jpn.interop_url, "https://kas.jpn.example/kas")
    suspended(pair)
    held = partner_services.servers(pair.aus, pair.clock.now())
    assert "https://kas.jpn.example/kas" not in held


def test_an_object_a_partner_named_by_attribute_opens_for_our_reader_under_its_facts(pair):
    """JPN's plain client sealed to AUS's key; there is no record of it here but what JPN stated."""
    label = {
        "policy": "JPN",
        "classification": "極秘",
        "originator": "JPN",
        "categories": [{"tag": "Releasable To", "type": "permissive", "values": ["AUS", "JPN"]}],
        **dict.fromkeys(("privacy_mark", "created", "review", "succession")),
    }
    names = ["https://peer.jpn.example/attr/project/value/shared"]
    trust(pair, named=[{"attributes": names, "label": label} | PROJECT_FACTS])
    officer = person_of_aus(pair)

    def ask(**more):
        return Platform(pair, own=True).plain(names, **{"sub": officer, "iss": OWN} | more)

    assert ask() == 32
    assert "PermissionDenied" in ask(sub="aus.clerk")
    assert "PermissionDenied" in ask(purpose="training")
    assert "InvalidArgument" in Platform(pair, own=True).plain(
        [*names, "https://peer.jpn.example/attr/project/value/other"], sub=officer, iss=OWN
    )
    partner_services.end(pair.aus, party="JPN", agreement=AGREEMENT)
    assert "InvalidArgument" in ask()


def person_of_aus(pair):
    """A cleared, named and briefed reader at AUS."""
    with pair.aus.store.reading() as tx:
        theirs, clerk = pair.jpn, pair.aus.person(tx, "aus.clerk")
    with theirs.store.reading() as tx:
        sato = theirs.person(tx, "jpn.sato")
    clearance = sato["clearances"][0] | {"issuer": "AUS", "policy": "AUS", "level": "NV1"}
    authorised = [one | {"by": "aus.security"} for one in sato["authorisations"]]
    directory.enter(
        pair.aus,
        clerk
        | {
            "id": "aus.reader",
            "clearances": [clearance],
            "authorisations": authorised,
            "duties": ["reader"],
        },
    )
    return "aus.reader"
