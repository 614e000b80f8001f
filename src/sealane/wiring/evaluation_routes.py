"""AuthZEN 1.0 over a node's register."""

from __future__ import annotations

from starlette.routing import Route

from sealane.http import authzen
from sealane.services.node import Node
from sealane.services.opentdf.authzen import evaluate


def evaluation_routes(node: Node, *, origin: str) -> list[Route]:
    """Evaluations from a node's register, to be mounted at `/` behind the node's own authentication
    of askers.
    """
    return authzen.routes(lambda evaluation: evaluate(node, evaluation), base_url=origin)
