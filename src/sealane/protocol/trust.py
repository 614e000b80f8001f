"""Trusted issuers as data: what a node's settings or an agreement says of an issuer, its keys and its clients.

An issuer's keys are listed, never fetched: a document names no address that this node would go to.
Spec: spec/key-access.md §4.1; sealing.md §12.7; ledger-crypto-identity §5.
"""

from __future__ import annotations

from typing import Any

from sealane.base.errors import Malformed, declare
from sealane.protocol import jwt
from sealane.protocol.tokens import SKEW, ClientRule, Issuer

MAX_REQUEST_AGE, MAX_REQUEST_LIFE = 3600 + SKEW, 7200
"""The widest windows an exception may open: what released clients need, and no more."""

BAD_ISSUER = declare(
    "issuer.malformed", Malformed,
    "The trusted issuer's {member} is wrong: {why}.", "信頼する発行者の {member} が正しくありません：{why}。",
    "Write issuer, audience, keys and clients as spec/key-access.md shows.",
    "spec/key-access.md のとおり issuer、audience、keys、clients を書いてください。",
)


def issuer_from_json(value: Any) -> Issuer:
    """A trusted issuer, strictly: every member named, every key public and asymmetric, every exception within bounds.

    Raises: Malformed `issuer.malformed`, `token.jwk`.
    """
    if not isinstance(value, dict) or set(value) != {"issuer", "audience", "keys", "clients"}:
        raise BAD_ISSUER(member="object", why="its members are not issuer, audience, keys and clients")
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
    return Issuer(issuer=_url(value, "issuer"), audience=_url(value, "audience"), keys=keys,
                  clients={_name(name): rule_from_json(rule) for name, rule in clients.items()})


def rule_from_json(value: Any) -> ClientRule:
    """A client's exceptions; `{}` is the rule without any. Raises: Malformed `issuer.malformed`."""
    if not isinstance(value, dict) or set(value) - {"request_age", "request_life", "loose_proof", "unbound"}:
        raise BAD_ISSUER(member="clients", why="an exception that does not exist")
    age, life = value.get("request_age", SKEW), value.get("request_life", SKEW)
    if type(age) is not int or type(life) is not int or not SKEW <= age <= MAX_REQUEST_AGE or not SKEW <= life <= MAX_REQUEST_LIFE:
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
