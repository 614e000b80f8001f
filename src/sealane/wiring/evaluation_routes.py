"""AuthZEN 1.0 over a node's register."""

from __future__ import annotations

from starlette.routing import Route

from sealane.http import authzen
from sealane.services.opentdf.authzen import evaluate
from sealane.services.opentdf.surface import DeskNode


def evaluation_routes(node: DeskNode, *, origin: str) -> list[Route]:
    """Evaluations from a node's register, to be mounted at `/` behind the node's own authentication
    of askers.
    """
    return authzen.routes(lambda evaluation: evaluate(node, evaluation), base_url=origin)
