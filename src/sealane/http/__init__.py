"""The HTTP surfaces of a node, but for the console: bytes in, one service call, bytes out.

* `peer`: where partners' nodes hand over statements and containers.
* `log`: an agreement's log as C2SP tiles, with the witness's door.
* `kas` and `oidc`: OpenTDF key access and the token issuer of an embedded node; `grpc` frames the
  same calls for gRPC clients.
* `api` and `authzen`: the local API and access evaluations, behind the node's own sign-in.
* `serve`: HTTP/2 and HTTP/1.1 on one socket. `problem`: an error as RFC 9457 tells it.

Only these modules know HTTP status codes. A surface reaches storage and keys through services only;
none knows another. What a caller sends is checked in numbered steps, in the order in which it
becomes costly to be wrong.
"""
