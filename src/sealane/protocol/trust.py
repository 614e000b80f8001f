"""Trusted issuers as data: what a node's settings or an agreement says of an issuer, its keys and
its clients.

An issuer's keys are listed, never fetched: a document names no address that this node would go to.
Spec: spec/key-access.md §4.1; spec/exchange.md §2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sealane.base.errors import Malformed, declare
from sealane.base.values import identifier, parse_instant
from sealane.labels.model.label import Label, label_from_json
from sealane.protocol import jwt
from sealane.protocol.tokens import SKEW, ClientRule, Issuer
from sealane.sealing.fqn import folded

MAX_REQUEST_AGE, MAX_REQUEST_LIFE = 3600 + SKEW, 7200
"""The widest windows an exception may open: what released clients need, and no more."""

BAD_ISSUER = declare(
    "issuer.malformed",
    Malformed,
    "The trusted issuer's {member} is wrong: {why}.",
    "信頼する発行者の {member} が正しくありません：{why}。",
    "Write issuer, audience, keys and clients as spec/key-access.md shows.",
    "spec/key-access.md のとおり issuer、audience、keys、clients を書いてください。",
)


BAD_SERVICES = declare(
    "services.malformed",
    Malformed,
    "The partner's services are wrong in {member}: {why}.",
    "相手国のサービス記述の {member} が正しくありません：{why}。",
    "Write issuer, named and servers as spec/key-access.md §4.3 shows.",
    "spec/key-access.md §4.3 のとおり issuer、named、servers を書いてください。",
)
MAX_NAMED, MAX_SERVERS = 64, 16
_NAMED = {"attributes", "label", "area", "purposes", "project", "until"}


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedObjects:
    """Objects of a party's plain OpenTDF clients, known by attributes alone, and the facts that
    decide about them.
    """

    attributes: frozenset[str]
    label: Label
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What a party says of its OpenTDF side under one agreement: its issuer, objects it names, its
    key servers.
    """

    issuer: Issuer | None
    named: tuple[NamedObjects, ...]
    servers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NationalIssuer:
    """A nation's own production issuer: what is trusted of it, and where clients find it."""

    trusted: Issuer
    endpoints: Mapping[str, str]

    def discovery(self) -> dict[str, Any]:
        """What the platform configuration tells clients of it; the rest they read at the issuer."""
        return {"issuer": self.trusted.issuer, **self.endpoints}


ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


def national_from_json(value: Any) -> NationalIssuer:
    """A nation's own issuer, strictly: `issuer_from_json` and the three endpoints that clients are
    told.

    Raises: Malformed `issuer.malformed`, `token.jwk`. Spec: spec/key-access.md §4.1.
    """
    if not isinstance(value, dict) or set(value) != {"trusted", "endpoints"}:
        raise BAD_ISSUER(member="object", why="its members are not trusted and endpoints")
    endpoints = value["endpoints"]
    if not isinstance(endpoints, dict) or set(endpoints) != set(ENDPOINTS):
        raise BAD_ISSUER(member="endpoints", why=f"not {', '.join(ENDPOINTS)}")
    return NationalIssuer(
        trusted=issuer_from_json(value["trusted"]),
        endpoints={name: _url(endpoints, name) for name in ENDPOINTS},
    )


def services_from_json(value: Any, *, party: str, agreement: str) -> Services:
    """A party's services, strictly; its issuer is tied to the party and to this agreement alone.

    Raises: Malformed `services.malformed`, `issuer.malformed`, `token.jwk`, `label.*`, `value.*`.
    Spec: spec/key-access.md §4.3.
    """
    if not isinstance(value, dict) or set(value) != {"issuer", "named", "servers"}:
        raise BAD_SERVICES(member="object", why="its members are not issuer, named and servers")
    named, servers = value["named"], value["servers"]
    if not isinstance(named, list) or len(named) > MAX_NAMED:
        raise BAD_SERVICES(member="named", why=f"not a list of at most {MAX_NAMED}")
    if not isinstance(servers, list) or len(servers) > MAX_SERVERS:
        raise BAD_SERVICES(member="servers", why=f"not a list of at most {MAX_SERVERS}")
    if not all(
        isinstance(one, str)
        and one.startswith(("https://", "http://127.0.0.1:"))
        and len(one) <= 512
        for one in servers
    ):
        raise BAD_SERVICES(member="servers", why="not an https address")
    issuer = None if value["issuer"] is None else issuer_from_json(value["issuer"])
    if issuer is not None:
        issuer = replace(issuer, party=party, agreements=frozenset({agreement}))
    return Services(
        issuer=issuer,
        named=tuple(_named_objects(one, party) for one in named),
        servers=tuple(servers),
    )


