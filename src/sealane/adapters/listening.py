"""Sockets that listen, and why one cannot be had. Spec: spec/interfaces.md §5 (settings)."""

from __future__ import annotations

import errno
import socket

from sealane.base.errors import Misconfigured, declare

PORT_TAKEN = declare(
    "settings.port",
    Misconfigured,
    "Port {port} at {host} is taken by another process.",
    "{host} のポート {port} は他のプロセスが使用しています。",
    "Stop that process, or choose another port in node.toml.",
    "そのプロセスを止めるか、node.toml で別のポートを選んでください。",
)
BAD_ADDRESS = declare(
    "settings.address",
    Misconfigured,
    "The address {host}, port {port}, cannot be listened on here: {why}.",
    "アドレス {host}、ポート {port} では待ち受けられません：{why}。",
    "Give an address of this machine and a port that this user may open in node.toml.",
    "この機器のアドレスと、この利用者が開けるポートを node.toml に指定してください。",
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
