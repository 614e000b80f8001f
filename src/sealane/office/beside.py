"""What the API serves beside operations: the ledger as a feed, a person's own feed, and AuthZEN, as
they are described.

Spec: spec/openapi.yaml; spec/interfaces.md §2; docs/operators.md "The ledger as a feed".
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sealane.office.scim_described import SCIM
from sealane.office.shapes import NUMBER, TEXT, TRUTH, in_query, record, several, told, words

FEED_PATH, HOME_FEED_PATH = "/api/v1/ledger/feed", "/api/v1/home/feed"
PROBLEM = {"$ref": "#/components/responses/Problem"}


def _bounded(least: int, most: int, usual: int) -> dict[str, Any]:
    return {**NUMBER, "minimum": least, "maximum": most, "default": usual}


FEED = {
    "operationId": "ledger.feed",
    "tags": ["ledger"],
    "summary": "The ledger for a collector of security events, in bounded pages.",
    "description": (
        "For auditors, who see each entry whole, and for the operator, who sees those that are"
        " about no item and no partner's statement, without persons. Of each log the entries come"
        " in its order. That somebody began (no `after`) is on record."
    ),
    "parameters": [
        in_query("format", {**words("ocsf", "cef"), "default": "ocsf"}, "How events are told."),
        in_query("after", TEXT, "The `after` of the page before; none begins anew."),
        in_query("limit", _bounded(1, 1000, 200), "How many at most."),
        in_query("wait", _bounded(0, 30, 0), "Seconds to wait where nothing is there yet."),
    ],
    "responses": {
        "200": {
            "description": "One page; `events` holds a line each, JSON or CEF.",
            "content": {
                "application/json": {
                    "schema": record(
                        format=words("ocsf", "cef"),
                        events=several(TEXT),
                        after=TEXT,
                        more=told(TRUTH, "Whether more is there now."),
                    )
                }
            },
        },
        **dict.fromkeys(("400", "401", "403"), PROBLEM),
    },
}


HOME_FEED = {
    "operationId": "home.feed",
    "tags": ["home"],
    "summary": "What waits for who asks as an Atom feed: how many of each kind, and since when.",
    "description": (
        "No item, title or party is in it. Besides what lets in elsewhere it takes a token that"
        " `reminders.feed` made, which opens nothing else, also by Basic: the person's id and the"
        " token. With `If-None-Match` or `If-Modified-Since` what did not change is 304."
    ),
    "security": [{"token": []}, {"session": []}, {"feed": []}],
    "responses": {
        "200": {
            "description": "The feed, RFC 4287, in the language that the person chose.",
            "headers": {
                name: {"schema": TEXT, "description": "For asking again."}
                for name in ("ETag", "Last-Modified")
            },
            "content": {"application/atom+xml": {"schema": TEXT}},
        },
        "304": {"description": "It did not change."},
        "401": PROBLEM,
    },
}


def _authzen(name: str, says: str, answers: str) -> dict[str, Any]:
    anything = {"application/json": {"schema": {"type": "object"}}}
    return {
        "operationId": name,
        "tags": ["authzen"],
        "summary": says,
        "security": [{"token": []}],
        "requestBody": {"required": True, "content": anything},
        "responses": {
            "200": {"description": answers, "content": anything},
            "400": {"description": "`error`, with its stable code.", "content": anything},
            "401": PROBLEM,
        },
    }


BESIDE: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        FEED_PATH: {"get": FEED},
        HOME_FEED_PATH: {"get": HOME_FEED},
        "/access/v1/evaluation": {
            "post": _authzen(
                "authzen.evaluation",
                "AuthZEN 1.0, one question that carries every fact; spec/interfaces.md §2.",
                "`decision` and its context.",
            )
        },
        "/access/v1/evaluations": {
            "post": _authzen(
                "authzen.evaluations", "AuthZEN 1.0, several questions at once.", "One answer each."
            )
        },
        **SCIM,
    }
)