def _named_objects(value: Any, party: str) -> NamedObjects:
    if not isinstance(value, dict) or set(value) != _NAMED:
        raise BAD_SERVICES(member="named", why=f"its members are not {', '.join(sorted(_NAMED))}")
    names, purposes, project = value["attributes"], value["purposes"], value["project"]
    if (
        not isinstance(names, list)
        or not 1 <= len(names) <= 256
        or not all(_fqn(one) for one in names)
    ):
        raise BAD_SERVICES(member="named.attributes", why="not 1 to 256 attribute names")
    if not isinstance(purposes, list) or not 1 <= len(purposes) <= 32:
        raise BAD_SERVICES(member="named.purposes", why="not 1 to 32 purposes")
    label = label_from_json(value["label"])
    if label.originator != party:
        raise BAD_SERVICES(member="named.label", why="its originator is another party")
    parse_instant(value["until"])
    return NamedObjects(
        attributes=folded(names),
        label=label,
        facts={
            "area": identifier(value["area"]),
            "purposes": [identifier(one) for one in purposes],
            "project": None if project is None else identifier(project),
            "until": value["until"],
            "provider": party,
        },
    )


def _fqn(value: Any) -> bool:
    return (
        isinstance(value, str)
        and value.startswith("https://")
        and "/attr/" in value
        and len(value) <= 512
    )


def issuer_from_json(value: Any) -> Issuer:
    """A trusted issuer, strictly: every member named, every key public and asymmetric, every
    exception within bounds.

    Raises: Malformed `issuer.malformed`, `token.jwk`.
    """
    if not isinstance(value, dict) or set(value) != {"issuer", "audience", "keys", "clients"}:
        raise BAD_ISSUER(
            member="object", why="its members are not issuer, audience, keys and clients"
        )
    listed, clients = value["keys"], value["clients"]
    if not isinstance(listed, list) or not 1 <= len(listed) <= 16:
        raise BAD_ISSUER(member="keys", why="not a list of 1 to 16 keys")
    if not isinstance(clients, dict) or len(clients) > 1024:
        raise BAD_ISSUER(member="clients", why="not an object of at most 1024 clients")
    keys = {}
    for one in listed:
        key = jwt.key_from_jwk(one)
        kid = one.get("kid", key.thumbprint)
        if not isinstance(kid, str) or not kid or kid in keys:
            raise BAD_ISSUER(member="keys", why="a kid is missing or occurs twice")
        keys[kid] = key
    return Issuer(
        issuer=_url(value, "issuer"),
        audience=_url(value, "audience"),
        keys=keys,
        clients={_name(name): rule_from_json(rule) for name, rule in clients.items()},
    )


def rule_from_json(value: Any) -> ClientRule:
    """A client's exceptions; `{}` is the rule without any. Raises: Malformed `issuer.malformed`."""
    if not isinstance(value, dict) or set(value) - {
        "request_age",
        "request_life",
        "loose_proof",
        "unbound",
    }:
        raise BAD_ISSUER(member="clients", why="an exception that does not exist")
    age, life = value.get("request_age", SKEW), value.get("request_life", SKEW)
    if (
        type(age) is not int
        or type(life) is not int
        or not SKEW <= age <= MAX_REQUEST_AGE
        or not SKEW <= life <= MAX_REQUEST_LIFE
    ):
        raise BAD_ISSUER(member="clients", why="a window wider than released clients need")
    loose, unbound = value.get("loose_proof", False), value.get("unbound", False)
    if type(loose) is not bool or type(unbound) is not bool:
        raise BAD_ISSUER(member="clients", why="an exception that is neither true nor false")
    return ClientRule(request_age=age, request_life=life, loose_proof=loose, unbound=unbound)


def _url(value: dict[str, Any], name: str) -> str:
    text = value[name]
    if not isinstance(text, str) or not text.startswith(("https://", "http://")) or len(text) > 512:
        raise BAD_ISSUER(member=name, why="not an address")
    return text


def _name(name: Any) -> str:
    if not isinstance(name, str) or not 1 <= len(name) <= 128:
        raise BAD_ISSUER(member="clients", why="a client's id")
    return name
