"""Sockets that listen, and why one cannot be had. Spec: spec/interfaces.md §5 (settings)."""

from __future__ import annotations

import errno
import socket

from sealane.base.errors import Misconfigured, declare
from sealane.settings import BAD_ADDRESS

PORT_TAKEN = declare(
    "settings.port",
    Misconfigured,
    "Port {port} at {host} is taken by another process.",
    "{host} のポート {port} は他のプロセスが使用しています。",
    "Stop that process, or choose another port in node.toml.",
    "そのプロセスを止めるか、node.toml で別のポートを選んでください。",
)


def bound(host: str, port: int) -> socket.socket:
    """A listening socket; port 0: one that is free.

    Raises: Misconfigured `settings.port`, `settings.address`.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PORT_TAKEN(host=host, port=port) from None
        why = error.strerror or type(error).__name__
        raise BAD_ADDRESS(host=host, port=port, why=why[:80]) from None
