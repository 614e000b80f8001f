"""The messages of key access, as tables: what OpenTDF clients send and read.

Spec: OpenTDF platform (`kas.AccessService`, `wellknownconfiguration`, `policy.kasregistry`); gRPC
health; spec/key-access.md §3.
"""

from __future__ import annotations

from sealane.protocol.protobuf import Field, Message

EMPTY = Message(())

PUBLIC_KEY_REQUEST = Message((Field(1, "algorithm"), Field(2, "fmt"), Field(3, "v")))
PUBLIC_KEY_RESPONSE = Message((Field(1, "publicKey"), Field(2, "kid")))

REWRAP_REQUEST = Message((Field(1, "signedRequestToken"),))
KEY_RESULT = Message(
    (
        Field(1, "metadata", "value", mapped=True),
        Field(2, "keyAccessObjectId"),
        Field(3, "status"),
        Field(4, "kasWrappedKey", "bytes"),
        Field(5, "error"),
    )
)
POLICY_RESULT = Message(
    (Field(1, "policyId"), Field(2, "results", "message", KEY_RESULT, repeated=True))
)
REWRAP_RESPONSE = Message(
    (
        Field(1, "metadata", "value", mapped=True),
        Field(2, "entityWrappedKey", "bytes"),
        Field(3, "sessionPublicKey"),
        Field(4, "schemaVersion"),
        Field(5, "responses", "message", POLICY_RESULT, repeated=True),
    )
)

CONFIGURATION_RESPONSE = Message((Field(1, "configuration", "struct"),))

PAGE = Message(
    (
        Field(1, "currentOffset", "int32"),
        Field(2, "nextOffset", "int32"),
        Field(3, "total", "int32"),
    )
)
SERVER = Message((Field(1, "id"), Field(2, "uri"), Field(20, "name")))
SERVERS_RESPONSE = Message(
    (
        Field(1, "keyAccessServers", "message", SERVER, repeated=True),
        Field(10, "pagination", "message", PAGE),
    )
)

HEALTH_REQUEST = Message((Field(1, "service"),))
HEALTH_SERVING = b"\x08\x01"
"""grpc.health.v1 SERVING; its JSON form is an enum name, which the tables leave out."""
