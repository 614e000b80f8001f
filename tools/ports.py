"""Ports for servers that are ended and begun again where others call them."""

from __future__ import annotations

import random
import socket

_FIRST, _LAST = 10_000, 32_000
_CHANCE = random.SystemRandom()


def free(host: str = "127.0.0.1") -> int:
    """A port that nobody listens at. It lies below those that the system gives to whoever calls out
    or asks for any port, so that none of them takes it before its server is there, or while it is
    down.
    """
    while True:
        port = _CHANCE.randint(_FIRST, _LAST)
        try:
            socket.create_server((host, port)).close()
        except OSError:
            continue
        return port
