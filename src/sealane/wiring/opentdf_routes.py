"""The OpenTDF surface of a node: key access, its published keys, and where it has one, its token
issuer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.routing import Route

from sealane.adapters import replays
from sealane.crypto.keys import PrivateKey, Signer
from sealane.http import kas, oidc
from sealane.protocol.trust import NationalIssuer
from sealane.sealing.keywrap import KemPublicKey
from sealane.services.node import Node
from sealane.services.opentdf import partner_services, surface
from sealane.services.opentdf.issuer import discovery
from sealane.services.statements.refusal_limits import Crowd


def opentdf_routes(
    node: Node,
    *,
    origin: str,
    wrapping: Callable[[], Sequence[KemPublicKey]],
    issuer: NationalIssuer | None = None,
    built_in: bool = True,
    crowd: Crowd | None = None,
    signer: Signer | None = None,
) -> list[Route]:
    """The OpenTDF surface of a node at an origin, to be mounted at `/`.

    Args:
        origin: scheme, host and port as clients call it; containers sealed for them name
            `<origin>/kas`.
        wrapping: the node's public wrapping keys as they are at the moment of asking.
        issuer: the nation's own production issuer; in its place, for the embedded default, stands
            the built-in one.
        built_in: False where the built-in issuer must not serve: then only partners' issuers are
            trusted.
        crowd: who counts the calls that prove nothing; one of their own by default.
        signer: the built-in issuer's key, the same at every process of a node; None: one that lives
            as long as the process, which serves alone.
    """
    crowd = crowd or Crowd()
    own = None
    if issuer is None and built_in:
        own = surface.token_issuer(
            node, origin=origin, signer=signer or PrivateKey.generate("ES384")
        )
    if own is not None:
        configuration = discovery(own)
    elif issuer is not None:
        configuration = issuer.discovery()
    else:
        configuration = {}
    service = surface.key_access(
        node,
        origin=origin,
        once=replays.first,
        named=surface.named,
        crowd=crowd,
        issuers=surface.trusted(node, own if issuer is None else issuer.trusted),
    )
    key_access = kas.Surface(
        service=service,
        configuration=lambda: kas.configuration(configuration),
        keys=lambda: kas.published(wrapping()),
        servers=lambda: [f"{origin}/kas", *partner_services.servers(node, node.host.now())],
    )
    token_routes = [] if own is None else oidc.routes(own, crowd)
    return [*kas.routes(key_access), *token_routes]
